"""The list: whom one represents, whom one has asked to, and who represents oneself."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms.domain.accounts import access
from oms.domain.accounts import wards as rights
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Representation
from oms.faces.design.parts import State as Tint
from oms.faces.portal.account.page import account_page
from oms.faces.portal.wards.finding import about, citizen, lasts, standing, term_words
from oms.kit.denied import Denied
from oms.law import dates
from oms.law.representation import FULL_AGE

SHOWN = 60


class ForCitizens(Denied):
    """Staff have no cabinet to act from."""

    status = 403
    text = "Дети и подопечные есть в личном кабинете гражданина. Войдите под своим кабинетом."


@dataclass(frozen=True)
class Row:
    """One right in the list."""

    right: Representation
    name: str
    about: str
    term: str
    word: str
    tint: Tint
    may_open: bool
    is_open: bool


@never_cache
@sign_in_required
@require_safe
def wards(request: HttpRequest) -> HttpResponse:
    """Show the rights of a person and over a person. Two queries besides the frame's."""
    user, on = citizen(request), timezone.localdate()
    if user.is_staff_member:
        raise ForCitizens
    opened = access.representation(request)
    rows = [_row(right, opened, on) for right in rights.held_by(user)[:SHOWN]]
    over = [
        (right, rights.called(right.representative), *standing(right, on=on))
        for right in rights.over(user)[:SHOWN]
    ]
    born = user.birth_date
    context = {
        "title": "Дети и подопечные",
        "may_add": born is None or dates.age(born, on=on) >= FULL_AGE,
        "rows": [row for row in rows if row.right.state in _LIVE],
        "past": [row for row in rows if row.right.state not in _LIVE],
        "over": over,
    }
    return account_page(request, "portal/wards/list.html", context)


_LIVE = (Representation.State.ASKED, Representation.State.CONFIRMED)


def _row(right: Representation, opened: Representation | None, on: date) -> Row:
    word, tint = standing(right, on=on)
    return Row(
        right=right,
        name=rights.called(right.ward),
        about=about(right, on=on),
        term=term_words(right) if right.state == Representation.State.CONFIRMED else "",
        word=word,
        tint=tint,
        may_open=lasts(right, on=on),
        is_open=right == opened,
    )
