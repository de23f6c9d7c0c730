"""«Прислать на почту»: the signed paper itself, or the way to an uploaded document."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from oms.domain.accounts import limits
from oms.domain.accounts.access import sign_in_required
from oms.domain.documents.sending import send_link
from oms.domain.papers.sending import send
from oms.faces.portal.documents import own_paper
from oms.faces.portal.uploads.finding import own_document
from oms.faces.portal.uploads.places import acting
from oms.kit.denied import Denied

HOURLY = limits.Limit(
    scope="documents-mailed",
    quiet=timedelta(hours=1),
    wait=lambda count: timedelta(hours=1) if count >= 20 else timedelta(0),
)


class TooOften(Denied):
    """More letters than a person reads."""

    status = 429
    text = "Мы уже отправили много писем. Подождите час и повторите."


@require_POST
@sign_in_required
def send_upload(request: HttpRequest, code: str) -> HttpResponse:
    """Mail a link that needs signing in."""
    document, at = own_document(request, code), timezone.now()
    _charge(request)
    send_link(document=document, to=acting(request), at=at)
    messages.success(request, "Отправили ссылку на вашу почту.")
    return redirect("portal:upload", document.code)


@require_POST
@sign_in_required
def send_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Mail the signed PDF."""
    paper, user = own_paper(request, number), acting(request)
    _charge(request)
    send(paper=paper, to=user, by=user, at=timezone.now())
    messages.success(request, "Отправили документ на вашу почту.")
    return redirect("portal:document", paper.number)


def _charge(request: HttpRequest) -> None:
    if limits.take(limit=HOURLY, key=f"user:{request.user.pk}", at=timezone.now()):
        raise TooOften
