"""The inbox: what a person was told, newest first."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.accounts.models import User
from oms.domain.notifications import actions
from oms.domain.notifications import queries as notifications
from oms.domain.notifications.models import Delivery, Message
from oms.faces.design.parts import Crumb, State
from oms.faces.design.templatetags.design import datetime_words
from oms.faces.portal.pages import address, page

PAGE = 20
LARGEST_KEY = 2**63 - 1
TINTS: dict[str, State] = {
    Delivery.State.WAITING: "info",
    Delivery.State.SENDING: "info",
    Delivery.State.SENT: "ok",
    Delivery.State.FAILED: "danger",
}


@require_safe
@sign_in_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Return a page of messages; `before` is the cursor of the page before."""
    before = request.GET.get("before", "")
    found = notifications.inbox(user=subject(request), limit=PAGE, before=before)
    return page(
        request,
        "portal/messages.html",
        section="messages",
        title="Сообщения",
        inbox=found.messages,
        first_url=address("portal:messages") if before else "",
        next_url=f"?before={found.before}" if found.before else "",
    )


@require_safe
@sign_in_required
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Return one message with how it was delivered. Opening it marks it read."""
    holder = subject(request)
    found = _message(holder, pk)
    if found.read_at is None and request.method == "GET":
        actions.mark_read(user=holder, at=timezone.now(), ids=[found.pk])
    return page(
        request,
        "portal/message.html",
        section="messages",
        title=found.title,
        crumbs=[Crumb("Сообщения", address("portal:messages")), Crumb(found.title)],
        message=found,
        link=found.link if found.link.startswith("/") and found.link[1:2] != "/" else "",
        answer_words=f"Ответьте до {datetime_words(found.answer_by)}" if found.answer_by else "",
        deliveries=[(row, TINTS[row.state]) for row in found.deliveries.all()],
    )


def _message(user: User, pk: int) -> Message:
    if pk > LARGEST_KEY:
        raise Http404
    rows = Message.objects.visible_to(user).prefetch_related("deliveries")
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise Http404 from None
