"""Who of the staff looked at a person's data, when and why, and complaints about a look."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts import requests
from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import AccountRequest, Role, User
from oms.domain.directory.queries import organization_names
from oms.domain.register import queries as register
from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import address, page

ROLES = dict(Role.choices)


class ComplaintForm(forms.Form):
    """What seems wrong about a look."""

    text = forms.CharField(
        label="Что вас беспокоит",
        max_length=requests.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": requests.LONGEST}),
        help_text="Например: я не подавал заявлений в эту организацию",
        error_messages={"required": "Напишите, что вас беспокоит"},
    )


@require_safe
@sign_in_required
def readers(request: HttpRequest) -> HttpResponse:
    """Return the last looks, newest first. A fixed number of queries."""
    user = subject(request)
    looks = register.readers_of_account(user)
    names = organization_names(keys={look.organization for look in looks})
    told = requests.complaints(user=_me(request))
    return page(
        request,
        "portal/readers.html",
        title="Кто смотрел данные",
        crumbs=[
            Crumb("Главная", "/"),
            Crumb("Ваши данные", address("account_data")),
            Crumb("Кто смотрел"),
        ],
        looks=[
            (
                look,
                ROLES.get(look.role, "Сотрудник"),
                names.get(look.organization, ""),
                told.get(f"journal:{look.number}"),
            )
            for look in looks
        ],
    )


@sign_in_required
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the support to find out why somebody looked."""
    user = subject(request)
    look = next((one for one in register.readers_of_account(user) if one.number == number), None)
    if look is None:
        raise Http404
    form = ComplaintForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = requests.ask(
            kind=AccountRequest.Kind.LOOK,
            user=_me(request),
            typed={"role": look.role, "organization": look.organization, "at": look.at.isoformat()},
            text=form.cleaned_data["text"],
            about=f"journal:{look.number}",
            at=timezone.now(),
        )
        messages.success(
            request, f"Жалоба №\N{NO-BREAK SPACE}{made.number} принята. Ответ придёт в сообщения"
        )
        return redirect("portal:readers")
    return page(
        request,
        "portal/complain.html",
        title="Пожаловаться на просмотр",
        crumbs=[
            Crumb("Главная", "/"),
            Crumb("Кто смотрел", address("portal:readers")),
            Crumb("Жалоба"),
        ],
        form=form,
        look=look,
        role=ROLES.get(look.role, "Сотрудник"),
    )


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
