"""The demo world's directory: invented funds, insurers and clinics of three regions.

Nothing here exists: names say «учебный», streets are made up, sites end in `.example`, ИНН and
ОГРН carry right check digits but a region code (98) that was never given out. Regions and small
books are the real ones that come with the program.
"""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.timezone import localdate
from stdnum.ru.inn import calc_company_check_digit

from oms.domain.directory.actions import load_packaged, set_day_override
from oms.domain.directory.folding import clinic_text
from oms.domain.directory.models import (
    DeliveryPoint,
    Insurer,
    InsurerOffice,
    MedicalOrganization,
    OrganizationVersion,
    TerritorialFund,
)
from oms.domain.directory.opening import week
from oms.domain.journal.actions import SYSTEM, record

_DATA = Path(__file__).with_name("synthetic.json")
_HOURS = "Пн–Пт 9:00–19:00, Сб 10:00–15:00"
_POINT_HOURS = {"mfc": "Ежедневно 8:00–20:00", "agent": "Пн–Сб 10:00–21:00"}


def seed(*, at: datetime) -> None:
    """Create what is missing of the demo directory; what is there, edited or not, stays.

    One insurer of Moscow is excluded from the register, another's licence has expired.
    """
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    with transaction.atomic():
        load_packaged(at=at, by=SYSTEM)
        made = [
            code
            for region, content in data["regions"].items()
            for code in _seed_region(region, content, data, localdate(at))
        ]
        if made:
            details = {"made": made}
            record(
                act="directory.seed", subject="directory:demo", by=SYSTEM, at=at, details=details
            )
        _seed_points(data["points"])
    set_day_override(
        day=date(localdate(at).year, 12, 30),
        region="66",
        is_working=False,
        basis="Учебный пример: региональный выходной день",
        by=SYSTEM,
        at=at,
    )


def _seed_region(region: str, content: Any, data: Any, on: date) -> list[str]:
    """Create the missing organisations of a region and return their keys."""
    made = [_fund(region, content["fund"], on)]
    for number, said in enumerate(content["insurers"], 1):
        brand = data["brands"][said["brand"]]
        made.append(_insurer(f"{region}9{number:02}", region, brand, said, on))
    in_force = [
        f"{region}9{number:02}"
        for number, said in enumerate(content["insurers"], 1)
        if "state" not in said
    ]
    for number, row in enumerate(content["clinics"], 1):
        insurers = [code for place, code in enumerate(in_force) if (place + number) % 3]
        clinic = _clinic(f"{region}99{number:02}", region, row, data["kinds"])
        if clinic and number == 2:
            _ends_soon(clinic, on)
        if clinic:
            clinic.insurers.set(Insurer.objects.filter(code__in=insurers))
            made.append(_keep("clinic", clinic, on))
    return [key for key in made if key]


def _seed_points(said: Any) -> None:
    """Places that hand printed papers over: every office in force, invented МФЦ and agents."""
    offices = InsurerOffice.objects.filter(insurer__excluded_on=None).select_related("insurer")
    points = [_office_point(office) for office in offices]
    points += [
        DeliveryPoint(
            code=f"{region}-{kind}-{number:02}",
            kind=kind,
            region_id=region,
            name=name,
            address=_held(address),
            phone=f"8 800 000-{region}-{60 + number}",
            hours=_POINT_HOURS[kind],
            latitude=Decimal(str(lat)),
            longitude=Decimal(str(lon)),
        )
        for region, rows in said.items()
        for number, (kind, name, address, lat, lon) in enumerate(rows, 1)
    ]
    DeliveryPoint.objects.bulk_create(points, ignore_conflicts=True)


def _office_point(office: InsurerOffice) -> DeliveryPoint:
    return DeliveryPoint(
        code=f"{office.insurer_id}-{office.pk}",
        kind=DeliveryPoint.Kind.OFFICE,
        region_id=office.insurer.region_id,
        insurer=office.insurer,
        name=f"{office.insurer.short_name}: {office.name[:1].lower()}{office.name[1:]}",
        address=office.address,
        phone=office.phone,
        hours=office.hours,
        latitude=office.latitude,
        longitude=office.longitude,
    )


def _fund(region: str, said: Any, on: date) -> str:
    fund, is_new = TerritorialFund.objects.get_or_create(
        code=region,
        defaults={
            "region_id": region,
            "okato": _okato(region),
            "ogrn": _ogrn(int(region)),
            "full_name": said["full"],
            "short_name": said["short"],
            "address": _held(said["address"]),
            "phone": f"8 800 000-{region}-00",
            "email": f"fund{region}@tfoms.example",
            "site": f"https://fund{region}.tfoms.example",
        },
    )
    return _keep("fund", fund, on) if is_new else ""


def _okato(region: str) -> str:
    return {"77": "45000", "50": "46000", "66": "65000"}[region]


