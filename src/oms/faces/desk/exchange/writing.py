"""Files the register writes for an insurer: chosen, written and sent as they are read."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import staff_required
from oms.domain.exchange import exports
from oms.domain.exchange.naming import SUFFIX
from oms.faces.design.parts import Crumb
from oms.faces.desk.exchange.files import sent
from oms.faces.desk.exchange.forms import WriteForm
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.kit.denied import Denied

WEEK = timedelta(days=7)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def write(request: HttpRequest) -> HttpResponse:
    """Ask what to write; a POST sends it."""
    user, at = staff(request), timezone.now()
    today = timezone.localdate(at)
    usual = {"since": today - WEEK, "until": today, "kind": "k"}
    form = WriteForm(request.POST or None, initial=usual, user=user, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            made = exports.export(**form.cleaned_data, by=user, at=at)
        except Denied as no:
            form.add_error(None, no.text)
        else:
            return sent(made.content, made.name + SUFFIX)
    return page(
        request,
        "desk/exchange/write.html",
        section="exchange",
        status=422 if form.errors else 200,
        title="Файл для страховой",
        crumbs=[Crumb("Обмен", reverse("desk:exchange")), Crumb("Файл для страховой")],
        form=form,
    )
