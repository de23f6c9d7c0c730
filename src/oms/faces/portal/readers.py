"""Who of the staff looked at a person's data, when and why, and complaints about a look."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

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
from oms.domain.register import looks
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


PAGE = 20
PERIODS = (("", "За всё время"), ("30", "За 30 дней"), ("365", "За год"))


@require_safe
@sign_in_required
def readers(request: HttpRequest) -> HttpResponse:
    """Return the looks, newest first, a page at a time. A fixed number of queries."""
    user, at = subject(request), timezone.now()
    keys = looks.keys_of_account(user)
    names = organization_names(keys=looks.organizations(keys))
    houses = sorted((name, key) for key, name in names.items())
    asked = _asked(request, names)
    number = _page_number(request.GET.get("page", ""))
    found = looks.newest(
        keys,
        organization=asked["house"],
        since=at - timedelta(days=int(asked["period"])) if asked["period"] else None,
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )
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
        any_looks=bool(found) or number > 1 or any(asked.values()),
        houses=houses,
        periods=PERIODS,
        asked=asked,
        looks=[
            (
                look,
                ROLES.get(look.role, "Сотрудник"),
                names.get(look.organization, ""),
                told.get(f"journal:{look.number}"),
            )
            for look in found[:PAGE]
        ],
        page_words=f"Страница {number}",
        previous_url=_url(asked, number - 1) if number > 1 else "",
        next_url=_url(asked, number + 1) if len(found) > PAGE else "",
    )


def _asked(request: HttpRequest, names: Mapping[str, str]) -> dict[str, str]:
    house, period = request.GET.get("house", ""), request.GET.get("period", "")
    return {
        "house": house if house in names else "",
        "period": period if period in dict(PERIODS) else "",
    }


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 6
    return max(int(typed), 1) if right else 1


def _url(asked: dict[str, str], number: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return "?" + urlencode({**kept, **({"page": str(number)} if number > 1 else {})})


@sign_in_required
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the support to find out why somebody looked."""
    user = subject(request)
    look = looks.find(looks.keys_of_account(user), number=number)
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
