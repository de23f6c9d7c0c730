"""Files the register writes for an insurer: changes (i), corrections (k), ends of insurance (s).

The persons are chosen first and then read in portions, so memory holds a portion and the heading
tells how many records there are. The period is of days, `until` included. N_REC is the key of the
row a record tells of, so that the answer to it (p) finds the person.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from oms.domain.accounts.models import User
from oms.domain.directory.models import Insurer
from oms.domain.exchange.actions import NotYours, may_bring
from oms.domain.exchange.writing import Letter, Parts, write
from oms.domain.journal.actions import record
from oms.domain.register.actions.insurance import IN_FORCE
from oms.domain.register.models import (
    Address,
    IdentityDocument,
    Insurance,
    InsuredPerson,
    PersonVersion,
    Policy,
)
from oms.kit.denied import Denied

KINDS = {"i": "Изменения", "k": "Корректировки фонда", "s": "Прекращение страхования"}
PORTION = 500
LONGEST = timedelta(days=366)
POINT = "01"
_FORMS = {Policy.Form.OLD: "1", Policy.Form.TEMPORARY: "2"}


class BadPeriod(Denied):
    """The days are in the wrong order, or too far apart."""

    status = 422
    text = "Укажите период не длиннее года: первый день раньше последнего."


@dataclass(frozen=True)
class Written:
    """A file ready to be sent: its name, how many records, the bytes as they are asked for."""

    name: str
    records: int
    content: Iterator[bytes]


def export(
    *, kind: str, insurer: Insurer, since: date, until: date, by: User, at: datetime
) -> Written:
    """Write a file of `KINDS` about the insurer's people; raise `NotYours`, `BadPeriod`."""
    if not may_bring(user=by, insurer=insurer):
        raise NotYours("Файлы этой организации вам недоступны.")
    if not timedelta(0) <= until - since <= LONGEST:
        raise BadPeriod
    keys = _chosen(kind, insurer, since, until)
    stamp = timezone.localtime(at)
    letter = Letter(
        f"{kind}{insurer.pk}_{POINT}_{stamp:%y%m%d%H%M%S}", insurer.pk, POINT, len(keys)
    )
    with transaction.atomic():
        record(
            act="exchange.export", subject=insurer.key, by=by.actor, at=at,
            details={"name": letter.name, "records": len(keys), "since": since, "until": until},
        )  # fmt: skip
    today = timezone.localdate(at)
    return Written(letter.name, len(keys), write(letter, _records(kind, insurer, keys, today)))


def _chosen(kind: str, insurer: Insurer, since: date, until: date) -> Sequence[int]:
    """Keys of rows in their order: of insurances for s, of persons for the others."""
    if kind == "s":
        ended = Insurance.objects.filter(
            insurer=insurer, valid_until__gte=since, valid_until__lte=until
        ).exclude(person__insurer=F("insurer"))
        return _keys(ended.exclude(valid_until=F("valid_from")))
    moments = (_midnight(since), _midnight(until + timedelta(days=1)))
    rows = InsuredPerson.objects.filter(insurer=insurer, updated_at__range=moments)
    return _keys(rows.filter(_corrected(*moments)) if kind == "k" else rows)


def _corrected(since: datetime, until: datetime) -> Q:
    """Persons about whom somebody else than an insurer's file recorded something."""
    found = Q()
    for model in (PersonVersion, IdentityDocument, Address):
        rows = model.objects.filter(person=OuterRef("pk"), recorded_at__range=(since, until))
        found |= Q(Exists(rows.exclude(author__startswith="exchange:")))
    return found


def _keys(rows: "QuerySet[Any]") -> Sequence[int]:
    return array("q", rows.order_by("pk").values_list("pk", flat=True).iterator())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _records(kind: str, insurer: Insurer, keys: Sequence[int], today: date) -> Iterator[Parts]:
    for start in range(0, len(keys), PORTION):
        portion = list(keys[start : start + PORTION])
        if kind == "s":
            rows = Insurance.objects.select_related("person").in_bulk(portion)
            yield from (_stop(rows[pk]) for pk in portion)
        else:
            known = _Known(portion)
            make = _change if kind == "i" else _correction
            yield from (make(known, pk, insurer, today) for pk in portion)


