"""One step of an application: a page of questions that saves itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import queries as cases
from oms.cases.actions import WrongState, save_draft
from oms.cases.answers import own_values
from oms.cases.documents import asked
from oms.cases.models import Case
from oms.cases.review import Walk, walk
from oms.cases.states import State
from oms.catalog.declaration import PublicService, Step
from oms.catalog.fields import InsurerField, PointField, label_of
from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import User
from oms.domain.directory.models import Insurer
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal import insurers, plans, points
from oms.faces.portal.applications import beside, keeping
from oms.faces.portal.applications.finding import (
    case_crumb,
    citizen,
    crumbs,
    documents_url,
    next_url,
    own_case,
    step_url,
)
from oms.faces.portal.pages import address, page

ENDED = (
    "Сеанс закончился, здесь ничего не потеряно. Нажмите «Продолжить»: "
    "мы попросим войти и сохраним набранное"
)
RENEWED = "Вы вошли заново в другой вкладке. Нажмите «Продолжить», набранное не потеряется"
SUBMITTED = "Заявление уже подано. Исправить его можно по запросу организации"
COMPARED = insurers.COMPARED


@dataclass(frozen=True)
class Card:
    """An insurer to choose: its radio button, and what to compare it by."""

    radio: BoundWidget
    insurer: Insurer
    facts: list[Fact]


@keeping.keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Show a step, or keep exactly what was typed and go where the pressed button leads."""
    case = own_case(request, number)
    service = cases.service_of(case)
    own = _step(service, step)
    if case.state != State.DRAFT:
        return _is_submitted(request, case)
    if own.signs:
        return redirect("portal:check", case.number)
    if request.method == "POST":
        return _typed(request, case, service, own)
    kept = keeping.take(request)
    if kept:
        case = _save(request, case, own, kept)
        messages.success(request, "Вы вошли снова. Набранное сохранено: проверьте и продолжите.")
    return _page(request, case, service, own)


