"""Tables of cases for supervisors: wished for with a purpose, large ones agreed by another."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.cases import queries, report_export
from oms.cases.models import ExportRequest
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.faces.design.parts import Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.desk.forms import ExportForm
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied

TINTS: dict[str, Tint] = {"waiting": "warn", "ready": "ok", "refused": "danger"}
MONTH = timedelta(days=30)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.SUPERVISOR)
def exports(request: HttpRequest) -> HttpResponse:
    """List the wishes of the organisation; a POST is another."""
    user, at = staff(request), timezone.now()
    wishes = report_export.requests(user)
    today = queries.day(at)
    form = ExportForm(
        request.POST or None, initial={"since": today - MONTH, "until": today, "kind": "xlsx"}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = report_export.ask(**form.cleaned_data, by=user, at=at)
        except Denied as no:
            form.add_error(None, no.text)
        else:
            waits = made.state == ExportRequest.State.WAITING
            words = "ждёт согласия другого руководителя" if waits else "готова: скачайте её"
            messages.success(request, f"Выгрузка {words}.")
            return redirect("desk:exports")
    return page(
        request,
        "desk/exports.html",
        section="report",
        status=422 if form.errors else 200,
        title="Выгрузки",
        crumbs=[Crumb("Отчёт", "/desk/report/"), Crumb("Выгрузки")],
        form=form,
        rows=[(one, TINTS[one.state], one.by_id == user.pk) for one in wishes],
        alone=report_export.ALONE,
    )


@require_safe
@staff_required(Role.SUPERVISOR)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the table to who wished for it."""
    found, at = _find(request, pk), timezone.now()
    try:
        content, media = report_export.content(request=found, by=staff(request), at=at)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("desk:exports")
    answer = HttpResponse(content, content_type=media)
    name = f"Дела {found.since:%Y-%m-%d} {found.until:%Y-%m-%d}.{found.kind}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
@staff_required(Role.SUPERVISOR)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a colleague's wish, or not."""
    try:
        report_export.settle(
            request=_find(request, pk),
            agreed="agree" in request.POST,
            by=staff(request),
            at=timezone.now(),
        )
        messages.success(request, "Ответ записан.")
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:exports")


def _find(request: HttpRequest, pk: int) -> ExportRequest:
    found = ExportRequest.objects.visible_to(staff(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