class _Known:
    """A portion of persons with what stands beside them. Four queries."""

    def __init__(self, keys: list[int]) -> None:
        self.persons = InsuredPerson.objects.in_bulk(keys)
        self.documents = {
            one.person_id: one
            for one in IdentityDocument.objects.filter(person__in=keys, valid_until=None).order_by(
                "valid_from", "pk"
            )
        }
        rows = Address.objects.filter(person__in=keys, valid_until=None).select_related("region")
        self.addresses = {(one.person_id, one.kind): one for one in rows}
        policies = Policy.objects.filter(person__in=keys, state__in=IN_FORCE)
        self.policies = {one.person_id: one for one in policies.select_related("region")}


def _change(known: _Known, pk: int, insurer: Insurer, today: date) -> Parts:
    return [
        ("N_REC", pk),
        ("TIP_OP", "П040"),
        ("PERSON", _person(known.persons[pk])),
        *_beside(known, pk),
        ("VIZIT", [("DVIZIT", today), ("METHOD", 1), ("PETITION", 0), ("FPOLIS", 0)]),
        ("INSURANCE", _insurance(known.persons[pk], known.policies.get(pk), insurer, today)),
    ]


def _correction(known: _Known, pk: int, insurer: Insurer, today: date) -> Parts:
    return [
        ("N_REC", pk),
        ("PERSON", _person(known.persons[pk])),
        *_beside(known, pk),
        ("INSURANCE", _insurance(known.persons[pk], known.policies.get(pk), insurer, today)),
    ]


def _stop(row: Insurance) -> Parts:
    return [
        ("N_REC", row.pk),
        ("PERSON", _person(row.person)),
        ("ENP", row.person.enp or ""),
        ("DSTOP", row.valid_until),
        ("COMMENT", "Застрахован в другой организации" if row.person.insurer_id else None),
    ]


def _person(one: InsuredPerson) -> Parts:
    return [
        ("FAM", one.family_name[:40]),
        ("IM", one.given_name[:40]),
        ("OT", one.patronymic[:40]),
        ("W", one.sex),
        ("DR", one.birth_date),
        ("TRUE_DR", one.birth_date_exactness),
        ("C_OKSM", one.citizenship),
        ("SS", one.snils or ""),
        ("PHONE", one.phone),
        ("EMAIL", one.email[:80]),
        ("DDEATH", one.died_on),
    ]


def _beside(known: _Known, pk: int) -> Parts:
    parts: Parts = []
    paper = known.documents.get(pk)
    if paper:
        document: Parts = [
            ("DOCTYPE", paper.kind),
            ("DOCSER", paper.series),
            ("DOCNUM", paper.number),
            ("DOCDATE", paper.issued_on or ""),
            ("DOCEXP", paper.expires_on or ""),
            ("NAME_VP", paper.issued_by[:200]),
            ("MR", known.persons[pk].birth_place),
        ]
        parts.append(("DOC", document))
    for tag, kind in (("ADDRES_G", "registration"), ("ADDRES_P", "residence")):
        parts.append((tag, _address(known.addresses.get((pk, kind)))))
    return parts


def _address(one: Address | None) -> Parts:
    """The register keeps an address as one line: it goes whole into NPNAME."""
    return [
        ("BOMG", 0),
        ("SUBJ", one.region.okato if one and one.region else None),
        ("INDX", one.postal_code if one else ""),
        ("NPNAME", one.text if one else ""),
        ("DREG", one.valid_from if one else ""),
    ]


def _insurance(one: InsuredPerson, policy: Policy | None, insurer: Insurer, today: date) -> Parts:
    form = _FORMS.get(Policy.Form(policy.form), policy.form) if policy else Policy.Form.DIGITAL
    told: Parts = [
        ("VPOLIS", str(form)),
        ("NPOLIS", policy.blank_number if policy else ""),
        ("DBEG", policy.begins_on if policy else today),
        ("DEND", policy.ends_on if policy else None),
    ]
    return [
        ("TER_ST", insurer.region.okato),
        ("ENP", one.enp or ""),
        ("OGRNSMO", insurer.ogrn or "0" * 13),
        ("ERP", 1 if one.enp else 0),
        ("POLIS", told),
    ]
