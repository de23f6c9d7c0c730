"""The page of one case, whole or beside the queue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.cases import notes, queries
from oms.domain.accounts.access import staff_required
from oms.faces.design.parts import Crumb
from oms.faces.desk.forms import LeftForm, NoteForm
from oms.faces.desk.pages import KEYS, OPERATORS, page, staff
from oms.faces.desk.queue import crumb
from oms.faces.desk.sheet import answers, find_case, history, other_cases, sheet


@require_safe
@staff_required(*OPERATORS)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case; only its sheet when the queue's page asks for it (header X-Pane)."""
    found, at = find_case(request, number), timezone.now()
    shown = sheet(request, found, at=at)
    if request.headers.get("X-Pane"):
        return render(request, "desk/parts/pane.html", {"sheet": shown})
    said = queries.beside(found, staff(request))
    return page(
        request,
        "desk/case.html",
        section="cases",
        title=shown.service.title,
        crumbs=[crumb(), Crumb(found.number)],
        keys=KEYS,
        sheet=shown,
        answers=answers(found),
        moments=history(found, said.moves),
        others=other_cases(found, staff(request)),
        notes=said.notes,
        note_form=NoteForm() if found.informed_id != staff(request).organization_code else None,
        left_form=LeftForm() if notes.may_answer(found, staff(request)) else None,
    )
