"""A queue as on a usual day: every state, terms near and past, people who look alike."""

from datetime import timedelta
from typing import Any

from tests import factories as make

from oms.cases import actions
from oms.cases.models import Case
from oms.domain.accounts.models import User
from oms.domain.directory.models import Insurer

PEOPLE = (
    ("Климова", "Анна", "Викторовна"),
    ("Назарова", "Ирина", "Олеговна"),
    ("Юсупова", "Динара", "Рашидовна"),
    ("Орлова", "Полина", "Сергеевна"),
    ("Белова", "Мария", "Константиновна"),
    ("Шереметьевская-Долгорукова", "Елизавета", "Александровна"),
    ("Ким", "Ольга", ""),
    ("Тихонова", "Вера", "Павловна"),
    ("Лебедева", "Нина", "Фёдоровна"),
)


def text_of(answer: Any) -> str:
    """A page as read: no-break spaces are spaces."""
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def usual_day(desk) -> dict[str, Case]:
    """Cases by what is remarkable about them."""
    Insurer.objects.filter(pk="77001").update(short_name="«Ваше здоровье»")
    make.insurer("77003", short_name="«Медполис»")
    cases = [_submitted(*name) for name in PEOPLE]
    at = make.NOON
    for case in cases[1:5]:
        actions.perform("take", case, by=desk.irina, at=at)
    actions.perform("take", cases[5], by=desk.olga, at=at)
    actions.perform(
        "ask", cases[2], by=desk.irina, at=at, note="Пришлите разворот паспорта с фотографией.",
        fields=["document_number"],
    )  # fmt: skip
    _due(cases[1], timedelta(hours=-5))
    _due(cases[3], timedelta(hours=6))
    rejected = _submitted("Зуева", "Лидия", "Петровна")
    actions.perform("take", rejected, by=desk.olga, at=at)
    actions.perform(
        "reject", rejected, by=desk.olga, at=at,
        reasons=[{"code": "data-differ", "about": "СНИЛС", "field": "snils"}],
    )  # fmt: skip
    approved = _submitted("Мухина", "Тамара", "Львовна")
    actions.perform("take", approved, by=desk.irina, at=at)
    actions.perform("approve", approved, by=desk.irina, at=at)
    return {
        "mine": _alike(cases[4]),
        "late": cases[1],
        "waiting": cases[2],
        "new": cases[0],
        "rejected": rejected,
        "approved": Case.objects.get(pk=approved.pk),
    }


def change_of(desk, *, by: User | None = None) -> Case:
    """An application to come over from another insurer, taken."""
    person = make.user(family_name="Соколова", given_name="Майя", patronymic="Юрьевна")
    make.insured(person, by=make.insurer("77003"), registration="г. Москва, ул. Тестовая, д. 4")
    case = make.draft("change-insurer", person, make.typed_change(insurer="77001"))
    case = actions.perform("submit", case, by=person, at=make.NOON)
    return actions.perform("take", case, by=by or desk.irina, at=make.NOON)


def _submitted(family_name: str, given_name: str, patronymic: str) -> Case:
    names = {"family_name": family_name, "given_name": given_name, "patronymic": patronymic}
    return make.submitted(make.user(**names), **names)


def _due(case: Case, left: timedelta) -> None:
    Case.objects.filter(pk=case.pk).update(due_at=make.NOON + timedelta(hours=2) + left)


def _alike(case: Case) -> Case:
    """Let the register hold somebody who may be the applicant."""
    make.insured(
        make.user(), family_name="Белова", given_name="Марина", patronymic="Константиновна",
        snils=case.answers["snils"],
    )  # fmt: skip
    return case
