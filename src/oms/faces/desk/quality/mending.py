"""Repairs at the desk: one by one on the record's page, several together after a look at each."""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.quality import actions, queries
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.models import Batch, Finding, Repair
from oms.faces.design.parts import Crumb
from oms.faces.design.templatetags.design import lower_first
from oms.faces.desk.looks import look_at_people
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.quality import words
from oms.kit.denied import Denied
from oms.law.plural import counted

LONGEST_KEY = 36


@require_POST
@staff_required(*OPERATORS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the repair that the record's page shows."""
    user = staff(request)
    found = Finding.objects.visible_to(user).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    seen = request.POST.get("seen", "") or "none"
    try:
        actions.accept(finding=found, seen=seen, by=user, at=timezone.now())
        messages.success(request, "Исправлено. Вернуть прежнее значение можно здесь же.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:person_quality", found.person_id)


@require_POST
@staff_required(*OPERATORS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what was there before a repair."""
    user = staff(request)
    found = Repair.objects.visible_to(user).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    try:
        actions.undo(repair=found, by=user, at=timezone.now())
        messages.success(request, "Прежнее значение вернули.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:person_quality", found.person_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def together(request: HttpRequest, rule: str) -> HttpResponse:
    """Show what would become of each; a POST repairs the chosen ones."""
    if rule not in RULES:
        raise Http404
    user, at = staff(request), timezone.now()
    found = queries.mendable(user, rule, limit=actions.MOST)
    if request.method == "POST":
        done = Batch.objects.visible_to(user).filter(key=request.POST.get("key", "")).first()
        if done:  # the button was pressed twice
            return redirect("desk:quality_batch", done.pk)
        picked = set(request.POST.getlist("finding"))
        chosen = [
            (one, request.POST.get(f"seen-{one.pk}", "") or "none")
            for one in found
            if str(one.pk) in picked
        ]
        if chosen:
            return _repaired(request, rule, chosen)
        messages.warning(request, "Выберите хотя бы одну запись.")
    told = actions.suggestions(found, at=at)
    shown = [one for one in found if one.pk in told]
    purpose = f"Исправление записей: {lower_first(RULES[rule].title)}"
    look_at_people(request, (one.person for one in shown), purpose=purpose, at=at)
    return page(
        request,
        "desk/quality/together.html",
        section="quality",
        title="Исправить вместе",
        crumbs=[Crumb("Качество данных", reverse("desk:quality")), Crumb("Исправить вместе")],
        rule=RULES[rule],
        lines=[words.line(one, at=at, suggestion=told[one.pk]) for one in shown],
        can_undo=all(told[one.pk].can_undo for one in shown),
        key=str(uuid4()),
        most=actions.MOST,
    )


@require_safe
@staff_required(*OPERATORS)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """What was repaired together, by number of record; values stand on the record's page."""
    found = _batch(request, pk)
    repairs = found.repairs.select_related("finding").order_by("pk")[: actions.MOST]
    lines = [words.mended(one, values=False) for one in repairs]
    return page(
        request,
        "desk/quality/batch.html",
        section="quality",
        title="Исправлено вместе",
        crumbs=[Crumb("Качество данных", reverse("desk:quality")), Crumb("Исправлено вместе")],
        batch=found,
        rule=RULES[found.rule],
        lines=lines,
        can_undo=any(one.can_undo for one in lines),
    )


@require_POST
@staff_required(*OPERATORS)
def undo_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back all of a batch that can be."""
    found = _batch(request, pk)
    done = actions.undo_together(batch=found, by=staff(request), at=timezone.now())
    kept = [one for one in done if one.no]
    back = counted(len(done) - len(kept), "запись", "записи", "записей")
    messages.success(request, f"Прежние значения вернули: {back}.")
    if kept:
        messages.warning(request, f"Осталось как есть: {len(kept)}. {kept[0].no}")
    return redirect("desk:quality_batch", pk)


def _repaired(request: HttpRequest, rule: str, chosen: list[tuple[Finding, str]]) -> HttpResponse:
    key = request.POST.get("key", "")[:LONGEST_KEY] or str(uuid4())
    made, done = actions.accept_together(
        key=key, rule=rule, chosen=chosen, by=staff(request), at=timezone.now()
    )
    bad = [one for one in done if one.no]
    good = counted(len(done) - len(bad), "запись", "записи", "записей")
    messages.success(request, f"Исправлено: {good}.")
    if bad:
        messages.warning(request, f"Не исправлено: {len(bad)}. {bad[0].no}")
    return redirect("desk:quality_batch", made.pk)


def _batch(request: HttpRequest, pk: int) -> Batch:
    rows = Batch.objects.visible_to(staff(request))
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
