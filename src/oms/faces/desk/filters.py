"""Filters of the queue under names of one's own: kept and forgotten."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from oms.cases import saved_filters
from oms.cases.refused import Unfounded
from oms.domain.accounts.access import staff_required
from oms.faces.desk.pages import OPERATORS, staff


@require_POST
@staff_required(*OPERATORS)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the page shows; the page says why not, if not."""
    asked = {name: request.POST.get(name, "") for name in ("filter", "service")}
    title = request.POST.get("title", "")
    try:
        kept = saved_filters.keep(title=title, **asked, by=staff(request), at=timezone.now())
    except Unfounded as no:
        messages.error(request, no.text)
    else:
        messages.success(request, f"Отбор «{kept.title}» сохранён.")
    return redirect(f"{reverse('desk:queue')}?{urlencode(asked)}")


@require_POST
@staff_required(*OPERATORS)
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one's own."""
    user = staff(request)
    if pk not in {one.pk for one in saved_filters.of(user)}:
        raise Http404
    saved_filters.forget(pk=pk, by=user)
    messages.success(request, "Отбора больше нет.")
    return redirect("desk:queue")
