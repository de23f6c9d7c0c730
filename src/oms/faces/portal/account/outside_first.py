"""The first time by an outside provider: link one's cabinet, or open a new one.

Both choices are shown to everybody: whether there is a cabinet with the same phone, e-mail or
СНИЛС is told to nobody, and who links must have signed in to it.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from oms.domain.accounts import claims, outside, registration
from oms.domain.accounts.models import User
from oms.faces.portal.account import browser, outside_entry, signup
from oms.faces.portal.account import outside_session as walks
from oms.faces.portal.account.outside_forms import OpenForm
from oms.faces.portal.account.outside_offers import title_of
from oms.faces.portal.account.sign_in import confirm_required
from oms.gateways.openid import Vouched
from oms.kit.denied import Denied
from oms.law import dates, names

View = Callable[[HttpRequest, Vouched, str], HttpResponse]


def _arrived(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let in who has come from a provider within the last half hour."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        found = walks.arrived(request, at=timezone.now())
        if found is None:
            messages.warning(request, "Прошло больше получаса. Начните вход ещё раз")
            return redirect(
                "account_security" if request.user.is_authenticated else "account_login"
            )
        return view(request, *found)

    return guarded


@never_cache
@require_GET
@_arrived
def first(request: HttpRequest, vouched: Vouched, wanted: str) -> HttpResponse:
    """The choice, the same for everybody."""
    if request.user.is_authenticated:
        return redirect("account_outside_link")
    query = urlencode({"next": reverse("account_outside_link")})
    context = {
        "title": "Первый вход",
        "sign_in_url": f"{reverse('account_login')}?{query}",
        **_who(vouched),
    }
    return render(request, "portal/account/outside_first.html", context)


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
@_arrived
def link(request: HttpRequest, vouched: Vouched, wanted: str) -> HttpResponse:
    """Link the cabinet one has signed in to."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        try:
            outside_entry.link(request, user, vouched)
        except Denied as no:
            messages.error(request, no.text)
            return redirect("account_security")
        walks.forget_arrived(request)
        return redirect(wanted or "/")
    context = {"title": "Привязать вход", **_who(vouched)}
    return render(request, "portal/account/outside_link.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@_arrived
def new(request: HttpRequest, vouched: Vouched, wanted: str) -> HttpResponse:
    """Open a cabinet: what the provider told stands, the rest is typed and proven by codes."""
    if request.user.is_authenticated:
        return redirect("account_outside_link")
    person, on = claims.read(vouched), timezone.localdate()
    links = {
        "terms": reverse("account_consent", args=["terms"]),
        "personal_data": reverse("account_consent", args=["personal-data"]),
    }
    form = OpenForm(browser.posted(request), person=person, on=on, links=links)
    if request.method == "POST" and form.is_valid():
        try:
            return _open(request, form, vouched, wanted)
        except Denied as no:
            form.add_error(None, no.text)
    context = {"title": "Откройте кабинет", "form": form, **_who(vouched)}
    return render(request, "portal/account/outside_new.html", context)


def _open(request: HttpRequest, form: OpenForm, vouched: Vouched, wanted: str) -> HttpResponse:
    """Open the cabinet at once where both contacts are vouched for, else lead to the codes."""
    person, typed, at = form.person, form.typed, timezone.now()
    outside.refuse_opening(person=person, on=form.on)
    proven = {
        name: outside.is_proven(person=person, field=name, value=getattr(typed, name))
        for name in ("phone", "email")
    }
    begun = registration.begin(typed=typed, phone_proven=proven["phone"], at=at)
    if not all(proven.values()):
        walks.note_registration(request, key=begun.key)
        return signup.go_on(request, begun)
    account = outside.open_account(registered=begun, person=person, on=form.on, at=at)
    walks.forget_arrived(request)
    return outside_entry.let_in(
        request, account=account, vouched=vouched, wanted=wanted, signup=True
    )


def _who(vouched: Vouched) -> dict[str, object]:
    """Who came, as the pages show it."""
    person = claims.read(vouched)
    values = person.values
    parts = (values.get(name, "") for name in ("family_name", "given_name", "patronymic"))
    born = values.get("birth_date")
    return {
        "provider_title": title_of(vouched.provider),
        "who": names.full(*parts),
        "born": dates.long(born) if born else "",
        "is_trusted": person.is_trusted,
    }
