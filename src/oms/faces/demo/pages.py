"""Who is who: every demo account with its story, and a way in without typing."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from oms.domain.accounts import actions as accounts
from oms.domain.accounts import factors
from oms.domain.accounts.models import User
from oms.domain.accounts.synthetic import DEMO_SECRET
from oms.faces.demo import programs
from oms.faces.demo.people import CAST, CITIZENS, LOST, PASSWORD, STAFF, Character


@dataclass(frozen=True)
class Code:
    """The code of the second factor now, how long it lives."""

    text: str
    seconds_left: int


def code_now(*, at: datetime) -> Code:
    """What every demo account's authenticator app shows at the moment."""
    left = factors.PERIOD - int(at.timestamp()) % factors.PERIOD
    return Code(factors.code_at(secret=DEMO_SECRET, at=at), left)


@never_cache
@require_safe
def who_is_who(request: HttpRequest) -> HttpResponse:
    """Cards of all accounts."""
    _only_in_demo()
    context = {
        "title": "Учебный портал: кто есть кто",
        "citizens": [one for one in CITIZENS if one not in LOST],
        "lost": LOST,
        "staff": STAFF,
        "password": PASSWORD,
        "code": code_now(at=timezone.now()),
        "program_token": programs.TOKEN,
        "fhir_base": f"{settings.BASE_URL}/fhir/r4",
        "fhir_metadata": f"{settings.BASE_URL}{reverse('fhir:metadata')}",
    }
    return render(request, "demo/who_is_who.html", context)


@never_cache
@require_POST
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Sign in as a character through allauth's own stages; who was signed in is signed out."""
    _only_in_demo()
    user = _account(code)
    if request.user.is_authenticated:
        accounts.end_visit(session_key=request.session.session_key or "")
        get_adapter(request).logout(request)
    record_authentication(request, user, "password")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url="/"))
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return response
    record_authentication(request, user, "mfa", type="totp")
    entered: HttpResponse = stage.exit()
    return entered


def _account(code: str) -> User:
    """The account of one of the cast; nobody else can be entered as."""
    one: Character | None = next((one for one in CAST if one.code == code), None)
    user = User.objects.filter(phone=one.phone).first() if one else None
    if user is None:
        raise Http404
    return user


def _only_in_demo() -> None:
    if not (settings.DEMO or settings.ENV.is_test):
        raise Http404
