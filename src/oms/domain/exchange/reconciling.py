"""A person of the register held against ФЕРЗЛ, field by field. Nothing ФЕРЗЛ says is applied.

Where both agree the row is known to be true as of then (`register.synchronise`); where they do not,
the journal keeps which fields differ, and that is the note the desk shows until they agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from oms.domain.accounts.models import Sex, User
from oms.domain.exchange import freshness
from oms.domain.exchange.models import Feed
from oms.domain.journal.actions import Actor, record
from oms.domain.journal.models import Entry
from oms.domain.register import actions as register
from oms.domain.register import queries
from oms.domain.register.data import DocumentData, document_key
from oms.domain.register.models import IdentityDocument, InsuredPerson, Policy
from oms.gateways import ferzl
from oms.gateways.errors import GatewayError
from oms.gateways.ferzl import Found
from oms.gateways.registers.asking import RegisterDown
from oms.kit.denied import Denied
from oms.kit.freshness import ROW, STALE_AFTER, is_stale
from oms.law import dates, enp, snils
from oms.law.names import fold

SAME, DIFFERS = "person.reconcile", "person.differ"
"""Acts of the journal: asked and the same, asked and not."""
NOTED = timedelta(days=30)
AGAIN = timedelta(days=7)
"""Who differs is asked again after a week: somebody has to look at papers first."""
MOST = 200


class Silent(Denied):
    """ФЕРЗЛ does not answer."""

    status = 503
    text = "ФЕРЗЛ сейчас не отвечает. Попробуйте через несколько минут."


class NotTaken(Denied):
    """ФЕРЗЛ does not take the question."""

    text = "ФЕРЗЛ не принял вопрос. Проверьте номер полиса, СНИЛС и документ в карточке."


@dataclass(frozen=True)
class Line:
    """One field here and there; `asked` is what ФЕРЗЛ holds."""

    title: str
    held: str
    asked: str
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """How the register and ФЕРЗЛ tell of a person; empty lines: ФЕРЗЛ knows nobody such."""

    lines: tuple[Line, ...]

    @property
    def found(self) -> bool:
        """Whether ФЕРЗЛ knows the person."""
        return bool(self.lines)

    @property
    def differing(self) -> int:
        """How many fields differ."""
        return sum(line.differs for line in self.lines)


@dataclass(frozen=True)
class Note:
    """What the last comparison found: titles of the fields that differ, never their values.

    `is_stale` when it is too old, or ФЕРЗЛ has been silent since: the last that is known is shown.
    """

    person: InsuredPerson
    at: datetime
    found: bool
    fields: Sequence[str]
    is_stale: bool

    @property
    def differs(self) -> bool:
        """Whether somebody should look."""
        return not self.found or bool(self.fields)


def compare(*, person: InsuredPerson, by: Actor, at: datetime) -> Comparison:
    """Ask ФЕРЗЛ now, past what is kept, and compare; the asking is journaled with the outcome.

    Asked by policy, else by СНИЛС and birth date, else by document. Where nothing differs the row
    is true as of now. Raises `Silent`, `NotTaken`.
    """
    document = _document(person)
    try:
        found = _asked(person, document)
    except RegisterDown:
        freshness.failed(code=ferzl.CODE, error="Не отвечает", at=at)
        raise Silent from None
    except GatewayError:
        freshness.succeeded(code=ferzl.CODE, at=at)  # it does answer
        raise NotTaken from None
    policy = queries.policy_in_force(person)
    lines = tuple(_lines(person, policy, document, found)) if found else ()
    made = Comparison(lines)
    freshness.succeeded(code=ferzl.CODE, at=at)
    with transaction.atomic():
        same = made.found and not made.differing
        record(
            act=SAME if same else DIFFERS, subject=person.key, person=person.key, by=by, at=at,
            details={"found": made.found,
                     "differs": [line.title for line in lines if line.differs]},
        )  # fmt: skip
        if same:
            register.synchronise(person=person, by=by, at=at)
    return made


def last(person: InsuredPerson, *, at: datetime) -> Note | None:
    """Return what the last comparison found, None for no comparison. Two queries."""
    entries = Entry.objects.filter(subject=person.key, act__in=(SAME, DIFFERS))
    entry = entries.order_by("-at", "-pk").values_list("at", "payload__data").first()
    if entry is None:
        return None
    silent = Feed.objects.filter(pk=ferzl.CODE).exclude(error="").exists()
    return _note(person, *entry, is_old=silent or is_stale(entry[0], kind=ROW, at=at))


def notes(*, user: User, at: datetime) -> list[Note]:
    """Return who differs, the latest first, of the people the user may see. Three queries."""
    since = at - NOTED
    rows = Entry.objects.filter(act=DIFFERS, at__gte=since).order_by("-at", "-pk")
    latest: dict[str, tuple[datetime, dict[str, Any] | None]] = {}
    for subject, moment, told in rows.values_list("subject", "at", "payload__data")[:MOST]:
        latest.setdefault(subject, (moment, told))
    settled = Entry.objects.filter(act=SAME, at__gte=since, subject__in=list(latest))
    for subject, moment in settled.values_list("subject", "at"):
        if subject in latest and latest[subject][0] <= moment:
            del latest[subject]
    keys = [int(subject.partition(":")[2]) for subject in latest]
    people = InsuredPerson.objects.visible_to(user).select_related("insurer").in_bulk(keys)
    return [
        _note(people[key], *entry, is_old=False)
        for key, entry in zip(keys, latest.values(), strict=True)
        if key in people
    ]


def due(*, at: datetime, most: int) -> list[int]:
    """Return the keys of people to ask about: shown in a cabinet, of our region, long not compared.

    Who was found to differ is left out for a week. Two queries.
    """
    states = InsuredPerson.State
    rows = InsuredPerson.objects.filter(
        user__isnull=False, region=settings.REGION, synced_at__lt=at - STALE_AFTER[ROW],
        state__in=[states.ACTIVE, states.SUSPENDED],
    )  # fmt: skip
    noted = Entry.objects.filter(act=DIFFERS, at__gte=at - AGAIN).values_list("subject", flat=True)
    skipped = {int(subject.partition(":")[2]) for subject in noted}
    keys = rows.order_by("synced_at", "pk").values_list("pk", flat=True)[: most + len(skipped)]
    return [key for key in keys if key not in skipped][:most]


def _note(
    person: InsuredPerson, at: datetime, told: dict[str, Any] | None, *, is_old: bool
) -> Note:
    """`told` is None where the entry's payload was forgotten."""
    details = told or {}
    return Note(person, at, bool(details.get("found")), details.get("differs", []), is_old)


