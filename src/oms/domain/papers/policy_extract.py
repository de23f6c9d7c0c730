"""Выписка о полисе ОМС: what it certifies and how it says it.

`facts` are frozen in the paper's row; `wording` turns them into the words of both the PDF and
its HTML twin, so the two never differ.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from oms.domain.accounts.models import Sex
from oms.domain.papers import codes
from oms.domain.papers.typography import printable, quoted
from oms.domain.register.models import Insurance, InsuredPerson, Policy
from oms.gateways import signature
from oms.law import dates, enp, names
from oms.law.typed import NBSP

TITLE = "Выписка о полисе обязательного медицинского страхования"
TEMPLATE = "policy_extract.typ"
VERSION = "1"
SERIES = "В"
_MOSCOW = "Europe/Moscow"
_DEMO = "Учебный документ: люди и номера вымышлены, подпись учебная, юридической силы нет."


@dataclass(frozen=True)
class Section:
    """A titled list of (label, value)."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wording:
    """All words of the extract, in the order of reading."""

    title: str
    number: str
    issued: str
    policy_number: str
    policy_label: str
    state: str
    card: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    check_code: str
    verify_address: str
    qr_alt: str
    barcode_alt: str
    notice: str
    footer: tuple[str, ...]


def facts(*, person: InsuredPerson, policy: Policy, insurance: Insurance | None) -> dict[str, Any]:
    """Return what the register says now, JSON-able. Dates are ISO."""
    insurer = policy.insurer
    return {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "birth_date": person.birth_date.isoformat(),
        "birth_date_exactness": person.birth_date_exactness,
        "sex": person.sex,
        "enp": policy.enp,
        "blank_number": policy.blank_number,
        "form": policy.get_form_display(),
        "begins_on": policy.begins_on.isoformat(),
        "ends_on": policy.ends_on.isoformat() if policy.ends_on else None,
        "region": policy.region.name,
        "insurer": {
            "code": insurer.code,
            "full_name": insurer.full_name,
            "short_name": insurer.short_name,
            "hot_line": insurer.hot_line,
            "phone": insurer.phone,
            "email": insurer.email,
            "site": insurer.site,
            "address": insurer.actual_address or insurer.legal_address,
        },
        "insured_since": insurance.valid_from.isoformat() if insurance else None,
        "synced_at": person.synced_at.astimezone(UTC).isoformat(),
        "is_demo": not signature.has_real_key(),
    }


def wording(
    *, facts: dict[str, Any], number: str, check_code: str, issued_at: datetime, signer: str
) -> Wording:
    """Put the facts into Russian; raise `Unprintable` when a sign cannot be printed."""
    policy_number = printable(enp.group(facts["enp"]) or facts["blank_number"])
    address = f"{settings.BASE_URL}/verify/"
    as_of = datetime.fromisoformat(facts["synced_at"])
    return Wording(
        title=TITLE,
        number=number,
        issued=f"Выдана {_moment(issued_at)}, по сведениям реестра на {_moment(as_of)}",
        policy_number=policy_number,
        policy_label="Единый номер полиса" if facts["enp"] else "Номер",
        state="Действует",
        card=_card(facts),
        sections=(_person(facts), _policy(facts), _insurer(facts["insurer"])),
        check_code=codes.grouped(check_code),
        verify_address=address.split("://", 1)[1],
        qr_alt=f"QR-код: проверка выписки на {address}, код {codes.grouped(check_code)}",
        barcode_alt=f"Штрихкод с номером полиса {policy_number}",
        notice=_DEMO if facts["is_demo"] else "",
        footer=_footer(signer),
    )


def _footer(signer: str) -> tuple[str, ...]:
    return (
        f"Документ подписан электронной подписью: {printable(signer)}.",
        "Подпись внутри файла проверяют программы для чтения PDF и страница проверки.",
        "На бумаге выписку подтверждает код проверки.",
    )


def _card(facts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    since = facts["insured_since"] or facts["begins_on"]
    return (
        ("Страховая медицинская организация", _text(facts["insurer"]["short_name"])),
        ("Застрахована с" if facts["sex"] == Sex.FEMALE else "Застрахован с", _long(since)),
    )


def _person(facts: dict[str, Any]) -> Section:
    name = names.full(facts["family_name"], facts["given_name"], facts["patronymic"])
    lines = (
        ("Фамилия, имя, отчество" if facts["patronymic"] else "Фамилия, имя", printable(name)),
        ("Дата рождения", _birth(facts)),
        ("Пол", str(Sex(facts["sex"]).label)),
    )
    return Section("Застрахованное лицо", lines)


def _policy(facts: dict[str, Any]) -> Section:
    period = f"с{NBSP}{_long(facts['begins_on'])} "
    period += f"по{NBSP}{_long(facts['ends_on'])}" if facts["ends_on"] else "без ограничения срока"
    lines = [("Вид полиса", facts["form"]), ("Действует", period)]
    if facts["enp"] and facts["blank_number"]:
        lines.append(("Номер бланка", printable(facts["blank_number"])))
    lines.append(("Регион", _text(facts["region"])))
    return Section("Полис", tuple(lines))


def _insurer(insurer: dict[str, str]) -> Section:
    lines = (
        ("Наименование", _text(insurer["full_name"])),
        ("Горячая линия", _text(insurer["hot_line"] or insurer["phone"])),
        ("Электронная почта", printable(insurer["email"])),
        ("Сайт", printable(insurer["site"])),
        ("Адрес", _text(insurer["address"])),
    )
    return Section("Страховая медицинская организация", tuple(line for line in lines if line[1]))


def _text(value: str) -> str:
    return quoted(printable(value))


def _long(day: str) -> str:
    return dates.long(date.fromisoformat(day))


def _birth(facts: dict[str, Any]) -> str:
    """The date as exactly as it is known (TRUE_DR of order 79)."""
    born = date.fromisoformat(facts["birth_date"])
    exactness = facts["birth_date_exactness"]
    if exactness == 3:
        return f"{born.year}{NBSP}г. (день и{NBSP}месяц неизвестны)"
    if exactness == 2:
        return f"{born:%m.%Y} (день неизвестен)"
    return dates.long(born)


def _moment(at: datetime) -> str:
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    zone = "МСК" if settings.TIME_ZONE == _MOSCOW else f"UTC{local:%z}"
    return f"{dates.long(local.date())}, {local:%H:%M}{NBSP}{zone}"
