"""The exchange of the demo: whom ФЕРЗЛ knows, a file with answers, one that waits."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from oms.domain.directory.models import Insurer
from oms.domain.exchange import actions, writing
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.writing import Letter, Parts
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import invented
from oms.domain.register.models import InsuredPerson, Policy
from oms.law import snils

KNOWN = 3000
"""How many of the register's people the simulated ФЕРЗЛ knows."""
NEW_FROM = 94_000_000
ODD_ONE = 7


def write(file: Path) -> None:
    """Write the file the simulators read at their start; one in seven differs somewhere."""
    file.write_text(json.dumps(list(_people()), ensure_ascii=False, indent=1))


def bring(*, at: datetime) -> None:
    """Bring two files of the first insurer of the region: one is worked at, one waits.

    Files that are there stay as they are.
    """
    insurer = (
        Insurer.objects.filter(region=settings.REGION, excluded_on=None).order_by("code").first()
    )
    if insurer is None or ExchangeFile.objects.filter(insurer=insurer).exists():
        return
    on = timezone.localdate(at)
    yesterday = at - timedelta(days=1)
    file = _brought(f"i{insurer.pk}_01_{on:%y%m%d}01", _records(insurer, on), yesterday)
    actions.process(file=file, at=yesterday + timedelta(minutes=2))
    _brought(f"i{insurer.pk}_01_{on:%y%m%d}02", _records(insurer, on, start=10), at)


def _brought(name: str, records: list[Parts], at: datetime) -> ExchangeFile:
    letter = Letter(name, name[1:6], "01", len(records))
    return actions.receive(
        name=name, pieces=writing.write(letter, records), origin=ExchangeFile.Origin.FOLDER,
        by=SYSTEM, at=at,
    )  # fmt: skip


def _records(insurer: Insurer, on: date, *, start: int = 0) -> list[Parts]:
    """Six new people; one has a wrong СНИЛС, one no surname, one another insurer's ОГРН."""
    people = list(invented.invent(start=NEW_FROM + start, count=6, on=on))
    records = [_record(n, one, insurer, on) for n, one in enumerate(people, 1)]
    nine = people[1].snils[:9]
    wrong = f"{(int(snils.check_digits(nine)) + 1) % 100:02}"
    records[1] = _record(2, people[1], insurer, on, SS=nine + wrong)
    records[3] = _record(4, people[3], insurer, on, FAM="")
    records[4] = _record(5, people[4], insurer, on, OGRNSMO="1" * 13)
    return records


def _record(
    number: int, one: invented.Invented, insurer: Insurer, on: date, **changes: str
) -> Parts:
    visited = on - timedelta(days=3)
    paper = invented.document(one.index, birth_date=one.birth_date, on=on)
    told = {"FAM": one.family_name, "SS": one.snils, "OGRNSMO": insurer.ogrn} | changes
    minor = visited.year - one.birth_date.year < 19
    return [
        ("N_REC", number),
        ("TIP_OP", "П010"),
        ("PERSON", [
            ("FAM", told["FAM"]), ("IM", one.given_name), ("OT", one.patronymic), ("W", one.sex),
            ("DR", one.birth_date), ("TRUE_DR", 1), ("C_OKSM", "RUS"), ("SS", told["SS"]),
        ]),
        ("DOC", [("DOCTYPE", paper.kind), ("DOCSER", paper.series), ("DOCNUM", paper.number)]),
        ("ADDRES_G", [("BOMG", 0), ("NPNAME", one.address)]),
        ("ADDRES_P", [("BOMG", 0)]),
        ("VIZIT", [("DVIZIT", visited), ("METHOD", 2 if minor else 1), ("PETITION", 0),
                   ("RSMO", 1), ("FPOLIS", 0)]),
        ("INSURANCE", [
            ("TER_ST", insurer.region.okato), ("OGRNSMO", told["OGRNSMO"]), ("ERP", 0),
            ("POLIS", [("VPOLIS", "Ц"), ("DBEG", visited)]),
        ]),
    ]  # fmt: skip


def _people() -> Iterator[dict[str, Any]]:
    """Those with accounts first: they are whom one looks at."""
    rows = InsuredPerson.objects.filter(enp__isnull=False).order_by("user_id", "pk")
    people = list(rows.exclude(user=None)[:KNOWN])
    people += list(rows.filter(user=None)[: KNOWN - len(people)])
    keys = [one.pk for one in people]
    policies = {
        one.person_id: one
        for one in Policy.objects.filter(person__in=keys, state__in=["active", "suspended"])
    }
    for one in people:
        yield _known(one, policies.get(one.pk))


def _known(one: InsuredPerson, policy: Policy | None) -> dict[str, Any]:
    paper = one.identity_documents.filter(valid_until=None).order_by("-valid_from", "-pk").first()
    odd = one.pk % ODD_ONE == 0
    document = {"kind": paper.kind, "series": paper.series, "number": paper.number} if paper else {}
    clinics = one.attachments.filter(valid_until=None).values_list("clinic_id", flat=True)
    return {
        "oip": f"{one.pk:016}",
        "family_name": one.family_name,
        "given_name": one.given_name,
        "patronymic": "" if odd else one.patronymic,
        "birth_date": one.birth_date.isoformat(),
        "died_on": one.died_on.isoformat() if one.died_on else "",
        "sex": int(one.sex),
        "snils": one.snils,
        "slow": one.pk % 5 == 0,
        "policies": [_item(one, policy)] if policy else [],
        "documents": [document] if document else [],
        "clinics": [{"code": code} for code in clinics],
    }


def _item(one: InsuredPerson, policy: Policy) -> dict[str, Any]:
    return {
        "enp": one.enp,
        "form": policy.form,
        "insurer": policy.insurer_id,
        "state": "ACTIVE",
        "begins_on": policy.begins_on.isoformat(),
        "ends_on": policy.ends_on.isoformat() if policy.ends_on else "",
    }
