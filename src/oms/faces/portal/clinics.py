"""The directory of clinics (МО): search, a page each, side by side (REG-11)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.directory import changes, opening, opinions, watching
from oms.domain.directory import queries as directory
from oms.domain.directory.models import MedicalOrganization
from oms.faces.design.parts import Crumb, Fact
from oms.faces.portal.insurers import COLOURS, COMPARED, chosen_region, number
from oms.faces.portal.pages import address, page
from oms.faces.portal.plans import Plan, plan
from oms.faces.portal.reviews import summary
from oms.law.typed import NBSP

PAGE = 12
LAST_PAGE = 500
LONGEST_SEARCH = 100
HOURS = (
    ("", "Любые"), ("now", "Открыто сейчас"), ("evening", "После 19:00"),
    ("saturday", "По субботам"), ("sunday", "По воскресеньям"),
)  # fmt: skip
RATINGS = (("", "Любая"), ("4", "4 и выше"), ("3", "3 и выше"))
SORTS = (("", "По названию"), ("rating", "По оценке"))


@require_safe
def clinics(request: HttpRequest) -> HttpResponse:
    """Clinics of a region that work today, a page at a time."""
    region, regions = chosen_region(request)
    now = timezone.localtime()
    offered = {
        "speciality": directory.specialities(region=region),
        "programme": directory.programmes(region=region),
    }
    asked = _asked(request, region, offered)
    page_number = _page_number(request.GET.get("page", ""))
    found = directory.clinics(
        region=region,
        wanted=directory.Wanted(
            text=asked["q"],
            speciality=asked["speciality"],
            programme=asked["programme"],
            hours=asked["hours"],
            open_at=opening.slot(now),
            rating=int(asked["rating"] or 0),
            best_first=asked["sort"] == "rating",
        ),
        on=now.date(),
        limit=PAGE + 1,
        offset=(page_number - 1) * PAGE,
    )
    shown = found[:PAGE]
    return page(
        request,
        "portal/clinics.html",
        section="clinics",
        title="Поликлиники и больницы",
        regions=regions,
        region=region,
        asked=asked,
        choices=_choices(region, offered),
        narrowed=any(asked[name] for name in ("programme", "hours", "rating", "sort")),
        clinics=list(enumerate(shown, 1)),
        plan=_plan(shown),
        page_words=f"Страница {page_number}",
        previous_url=_url(asked, page_number - 1) if page_number > 1 else "",
        next_url=_url(asked, page_number + 1) if len(found) > PAGE else "",
    )


@require_safe
def clinic(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one clinic: where it is, what it may do and until when, what people say."""
    found = directory.clinic(code=code[:6])
    if found is None or found.code != code:
        raise Http404
    today = timezone.localdate()
    around = [found, *directory.near(found, on=today)]
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
        warnings=[
            (title, term) for title, term in terms(found) if term.standing in {"near", "over"}
        ],
        insurers=found.insurers.order_by("short_name"),
        closed=bool(found.ends_on and found.ends_on < today),
        around=list(enumerate(around, 1)),
        plan=_plan(around, first=True),
        turns=changes.turns(kind="clinic", code=found.code),
        reviews=opinions.reviews(organization=found.key, size=3).rows,
        **summary(opinions.rating(organization=found.key)),
        reviews_url=address("portal:clinic_reviews", found.code),
        review_url=address("portal:clinic_review", found.code),
    )


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two or three clinics side by side, in the order they were asked for."""
    codes = list(dict.fromkeys(code[:6] for code in request.GET.getlist("code")))[:COMPARED]
    found = directory.clinics_of(codes=codes)
    names = [one.short_name for one in found]
    region = found[0].region_id if found else settings.REGION
    back = f"{address('portal:clinics')}?{urlencode({'region': region})}"
    return page(
        request,
        "portal/compare_clinics.html",
        section="clinics",
        title="Сравнение поликлиник",
        crumbs=[Crumb("Поликлиники", back), Crumb("Сравнение")],
        clinics=list(enumerate(found, 1)),
        lines=[(title, list(zip(names, map(tell, found), strict=True))) for title, tell in LINES],
        plan=plan(
            [
                (kind, one.latitude, one.longitude)
                for kind, one in zip(COLOURS, found, strict=False)
            ],
            legend=[(kind, one.short_name) for kind, one in zip(COLOURS, found, strict=False)],
        ),
        back_url=back,
    )


def terms(found: MedicalOrganization) -> list[tuple[str, watching.Term]]:
    """Return how the licence and the accreditation stand today."""
    on = timezone.localdate()
    return [
        ("Лицензия", watching.term(found.licence_until, on=on)),
        ("Аккредитация", watching.term(found.accredited_until, on=on)),
    ]


def _asked(request: HttpRequest, region: str, offered: dict[str, list[str]]) -> dict[str, str]:
    """Return what was asked, without what nobody offers."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "").strip()
    known = {
        **{name: set(values) for name, values in offered.items()},
        "hours": dict(_hours(region)).keys(),
        "rating": dict(RATINGS).keys(),
        "sort": dict(SORTS).keys(),
    }
    typed = {name: request.GET.get(name, "") for name in known}
    right = {name: value if value in known[name] else "" for name, value in typed.items()}
    return {"region": region, "q": text, **right}


def _choices(region: str, offered: dict[str, list[str]]) -> dict[str, Any]:
    return {**offered, "hours": _hours(region), "rating": RATINGS, "sort": SORTS}


def _hours(region: str) -> list[tuple[str, str]]:
    """What may be asked of hours: «сейчас» is known by our own region's clock only."""
    return [one for one in HOURS if one[0] != "now" or region == settings.REGION]


def _plan(found: list[MedicalOrganization], *, first: bool = False) -> Plan | None:
    """Where clinics lie; with `first` the first of them stands out."""
    kinds = ["office" if place == 0 or not first else "mfc" for place in range(len(found))]
    words = [("office", "Эта организация"), ("mfc", "Рядом")] if first else []
    return plan(
        [(k, one.latitude, one.longitude) for k, one in zip(kinds, found, strict=True)],
        legend=words,
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
    (_, licence), (_, accredited) = terms(found)
    lines = (
        ("Полное название", found.full_name),
        ("Код в реестре", found.code),
        ("ИНН", found.inn),
        ("ОГРН", found.ogrn),
        ("Лицензия", ", ".join(filter(None, (found.licence_number, licence.words)))),
        ("Аккредитация", accredited.words),
    )
    return [Fact(title, value) for title, value in lines if value]


def _rating(found: MedicalOrganization) -> str:
    return f"{number(found.rating)} из{NBSP}5" if found.rating is not None else "нет оценки"


LINES: tuple[tuple[str, Callable[[MedicalOrganization], str]], ...] = (
    ("Адрес", lambda one: one.actual_address or one.legal_address or "не указан"),
    ("Часы работы", lambda one: one.hours or "не указаны"),
    ("Телефон", lambda one: one.phone or "не указан"),
    ("Оценка людей", _rating),
    ("Кто принимает", lambda one: ", ".join(one.specialities) or "не указано"),
    ("Какую помощь оказывает", lambda one: ", ".join(one.programmes) or "не указано"),
    ("Лицензия", lambda one: terms(one)[0][1].words or "срок не указан"),
    ("Аккредитация", lambda one: terms(one)[1][1].words or "срок не указан"),
    (
        "Страховые организации",
        lambda one: ", ".join(sorted(i.short_name for i in one.insurers.all())) or "не указаны",
    ),
)


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1


def _url(asked: dict[str, str], number: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return "?" + urlencode({**kept, **({"page": str(number)} if number > 1 else {})})
