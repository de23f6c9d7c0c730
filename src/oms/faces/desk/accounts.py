"""Accounts at the support's desk: found by an exact contact, opened for a purpose, blocked."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.diagnosis import queries as diagnosis
from oms.domain.accounts import blocking, factors, masks, queries, requests, support
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import User
from oms.domain.notifications import queries as notifications
from oms.domain.notifications import security as notices
from oms.faces.design.parts import Crumb, Fact
from oms.faces.design.templatetags.design import date_words
from oms.faces.desk.account_forms import AccountSearchForm, BlockForm, UnblockForm
from oms.faces.desk.looks import look_at_account
from oms.faces.desk.pages import HELPERS, page, staff
from oms.kit.denied import Denied
from oms.law import dates, names
from oms.law.typed import NBSP

LASTS = timedelta(minutes=30)
"""How long a purpose told once opens the account it was told for."""
_OPENED = "desk_accounts"
SENT_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*HELPERS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Find one account. What is typed never stands in an address."""
    form = AccountSearchForm(request.POST or None)
    missed = False
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            found = support.find(
                text=form.cleaned_data["text"], purpose=form.words(), by=staff(request), at=at
            )
        except Denied as no:
            form.add_error("text", no.text)
        else:
            if found is not None:
                allow(request, found, form.words(), at)
                return redirect("desk:account", found.pk)
            missed = True
    return page(
        request,
        "desk/accounts.html",
        section="accounts",
        title="Кабинеты",
        status=422 if form.errors else 200,
        form=form,
        missed=missed,
    )


