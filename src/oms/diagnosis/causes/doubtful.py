"""A record is like the person's, but not surely theirs (похожая запись): people decide.

Told only to somebody whose name and birth date are proven, and nothing of the record is told but
which of the person's own data did not agree.
"""

from collections.abc import Iterator

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.identity.linking import DOUBT
from oms.domain.register.data import name_key
from oms.domain.register.matching import NUMBERS, Match


def detect(situation: Situation) -> Finding | None:
    """Whether there is somebody alike and nobody certain."""
    if situation.person is not None or situation.certain is not None:
        return None
    alike = [match for match in situation.alike if match.score >= DOUBT]
    if not alike:
        return None
    return Finding(
        text=" ".join(_words(situation, alike[0])),
        todo="Прикрепите полис по номеру или скану: заявление посмотрит сотрудник, это бесплатно.",
        ways=(WayOn("Прикрепить полис", service="attach-policy"),),
    )


def _words(situation: Situation, match: Match) -> Iterator[str]:
    person, user = match.person, situation.user
    number = next((title for title, words in _numbers() if words in match.reasons), "")
    if not number:
        yield "Мы нашли похожую запись, но номера документов не совпали."
        yield "Сами такую запись мы не открываем: это может быть однофамилец."
        return
    yield f"{number} в реестре есть."
    key = name_key(
        family_name=user.family_name, given_name=user.given_name, patronymic=user.patronymic
    )
    if person.name_key != key:
        yield "Имя там записано иначе, чем у вас."
    if person.birth_date != user.birth_date:
        yield "Дата рождения там другая."
    if person.user_id is not None:
        yield "Запись связана с другим кабинетом."
    if person.state not in ON_RECORD:
        yield "Запись закрыта."


def _numbers() -> Iterator[tuple[str, str]]:
    yield "Ваш СНИЛС", NUMBERS["snils"][0]
    yield "Ваш документ", NUMBERS["document"][0]
    yield "Ваш номер полиса", NUMBERS["enp"][0]


CAUSE = Cause(
    code="doubtful",
    title="Нет ли записи, похожей на вашу",
    stage=Stage.RECORD,
    order=25,
    detect=detect,
    leads_to=("attach-policy",),
)
