"""What a representative did, put in words: a list either side can read."""

from collections.abc import Sequence
from dataclasses import dataclass

from oms.cases.models import Case
from oms.cases.queries import service_title
from oms.cases.states import MOVES
from oms.domain.accounts.models import Representation
from oms.domain.wards import queries
from oms.faces.design.templatetags.design import datetime_words
from oms.law.typed import NBSP

WORDS = {
    "representation.ask": "Добавление в список",
    "representation.hand-in": "Документы переданы на проверку",
    "representation.open": "Открыт кабинет",
    "representation.scope": "Изменены права",
    "representation.revoke": "Право отозвано",
    "case.start": "Начато заявление",
    "case.repeat": "Заявление подано повторно",
    "document.receive": "Загружен документ",
    "document.attach": "Приложен документ",
    "document.replace": "Заменён документ",
    "document.remove": "Удалён документ",
    "profile.set": "Указаны данные",
    "appointment.hold": "Выбрано время у врача",
    "appointment.release": "Выбранное время отпущено",
    "appointment.book": "Сделана запись к врачу",
    "appointment.move": "Запись к врачу перенесена",
    "appointment.cancel": "Запись к врачу отменена",
    "appointment.come": "Подтверждён приход к врачу",
    "appointment.late_ask": "Отправлена просьба о близкой записи",
    "appointment.certificate": "К записи приложена справка",
    "waiting.join": "Занято место в листе ожидания",
    "waiting.change": "Изменены дни и часы ожидания",
    "waiting.leave": "Оставлено место в листе ожидания",
    "waiting.accept": "Принято время из листа ожидания",
    "waiting.refuse": "Отклонено время из листа ожидания",
    "calendar.give": "Взят адрес календаря",
    "calendar.revoke": "Отозван адрес календаря",
}
_OURS = ("user.", "consent.")


@dataclass(frozen=True)
class Line:
    """One deed: when, what, about which application."""

    when: str
    text: str
    about: str = ""


def lines(right: Representation) -> Sequence[Line]:
    """Return the deeds of a right, newest first. Four queries."""
    deeds = [deed for deed in queries.deeds(right) if not deed.act.startswith(_OURS)]
    keys = {int(d.subject[5:]) for d in deeds if d.subject.startswith("case:")}
    cases = Case.objects.visible_to(right.ward).in_bulk(keys) if keys else {}
    found = []
    for deed in deeds:
        case = cases.get(int(deed.subject[5:])) if deed.subject.startswith("case:") else None
        about = f"{service_title(case)}, №{NBSP}{case.number}" if case else ""
        found.append(Line(datetime_words(deed.at), _text(deed.act), about))
    return found


def _text(act: str) -> str:
    verb = act.removeprefix("case.")
    if act.startswith("case.") and verb in MOVES:
        return MOVES[verb].done
    return WORDS.get(act, "Действие в кабинете")
