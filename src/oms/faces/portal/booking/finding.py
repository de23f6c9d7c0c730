"""Finding a doctor: by what hurts, speciality, place, rating, the nearest free time (BKG-1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.booking import finding
from oms.domain.directory import queries as directory
from oms.domain.directory.models import MedicalOrganization, Position
from oms.faces.design.parts import Crumb
from oms.faces.portal.booking import words
from oms.faces.portal.booking.whom import choices, looked_for
from oms.faces.portal.insurers import COLOURS, COMPARED, chosen_region, number
from oms.faces.portal.pages import address, page
from oms.faces.portal.plans import Plan, plan
from oms.law import names
from oms.law.specialities import SPECIALITIES
from oms.law.typed import NBSP

PAGE = 10
LAST_PAGE = 200
LONGEST_SEARCH = 100
KINDS = (
    ("", "Любая"), ("детская", "Детская поликлиника"), ("стоматолог", "Стоматология"),
    ("больница", "Больница"),
)  # fmt: skip
RATINGS = (("", "Любая"), ("4", "4 и выше"), ("3", "3 и выше"))
SORTS = (("nearest", "Раньше принимает"), ("rating", "По оценке"), ("name", "По фамилии"))
EVERYBODY = "all"


@dataclass(frozen=True)
class Row:
    """One doctor at one clinic, in words; `number` is the clinic's on the plan."""

    found: finding.Found
    number: int
    url: str
    name: str
    short: str
    speciality: str
    when: str
    free: str
    first_url: str
    place: str


@require_safe
def doctors(request: HttpRequest) -> HttpResponse:
    """Doctors who suit, the nearest free time first. Five queries besides the frame's."""
    region, regions = chosen_region(request)
    at, people = timezone.now(), choices(request)
    asked = _asked(request, region)
    if asked["whom"] not in {EVERYBODY, *(one.key for one in people)}:
        asked["whom"] = next((one.key for one in people if one.is_open), EVERYBODY)
    page_number = _page_number(request.GET.get("page", ""))
    found = finding.positions(
        at=at,
        region="" if asked["clinic"] else region,
        speciality=asked["speciality"],
        clinic=asked["clinic"],
        kind=asked["kind"],
        text=asked["q"],
        rating=int(asked["rating"] or 0),
        person=looked_for(request, asked["whom"]),
        only_free=bool(asked["free"]),
        sort=asked["sort"],
        limit=PAGE + 1,
        offset=(page_number - 1) * PAGE,
    )
    shown = found[:PAGE]
    rows = list(told(shown, at=at))
    clinic = directory.clinic(code=asked["clinic"]) if asked["clinic"] else None
    return page(
        request,
        "portal/booking/find.html",
        section="doctors",
        title="Запись к врачу",
        regions=regions,
        region=region,
        asked=asked,
        clinic=clinic,
        whole_url=_url({**asked, "clinic": ""}),
        people=people,
        hints=() if asked["speciality"] else _hints(asked),
        specialities=sorted(SPECIALITIES.values(), key=lambda one: one.title),
        kinds=KINDS,
        ratings=RATINGS,
        sorts=SORTS,
        narrowed=any(asked[name] for name in ("kind", "rating", "free")),
        rows=rows,
        plan=_plan(rows),
        waiting_url=_waiting_url(asked),
        page_words=f"Страница {page_number}",
        previous_url=_url(asked, page_number - 1) if page_number > 1 else "",
        next_url=_url(asked, page_number + 1) if len(found) > PAGE else "",
    )


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three doctors side by side. Two queries a doctor, besides the frame's."""
    at = timezone.now()
    typed = dict.fromkeys(key for key in request.GET.getlist("place") if is_key(key))
    found = [one for key in list(typed)[:COMPARED] if (one := place(int(key), at=at))]
    rows = list(told(found, at=at))
    is_one_place = len({row.number for row in rows}) < 2
    return page(
        request,
        "portal/booking/compare.html",
        section="doctors",
        title="Сравнение врачей",
        crumbs=[crumb(), Crumb("Сравнение")],
        rows=rows,
        lines=[(title, [(row.short, tell(row, at)) for row in rows]) for title, tell in LINES],
        plan=None
        if is_one_place
        else plan(
            [
                (kind, row.found.position.clinic.latitude, row.found.position.clinic.longitude)
                for kind, row in zip(COLOURS, rows, strict=False)
            ],
            legend=[(kind, row.short) for kind, row in zip(COLOURS, rows, strict=False)],
        ),
        back_url=address("portal:doctors"),
    )


