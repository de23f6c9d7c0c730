"""Выписка о полисе ОМС: the policy in force today (108н, п. 28–30)."""

from datetime import datetime

from oms.domain.accounts.models import Sex
from oms.domain.papers import wording as parts
from oms.domain.papers.refused import NothingToCertify
from oms.domain.papers.typography import printable
from oms.domain.papers.wording import Facts, PaperKind, Section, Stamp, Wording
from oms.domain.register.models import InsuredPerson, Policy
from oms.domain.register.queries import policy_in_force

TITLE = "Выписка о полисе обязательного медицинского страхования"


def facts(person: InsuredPerson, *, scope: str, at: datetime) -> Facts:
    """Return what the register says now, JSON-able; raise `NothingToCertify`. Dates are ISO."""
    policy = _certified(person, at=at)
    insurance = person.insurances.filter(valid_until=None).first()
    return parts.about(person) | {
        "enp": policy.enp,
        "blank_number": policy.blank_number,
        "form": policy.get_form_display(),
        "begins_on": policy.begins_on.isoformat(),
        "ends_on": policy.ends_on.isoformat() if policy.ends_on else None,
        "region": policy.region.name,
        "insurer": parts.insurer_facts(policy.insurer),
        "insured_since": insurance.valid_from.isoformat() if insurance else None,
    }


def _certified(person: InsuredPerson, *, at: datetime) -> Policy:
    policy, today = policy_in_force(person), parts.day_of(at)
    if (
        policy is None
        or policy.state != Policy.State.ACTIVE
        or policy.begins_on > today
        or (policy.ends_on and policy.ends_on < today)
        or not (policy.enp or parts.digits(policy.blank_number))
    ):
        raise NothingToCertify
    return policy


def wording(*, facts: Facts, stamp: Stamp) -> Wording:
    """Put the facts into Russian; raise `Unprintable` when a sign cannot be printed."""
    return parts.worded(
        kind=KIND,
        facts=facts,
        stamp=stamp,
        head=(parts.number_label(facts), parts.policy_number(facts)),
        state="Действует",
        card=_card(facts),
        sections=(
            parts.person_section(facts),
            _policy(facts),
            parts.insurer_section(facts["insurer"]),
        ),
    )


def _card(facts: Facts) -> tuple[tuple[str, str], ...]:
    since = facts["insured_since"] or facts["begins_on"]
    return (
        ("Страховая медицинская организация", parts.text(facts["insurer"]["short_name"])),
        ("Застрахована с" if facts["sex"] == Sex.FEMALE else "Застрахован с", parts.long(since)),
    )


def _policy(facts: Facts) -> Section:
    period = parts.span(facts["begins_on"], facts["ends_on"], endless="без ограничения срока")
    lines = [("Вид полиса", facts["form"]), ("Действует", period)]
    if facts["enp"] and facts["blank_number"]:
        lines.append(("Номер бланка", printable(facts["blank_number"])))
    lines.append(("Регион", parts.text(facts["region"])))
    return Section("Полис", tuple(lines))


KIND = PaperKind(
    code="policy-extract",
    title=TITLE,
    noun="выписка",
    accusative="выписку",
    series="В",
    version="2",
    facts=facts,
    wording=wording,
    needs_policy=True,
)
