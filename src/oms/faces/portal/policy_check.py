"""Anybody may ask whether a policy is in force (REG-8). Limited, nothing is kept.

Found or not, an answer takes the same queries and has the same build: only its words differ. Tries
are counted by the place they come from, and, against guessing of birth dates from many places, by
the number typed: after some a puzzle comes first whoever asks, after many nobody is answered that
day, and the page says so and what to do instead. A number that nobody bears is counted the same.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.accounts import limits
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.register.models import Policy
from oms.domain.register.queries import policy_key, public_policy_check
from oms.faces.portal import puzzle, tries
from oms.faces.portal.forms import PolicyCheckForm
from oms.faces.portal.pages import page

LIMIT = tries.limit("policy-check", tries=10)
PUZZLE_AFTER = 3
A_DAY = timedelta(days=1)
OF_NUMBER = limits.Limit(
    "policy-number", quiet=A_DAY, wait=lambda count: A_DAY if count >= 20 else timedelta(0)
)
"""Tries of one number from all addresses together; a quiet day forgets them."""
PUZZLE_AFTER_OF_NUMBER = 5


@require_http_methods(["GET", "HEAD", "POST"])
def check_policy(request: HttpRequest) -> HttpResponse:
    """Ask for number and birth date, answer on the same page; no data in the address.

    After a few checks from one place or of one number a puzzle is asked too, then a wait.
    """
    form = PolicyCheckForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    wanted = tries.many(request, LIMIT, after=PUZZLE_AFTER, at=now)
    if form.is_valid():
        wanted = wanted or _is_sought(form.cleaned_data["number"], at=now)
    if not form.is_valid() or not puzzle.passed(request, form, wanted=wanted, at=now):
        puzzle.show(request, form, wanted=wanted, at=now)
        return _page(request, form=form)
    until = tries.charge(request, LIMIT, at=now)
    if until:
        return _refused(request, form, until, at=now, wait=tries.words(until, at=now))
    number = form.cleaned_data["number"]
    until = limits.take(limit=OF_NUMBER, key=_key(number), at=now)
    if until:
        return _refused(request, form, until, at=now, spent=until)
    answer = public_policy_check(**form.cleaned_data, on=timezone.localdate(now))
    again = tries.many(request, LIMIT, after=PUZZLE_AFTER, at=now) or _is_sought(number, at=now)
    puzzle.show(request, form, wanted=again, at=now)
    active = answer.state == Policy.State.ACTIVE.label
    return _page(request, form=form, answer=answer, active=active, asked_at=now)


def _is_sought(number: str, *, at: datetime) -> bool:
    """Whether the number was tried so often today that the next must prove a person."""
    counters = [(OF_NUMBER, _key(number))]
    return limits.is_suspicious(counters=counters, after=PUZZLE_AFTER_OF_NUMBER, at=at)


def _key(number: str) -> str:
    return fingerprint(policy_key(number))


def _refused(
    request: HttpRequest, form: PolicyCheckForm, until: datetime, *, at: datetime, **why: Any
) -> HttpResponse:
    """Say until when nobody is answered. The register was not asked."""
    return tries.told(_page(request, form=form, status=429, **why), until, at=at)


def _page(
    request: HttpRequest, *, form: PolicyCheckForm, status: int = 200, **context: Any
) -> HttpResponse:
    response = page(
        request,
        "portal/check_policy.html",
        section="check-policy",
        status=status,
        title="Проверка полиса",
        form=form,
        **context,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