def is_key(typed: str) -> bool:
    """Tell whether something typed can be a key of a row."""
    return typed.isascii() and typed.isdigit() and len(typed) < 19


def place(pk: int, *, at: datetime) -> finding.Found | None:
    """Return a doctor at a clinic; None when there is none of that key. Two queries."""
    try:
        return finding.position(pk=pk, at=at)
    except Position.DoesNotExist:
        return None


def crumb() -> Crumb:
    """Return the way up to the search."""
    return Crumb("Врачи", address("portal:doctors"))


def doctor_url(position: Position) -> str:
    """Return the page of a doctor at one of the places they work at."""
    return f"{address('portal:doctor', str(position.doctor_id))}?place={position.pk}"


def day_url(position: Position, day: date) -> str:
    """Return the page with the free times of a day."""
    path = address("portal:doctor_day", str(position.doctor_id), day.isoformat())
    return f"{path}?place={position.pk}"


def told(found: Iterable[finding.Found], *, at: datetime) -> Iterable[Row]:
    """Put what was found in words; clinics are numbered as they come."""
    numbers: dict[str, int] = {}
    for one in found:
        position, clinic = one.position, one.position.clinic
        who = position.doctor
        near = one.nearest
        yield Row(
            found=one,
            number=numbers.setdefault(clinic.pk, len(numbers) + 1),
            url=doctor_url(position),
            name=who.name,
            short=names.short(who.family_name, who.given_name, who.patronymic),
            speciality=one.speciality.title,
            when=words.when(near, clinic, at=at) if near else "",
            free=words.free(one.free) if one.free else "",
            first_url=day_url(position, near.date()) if near else "",
            place=words.address_of(clinic),
        )


def _asked(request: HttpRequest, region: str) -> dict[str, str]:
    """Return what was asked, without what nobody offers."""
    known: Mapping[str, Sequence[str]] = {
        "speciality": list(SPECIALITIES),
        "kind": [key for key, _ in KINDS],
        "rating": [key for key, _ in RATINGS],
        "sort": [key for key, _ in SORTS],
        "free": ["1"],
    }
    typed = {name: request.GET.get(name, "") for name in known}
    right = {name: value if value in known[name] else "" for name, value in typed.items()}
    clinic = request.GET.get("clinic", "")
    return {
        "region": region,
        "q": request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "").strip(),
        "whom": request.GET.get("whom", ""),
        "clinic": clinic if clinic.isascii() and clinic.isdigit() and len(clinic) == 6 else "",
        **right,
        "sort": right["sort"] or "nearest",
    }


def _hints(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """Doctors whom the words lead to: title, and the search for that speciality alone."""
    found = finding.hints(text=asked["q"]) if asked["q"] else []
    return [(one.title, _url({**asked, "q": "", "speciality": one.code})) for one in found[:4]]


def _plan(rows: Sequence[Row]) -> Plan | None:
    clinics: dict[int, MedicalOrganization] = {}
    for row in rows:
        clinics.setdefault(row.number, row.found.position.clinic)
    return plan([("office", one.latitude, one.longitude) for one in clinics.values()], legend=[])


def _waiting_url(asked: Mapping[str, str]) -> str:
    kept = {name: asked[name] for name in ("region", "clinic", "speciality") if asked[name]}
    return f"{address('portal:waiting_join')}?{urlencode(kept)}"


def _rating(row: Row, _: datetime) -> str:
    rating = row.found.position.doctor.rating
    return f"{number(rating)} из{NBSP}5" if rating is not None else "нет оценки"


LINES = (
    ("Специальность", lambda row, at: row.speciality),
    ("Ближайшее время", lambda row, at: row.when or "свободных талонов нет"),
    ("Свободно на две недели", lambda row, at: row.free or "ничего"),
    ("Поликлиника", lambda row, at: row.found.position.clinic.short_name),
    ("Адрес", lambda row, at: row.place),
    ("Принимает", lambda row, at: words.ages(row.found.position)),
    (
        "Стаж",
        lambda row, at: (
            words.practice(row.found.position.doctor.practises_since, on=timezone.localdate(at))
            or "не указан"
        ),
    ),
    (
        "Категория",
        lambda row, at: row.found.position.doctor.get_category_display() or "не указана",
    ),
    ("Оценка людей", _rating),
    (
        "Направление",
        lambda row, at: "нужно" if row.found.position.needs_referral else "не нужно",
    ),
)


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1


def _url(asked: Mapping[str, str], number: int = 1) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return "?" + urlencode({**kept, **({"page": str(number)} if number > 1 else {})})
