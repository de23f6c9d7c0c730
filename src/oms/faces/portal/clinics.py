"""The directory of clinics (МО): search by name, place, speciality; a page each (REG-11)."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.directory import queries as directory
from oms.domain.directory.models import MedicalOrganization
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.insurers import chosen_region
from oms.faces.portal.pages import address, page
from oms.law import dates

PAGE = 12
LAST_PAGE = 500
LONGEST_SEARCH = 100


@require_safe
def clinics(request: HttpRequest) -> HttpResponse:
    """Clinics of a region that work today, a page at a time."""
    region, regions = chosen_region(request)
    text = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "").strip()
    specialities = directory.specialities(region=region)
    speciality = request.GET.get("speciality", "")
    speciality = speciality if speciality in specialities else ""
    number = _page_number(request.GET.get("page", ""))
    found = directory.clinics(
        region=region,
        text=text,
        speciality=speciality,
        on=timezone.localdate(),
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )
    asked = {"region": region, "q": text, "speciality": speciality}
    return page(
        request,
        "portal/clinics.html",
        section="clinics",
        title="Поликлиники и больницы",
        regions=regions,
        region=region,
        text=text,
        specialities=specialities,
        speciality=speciality,
        clinics=found[:PAGE],
        page_words=f"Страница {number}",
        previous_url=_url(asked, number - 1) if number > 1 else "",
        next_url=_url(asked, number + 1) if len(found) > PAGE else "",
    )


@require_safe
def clinic(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one clinic."""
    found = directory.clinic(code=code[:6])
    if found is None or found.code != code:
        raise Http404
    return page(
        request,
        "portal/clinic.html",
        section="clinics",
        title=found.short_name,
        crumbs=[
            Crumb("Поликлиники", f"{address('portal:clinics')}?region={found.region_id}"),
            Crumb(found.short_name),
        ],
        clinic=found,
        facts=_contacts(found),
        papers=_papers(found),
        insurers=found.insurers.order_by("short_name"),
        closed=bool(found.ends_on and found.ends_on < timezone.localdate()),
    )


def _contacts(found: MedicalOrganization) -> list[Fact]:
    lines = (
        ("Адрес", found.actual_address or found.legal_address),
        ("Часы работы", found.hours),
        ("Телефон", found.phone),
        ("Электронная почта", found.email),
        ("Сайт", found.site),
    )
    return [Fact(title, value) for title, value in lines if value]


def _papers(found: MedicalOrganization) -> list[Fact]:
    licence = found.licence_number
    if licence and found.licence_until:
        licence += f" до {dates.short(found.licence_until)}"
    accredited = dates.long(found.accredited_until) if found.accredited_until else ""
    lines = (
        ("Полное название", found.full_name),
        ("Код в реестре", found.code),
        ("ИНН", found.inn),
        ("ОГРН", found.ogrn),
        ("Лицензия", licence),
        ("Аккредитация до", accredited),
    )
    return [Fact(title, value) for title, value in lines if value]


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1


def _url(asked: dict[str, str], number: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return "?" + urlencode({**kept, **({"page": str(number)} if number > 1 else {})})
