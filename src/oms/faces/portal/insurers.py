"""The directory of insurers (СМО): a table of a region, a page each, side by side (REG-10)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.directory import changes, opinions, watching
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer, Region
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal import reviews
from oms.faces.portal.pages import address, page
from oms.faces.portal.plans import plan
from oms.law import dates
from oms.law.typed import NBSP

COMPARED = 3
COLOURS = ("office", "mfc", "agent")
"""Of the dots on a plan: the first, the second and the third insurer's."""
CLINICS_SHOWN = 12


@dataclass(frozen=True)
class Row:
    """An insurer and how many clinics work with it."""

    insurer: Insurer
    clinics: int


@require_safe
def insurers(request: HttpRequest) -> HttpResponse:
    """Insurers one may choose in a region today."""
    region, regions = chosen_region(request)
    rows = _rows(region)
    return page(
        request,
        "portal/insurers.html",
        section="insurers",
        title="Страховые организации",
        regions=regions,
        region=region,
        rows=rows,
        compare_url=address("portal:compare"),
    )


@require_safe
def insurer(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one insurer."""
    found = directory.insurer(code=code[:5])
    if found is None or found.code != code:
        raise Http404
    today = timezone.localdate()
    clinics = list(found.clinics.order_by("short_name", "code")[: CLINICS_SHOWN + 1])
    offices = list(found.offices.order_by("name"))
    term = watching.term(found.licence_until, on=today)
    return page(
        request,
        "portal/insurer.html",
        section="insurers",
        title=found.short_name,
        crumbs=[Crumb("Страховые организации", _list_url(found)), Crumb(found.short_name)],
        insurer=found,
        in_force=directory.is_in_force(found, on=today),
        warnings=[("Лицензия", term)] if term.standing in {"near", "over"} else [],
        facts=contacts(found),
        papers=papers(found),
        offices=list(enumerate(offices, 1)),
        plan=plan([("office", one.latitude, one.longitude) for one in offices], legend=[]),
        turns=changes.turns(kind="insurer", code=found.code),
        reviews=opinions.reviews(organization=found.key, size=3).rows,
        **reviews.summary(opinions.rating(organization=found.key)),
        reviews_url=address("portal:insurer_reviews", found.code),
        review_url=address("portal:insurer_review", found.code),
        clinics=clinics[:CLINICS_SHOWN],
        more_clinics=len(clinics) > CLINICS_SHOWN,
    )


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three insurers side by side, in the order they were asked for."""
    codes = list(dict.fromkeys(request.GET.getlist("code")))[:COMPARED]
    region, _ = chosen_region(request)
    rows = [row for row in _rows(region) if row.insurer.code in codes]
    rows.sort(key=lambda row: codes.index(row.insurer.code))
    return page(
        request,
        "portal/compare.html",
        section="insurers",
        title="Сравнение страховых организаций",
        crumbs=[
            Crumb("Страховые организации", f"{address('portal:insurers')}?region={region}"),
            Crumb("Сравнение"),
        ],
        rows=rows,
        lines=list(comparison(rows)),
        **_offices(rows),
        back_url=f"{address('portal:insurers')}?{urlencode({'region': region})}",
    )


def comparison(rows: list[Row]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Return the lines of the table: what, and for each insurer its name and the value."""
    names = [row.insurer.short_name for row in rows]
    for title, tell in LINES:
        yield title, list(zip(names, map(tell, rows), strict=True))


def _offices(rows: list[Row]) -> dict[str, Any]:
    """Return the offices of those compared, numbered, and the plan of where they lie. One query."""
    own = [(row.insurer, kind) for row, kind in zip(rows, COLOURS, strict=False)]
    colours = {insurer.code: kind for insurer, kind in own}
    found = directory.offices(insurers=colours)
    found.sort(key=lambda office: list(colours).index(office.insurer_id))
    return {
        "offices": [(n, colours[one.insurer_id], one) for n, one in enumerate(found, 1)],
        "plan": plan(
            [(colours[one.insurer_id], one.latitude, one.longitude) for one in found],
            legend=[(kind, insurer.short_name) for insurer, kind in own],
        ),
    }


def chosen_region(request: HttpRequest) -> tuple[str, list[Region]]:
    """Return the region asked for (the register's own by default) and all of them."""
    regions = directory.regions()
    asked = request.GET.get("region", "")
    known = {region.code for region in regions}
    return (asked if asked in known else settings.REGION), regions


def contacts(found: Insurer) -> list[Fact]:
    """Return how to reach an insurer."""
    lines = (
        ("Горячая линия", found.hot_line),
        ("Телефон", found.phone),
        ("Электронная почта", found.email),
        ("Адрес", found.actual_address or found.legal_address),
        ("Сайт", found.site),
    )
    return [Fact(title, value) for title, value in lines if value]


def papers(found: Insurer) -> list[Fact]:
    """Return what stands in the official register."""
    lines = (
        ("Полное название", found.full_name),
        ("Код в реестре", found.code),
        ("ИНН", found.inn),
        ("ОГРН", found.ogrn),
        ("Лицензия", licence(found)),
        ("В реестре с", dates.long(found.included_on) if found.included_on else ""),
    )
    return [Fact(title, value) for title, value in lines if value]


def licence(found: Insurer) -> str:
    """Return number and term of the licence in words."""
    if not found.licence_number:
        return "Не указана" if found.fund_id is None else "Не нужна: это фонд"
    term = watching.term(found.licence_until, on=timezone.localdate())
    return ", ".join(filter(None, (found.licence_number, term.words)))


def rating(found: Insurer) -> str:
    """Return what people give it out of five."""
    if found.users_rating is None:
        return "нет оценки"
    return f"{number(found.users_rating)} из{NBSP}5"


def number(value: object) -> str:
    """Return a number the Russian way: 1 234,5 with no-break spaces."""
    if value is None:
        return "нет данных"
    return f"{value:,}".replace(",", NBSP).replace(".", ",")


LINES: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("Лицензия", lambda row: licence(row.insurer)),
    ("Надёжность", lambda row: row.insurer.reliability_rating or "нет оценки"),
    ("Оценка людей", lambda row: rating(row.insurer)),
    ("Жалоб на 10 000 человек", lambda row: number(row.insurer.complaints_per_10k)),
    ("Застраховано", lambda row: number(row.insurer.insured_count)),
    ("Поликлиник по договору", lambda row: number(row.clinics)),
    ("Горячая линия", lambda row: row.insurer.hot_line or row.insurer.phone or "не указана"),
    ("Что ещё делает", lambda row: row.insurer.services or "не указано"),
)


def _rows(region: str) -> list[Row]:
    clinics = directory.clinics_of_insurers(region=region)
    found = directory.insurers(region=region, on=timezone.localdate())
    return [Row(one, clinics.get(one.code, 0)) for one in found]


def _list_url(found: Insurer) -> str:
    return f"{address('portal:insurers')}?region={found.region_id}"
