"""Confirming who one is by an electronic signature: the text, the signature, the result."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level, User
from oms.domain.identity.method import fields_of
from oms.domain.identity.methods import signature as method
from oms.domain.identity.models import Confirmation
from oms.faces.portal.account.browser import posted
from oms.faces.portal.account.page import account_page
from oms.gateways.personal_signature import MAX_BYTES

_MISSING = "Подпись: подпишите текст здесь или приложите файл .sig или .p7s"


class SignatureForm(forms.Form):
    """A signature made in the browser, or a file made elsewhere."""

    signature = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2 * MAX_BYTES)
    file = forms.FileField(
        label="Файл с подписью",
        required=False,  # or the signature comes from the browser
        help_text="С именем .sig или .p7s, до 256 КБ",
        widget=forms.FileInput(attrs={"accept": ".sig,.p7s,.sgn,.p7m"}),
    )

    def clean(self) -> dict[str, object]:
        """Take the bytes from either way."""
        data: dict[str, object] = super().clean() or self.cleaned_data
        file, typed = data.get("file"), str(data.get("signature") or "")
        if file and file.size > MAX_BYTES:  # type: ignore[attr-defined]
            self.add_error("file", "Файл с подписью: больше 256 КБ. Нужна отделённая подпись")
        elif not file and not typed:
            self.add_error("file", _MISSING)
        else:
            data["bytes"] = file.read() if file else typed.encode()  # type: ignore[attr-defined]
        return data


@never_cache
@sign_in_required
@require_http_methods(["GET", "POST"])
def signature(request: HttpRequest) -> HttpResponse:
    """The text to sign and the two ways to sign it; POST brings the signature."""
    user = _me(request)
    if user.level == Level.CONFIRMED:
        return redirect("identity_menu")
    at = timezone.now()
    own = method.begin(user=user, at=at)
    form = SignatureForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            own = method.check(confirmation=own, signature=form.cleaned_data["bytes"], at=at)
        except (method.NotSigned, method.TooManyTries) as no:
            form.add_error(None, no.text)
        else:
            return _done(request, own)
    context = {
        "title": "Электронная подпись",
        "form": form,
        "challenge": method.challenge(own),
        "fields": fields_of(own.fields) if own.state == Confirmation.State.FIX else (),
        "reason": own.reason,
        "due_at": own.due_at,
    }
    return account_page(request, "portal/identity/signature.html", context)


@never_cache
@sign_in_required
@require_GET
def text(request: HttpRequest) -> HttpResponse:
    """The text as a file, byte for byte what must be signed."""
    own = method.begin(user=_me(request), at=timezone.now())
    return HttpResponse(
        method.challenge(own).content,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="oms-podpis.txt"'},
    )


def _done(request: HttpRequest, own: Confirmation) -> HttpResponse:
    if own.state == Confirmation.State.CONFIRMED:
        messages.success(request, "Личность подтверждена электронной подписью")
        return redirect("identity_menu")
    return redirect("identity_signature")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