@require_safe
@staff_required(*HELPERS)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account that was found or asked about within the last half hour."""
    user, purpose = _opened(request, pk)
    look_at_account(request, user, purpose=purpose, at=timezone.now())
    return page(
        request,
        "desk/account.html",
        section="accounts",
        title=called(user),
        crumbs=[*_crumbs(), Crumb(called(user))],
        account=user,
        purpose=purpose,
        facts=facts(user),
        events=support.events(user=user),
        sent=notifications.deliveries(user=user, limit=SENT_SHOWN),
        checked=checked(user),
        requests=requests.mine(user=user),
        may=blocking.may(by=staff(request), user=user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*HELPERS)
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account: a reason of the list, words for its owner."""
    user, _ = _opened(request, pk)
    form = BlockForm(request.POST or None)
    no = None
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            with transaction.atomic():
                closed = blocking.block(user=user, by=staff(request), at=at, **form.cleaned_data)
                notices.blocked(closed, at=at)
        except Denied as denied:
            no = denied
        else:
            messages.success(request, "Кабинет закрыт. Человек получит сообщение с причиной.")
            return redirect("desk:account", pk)
    return _form_page(
        request, user, form, no, template="desk/account_block.html", title="Заблокировать кабинет"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*HELPERS)
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an account again."""
    user, _ = _opened(request, pk)
    form = UnblockForm(request.POST or None)
    no = None
    if request.method == "POST" and form.is_valid():
        at, text = timezone.now(), form.cleaned_data["text"]
        try:
            with transaction.atomic():
                opened = blocking.unblock(user=user, text=text, by=staff(request), at=at)
                notices.unblocked(opened, answer=text, at=at)
        except Denied as denied:
            no = denied
        else:
            messages.success(request, "Кабинет снова открыт. Человек получит сообщение.")
            return redirect("desk:account", pk)
    return _form_page(
        request, user, form, no, template="desk/account_unblock.html", title="Открыть кабинет"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*HELPERS)
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    """End all sessions of an account whose owner lost a device; the account stays open."""
    user, _ = _opened(request, pk)
    if request.method == "POST":
        at = timezone.now()
        with transaction.atomic():
            ended = blocking.end_sessions(user=user, by=staff(request), at=at)
            if ended:
                notices.signed_out(user, at=at)
        done = "Сеансы завершены. Человек получит сообщение."
        messages.success(request, done if ended else "Открытых сеансов нет.")
        return redirect("desk:account", pk)
    return page(
        request,
        "desk/account_sign_out.html",
        section="accounts",
        title="Завершить все сеансы?",
        crumbs=[
            *_crumbs(),
            Crumb(called(user), reverse("desk:account", args=[user.pk])),
            Crumb("Сеансы"),
        ],
        account=user,
        called=called(user),
    )


def allow(request: HttpRequest, user: User, purpose: str, at: datetime) -> None:
    """Let this session open the account for half an hour, for the purpose told."""
    since = (at - LASTS).timestamp()
    kept = {k: v for k, v in request.session.get(_OPENED, {}).items() if v[1] > since}
    request.session[_OPENED] = {**kept, str(user.pk): [purpose, at.timestamp()]}


def facts(user: User) -> list[Fact]:
    """Return what helps to help, and no more: contacts half hidden, nothing of health. One query.

    The support compares what the person says with the ends of the contacts.
    """
    ways = [str(_WAYS[kind]) for kind in factors.ways(user=user)]
    phone = masks.phone(user.phone) if user.phone else "нет"
    email = masks.email(user.email) if user.email else "нет"
    return [
        Fact("Дата рождения", dates.long(user.birth_date) if user.birth_date else ""),
        Fact("СНИЛС", f"…{user.snils[-4:-2]}{NBSP}{user.snils[-2:]}" if user.snils else ""),
        Fact("Телефон", phone if user.phone_confirmed_at else f"{phone}, не подтверждён"),
        Fact("Почта", email if user.email_confirmed_at else f"{email}, не подтверждена"),
        Fact("Учётная запись", str(user.get_level_display())),
        Fact("Второй фактор", ", ".join(ways) or "не настроен"),
        Fact("Кабинет открыт", date_words(user.created_at)),
        Fact("Последний вход", date_words(user.last_login) if user.last_login else "не входил"),
    ]


def checked(user: User) -> dict[str, object] | None:
    """Return the person's last check «Полиса нет в кабинете»: what was found, in titles alone.

    The words are the person's: they tell of the register, which the support does not see. One
    query.
    """
    run = diagnosis.latest(user=user)
    if run is None:
        return None
    verdict = diagnosis.verdict(run)
    found = [one for one in (verdict.main, *verdict.others) if one]
    return {"at": run.begun_at, "finished": run.finished_at, "found": found}


def called(user: User) -> str:
    """Return the whole name."""
    return names.full(user.family_name, user.given_name, user.patronymic)


_WAYS = {
    factors.Kind.PASSKEY: "ключ доступа",
    factors.Kind.APP: "приложение",
    factors.Kind.SMS: "СМС",
    factors.Kind.CODES: "запасные коды",
}


def _opened(request: HttpRequest, pk: int) -> tuple[User, str]:
    """Return the account and the purpose; 404 for one this session did not find itself."""
    words, told = request.session.get(_OPENED, {}).get(str(pk), ("", 0))
    is_fresh = timezone.now().timestamp() - told < LASTS.total_seconds()
    user = queries.account(pk=pk) if words and is_fresh else None
    if user is None or not blocking.may(by=staff(request), user=user):
        raise Http404
    return user, str(words)


def _crumbs() -> list[Crumb]:
    return [Crumb("Кабинеты", reverse("desk:accounts"))]


def _form_page(
    request: HttpRequest,
    user: User,
    form: BlockForm | UnblockForm,
    no: Denied | None,
    *,
    template: str,
    title: str,
) -> HttpResponse:
    return page(
        request,
        template,
        section="accounts",
        title=title,
        status=no.status if no else 422 if form.errors else 200,
        crumbs=[
            *_crumbs(),
            Crumb(called(user), reverse("desk:account", args=[user.pk])),
            Crumb(title),
        ],
        account=user,
        called=called(user),
        form=form,
        no=no,
    )
