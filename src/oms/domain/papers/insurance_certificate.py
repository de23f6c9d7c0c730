"""Справка о страховании за период: who insured the person on which days, by which policies."""

from datetime import date, datetime, timedelta

from oms.domain.accounts.models import Sex
from oms.domain.papers import periods
from oms.domain.papers import wording as parts
from oms.domain.papers.periods import Days
from oms.domain.papers.refused import NeverInsured, WrongScope
from oms.domain.papers.typography import printable
from oms.domain.papers.wording import Facts, PaperKind, Section, Stamp, Wording
from oms.domain.register.models import InsuredPerson, Policy

TITLE = "Справка об обязательном медицинском страховании"
NOBODY = "Страхования не было"
_DAY = timedelta(days=1)


def facts(person: InsuredPerson, *, scope: str, at: datetime) -> Facts:
    """Return what the register says of the period; raise `NeverInsured`, `WrongScope`.

    Three queries.
    """
    days = periods.read(scope)
    if days.ends > parts.day_of(at) or days.begins < periods.EARLIEST:
        raise WrongScope
    insurances = _insurances(person, days)
    if not insurances:
        raise NeverInsured
    policies = _policies(person, days)
    last = policies[-1] if policies else {"enp": person.enp or "", "blank_number": ""}
    return parts.about(person) | {
        "scope": days.scope,
        "enp": last["enp"],
        "blank_number": last["blank_number"],
        "insurances": insurances,
        "policies": policies,
        "region": person.region.name,
    }


def _insurances(person: InsuredPerson, days: Days) -> list[Facts]:
    rows = person.insurances.filter(valid_from__lte=days.ends).select_related("insurer")
    found = []
    for row in rows.order_by("valid_from", "pk"):
        last = row.valid_until - _DAY if row.valid_until else None
        own = periods.clipped(row.valid_from, last, within=days)
        if own:
            told = {"insurer": row.insurer.short_name, "full_name": row.insurer.full_name}
            found.append({"days": own.scope, "ground": row.get_ground_display(), **told})
    return found


def _policies(person: InsuredPerson, days: Days) -> list[Facts]:
    rows = person.policies.filter(begins_on__lte=days.ends).exclude(state=Policy.State.ANNULLED)
    found = []
    for row in rows.order_by("begins_on", "pk"):
        own = periods.clipped(row.begins_on, _last_day(row), within=days)
        if own and (row.enp or parts.digits(row.blank_number)):
            told = {"enp": row.enp, "blank_number": row.blank_number}
            found.append({"days": own.scope, "form": row.get_form_display(), **told})
    return found


def _last_day(policy: Policy) -> date | None:
    """The last day the policy was in force; the day of closing is the first it was not."""
    ended = policy.state in {Policy.State.SUPERSEDED, Policy.State.CLOSED}
    ends = [day for day in (policy.ends_on, policy.state_since - _DAY if ended else None) if day]
    return min(ends, default=None)


def wording(*, facts: Facts, stamp: Stamp) -> Wording:
    """Put the facts into Russian; raise `Unprintable` when a sign cannot be printed."""
    days = periods.read(facts["scope"])
    whole = not _gaps(facts)
    woman = facts["sex"] == Sex.FEMALE
    insured = "Застрахована" if woman else "Застрахован"
    card = ((insured, "весь период" if whole else "не весь период, перерывы указаны ниже"),)
    number = ((parts.number_label(facts), parts.policy_number(facts)),) if _numbered(facts) else ()
    return parts.worded(
        kind=KIND,
        facts=facts,
        stamp=stamp,
        head=("Период", days.words),
        card=card + number,
        sections=(parts.person_section(facts), _insurers(facts), *_policy_section(facts)),
    )


def _numbered(facts: Facts) -> bool:
    return bool(facts["enp"] or facts["blank_number"])


def _gaps(facts: Facts) -> list[Days]:
    spans = [periods.read(row["days"]) for row in facts["insurances"]]
    return periods.gaps(spans, within=periods.read(facts["scope"]))


def _insurers(facts: Facts) -> Section:
    """Insurers and gaps in the order of time."""
    rows = [
        (periods.read(row["days"]), f"{parts.text(row['insurer'])}. {row['ground']}")
        for row in facts["insurances"]
    ]
    rows += [(gap, NOBODY) for gap in _gaps(facts)]
    rows.sort(key=lambda row: row[0].begins)
    return Section("Кто страховал", tuple((days.words, words) for days, words in rows))


def _policy_section(facts: Facts) -> tuple[Section, ...]:
    lines = tuple(
        (periods.read(row["days"]).words, f"{parts.policy_number(row)}. {printable(row['form'])}")
        for row in facts["policies"]
    )
    return (Section("Полисы", lines),) if lines else ()


KIND = PaperKind(
    code="insurance-certificate",
    title=TITLE,
    noun="справка",
    accusative="справку",
    series="С",
    version="1",
    facts=facts,
    wording=wording,
)
