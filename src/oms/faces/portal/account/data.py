"""«Ваши данные»: what is stored, taking it away, withdrawing consent, deletion (ACC-13)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Export, User
from oms.domain.privacy import erasing, exports, queries
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.sign_in import confirm_required


@never_cache
@sign_in_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Everything at one glance; a request of htmx gets the export's card alone."""
    user = _me(request)
    shown = _export(user)
    if getattr(request, "htmx", False):
        return account_page(request, "portal/account/data_export.html", {"title": "", **shown})
    pending = erasing.pending(user=user)
    context = {
        "title": "Ваши данные",
        "stored": queries.stored(user=user),
        "consents": user.consents.order_by("kind", "given_at"),
        "erased_at": erasing.when(pending) if pending else None,
        **shown,
    }
    return account_page(request, "portal/account/data.html", context)


@sign_in_required
@require_POST
def ask_export(request: HttpRequest) -> HttpResponse:
    """Order the archive."""
    exports.ask(user=_me(request), at=timezone.now())
    return redirect("account_data")


@never_cache
@confirm_required
@require_GET
def export_file(request: HttpRequest) -> HttpResponse:
    """The archive, to its owner only."""
    user, at = _me(request), timezone.now()
    found = exports.latest(user=user)
    if found is None:
        raise exports.NotReady
    return HttpResponse(
        exports.content(export=found, by=user, at=at),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="oms-moi-dannye-{at:%Y-%m-%d}.zip"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@never_cache
@confirm_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, *, withdraws: bool) -> HttpResponse:
    """What goes, what stays and why; POST asks for it."""
    user = _me(request)
    if request.method == "POST":
        erasing.ask(user=user, at=timezone.now(), withdraws=withdraws)
        messages.success(request, "Приняли. До дня удаления всё можно вернуть одним нажатием")
        return redirect("account_data")
    context = {
        "title": "Отозвать согласие и удалить кабинет" if withdraws else "Удалить кабинет",
        "withdraws": withdraws,
        "stored": queries.stored(user=user),
        "obstacles": erasing.obstacles(user=user),
        "staff": user.is_staff_member,
        "days": erasing.DAYS_TO_THINK.days,
    }
    return account_page(request, "portal/account/data_erase.html", context)


@sign_in_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take the erasure back."""
    if erasing.take_back(user=_me(request), at=timezone.now()):
        messages.success(request, "Кабинет остаётся. Согласия снова действуют")
    return redirect("account_data")


def _export(user: User) -> dict[str, Any]:
    found = exports.latest(user=user)
    under_way = found is not None and found.state in {
        Export.State.WAITING,
        Export.State.GATHERING,
    }
    share = round(100 * found.done / found.parts) if found and found.parts else 0
    return {"export": found, "under_way": under_way, "share": share}


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
