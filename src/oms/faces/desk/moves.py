"""Moves of the decider: take, release, take over at a press; approve, ask, reject by a page.

Each form carries the revision its page was drawn from. A conflict is told in words on the same
page, with everything typed still there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import actions, clock, notes, phrases
from oms.cases.deciding import reason_of, verb_for
from oms.cases.models import AnswerTemplate, Case
from oms.cases.refused import AlreadyDecided, Changed
from oms.cases.states import MOVES, PROPOSALS, State
from oms.domain.accounts.access import staff_required
from oms.domain.register.actions import AlreadyOnRecord
from oms.faces.design.parts import Crumb
from oms.faces.desk.effects import effect_words
from oms.faces.desk.forms import (
    ApproveForm,
    AskForm,
    LeftForm,
    NoteForm,
    RejectForm,
    SendBackForm,
)
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


QUESTION, REFUSAL = AnswerTemplate.Kind.QUESTION, AnswerTemplate.Kind.REFUSAL
PRESS = {"reject": "Отклонить заявление"}
"""Verb → the words of its last button, where the title alone would be too short to press."""
DONE = {
    "approve": "одобрено. Заявитель получит сообщение.",
    "confirm_approval": "одобрено. Заявитель получит сообщение.",
    "plan": "одобрено и запланировано. Заявитель получит сообщение.",
    "reject": "отклонено. Заявитель получит сообщение.",
    "confirm_refusal": "отклонено. Заявитель получит сообщение.",
    "propose_approval": "ждёт второго сотрудника: он подтвердит одобрение.",
    "propose_refusal": "ждёт второго сотрудника: он подтвердит отказ.",
    "send_back": "вернулось коллеге с вашим пояснением.",
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
    shown = sheet(request, case, at=at)
    reply = shown.service.reply(shown.known) if shown.known else ""
    form = ApproveForm(request.POST or None, reply=reply)
    verb = _verb("approve", shown, at=at)
    no = None
    if request.method == "POST" and form.is_valid():
        no = _try(request, verb, case, at=at, **form.decision())
        if no is None:
            return _done(request, case, verb)
        if isinstance(no, AlreadyOnRecord):
            return redirect("desk:duplicates_newcomer", case.number)
    effect = effect_words(shown.service, shown.known) if shown.known else ()
    return _form_page(request, "approve", shown, form, no, effect=effect, verb_now=verb)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put a question to the applicant: its text, the fields to correct, the last day."""
    case, at = find_case(request, number), timezone.now()
    today = clock.day(at)
    kept, typed = phrases.of(staff(request), kind=QUESTION), _with_phrase(request, "text", QUESTION)
    form = AskForm(
        typed or None,
        case=case,
        today=today,
        initial={
            "answer_by": clock.day(clock.answer_by(at)),
            "documents_asked": [request.GET.get("document", "")],
        },
    )
    no = None
    if request.method == "POST" and "insert" not in request.POST and form.is_valid():
        no = _try(request, "ask", case, at=at, **form.question())
        if no is None:
            messages.success(request, "Вопрос отправлен. Срок решения остановлен до ответа.")
            return redirect("desk:case", case.number)
    return _form_page(request, "ask", sheet(request, case, at=at), form, no, phrases=kept)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the reasons, see exactly what the applicant will read, then refuse."""
    case, at = find_case(request, number), timezone.now()
    shown = sheet(request, case, at=at)
    kept, typed = phrases.of(staff(request), kind=REFUSAL), _with_phrase(request, "note", REFUSAL)
    form = RejectForm(typed or None, cases=[case], known=shown.known, against=shown.refusals)
    no, preview = None, ""
    if request.method == "POST" and "insert" not in request.POST and form.is_valid():
        preview = form.told()
        if "reject" in request.POST:
            verb = _verb("reject", shown, at=at)
            no = _try(request, verb, case, at=at, **form.refusal())
            if no is None:
                return _done(request, case, verb)
    verb = _verb("reject", shown, at=at)
    return _form_page(
        request, "reject", shown, form, no, preview=preview, verb_now=verb, phrases=kept
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Read what a colleague proposes; make it so, or send it back with a reason."""
    case, at = find_case(request, number), timezone.now()
    back = "back" in request.POST
    form = SendBackForm(request.POST if back else None)
    said, no = case.proposal, None
    if request.method == "POST" and (not back or form.is_valid()):
        verb = "send_back" if back else PROPOSALS.get(said.get("verb", ""), "confirm_approval")
        no = _try(
            request, verb, case, at=at, **({"note": form.cleaned_data["note"]} if back else {})
        )
        if no is None:
            return _done(request, case, verb)
    shown = sheet(request, case, at=at)
    if request.method != "POST" and "confirm" not in shown.moves:
        messages.info(request, _why_not("confirm", shown.case).text)
        return redirect("desk:case", case.number)
    told = [reason_of(row) for row in said.get("reasons", ())]
    return _form_page(
        request,
        "confirm",
        shown,
        form,
        no,
        verb_now=PROPOSALS.get(said.get("verb", ""), "confirm_approval"),
        said=said,
        refusing=said.get("verb") == "propose_refusal",
        told=[f"{one.text} {one.remedy}".strip() for one in told],
        effect=effect_words(shown.service, shown.known) if shown.known else (),
    )