@csrf_exempt  # checked here: an old token is told in words, and the page need not be lost
@require_POST
def autosave(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """Keep what is typed as it is typed; answer with the words of the saved-state line."""
    if not isinstance(request.user, User):
        return JsonResponse({"text": ENDED}, status=409)
    if not keeping.has_good_token(request):
        return JsonResponse({"text": RENEWED}, status=409)
    case = own_case(request, number)
    own = _step(cases.service_of(case), step)
    seen, at = revision(request.POST), timezone.now()
    try:
        saved = save_draft(
            case=case, step=step, typed=request.POST, by=request.user, at=at, revision=seen
        )
    except WrongState:
        return JsonResponse({"text": SUBMITTED}, status=409)
    words = {"text": beside.saved_words(saved, at=at)}
    if elsewhere(saved, own, request.POST):
        return JsonResponse(words)  # the page shows older values: its revision stays what it was
    return JsonResponse({**words, "revision": saved.revision})


def elsewhere(case: Case, step: type[Step], typed: Mapping[str, Any]) -> list[str]:
    """Return labels of fields where another tab's newer value was kept over this page's."""
    kept = case.typed.get(step.code, {})
    sent = own_values(step, typed)
    return [label_of(step.base_fields[n]) for n, value in sent.items() if kept.get(n) != value]


def revision(typed: Mapping[str, Any]) -> int | None:
    """Return the revision of the page that was sent; None when it tells none."""
    text = str(typed.get("revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _step(service: PublicService, code: str) -> type[Step]:
    try:
        return service.step(code)
    except KeyError:
        raise Http404 from None


def _typed(
    request: HttpRequest, case: Case, service: PublicService, own: type[Step]
) -> HttpResponse:
    try:
        case = _save(request, case, own, request.POST)
    except WrongState:
        return _is_submitted(request, case)
    go, walked = request.POST.get("go"), walk(case, on=cases.day(timezone.now()))
    if own not in walked.steps:
        return redirect(next_url(case, service, walked))
    if go == "back":
        return redirect(_previous(case, walked, own))
    if go == "check" or (walked.is_done(own.code) and request.GET.get("from") == "check"):
        return redirect("portal:check", case.number)
    if walked.is_done(own.code):
        return redirect(_following(case, service, own, walked))
    return _page(request, case, service, own, sent=True)


def _save(request: HttpRequest, case: Case, own: type[Step], typed: Mapping[str, Any]) -> Case:
    """Keep what was typed; name the fields where a newer value of another tab stays."""
    saved = save_draft(
        case=case,
        step=own.code,
        typed=typed,
        by=citizen(request),
        at=timezone.now(),
        revision=revision(typed),
    )
    newer = elsewhere(saved, own, typed)
    if newer:
        names = ", ".join(f"«{label}»" for label in newer)
        messages.info(request, f"В другой вкладке вы поменяли {names}. Остались новые значения.")
    return saved


def _page(
    request: HttpRequest,
    case: Case,
    service: PublicService,
    own: type[Step],
    *,
    sent: bool = False,
) -> HttpResponse:
    """Draw the step; what is still empty is called an error only once the page was sent."""
    at = timezone.now()
    walked = walk(case, on=cases.day(at))
    if own not in walked.steps:  # an answer before has changed: this is not asked any more
        return redirect(next_url(case, service, walked))
    form = walked.forms[own.code]
    if form.is_bound and not sent:
        forgive_empty(form, case.typed.get(own.code, {}))
    form.show_good = form.is_bound  # type: ignore[attr-defined]  # read by the design
    asks = asked(case, service, walked.application)
    place = beside.place(walked, own.code, documents=bool(asks))
    return page(
        request,
        "portal/applications/step.html",
        section="applications",
        title=own.title,
        lead=" ".join(filter(None, (place, own.lead))),
        crumbs=crumbs(case_crumb(case, service.title), Crumb(own.title)),
        case=case,
        form=form,
        rows=[(field, _cards(field)) for field in form.visible_fields()],
        told=[Fact(title, words) for title, words in form.told()],
        sources=[] if form.is_bound else _sources(form, case.applicant),
        region_url=_region_url(case, walked, own),
        compare_url=_compare_url(form),
        plan=_plan(form),
        steps=beside.stepper(case, service, walked, current=own.code, documents=asks),
        facts=beside.facts(service, walked, on=cases.day(at)),
        saved_words=beside.saved_words(case, at=at),
        autosave_url=address("portal:autosave", case.number, own.code),
        is_first=own is walked.steps[0],
    )


def forgive_empty(form: Step, typed: Mapping[str, Any]) -> None:
    """Take back the errors of fields nobody has come to yet."""
    for name in list(form.errors):
        if not typed.get(name):
            del form.errors[name]


def _sources(form: Step, user: User) -> list[tuple[str, str]]:
    """Say what was filled in for the person, and where from (APP-3). One query."""
    filled = [name for name, value in form.initial.items() if value and name in form.fields]
    known = accounts.profile(user) if filled else {}
    found: dict[str, list[str]] = {}
    for name in filled:
        line = known.get(name)
        source = form.known_from or (str(line.source.label) if line else "Из «Моих данных»")
        found.setdefault(source, []).append(label_of(form.fields[name]).lower())
    return [(source, ", ".join(labels)) for source, labels in found.items()]


def _cards(field: BoundField) -> list[Card] | None:
    """Return the insurers as cards, None for a field that offers none."""
    if not isinstance(field.field, InsurerField):
        return None
    rows = zip(field.subwidgets, field.field.cards, strict=True)
    return [Card(radio, insurer, _compared(insurer)) for radio, insurer in rows]


def _compared(insurer: Insurer) -> list[Fact]:
    return [
        Fact("Лицензия", insurers.licence(insurer)),
        Fact("Надёжность", insurer.reliability_rating or "нет оценки"),
        Fact("Оценка людей", insurers.rating(insurer)),
        Fact("Жалоб на 10 000 человек", insurers.number(insurer.complaints_per_10k)),
        Fact("Застраховано", insurers.number(insurer.insured_count)),
        Fact("Телефон", insurer.hot_line or insurer.phone or "не указан"),
    ]


def _compare_url(form: Step) -> str:
    """Return the page where the offered insurers stand side by side."""
    for field in form.fields.values():
        if isinstance(field, InsurerField) and field.cards:
            region = field.cards[0].region_id
            if len(field.cards) > COMPARED:
                return f"{address('portal:insurers')}?region={region}"
            codes = "".join(f"&code={insurer.code}" for insurer in field.cards)
            return f"{address('portal:compare')}?region={region}{codes}"
    return ""


def _plan(form: Step) -> plans.Plan | None:
    """Return where the offered places lie, None for a step that offers none."""
    offered = [field for field in form.fields.values() if isinstance(field, PointField)]
    return points.plan(offered[0].cards) if offered else None


def _region_url(case: Case, walked: Walk, own: type[Step]) -> str:
    """Return the step before this one that asks for the region, if there is one."""
    for other in walked.steps:
        if other is own:
            break
        if "region" in other.base_fields:
            return step_url(case, other)
    return ""


def _previous(case: Case, walked: Walk, own: type[Step]) -> str:
    place = walked.steps.index(own)
    return step_url(case, walked.steps[max(place - 1, 0)])


def _following(case: Case, service: PublicService, own: type[Step], walked: Walk) -> str:
    """Return the next page in order: documents before the signature, where any are asked for."""
    rest = walked.steps[walked.steps.index(own) + 1 :]
    if rest and rest[0].signs and service.asked_documents(walked.application):
        return documents_url(case)
    return step_url(case, rest[0]) if rest else next_url(case, service, walked)


def _is_submitted(request: HttpRequest, case: Case) -> HttpResponse:
    messages.info(request, f"{SUBMITTED}.")
    return redirect("portal:case", case.number)
