"""What people do about findings: check a record now, accept a repair, take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from oms.domain.accounts.models import Role, Source, User
from oms.domain.journal.actions import Actor, record
from oms.domain.quality import checking, documents
from oms.domain.quality import sheet as sheets
from oms.domain.quality.catalogue import RULES
from oms.domain.quality.checking import Changed
from oms.domain.quality.models import Batch, Finding, Repair
from oms.domain.quality.sheet import Books, Sheet
from oms.domain.quality.suggestions import DOCUMENT, FIELDS, SYNCHRONISE, UNDOABLE, Suggestion
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied

MOST = 50
"""Repairs accepted together at most: each is looked at before."""


class NothingToMend(Denied):
    """The fault is gone, or nothing certain can be suggested any more."""

    text = "Исправлять больше нечего: запись уже изменили. Обновите страницу."


class Otherwise(Denied):
    """Since the preview the record changed, so that another repair would be made."""

    text = "С тех пор запись изменили: посмотрите исправление ещё раз."


class CannotUndo(Denied):
    """The value is no longer what the repair wrote, or the way has no way back."""

    text = "После исправления запись изменили ещё раз: прежнее значение не вернуть."


class TooMany(Denied):
    """More than may be looked through in one go."""

    text = f"За один раз не больше {MOST} исправлений."


@dataclass(frozen=True)
class Done:
    """What became of one of several: `no` says why not."""

    repair: Repair | None
    finding: Finding
    no: str = ""


def check(*, person: InsuredPerson, at: datetime) -> Changed:
    """Bring the findings of one record in line with the rules now."""
    return checking.check([person.pk], books=Books.read(), at=at)


def suggestions(findings: Sequence[Finding], *, at: datetime) -> dict[int, Suggestion]:
    """Return finding → the repair suggested now. Eleven queries, however many findings."""
    people = sheets.people({one.person_id for one in findings if one.mendable})
    read = sheets.read(people, books=Books.read(), at=at)
    found = {one.person.pk: one for one in read}
    told = {one.pk: _suggested(one, found.get(one.person_id)) for one in findings}
    return {key: one for key, one in told.items() if one is not None}


def accept(
    *,
    finding: Finding,
    by: User,
    at: datetime,
    seen: str = "",
    batch: Batch | None = None,
) -> Repair:
    """Make the suggested repair an act of the register; accepted before, that repair again.

    `seen` is the digest of the suggestion that was shown: another one now is refused. Raises
    `NothingToMend`, `Otherwise`, and what the register refuses.
    """
    with transaction.atomic():
        row = Finding.objects.select_for_update().get(pk=finding.pk)
        known = Repair.objects.filter(finding=row).first()
        if known:
            return known
        person = InsuredPerson.objects.select_for_update().get(pk=row.person_id)
        sheet = sheets.read(sheets.people([person.pk]), books=Books.read(), at=at)[0]
        told = _suggested(row, sheet) if row.gone_at is None else None
        if told is None:
            raise NothingToMend
        if seen and seen != told.digest:
            raise Otherwise
        repair = Repair.objects.create(
            finding=row, batch=batch, person=person, region_id=person.region_id,
            insurer_id=person.insurer_id, way=told.way, before=dict(told.before),
            after=dict(told.after), by=by.key, made_at=at,
        )  # fmt: skip
        _write(sheet, told, repair, by=by.actor, at=at)
        _record("quality.repair", repair, by=by.actor, at=at)
        check(person=person, at=at)
    return repair


def accept_together(
    *, key: str, rule: str, chosen: Sequence[tuple[Finding, str]], by: User, at: datetime
) -> tuple[Batch, list[Done]]:
    """Accept several repairs of a rule, each in a transaction of its own.

    `key` names the press of the button: sent twice, the first batch goes on. `chosen` has each
    finding with the digest of what was shown. Raises `TooMany`.
    """
    if len(chosen) > MOST:
        raise TooMany
    whose = _whose(by, chosen[0][0])
    batch, _ = Batch.objects.get_or_create(
        key=key, defaults={"rule": rule, "by": by.key, "made_at": at, **whose}
    )
    return batch, [_one(finding, seen, batch, by=by, at=at) for finding, seen in chosen]


def undo(*, repair: Repair, by: User, at: datetime) -> Repair:
    """Put back what was there before the repair; undone already, nothing changes.

    Raises `CannotUndo` where the record says another thing than the repair wrote.
    """
    with transaction.atomic():
        row = (
            Repair.objects.select_for_update().select_related("person", "finding").get(pk=repair.pk)
        )
        if row.undone_at:
            return row
        if row.way not in UNDOABLE:
            raise CannotUndo("Это исправление отменить нельзя: реестр хранит данные в одном виде.")
        person = InsuredPerson.objects.select_for_update().get(pk=row.person_id)
        if any(getattr(person, name) != value for name, value in row.after.items()):
            raise CannotUndo
        _own_fields(person, row.before, basis=f"{row.basis}:undo", by=by.actor, at=at)
        row.undone_at, row.undone_by = at, by.key
        row.save(update_fields=["undone_at", "undone_by"])
        _record("quality.undo", row, by=by.actor, at=at)
        check(person=person, at=at)
    return row


def undo_together(*, batch: Batch, by: User, at: datetime) -> list[Done]:
    """Take back each repair of the batch that still can be; the others say why not."""
    done = []
    for repair in batch.repairs.select_related("finding").order_by("pk"):
        try:
            done.append(Done(undo(repair=repair, by=by, at=at), repair.finding))
        except Denied as no:
            done.append(Done(None, repair.finding, no.text))
    return done


def _whose(by: User, first: Finding) -> dict[str, str | None]:
    """An insurer's batch is its own and its region's fund's; a fund's is the fund's."""
    if by.role == Role.INSURER:
        return {"insurer_id": by.organization_code, "region_id": first.region_id}
    return {"insurer_id": None, "region_id": by.organization_code}


