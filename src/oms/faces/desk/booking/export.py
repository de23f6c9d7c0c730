"""The day as a table of an office program: for a purpose told, written down."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.booking.day_sheet import Now, Sheet, day_sheet, exported
from oms.faces.design.parts import Crumb
from oms.faces.desk.booking import words
from oms.faces.desk.booking.day import day_asked, own_clinic
from oms.faces.desk.booking.forms import ExportForm
from oms.faces.desk.pages import page, staff
from oms.kit import tables
from oms.law import dates
from oms.law.zones import zone

HEAD = ("Время", "Врач", "Специальность", "Кабинет", "Пациент", "Родился", "Запись", "Состояние")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.REGISTRAR)
def export(request: HttpRequest) -> HttpResponse:
    """Ask why, then give the table of the day."""
    at, clinic = timezone.now(), own_clinic(request)
    today = timezone.localdate(at, zone(clinic.region_id))
    day = day_asked(request.GET.get("day", ""), today=today)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sheet = day_sheet(clinic=clinic, day=day, at=at)
        exported(sheet=sheet, purpose=form.cleaned_data["purpose"], by=staff(request), at=at)
        return _file(sheet, form.cleaned_data["kind"])
    day_url = f"{reverse('desk:booking')}?{urlencode({'day': day.isoformat()})}"
    return page(
        request,
        "desk/booking/export.html",
        section="booking",
        status=422 if form.errors else 200,
        title="День таблицей",
        crumbs=[Crumb("Приём", day_url), Crumb("Таблица")],
        heading=words.day_words(day, today=today),
        back=day_url,
        form=form,
    )


def _file(sheet: Sheet, kind: str) -> HttpResponse:
    rows = list(_rows(sheet))
    if kind == "csv":
        content, media = tables.as_csv(HEAD, rows), tables.CSV
    else:
        content, media = tables.as_xlsx(f"Приём {sheet.day}", HEAD, rows), tables.XLSX
    answer = HttpResponse(content, content_type=media)
    name = f"Приём {sheet.day:%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _rows(sheet: Sheet) -> Iterator[tuple[str, ...]]:
    for column in sheet.columns:
        for line in column.lines:
            if line.visit and line.now != Now.HELD:
                person = line.visit.person
                yield (
                    f"{line.begins:%H:%M}",
                    column.position.doctor.name,
                    column.speciality,
                    line.slot.room or column.position.room,
                    words.full_name(person),
                    dates.short(person.birth_date),
                    line.visit.number,
                    words.standing_of(line.now, person),
                )
