"""The menu of ways to confirm who one is (BEY-20): what is done, what is open now, what next."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level
from oms.domain.identity import queries
from oms.domain.identity.method import NOW
from oms.domain.identity.models import Confirmation
from oms.domain.identity.queries import Choice, Standing
from oms.faces.design.parts import Moment, State
from oms.faces.design.templatetags.design import date_words, datetime_words
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.identity.people import LEVELS, NEXT, level_title, me
from oms.faces.portal.pages import address
from oms.law.typed import NBSP

Kept = Confirmation.State
_WORDS: dict[Confirmation.State, tuple[str, State]] = {
    Kept.CONFIRMED: ("Готово", "ok"),
    Kept.WAITING: ("Ждём ответа", "info"),
    Kept.FIX: ("Уточните", "warn"),
    Kept.REFUSED: ("Не подошло", "danger"),
}


@dataclass(frozen=True)
class Way:
    """One method as the menu shows it."""

    choice: Choice
    url: str
    word: str
    tint: State
    about: str
    action: str


@never_cache
@sign_in_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is confirmed, and every way to confirm the rest."""
    at = timezone.now()
    menu = queries.menu(user=me(request), at=at)
    wanted = browser.next_page(request)
    if wanted:
        request.session[NEXT] = wanted
    ways = [way(choice, at=at) for choice in menu.choices]
    context = {
        "title": "Подтверждение личности",
        "standing": menu.standing,
        "level_words": f"Уровень: {level_title(menu.standing.level).lower()}",
        "levels": levels(menu.standing),
        "ways": ways,
        "first": next((one for one in ways if menu.next and one.choice is menu.next), None),
        "back_url": request.session.get(NEXT, ""),
        "is_linked": menu.is_linked,
    }
    return account_page(request, "portal/identity/menu.html", context)


def way(choice: Choice, *, at: datetime) -> Way:
    """Say how a method stands for the person."""
    word, tint, about = _standing(choice, at)
    url = address(choice.method.page)
    own = choice.confirmation
    if own and own.is_open:
        action = {Kept.WAITING: "Посмотреть", Kept.FIX: "Уточнить"}.get(
            Kept(own.state), "Продолжить"
        )
    elif choice.is_done or not choice.availability.now:
        action = ""
    else:
        action = "Повторить" if choice.failed else "Начать"
    return Way(choice, url, word, tint, about, action)


def levels(standing: Standing) -> list[Moment]:
    """Return the three levels, the person's own marked."""
    order = [code for code, _, _ in LEVELS]
    reached = order.index(standing.level)
    done = reached + (standing.level == Level.CONFIRMED)
    return [
        Moment(title, "done" if n < done else "now" if n == reached else "next", text=text)
        for n, (_, title, text) in enumerate(LEVELS)
    ]


def _standing(choice: Choice, at: datetime) -> tuple[str, State, str]:
    own = choice.confirmation
    if own is not None and own.state in _WORDS:
        word, tint = _WORDS[Kept(own.state)]
        return word, tint, _about(own)
    if not choice.availability.now:
        return "Не работает", "warn", choice.availability.words
    if choice.availability == NOW:
        return NOW.words, "ok", ""
    return "Открыто", "ok", choice.availability.words


def _about(own: Confirmation) -> str:
    if own.state == Kept.CONFIRMED:
        return f"Подтверждено {date_words(own.state_at)}"
    if own.state == Kept.WAITING:
        return f"Ответим до{NBSP}{datetime_words(own.due_at)}" if own.due_at else ""
    if own.state == Kept.FIX and own.due_at:
        return f"{own.reason} Ответьте до{NBSP}{date_words(own.due_at)}"
    return own.reason
