"""Anybody may ask whether a policy is in force (REG-8). Limited per address, nothing is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.register.models import Policy
from oms.domain.register.queries import public_policy_check
from oms.faces.portal import puzzle, tries
from oms.faces.portal.forms import PolicyCheckForm
from oms.faces.portal.pages import page

LIMIT = tries.limit("policy-check", tries=10)
PUZZLE_AFTER = 3


@require_http_methods(["GET", "HEAD", "POST"])
def check_policy(request: HttpRequest) -> HttpResponse:
    """Ask for number and birth date, answer on the same page; no data in the address.

    After a few checks from one place a puzzle is asked too, after some more a wait.
    """
    form = PolicyCheckForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    wanted = tries.many(request, LIMIT, after=PUZZLE_AFTER, at=now)
    if not form.is_valid() or not puzzle.passed(request, form, wanted=wanted, at=now):
        puzzle.show(request, form, wanted=wanted, at=now)
        return _page(request, form=form)
    until = tries.charge(request, LIMIT, at=now)
    if until:
        response = _page(request, form=form, status=429, wait=tries.words(until, at=now))
        return tries.told(response, until, at=now)
    answer = public_policy_check(**form.cleaned_data, on=timezone.localdate(now))
    again = tries.many(request, LIMIT, after=PUZZLE_AFTER, at=now)
    puzzle.show(request, form, wanted=again, at=now)
    active = answer.state == Policy.State.ACTIVE.label
    return _page(request, form=form, answer=answer, active=active, asked_at=now)


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