def _insurer(code: str, region: str, brand: Any, said: Any, on: date) -> str:
    place = _held(said["offices"][0][1])
    insurer, is_new = Insurer.objects.get_or_create(
        code=code,
        defaults={
            "region_id": region,
            "full_name": f"ООО «Учебная страховая медицинская организация „{brand['short']}“»",
            "short_name": brand["short"],
            **_requisites(90_000 + brand["number"], region),
            "legal_address": place,
            "actual_address": place,
            "phone": f"8 800 000-{region}-{brand['number']:02}",
            "hot_line": brand["hot_line"],
            "email": f"region{region}@{brand['host']}",
            "site": f"https://{brand['host']}",
            "licence_number": f"ОС №\N{NO-BREAK SPACE}990{brand['number']}-01",
            "licence_from": date(2016, 1, 11),
            "licence_until": date(2035, 12, 31),
            "included_on": date(2016, 2, 1),
            "insured_count": said["insured"],
            "services": brand["services"],
            "reliability_rating": brand["reliability"],
            "users_rating": Decimal(brand["rating"]),
            "complaints_per_10k": Decimal(brand["complaints"]),
            **_state(said.get("state"), on),
        },
    )
    if is_new:
        InsurerOffice.objects.bulk_create(_office(insurer, *row) for row in said["offices"])
    return _keep("insurer", insurer, on) if is_new else ""


def _state(state: str | None, on: date) -> dict[str, Any]:
    if state == "excluded":
        reason = "Прекращение деятельности по решению организации"
        return {"excluded_on": date(on.year, 1, 1), "exclusion_reason": reason}
    return {"licence_until": on - timedelta(days=40)} if state == "licence-expired" else {}


def _office(insurer: Insurer, name: str, address: str, lat: float, lon: float) -> InsurerOffice:
    return InsurerOffice(
        insurer=insurer,
        name=name,
        address=_held(address),
        phone=insurer.phone,
        hours=_HOURS,
        latitude=Decimal(str(lat)),
        longitude=Decimal(str(lon)),
    )


def _clinic(code: str, region: str, row: Any, kinds: Any) -> MedicalOrganization | None:
    """The new clinic, or None when there is one already."""
    kind, number, address, lat, lon, rating = row
    said = kinds[kind]
    name = _held(f"{said['title']} {number}")
    clinic, is_new = MedicalOrganization.objects.get_or_create(
        code=code,
        defaults={
            "region_id": region,
            "full_name": f"Государственное бюджетное учреждение здравоохранения «{name}»",
            "short_name": name,
            **_requisites(30_000 + int(code[-4:]) + int(region) * 100, region),
            "legal_address": _held(address),
            "actual_address": _held(address),
            "latitude": Decimal(str(lat)),
            "longitude": Decimal(str(lon)),
            "phone": f"8 800 000-{region}-{int(code[-2:]) + 30}",
            "email": f"clinic{code}@clinics.example",
            "site": f"https://clinic{code}.clinics.example",
            "hours": said["hours"],
            "specialities": said["specialities"],
            "programmes": said["programmes"],
            "licence_number": f"ЛО-{region}-99-{code}",
            "licence_from": date(2018, 3, 1),
            "licence_until": date(2033, 2, 28),
            "accredited_from": date(2024, 4, 1),
            "accredited_until": date(2029, 3, 31),
            "rating": Decimal(rating),
            "begins_on": date(2018, 4, 1),
        },
    )
    if is_new:
        clinic.search_text, clinic.week = clinic_text(clinic), week(clinic.hours)
        clinic.save(update_fields=["search_text", "week"])
    return clinic if is_new else None


def _ends_soon(clinic: MedicalOrganization, on: date) -> None:
    """One clinic of a region has to renew its accreditation."""
    clinic.accredited_until = on + timedelta(days=20)
    clinic.save(update_fields=["accredited_until"])


def _requisites(number: int, region: str) -> dict[str, str]:
    """ИНН, ОГРН and КПП with right check digits in region 98, which does not exist."""
    inn = f"9809{number:05}"
    return {
        "inn": inn + calc_company_check_digit(inn),
        "ogrn": _ogrn(number),
        "kpp": f"98{region}43001",
    }


def _ogrn(number: int) -> str:
    base = f"11698{number:07}"
    return f"{base}{int(base) % 11 % 10}"


def _keep(
    kind: str, organization: TerritorialFund | Insurer | MedicalOrganization, on: date
) -> str:
    """Open the first version of a new organisation and return its key."""
    fields = model_to_dict(
        organization, exclude=["code", "region", "insurers", "search_text", "week"]
    )
    fields["region_id"] = organization.region_id
    data = json.loads(json.dumps({"fields": fields, "source": {}}, cls=DjangoJSONEncoder))
    OrganizationVersion.objects.create(kind=kind, code=organization.code, data=data, valid_from=on)
    return f"{kind}:{organization.code}"


def _held(text: str) -> str:
    """Hold short words to what follows: «ул. Учебная» is never torn."""
    return re.sub(r"(?<!\S)(г\.|д\.|ул\.|наб\.|№) ", "\\1\N{NO-BREAK SPACE}", text)