def _document(person: InsuredPerson) -> IdentityDocument | None:
    rows = person.identity_documents.filter(valid_until=None)
    return rows.order_by("-valid_from", "-pk").first()


def _asked(person: InsuredPerson, document: IdentityDocument | None) -> Found | None:
    found = ferzl.by_policy(person.enp, fresh=True) if person.enp else None
    if found is None and person.snils:
        found = ferzl.by_snils(person.snils, person.birth_date, fresh=True)
    if found is None and document:
        found = ferzl.by_document(document.kind, document.series, document.number, fresh=True)
    return found


def _lines(
    person: InsuredPerson, policy: Policy | None, document: IdentityDocument | None, found: Found
) -> Iterator[Line]:
    """Names as the register folds them: ё and е, letter case and hyphens are no difference."""
    names = (
        ("Фамилия", person.family_name, found.family_name),
        ("Имя", person.given_name, found.given_name),
        ("Отчество", person.patronymic, found.patronymic),
    )
    for title, held, asked in names:
        yield Line(title, held, asked, fold(held) != fold(asked))
    yield _line("Дата рождения", _day(person.birth_date), _day(found.birth_date))
    yield _line("Пол", _sex(person.sex), _sex(found.sex))
    yield _line("СНИЛС", _snils(person.snils or ""), _snils(found.snils))
    yield _line("Дата смерти", _day(person.died_on), _day(found.died_on))
    there = found.policy
    yield _line("Номер полиса", _enp(person.enp or ""), _enp(there.enp if there else ""))
    yield _line("Страхует", policy.insurer_id if policy else "", there.insurer if there else "")
    yield _line(
        "Полис действует с",
        _day(policy.begins_on if policy else None),
        _day(there.begins_on if there else None),
    )
    yield _line(
        "Полис действует по",
        _day(policy.ends_on if policy else None),
        _day(there.ends_on if there else None),
    )
    yield _documents(document, found)
    attachment = queries.attachment_of(person)
    clinics = ", ".join(found.clinics)
    yield _line("Поликлиника", attachment.clinic_id if attachment else "", clinics)


def _documents(document: IdentityDocument | None, found: Found) -> Line:
    told = [
        (f"{one.series} {one.number}".strip(),
         document_key(DocumentData(kind=one.kind, series=one.series, number=one.number)))
        for one in found.documents
    ]  # fmt: skip
    held = f"{document.series} {document.number}".strip() if document else ""
    agrees = (document.number_key if document else "") in {key for _, key in told}
    return Line("Документ", held, ", ".join(text for text, _ in told), not agrees and bool(told))


def _line(title: str, held: str, asked: str) -> Line:
    return Line(title, held, asked, held != asked)


def _day(day: date | None) -> str:
    return dates.short(day) if day else ""


def _sex(sex: int) -> str:
    return str(Sex(sex).label) if sex in set(Sex) else ""


def _snils(number: str) -> str:
    return snils.display(number) if len(number) == 11 else number


def _enp(number: str) -> str:
    return enp.group(number) if len(number) == 16 else number
