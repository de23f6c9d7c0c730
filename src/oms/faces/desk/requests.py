"""Requests to the support: the nearest term first; each answered on a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts import blocking, regain, requests, support
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import AccountRequest, User
from oms.domain.accounts.regain import Candidate
from oms.domain.notifications import security as notices
from oms.domain.register import queries as register
from oms.faces.design.parts import Chip, Crumb, Fact
from oms.faces.design.parts import State as Tint
from oms.faces.desk import words
from oms.faces.desk.account_forms import AnswerForm, GrantForm, RefuseForm
from oms.faces.desk.accounts import allow, called, facts
from oms.faces.desk.looks import look_at_account
from oms.faces.desk.pages import HELPERS, page, staff
from oms.kit.denied import Denied
from oms.law import dates, names, phone, snils
from oms.law.typed import NBSP

Kind = AccountRequest.Kind
TINTS: dict[str, Tint] = {"open": "info", "done": "ok", "refused": "danger"}
KEYS = (("J", "Следующее обращение"), ("K", "Предыдущее обращение"), ("Enter", "Открыть"))
FILTERS = {"open": "Ждут ответа", "done": "Решены"}
EMPTY = {
    "open": ("Все обращения решены", "Новые появятся здесь сами."),
    "done": ("Решённых обращений пока нет", "Здесь останутся обращения с ответом."),
}


@dataclass(frozen=True)
class Row:
    """A request as the queue shows it."""

    request: AccountRequest
    who: str
    due: str
    overdue: bool
    tint: Tint


@require_safe
@staff_required(*HELPERS)
def queue(request: HttpRequest) -> HttpResponse:
    """The list under one of two filters. Two queries."""
    user, at = staff(request), timezone.now()
    waiting = requests.queue(by=user)
    chosen = "done" if request.GET.get("filter") == "done" else "open"
    shown = waiting if chosen == "open" else requests.decided(by=user)
    base = reverse("desk:requests")
    return page(
        request,
        "desk/requests.html",
        section="requests",
        title="Обращения",
        count=len(waiting),
        keys=KEYS,
        label="Отборы обращений",
        chips=[
            Chip(
                title,
                f"{base}?filter={name}",
                len(waiting) if name == "open" else None,
                current=name == chosen,
            )
            for name, title in FILTERS.items()
        ],
        rows=[_row(one, at) for one in shown],
        empty=EMPTY[chosen],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*HELPERS)
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """One request with all a decision needs; its forms are sent here."""
    found, at = _find(request, number), timezone.now()
    is_access = found.kind == Kind.ACCESS
    return _access(request, found, at) if is_access else _answer(request, found, at)


def _access(request: HttpRequest, found: AccountRequest, at: datetime) -> HttpResponse:
    """Typed data beside the accounts that may be meant: each shown is a look."""
    is_open = found.state == AccountRequest.State.OPEN
    meant = _candidates(request, found, at) if is_open else []
    grant = GrantForm(request.POST if "grant" in request.POST else None, candidates=meant)
    refuse = RefuseForm(request.POST if "refuse" in request.POST else None)
    no = None
    if request.method == "POST":
        no = _decide_access(request, found, grant=grant, refuse=refuse, meant=meant, at=at)
        if no is None and not grant.errors and not refuse.errors:
            return redirect("desk:request", found.number)
    return _sheet_page(
        request,
        found,
        no,
        "desk/request_access.html",
        invalid=bool(grant.errors or refuse.errors),
        typed=_typed(found),
        candidates=[(one, called(one.user), facts(one.user)) for one in meant],
        grant=grant,
        refuse=refuse,
    )


def _decide_access(
    request: HttpRequest,
    found: AccountRequest,
    *,
    grant: GrantForm,
    refuse: RefuseForm,
    meant: Sequence[Candidate],
    at: datetime,
) -> Denied | None:
    by = staff(request)
    try:
        with transaction.atomic():
            if "grant" in request.POST and grant.is_valid():
                chosen = int(grant.cleaned_data["account"])
                user = next(one.user for one in meant if one.user.pk == chosen)
                granted = regain.grant(
                    request=found, user=user, how=grant.cleaned_data["how"],
                    note=grant.cleaned_data["note"], by=by, at=at,
                )  # fmt: skip
                notices.access_granted(granted, at=at)
                messages.success(request, _granted_words(granted, at))
            elif "refuse" in request.POST and refuse.is_valid():
                answer = regain.REFUSALS[refuse.cleaned_data["why"]]
                decided = requests.decide(request=found, done=False, answer=answer, by=by, at=at)
                notices.request_decided(decided, at=at)
                messages.success(request, "Ответ отправлен на новый телефон и почту.")
    except Denied as no:
        return no
    return None


def _answer(request: HttpRequest, found: AccountRequest, at: datetime) -> HttpResponse:
    """A request of a known person: what they wrote, how the account stands, the answer."""
    user, contests = found.user, found.kind == Kind.CONTEST
    form = AnswerForm(request.POST or None, contests=contests)
    no = None
    if request.method == "POST" and form.is_valid():
        no = _decide(request, found, form, at)
        if no is None:
            return redirect("desk:request", found.number)
    if user is not None:
        purpose = f"Обращение №{NBSP}{found.number}"
        look_at_account(request, user, purpose=purpose, at=at)
        if blocking.may(by=staff(request), user=user):
            allow(request, user, purpose, at)
    return _sheet_page(
        request,
        found,
        no,
        "desk/request_answer.html",
        invalid=bool(form.errors),
        contests=contests,
        account=user,
        called=called(user) if user else "",
        may=bool(user and blocking.may(by=staff(request), user=user)),
        facts=facts(user) if user else (),
        events=support.events(user=user) if user else (),
        form=form,
        same_hands=bool(user and contests and requests.blocked_by(user=user) == staff(request).key),
    )


def _decide(
    request: HttpRequest, found: AccountRequest, form: AnswerForm, at: datetime
) -> Denied | None:
    done, answer = form.cleaned_data["done"] == "yes", form.cleaned_data["answer"]
    try:
        with transaction.atomic():
            decided = requests.decide(
                request=found, done=done, answer=answer, by=staff(request), at=at
            )
            if done and found.kind == Kind.CONTEST and decided.user is not None:
                notices.unblocked(decided.user, answer=answer, at=at)
            notices.request_decided(decided, at=at)
    except Denied as no:
        return no
    messages.success(request, "Ответ записан. Человек получит сообщение.")
    return None


def _sheet_page(
    request: HttpRequest,
    found: AccountRequest,
    no: Denied | None,
    template: str,
    *,
    invalid: bool,
    **context: Any,
) -> HttpResponse:
    at = timezone.now()
    return page(
        request,
        template,
        section="requests",
        title=str(found.get_kind_display()),
        status=no.status if no else 422 if invalid else 200,
        crumbs=[Crumb("Обращения", reverse("desk:requests")), Crumb(found.number)],
        row=_row(found, at),
        is_open=found.state == AccountRequest.State.OPEN,
        no=no,
        **context,
    )


def _find(request: HttpRequest, number: str) -> AccountRequest:
    rows = AccountRequest.objects.visible_to(staff(request)).select_related("user")
    found = rows.filter(number=number).first() if "\0" not in number else None
    if found is None:
        raise Http404
    return found


def _candidates(request: HttpRequest, found: AccountRequest, at: datetime) -> list[Candidate]:
    policy = found.typed.get("policy", "")
    by_policy = register.account_of_policy(number=policy) if policy else None
    meant = regain.candidates(request=found, by=staff(request), by_policy=by_policy)
    for one in meant:
        purpose = f"Обращение №{NBSP}{found.number}: вернуть доступ"
        look_at_account(request, one.user, purpose=purpose, at=at)
    return meant


def _typed(found: AccountRequest) -> list[Fact]:
    typed = found.typed
    if not typed:
        return []
    name = names.full(typed["family_name"], typed["given_name"], typed["patronymic"])
    return [
        Fact("Фамилия, имя, отчество", name),
        Fact("Дата рождения", dates.long(date.fromisoformat(typed["birth_date"]))),
        Fact("СНИЛС", snils.display(typed["snils"]) if typed["snils"] else ""),
        Fact("Номер полиса", typed["policy"]),
        Fact("Новый телефон", phone.display(typed["phone"])),
        Fact("Новая почта", typed["email"]),
        Fact("Когда звонить", typed["reach"]),
    ]


def _granted_words(granted: regain.Granted, at: datetime) -> str:
    if granted.opens_at <= at:
        return "Доступ возвращён. Ссылка ушла на новую почту и действует сразу."
    return (
        "Доступ возвращён. Прежние контакты предупреждены, поэтому ссылка откроется "
        f"{notices.moment(granted.opens_at)}."
    )


def _row(one: AccountRequest, at: datetime) -> Row:
    is_open = one.state == AccountRequest.State.OPEN
    moment = one.due_at if is_open else one.decided_at or one.due_at
    return Row(
        request=one,
        who=_who(one),
        due=words.day_words(moment, at=at),
        overdue=is_open and at > one.due_at,
        tint=TINTS[one.state],
    )


def _who(one: AccountRequest) -> str:
    user: User | None = one.user
    if user is not None:
        return names.short(user.family_name, user.given_name, user.patronymic)
    typed = one.typed
    if not typed:
        return "Данные удалены"
    return names.short(typed["family_name"], typed["given_name"], typed["patronymic"])