def _one(finding: Finding, seen: str, batch: Batch, *, by: User, at: datetime) -> Done:
    try:
        return Done(accept(finding=finding, seen=seen, batch=batch, by=by, at=at), finding)
    except Denied as no:
        return Done(None, finding, no.text)


def _suggested(finding: Finding, sheet: Sheet | None) -> Suggestion | None:
    rule = RULES.get(finding.rule)
    if rule is None or sheet is None or not rule.check(sheet):
        return None
    return rule.suggest(sheet)


def _write(sheet: Sheet, told: Suggestion, repair: Repair, *, by: Actor, at: datetime) -> None:
    """Let the register act: fields and documents are corrected from the day they are told of."""
    if told.way == FIELDS:
        _own_fields(sheet.person, told.after, basis=repair.basis, by=by, at=at)
    elif told.way == DOCUMENT:
        document = documents.read(dict(told.after))
        standing = next(one for one in sheet.documents if one.kind == document.kind)
        register.set_identity_document(
            person=sheet.person, document=document, on=standing.valid_from, by=by, at=at,
            source=Source.OPERATOR, basis=repair.basis,
        )  # fmt: skip
    elif told.way == SYNCHRONISE:
        register.synchronise(person=sheet.person, by=by, at=at)


def _own_fields(
    person: InsuredPerson, values: Mapping[str, Any], *, basis: str, by: Actor, at: datetime
) -> None:
    """A correction is true as long as what it corrects was held to be."""
    version = person.versions.filter(valid_until=None).first()
    on = version.valid_from if version else localdate(at)
    register.update_person(
        person=person, changes=values, on=on, by=by, at=at, source=Source.OPERATOR, basis=basis
    )


def _record(act: str, repair: Repair, *, by: Actor, at: datetime) -> None:
    record(
        act=act,
        subject=repair.basis,
        person=repair.person.key,
        by=by,
        at=at,
        details={"rule": repair.finding.rule, "before": repair.before, "after": repair.after},
    )
