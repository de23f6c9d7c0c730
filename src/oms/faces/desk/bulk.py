"""Several cases decided together: choose, look at what would happen to each, then do it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.cases import bulk, queries
from oms.cases.models import Case
from oms.domain.accounts.access import staff_required
from oms.faces.design.parts import Crumb
from oms.faces.desk import words
from oms.faces.desk.forms import BulkForm
from oms.faces.desk.looks import look_at_case
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.queue import crumb, short
from oms.law.plural import counted


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def decide(request: HttpRequest) -> HttpResponse:
    """Choose among one's own cases in work; a POST looks them through, a second one decides."""
    mine = bulk.candidates(staff(request))
    if request.method != "POST":
        return _choose(request, mine, BulkForm(cases=_one_of_each(mine)))
    chosen = [case for case in mine if case.number in request.POST.getlist("case")]
    form = BulkForm(request.POST, cases=_one_of_each(chosen or mine))
    if len({case.service for case in chosen}) > 1:
        form.add_error(None, "Выберите дела одной услуги: решение у них общее.")
    elif not chosen:
        form.add_error(None, "Выберите хотя бы одно дело.")
    elif len(chosen) > bulk.MOST:
        form.add_error(None, f"За один раз не больше {bulk.MOST} дел.")
    if not form.is_valid():
        return _choose(request, mine, form)
    return _do(request, chosen, form) if "do" in request.POST else _preview(request, chosen, form)


def _choose(request: HttpRequest, mine: Sequence[Case], form: BulkForm) -> HttpResponse:
    at, picked = timezone.now(), set(request.POST.getlist("case"))
    rows = sorted(mine, key=queries.service_title)
    return page(
        request,
        "desk/bulk.html",
        section="cases",
        status=422 if form.errors else 200,
        title="Решить несколько дел",
        crumbs=[crumb(), Crumb("Несколько дел")],
        form=form,
        groups=[
            (title, [(case, short(case.applicant_name), _due(case, at)) for case in cases])
            for title, cases in groupby(rows, key=queries.service_title)
        ],
        picked=picked,
        most=bulk.MOST,
    )


def _preview(request: HttpRequest, chosen: Sequence[Case], form: BulkForm) -> HttpResponse:
    """Show each case with the move it would be; each shown is a look."""
    at = timezone.now()
    for case in chosen:
        look_at_case(request, case, at=at)
    seen = bulk.preview(
        chosen, decision=form.cleaned_data["decision"], at=at, **form.data_of_move()
    )
    return page(
        request,
        "desk/bulk_preview.html",
        section="cases",
        title="Проверьте перед решением",
        crumbs=[crumb(), Crumb("Несколько дел")],
        form=form,
        rows=[(one, short(one.case.applicant_name)) for one in seen],
        told=form.read(),
        possible=sum(not one.no for one in seen),
    )


def _do(request: HttpRequest, chosen: Sequence[Case], form: BulkForm) -> HttpResponse:
    pairs = [(case, _revision(request, case)) for case in chosen]
    done = bulk.decide(
        pairs,
        decision=form.cleaned_data["decision"],
        by=staff(request),
        at=timezone.now(),
        **form.data_of_move(),
    )
    good = sum(one.ok for one in done)
    if not good:
        messages.warning(request, "Ни одно дело не решено. Причины ниже.")
    else:
        messages.success(request, f"Решено: {counted(good, 'дело', 'дела', 'дел')}.")
    if not done:
        return redirect("desk:bulk")
    return page(
        request,
        "desk/bulk_done.html",
        section="cases",
        title="Что вышло",
        crumbs=[crumb(), Crumb("Несколько дел")],
        rows=[(one, short(one.case.applicant_name)) for one in done],
    )


def _one_of_each(cases: Sequence[Case]) -> Sequence[Case]:
    """The cases whose fields and documents a refusal may be about: those of one form alike."""
    known = {(case.service, str(case.pinned.get("form"))): case for case in cases}
    return list(known.values())


def _revision(request: HttpRequest, case: Case) -> int:
    """Return the revision that was looked at; one tampered with fits no case."""
    typed = request.POST.get(f"revision-{case.number}", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _due(case: Case, at: datetime) -> str:
    return words.standing(case, at=at).due
