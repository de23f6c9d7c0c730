"""What the words of any paper are made of, and the parts several kinds share.

`facts` of a kind are frozen in the paper's row; its `wording` turns them into the words of both
the PDF and its HTML twin, so the two never differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from oms.domain.accounts.models import Sex
from oms.domain.directory.models import Insurer
from oms.domain.papers import codes
from oms.domain.papers.typography import printable, quoted
from oms.domain.register.models import InsuredPerson
from oms.gateways import signature
from oms.law import dates, enp, names
from oms.law.typed import NBSP

_MOSCOW = "Europe/Moscow"
_DEMO = "Учебный документ: люди и номера вымышлены, подпись учебная, юридической силы нет."


@dataclass(frozen=True)
class Section:
    """A titled list of (label, value)."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stamp:
    """What issuing adds to the facts."""

    number: str
    check_code: str
    issued_at: datetime
    signer: str


@dataclass(frozen=True)
class Wording:
    """All words of a paper, in the order of reading. `state` is empty where there is none to tell.

    `head` is what is printed large on the card: the policy's number, or a period.
    """

    title: str
    number: str
    issued: str
    head: str
    head_label: str
    state: str
    card: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    check_title: str
    check_code: str
    verify_address: str
    qr_alt: str
    barcode_alt: str
    notice: str
    footer: tuple[str, ...]


Facts = dict[str, Any]


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper: where its facts come from and how they are said.

    `noun` is how people call it in a sentence («выписка»: all are feminine). `facts(person,
    scope=…, at=…)` raises `NothingToCertify`. `needs_policy`: not true any more without a policy
    in force, so then it is revoked.
    """

    code: str
    title: str
    noun: str
    accusative: str
    series: str
    version: str
    facts: Callable[..., Facts]
    wording: Callable[..., Wording]
    needs_policy: bool = False


def about(person: InsuredPerson) -> Facts:
    """Return whose paper it is, and how fresh the register's knowledge is; JSON-able."""
    return {
        "family_name": person.family_name,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "birth_date": person.birth_date.isoformat(),
        "birth_date_exactness": person.birth_date_exactness,
        "sex": person.sex,
        "synced_at": person.synced_at.astimezone(UTC).isoformat(),
        "is_demo": not signature.has_real_key(),
    }


def insurer_facts(insurer: Insurer) -> dict[str, str]:
    """Return how an insurer is named and reached."""
    return {
        "code": insurer.code,
        "full_name": insurer.full_name,
        "short_name": insurer.short_name,
        "hot_line": insurer.hot_line,
        "phone": insurer.phone,
        "email": insurer.email,
        "site": insurer.site,
        "address": insurer.actual_address or insurer.legal_address,
    }


def worded(
    *,
    kind: PaperKind,
    facts: Facts,
    stamp: Stamp,
    head: tuple[str, str],
    card: tuple[tuple[str, str], ...],
    sections: tuple[Section, ...],
    state: str = "",
) -> Wording:
    """Put the parts together with what every paper says; `head` is (label, words)."""
    address, code = f"{settings.BASE_URL}/verify/", codes.grouped(stamp.check_code)
    as_of = datetime.fromisoformat(facts["synced_at"])
    return Wording(
        title=kind.title,
        number=stamp.number,
        issued=f"Выдана {moment(stamp.issued_at)}, по сведениям реестра на {moment(as_of)}",
        head=head[1],
        head_label=head[0],
        state=state,
        card=card,
        sections=sections,
        check_title=f"Проверьте {kind.accusative}",
        check_code=code,
        verify_address=address.split("://", 1)[1],
        qr_alt=f"QR-код: проверка документа на {address}, код {code}",
        barcode_alt=f"Штрихкод с номером полиса {policy_number(facts)}",
        notice=_DEMO if facts["is_demo"] else "",
        footer=_footer(stamp.signer, kind.accusative),
    )


def _footer(signer: str, what: str) -> tuple[str, ...]:
    return (
        f"Документ подписан электронной подписью: {printable(signer)}.",
        "Подпись внутри файла проверяют программы для чтения PDF и страница проверки.",
        f"На бумаге {what} подтверждает код проверки.",
    )


def person_section(facts: Facts) -> Section:
    """Say who it is about."""
    name = names.full(facts["family_name"], facts["given_name"], facts["patronymic"])
    lines = (
        ("Фамилия, имя, отчество" if facts["patronymic"] else "Фамилия, имя", printable(name)),
        ("Дата рождения", _birth(facts)),
        ("Пол", str(Sex(facts["sex"]).label)),
    )
    return Section("Застрахованное лицо", lines)


def insurer_section(insurer: dict[str, str]) -> Section:
    """Say who insures and how to reach them."""
    lines = (
        ("Наименование", text(insurer["full_name"])),
        ("Горячая линия", text(insurer["hot_line"] or insurer["phone"])),
        ("Электронная почта", printable(insurer["email"])),
        ("Сайт", printable(insurer["site"])),
        ("Адрес", text(insurer["address"])),
    )
    return Section("Страховая медицинская организация", tuple(line for line in lines if line[1]))


def policy_number(facts: Facts) -> str:
    """The policy's number as people read it."""
    return printable(enp.group(facts["enp"]) or facts["blank_number"])


def number_label(facts: Facts) -> str:
    """What that number is called."""
    return "Единый номер полиса" if facts["enp"] else "Номер"


def digits(number: str) -> str:
    """The digits of an old policy's number: its letters are Russian, Code 128 has none."""
    return "".join(sign for sign in number if sign in "0123456789")


def text(value: str) -> str:
    """Words of the register, fit for print."""
    return quoted(printable(value))


def long(day: str) -> str:
    """An ISO day in words."""
    return dates.long(date.fromisoformat(day))


def span(begins: str, ends: str | None, *, endless: str = "") -> str:
    """Two ISO days, both inside, in words: «с … по …»."""
    return f"с{NBSP}{long(begins)} {f'по{NBSP}{long(ends)}' if ends else endless}".strip()


def moment(at: datetime) -> str:
    """A moment on the portal's clock, with its zone."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    zone = "МСК" if settings.TIME_ZONE == _MOSCOW else f"UTC{local:%z}"
    return f"{dates.long(local.date())}, {local:%H:%M}{NBSP}{zone}"


def day_of(at: datetime) -> date:
    """The day on the portal's clock."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _birth(facts: Facts) -> str:
    """The date as exactly as it is known (TRUE_DR of order 79)."""
    born = date.fromisoformat(facts["birth_date"])
    exactness = facts["birth_date_exactness"]
    if exactness == 3:
        return f"{born.year}{NBSP}г. (день и{NBSP}месяц неизвестны)"
    if exactness == 2:
        return f"{born:%m.%Y} (день неизвестен)"
    return dates.long(born)
