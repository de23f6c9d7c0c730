"""Duplicates at the fund's desk: the queue, a pair side by side, the decision, the way back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.cases import queries as cases
from oms.cases.models import Case
from oms.catalog.applicants import new_person
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.duplicates import judging, merging, queries
from oms.domain.duplicates.models import Merge, Pair
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import Chip, Crumb
from oms.faces.desk.duplicates.forms import DIFFERENT, ONE, DecisionForm, ReasonForm, SureForm
from oms.faces.desk.duplicates.words import bars, bits, called, rows, short_reasons
from oms.faces.desk.looks import look_at_people
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.sheet import find_case
from oms.kit.denied import Denied

PURPOSE = "Двойники: сверка двух записей"
KEYS = (("J", "Открыть первую пару"), ("B", "Бесспорные пары"))
PAIR_KEYS = (("B", "Назад к очереди"),)
_DONE = {
    ONE: "Записи объединены. Если это ошибка, отмените объединение в истории.",
    DIFFERENT: "Запомнили: это разные люди.",
}


@require_safe
@staff_required(Role.FUND)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, surest first."""
    found = queries.queue(staff(request))
    return page(
        request,
        "desk/duplicates.html",
        section="duplicates",
        title="Двойники",
        keys=KEYS,
        tabs=_tabs("queue"),
        rows=[_line(pair) for pair in found],
        sure=sum(pair.sure for pair in found),
        full=len(found) >= queries.SHOWN,
    )


