"""One's own right by its key, and how rights are put in words."""

from datetime import date

from django.http import Http404, HttpRequest

from oms.domain.accounts.models import Representation, User
from oms.domain.accounts.wards import word
from oms.faces.design.parts import State as Tint
from oms.law import dates
from oms.law.plural import counted

LARGEST_KEY = 2**63 - 1
State = Representation.State
TINTS: dict[str, Tint] = {
    State.ASKED: "info",
    State.CONFIRMED: "ok",
    State.REFUSED: "danger",
    State.REVOKED: "neutral",
    State.ENDED: "neutral",
}


def citizen(request: HttpRequest) -> User:
    """Return who is signed in: rights are their own, whoever's cabinet is open."""
    assert isinstance(request.user, User)
    return request.user


def own_right(request: HttpRequest, pk: int) -> Representation:
    """Return a right the person has, or another has over them; 404 for any other. One query."""
    user = citizen(request)
    rows = Representation.objects.visible_to(user).select_related("representative", "ward")
    found = rows.filter(pk=pk).first() if pk <= LARGEST_KEY and not user.is_staff_member else None
    if found is None:
        raise Http404
    return found


def standing(right: Representation, *, on: date) -> tuple[str, Tint]:
    """Return how the right stands: a word and its tint."""
    if right.state == State.ASKED and right.due_at is None:
        return ("Нужен другой документ" if right.reason else "Приложите документ"), "warn"
    if right.state == State.CONFIRMED and not lasts(right, on=on):
        return str(State.ENDED.label), "neutral"
    return str(right.get_state_display()), TINTS[right.state]


def lasts(right: Representation, *, on: date) -> bool:
    """Tell whether the right may be used on the day."""
    return right.state == State.CONFIRMED and (right.ends_on is None or right.ends_on >= on)


def term_words(right: Representation) -> str:
    """Return how long the right lasts."""
    return f"до {dates.long(right.ends_on)}" if right.ends_on else "без срока"


def about(right: Representation, *, on: date) -> str:
    """Return who it is in a line: «ребёнок, 5 лет»."""
    born = right.ward.birth_date
    return f"{word(right)}, {_age(born, on)}" if born else word(right)


def _age(born: date, on: date) -> str:
    years = dates.age(born, on=on)
    if years:
        return counted(years, "год", "года", "лет")
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return counted(months, "месяц", "месяца", "месяцев") if months > 0 else "меньше месяца"