@require_POST
@staff_required(*OPERATORS)
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Leave a note for colleagues."""
    case, form = find_case(request, number), NoteForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "; ".join(map(str, form.errors["text"])))
        return redirect("desk:case", case.number)
    try:
        notes.add(case=case, text=form.cleaned_data["text"], by=staff(request), at=timezone.now())
        messages.success(request, "Заметка сохранена.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:case", case.number)


@require_POST
@staff_required(*OPERATORS)
def left(request: HttpRequest, number: str) -> HttpResponse:
    """Answer as the insurer that is being left."""
    case, form = find_case(request, number), LeftForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "; ".join(str(e) for row in form.errors.values() for e in row))
        return redirect("desk:case", case.number)
    try:
        notes.answer_as_left(
            case=case,
            objects=form.cleaned_data["objects"] == "yes",
            text=form.cleaned_data["text"],
            by=staff(request),
            at=timezone.now(),
        )
        messages.success(request, "Ответ записан. Его увидят заявитель и новая организация.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:case", case.number)


def _with_phrase(request: HttpRequest, name: str, kind: str) -> QueryDict:
    """Return what was sent, with the chosen phrase put after the words where that was pressed."""
    if "insert" not in request.POST:
        return request.POST
    typed, chosen = request.POST.copy(), request.POST.get("phrase", "")
    found = (one for one in phrases.of(staff(request), kind=kind) if str(one.pk) == chosen)
    typed[name] = phrases.joined(typed.get(name, ""), next(found, None))
    return typed


def _verb(decision: str, shown: Sheet, *, at: datetime) -> str:
    """Return the move a decision is now: at once, a plan, a proposal."""
    return verb_for(decision, shown.case, at=at) if shown.known else decision


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


def _done(request: HttpRequest, case: Case, verb: str) -> HttpResponse:
    messages.success(request, f"Дело №{NBSP}{case.number} {DONE[verb]}")
    return redirect("desk:case", case.number)


def _form_page(
    request: HttpRequest,
    verb: str,
    shown: Sheet,
    form: ApproveForm | AskForm | RejectForm | SendBackForm,
    no: Denied | None,
    **context: Any,
) -> HttpResponse:
    """Draw the page of a move. After a refusal it shows the case as it is now."""
    if no is not None:
        shown = sheet(request, find_case(request, shown.case.number), at=timezone.now())
    elif verb not in shown.moves:
        no = _why_not(verb, shown.case)
    closed = isinstance(no, AlreadyDecided) or verb not in shown.moves
    now = context.get("verb_now") or verb
    title = MOVES[now].title
    return page(
        request,
        f"desk/{verb}.html",
        section="cases",
        status=no.status if no else 422 if form.errors else 200,
        title=title,
        press=PRESS.get(now, title),
        crumbs=[
            crumb(),
            Crumb(shown.case.number, reverse("desk:case", args=[shown.case.number])),
            Crumb(title),
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
    title = MOVES[verb].title if verb in MOVES else "Подтвердить"
    if verb == "confirm":
        return Denied("Подтверждать нечего, или решение предложили вы. Посмотрите, что с делом.")
    if case.proposal:
        return Denied("Решение уже предложено и ждёт второго сотрудника.")
    if case.state == State.AWAITING:
        return Denied(f"«{title}»: сначала возьмите дело в работу.")
    if case.state == State.IN_WORK:
        return Denied("Дело в работе у другого сотрудника.")
    return Denied(f"«{title}»: сейчас нельзя. Посмотрите, что с делом.")