@require_safe
@staff_required(Role.FUND)
def history(request: HttpRequest) -> HttpResponse:
    """What was merged, taken back, judged."""
    user = staff(request)
    return page(
        request,
        "desk/duplicates_history.html",
        section="duplicates",
        title="Что решили",
        tabs=_tabs("history"),
        merges=[{"merge": one, "name": called(one.kept)} for one in queries.merges(user)],
        judged=[
            {"pair": one, "name": called(one.left)}
            for one in queries.decided(user)
            if one.state != Pair.State.ONE
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two records side by side; decide (POST)."""
    user, at = staff(request), timezone.now()
    own = queries.pair_of(user, pk)
    if own is None:
        raise Http404
    seen = queries.review(own)
    closed = {side.person.pk: side.why_not for side in (seen.left, seen.right)}
    form = DecisionForm(
        request.POST or None, pair=own, closed=closed, initial={"kept": str(seen.suggested or "")}
    )
    no = None
    if request.method == "POST" and form.is_valid():
        no = _decide(request, own, form.cleaned_data, at=at)
        if no is None:
            return redirect("desk:duplicates")
    look_at_people(request, (own.left, own.right), purpose=PURPOSE, at=at)
    return page(
        request,
        "desk/duplicates_pair.html",
        section="duplicates",
        title="Один человек или двое?",
        keys=PAIR_KEYS,
        crumbs=[_crumb(), Crumb("Сверка")],
        own=own,
        seen=seen,
        rows=rows(seen),
        bars=bars(seen),
        weight=bits(own.weight),
        percent=_percent(own),
        form=form,
        no=no,
        waits=own.state not in judging.JUDGED,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def sure(request: HttpRequest) -> HttpResponse:
    """The pairs that leave no doubt: looked through together, merged at a press (POST)."""
    user, at = staff(request), timezone.now()
    found = {str(one.pk): one for one in queries.queue(user, sure=True)}
    choices = [(key, f"{called(one.left)} и {called(one.right)}") for key, one in found.items()]
    form = SureForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        chosen = [found[key] for key in form.cleaned_data["pairs"]]
        _merge_all(request, chosen, form.cleaned_data["note"], at=at)
        return redirect("desk:duplicates")
    people = [person for one in found.values() for person in (one.left, one.right)]
    look_at_people(request, people, purpose=PURPOSE, at=at)
    return page(
        request,
        "desk/duplicates_sure.html",
        section="duplicates",
        title="Бесспорные пары",
        crumbs=[_crumb(), Crumb("Бесспорные пары")],
        form=form,
        found=[_line(one) for one in found.values()],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """One merge: what went where; take it back (POST)."""
    user, at = staff(request), timezone.now()
    own = queries.merge_of(user, pk)
    if own is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    no = None
    if request.method == "POST" and form.is_valid():
        no = _undo(request, own, form.cleaned_data["note"], at=at)
        if no is None:
            return redirect("desk:duplicates_merge", own.pk)
    look_at_people(request, (own.kept, own.other), purpose=PURPOSE, at=at)
    return page(
        request,
        "desk/duplicates_merge.html",
        section="duplicates",
        title="Объединение записей",
        crumbs=[_crumb(), Crumb("Что решили", reverse("desk:duplicates_history")), Crumb("Запись")],
        own=own,
        kept=called(own.kept),
        other=called(own.other),
        form=form,
        no=no,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def newcomer(request: HttpRequest, number: str) -> HttpResponse:
    """An application stopped by the gate: is it the person on record, or another? (POST)."""
    user, at = staff(request), timezone.now()
    case = find_case(request, number)
    found = _stopping(case, at)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        judging.rule_other(
            basis=case.key, persons=[one.pk for one in found], by=user.actor,
            note=form.cleaned_data["note"], at=at,
        )  # fmt: skip
        messages.success(request, "Запомнили: это другой человек. Теперь заявление можно одобрить.")
        return redirect("desk:approve", case.number)
    visible = InsuredPerson.objects.visible_to(user).filter(pk__in=[one.pk for one in found])
    look_at_people(request, visible, purpose=PURPOSE, at=at)
    mine = {one.pk for one in visible}
    return page(
        request,
        "desk/duplicates_newcomer.html",
        section="cases",
        title="Этот человек уже есть в реестре?",
        crumbs=[Crumb("Дела", reverse("desk:queue")), Crumb("Сверка")],
        case=case,
        found=[called(one) if one.pk in mine else "" for one in found],
        form=form,
    )


def _stopping(case: Case, at: datetime) -> list[InsuredPerson]:
    """The records that stop the entry and are not ruled out yet."""
    ruled = set(judging.judged_other(case.key))
    known = cases.application(case, on=cases.day(at))
    if "birth_date" not in known.answers or "region" not in known.answers:
        return []
    found = register.doubles_on_record(data=new_person(known.answers), at=at)
    return [one for one in found if one.pk not in ruled]


def _decide(
    request: HttpRequest, own: Pair, told: dict[str, Any], *, at: datetime
) -> Denied | None:
    by, note = staff(request), told["note"]
    try:
        if told["verdict"] == ONE:
            judging.one_person(pair=own, kept=int(told["kept"]), reason=note, by=by, at=at)
        elif told["verdict"] == DIFFERENT:
            judging.different_people(pair=own, note=note, by=by, at=at)
        else:
            judging.not_enough(pair=own, note=note, ask_on=told["ask_on"], by=by, at=at)
    except Denied as no:
        return no
    messages.success(request, _DONE.get(told["verdict"], "Отложили. Пара вернётся в этот день."))
    return None


def _undo(request: HttpRequest, own: Merge, note: str, *, at: datetime) -> Denied | None:
    try:
        merging.unmerge(merge=own, by=staff(request).actor, at=at, reason=note)
    except Denied as no:
        return no
    messages.success(request, "Объединение отменено. Записи снова отдельные.")
    return None


def _merge_all(request: HttpRequest, chosen: list[Pair], note: str, *, at: datetime) -> None:
    """Merge each pair by itself: one that cannot be stays in the queue."""
    done, stopped = 0, 0
    for one in chosen:
        best = queries.review(one).suggested
        try:
            if best is None:
                raise register.CannotMerge
            judging.one_person(pair=one, kept=best, reason=note, by=staff(request), at=at)
            done += 1
        except Denied:
            stopped += 1
    messages.success(request, f"Объединили пар: {done}.")
    if stopped:
        messages.warning(request, f"Не объединили пар: {stopped}. Откройте их по одной.")


def _line(own: Pair) -> dict[str, Any]:
    return {
        "pair": own,
        "left": called(own.left),
        "right": called(own.right),
        "percent": _percent(own),
        "weight": bits(own.weight),
        "why": short_reasons(queries.reasons(own)),
        "changed": ", ".join(own.changed),
    }


def _percent(own: Pair) -> int:
    """Whole percents, never a hundred: nothing is that sure."""
    return min(int(queries.probability(own) * 100), 99)


def _tabs(current: str) -> list[Chip]:
    return [
        Chip("Ждут решения", reverse("desk:duplicates"), current=current == "queue"),
        Chip("Что решили", reverse("desk:duplicates_history"), current=current == "history"),
    ]


def _crumb() -> Crumb:
    return Crumb("Двойники", reverse("desk:duplicates"))
