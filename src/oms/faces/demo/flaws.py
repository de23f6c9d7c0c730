"""Faults of data quality planted in the invented register, so that the board has something to show.

They are written past the acts, as loads and old programs write them, and marked by their basis.
The weeks before are derived from what the check finds: nobody checked anything then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.journal.models import Entry
from oms.domain.quality import actions, following, measuring, queries
from oms.domain.quality.models import Finding, Snapshot
from oms.domain.quality.queries import WEEK, WEEKS
from oms.domain.register import synthetic
from oms.domain.register.actions.people import own_data
from oms.domain.register.data import name_key
from oms.domain.register.models import InsuredPerson, Policy
from oms.law.dates import birthday

SUBJECT = "quality:demo"
MENDED = ("Q065", "Q066")
"""Rules of which the first found on the operator's desk is mended."""
EACH, RARE = 6, 10
"""How many records of each fault; at most one record of so many is spoilt."""
AT_ONCE = 20
"""Batches checked at once; what a large register has beyond them the worker checks."""
_DAYS = (3, 12, 45, 80)
"""For how many days, in turn, a fault is said to be known."""


def plant(*, by: User, at: datetime) -> int:
    """Spoil some records, check all, tell of the weeks before; return how many. Once only.

    `by` is an operator who has mended some together, so that there is something to take back.
    """
    if Entry.objects.filter(subject=SUBJECT).exists():
        return 0
    with transaction.atomic():
        people = _chosen(by)
        for number, person in enumerate(people):
            _FLAWS[number % len(_FLAWS)](person)
        details = {"spoilt": len(people)}
        record(act="demo.flaws", subject=SUBJECT, by=SYSTEM, at=at, details=details)
    synthetic.confirm(at=at)  # no cabinet is stale in the demonstration but those of its stories
    following.follow(at=at)
    following.sweep(at=at, batches=AT_ONCE)
    with transaction.atomic():
        _as_if_found_earlier(at)
        _weeks_before(at)
    _mend_some(by, at)
    return len(people)


def _chosen(by: User) -> list[InsuredPerson]:
    """Half of them the operator's own people, so that each fault is on that desk."""
    most = min(EACH * len(_FLAWS), InsuredPerson.objects.count() // RARE)
    own = list(_insured().filter(insurer=by.organization_code)[: most // 2])
    others = _insured().exclude(insurer=by.organization_code)
    return [*own, *others[: most - len(own)]]


def _mend_some(by: User, at: datetime) -> None:
    for rule in MENDED:
        found = queries.mendable(by, rule, limit=2)
        told = actions.suggestions(found, at=at)
        chosen = [(one, told[one.pk].digest) for one in found if one.pk in told]
        if chosen:
            actions.accept_together(key=SUBJECT, rule=rule, chosen=chosen, by=by, at=at)
            return


def _insured() -> Any:
    """People of the region shown first who have no account: nobody's cabinet is spoilt."""
    rows = InsuredPerson.objects.filter(
        state="active", user=None, region="77", citizenship="RUS", policies__state="active"
    )
    told = rows.exclude(phone="").filter(versions__basis__startswith="demo:")
    return told.distinct().order_by("pk")


def set_own(person: InsuredPerson, **values: Any) -> None:
    """Put values into the row and into what it is compared with, as no act would."""
    for name, value in values.items():
        setattr(person, name, value)
    person.name_key = name_key(
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
    )
    person.save()
    person.versions.filter(valid_until=None).update(data=own_data(person))


def _shouted(person: InsuredPerson) -> None:
    set_own(person, family_name=person.family_name.upper())


def _mixed(person: InsuredPerson) -> None:
    swapped = person.family_name.translate(str.maketrans("оаесрх", "oaecpx"))
    set_own(person, family_name=swapped)


def _phone(person: InsuredPerson) -> None:
    number = person.phone
    set_own(person, phone=f"8({number[2:5]}) {number[5:8]}-{number[8:10]}-{number[10:]}")


def _email(person: InsuredPerson) -> None:
    set_own(person, email=person.email.replace("@", " @").upper())


def _birth_place(person: InsuredPerson) -> None:
    set_own(person, birth_place="")


def _snils(person: InsuredPerson) -> None:
    set_own(person, snils=None)


def _document(person: InsuredPerson) -> None:
    for one in person.identity_documents.filter(valid_until=None, kind="14"):
        one.series = one.series.replace(" ", "")
        one.save(update_fields=["series"])


def _out_of_step(person: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=person.pk).update(birth_place="г. Ошибочный")


def _suspended(person: InsuredPerson) -> None:
    Policy.objects.filter(person=person, state="active").update(state="suspended")


def _patronymic(person: InsuredPerson) -> None:
    other = {"ич": "на", "на": "ич"}
    text = person.patronymic
    set_own(person, patronymic=text[:-2] + other.get(text[-2:], text[-2:]))


def _old_passport(person: InsuredPerson) -> None:
    person.identity_documents.filter(valid_until=None, kind="14").update(
        issued_on=birthday(person.birth_date, years=15)
    )


_FLAWS: tuple[Callable[[InsuredPerson], None], ...] = (
    _shouted, _mixed, _phone, _email, _birth_place, _snils, _document, _out_of_step, _suspended,
    _patronymic, _old_passport,
)  # fmt: skip


def _as_if_found_earlier(at: datetime) -> None:
    """Give findings different ages."""
    for number, finding in enumerate(Finding.objects.filter(gone_at=None).order_by("pk")):
        finding.found_at = at - timedelta(days=_DAYS[number % len(_DAYS)])
        finding.save(update_fields=["found_at"])


def _weeks_before(at: datetime) -> None:
    """Tell of earlier weeks what today's figures grew from: more faults the earlier. Marked."""
    measuring.measure(at=at)
    on = localdate(at)
    rows = list(Snapshot.objects.filter(on=on))
    for week in range(1, WEEKS):
        Snapshot.objects.bulk_create(_earlier(row, on - WEEK * week, week) for row in rows)


def _earlier(row: Snapshot, on: Any, week: int) -> Snapshot:
    if row.rule:
        total = row.total + row.total * week // 15
        values = {"total": total, "fresh": 0, "month": 0, "old": total}
    else:
        faulty = row.total - row.fresh
        values = {"total": row.total, "fresh": max(row.fresh - faulty * week // 15, 0)}
    return Snapshot(
        on=on, region_id=row.region_id, insurer_id=row.insurer_id, rule=row.rule, synthetic=True,
        **values,
    )  # fmt: skip
