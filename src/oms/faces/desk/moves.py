"""Moves of the decider: take, release, take over at a press; approve, ask, reject by a page.

Each form carries the revision its page was drawn from. A conflict is told in words on the same
page, with everything typed still there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import actions, clock
from oms.cases.models import Case
from oms.cases.refused import AlreadyDecided, Changed
from oms.cases.states import MOVES, State
from oms.domain.accounts.access import staff_required
from oms.faces.design.parts import Crumb
from oms.faces.desk.effects import effect_words
from oms.faces.desk.forms import ApproveForm, AskForm, RejectForm
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.queue import crumb
from oms.faces.desk.sheet import Sheet, find_case, sheet
from oms.kit.denied import Denied
from oms.law.typed import NBSP

AT_A_PRESS = {
    "take": "Дело №{} у вас в работе.",
    "take-over": "Дело №{} теперь у вас.",
    "release": "Дело №{} вернулось в очередь.",
}


@require_POST
@staff_required(*OPERATORS)
def press(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Take, take over or release: one press, told in a line above the page one returns to."""
    if move not in AT_A_PRESS:
        raise Http404
    case = find_case(request, number)
    try:
        _perform(request, move.replace("-", "_"), case, at=timezone.now())
        messages.success(request, AT_A_PRESS[move].format(NBSP + case.number))
    except Denied as no:
        messages.warning(request, no.text)
    if request.POST.get("back") == "queue":
        return redirect(f"{reverse('desk:queue')}?case={case.number}")
    return redirect("desk:case", case.number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Say in words what approval will do, then do it."""
    case, at = find_case(request, number), timezone.now()
    form = ApproveForm(request.POST or None)
    no = None
    if request.method == "POST" and form.is_valid():
        no = _try(request, "approve", case, at=at, note=form.cleaned_data["note"])
        if no is None:
            return _done(request, case, "одобрено")
    shown = sheet(request, case, at=at)
    effect = effect_words(shown.service, shown.known) if shown.known else ()
    return _form_page(request, "approve", shown, form, no, effect=effect)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put a question to the applicant: its text, the fields to correct, the last day."""
    case, at = find_case(request, number), timezone.now()
    today = clock.day(at)
    form = AskForm(
        request.POST or None,
        case=case,
        today=today,
        initial={
            "answer_by": clock.day(clock.answer_by(at)),
            "documents_asked": [request.GET.get("document", "")],
        },
    )
    no = None
    if request.method == "POST" and form.is_valid():
        no = _try(request, "ask", case, at=at, **form.question())
        if no is None:
            messages.success(request, "Вопрос отправлен. Срок решения остановлен до ответа.")
            return redirect("desk:case", case.number)
    return _form_page(request, "ask", sheet(request, case, at=at), form, no)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the reasons, see exactly what the applicant will read, then refuse."""
    case, at = find_case(request, number), timezone.now()
    shown = sheet(request, case, at=at)
    form = RejectForm(request.POST or None, case=case, known=shown.known, against=shown.refusals)
    no, preview = None, ""
    if request.method == "POST" and form.is_valid():
        preview = form.told()
        if "reject" in request.POST:
            no = _try(request, "reject", case, at=at, **form.refusal())
            if no is None:
                return _done(request, case, "отклонено")
    return _form_page(request, "reject", shown, form, no, preview=preview)


def _try(
    request: HttpRequest, verb: str, case: Case, *, at: datetime, **data: Any
) -> Denied | None:
    """Make the move; return the expected no instead of raising it."""
    try:
        _perform(request, verb, case, at=at, **data)
    except Denied as no:
        return no
    return None


def _perform(request: HttpRequest, verb: str, case: Case, *, at: datetime, **data: Any) -> Case:
    seen = _revision(request.POST)
    return actions.perform(verb, case, by=staff(request), at=at, revision=seen, **data)


def _revision(data: Mapping[str, Any]) -> int:
    """Return the revision a form carries; one that was tampered with fits no case."""
    typed = str(data.get("revision", ""))
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _done(request: HttpRequest, case: Case, word: str) -> HttpResponse:
    messages.success(request, f"Дело №{NBSP}{case.number} {word}. Заявитель получит сообщение.")
    return redirect("desk:case", case.number)


def _form_page(
    request: HttpRequest,
    verb: str,
    shown: Sheet,
    form: ApproveForm | AskForm | RejectForm,
    no: Denied | None,
    **context: Any,
) -> HttpResponse:
    """Draw the page of a move. After a refusal it shows the case as it is now."""
    if no is not None:
        shown = sheet(request, find_case(request, shown.case.number), at=timezone.now())
    elif verb not in shown.moves:
        no = _why_not(verb, shown.case)
    closed = isinstance(no, AlreadyDecided) or verb not in shown.moves
    return page(
        request,
        f"desk/{verb}.html",
        section="cases",
        status=no.status if no else 422 if form.errors else 200,
        title=MOVES[verb].title,
        crumbs=[
            crumb(),
            Crumb(shown.case.number, reverse("desk:case", args=[shown.case.number])),
            Crumb(MOVES[verb].title),
        ],
        sheet=shown,
        form=form,
        no=no,
        again=isinstance(no, Changed),
        closed=closed,
        **context,
    )


def _why_not(verb: str, case: Case) -> Denied:
    """Say why a move's page opened by its address shows no button."""
    title = MOVES[verb].title
    if case.state == State.AWAITING:
        return Denied(f"«{title}»: сначала возьмите дело в работу.")
    if case.state == State.IN_WORK:
        return Denied("Дело в работе у другого сотрудника.")
    return Denied(f"«{title}»: сейчас нельзя. Посмотрите, что с делом.")
