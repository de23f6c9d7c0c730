"""Issuing and revoking papers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from oms.domain.journal.actions import Actor, record
from oms.domain.papers import codes, policy_extract, storage
from oms.domain.papers.models import Paper, PaperCounter
from oms.domain.papers.rendering import render
from oms.domain.register.models import InsuredPerson, Policy
from oms.domain.register.queries import policy_in_force
from oms.gateways import signature
from oms.kit.denied import Denied
from oms.law.case_number import paper_number

_ATTEMPTS = 5


class NothingToCertify(Denied):
    """The person has no policy in force."""

    text = "Действующего полиса в реестре нет, поэтому выписку выдать нельзя."


class Unsettled(Denied):
    """The register kept changing under our hands."""

    text = "Сведения в реестре прямо сейчас меняются. Попробуйте ещё раз через минуту."


@dataclass(frozen=True)
class _Draft:
    """A paper signed and stored, not yet in force."""

    number: str
    check_code: str
    facts: dict[str, Any]
    content: bytes
    signer: str


def issue(
    *, kind: str, person: InsuredPerson, basis: str, key: str, by: Actor, at: datetime
) -> Paper:
    """Issue a signed paper of `kind` (`Paper.Kind`) and supersede the one in force.

    The same `key` (one request, such as `case:17:extract`) returns the same paper. `basis` is
    a key such as `case:17`. Raises `NothingToCertify`, `Unsettled`, `typography.Unprintable`.
    Call it outside a transaction: drawing and signing then hold no lock.
    """
    kind = Paper.Kind(kind)
    known = Paper.objects.filter(key=key).first()
    if known:
        return known
    for _attempt in range(_ATTEMPTS):
        draft = _draft(person, at=at)
        sha256 = storage.keep(draft.content)
        with transaction.atomic():
            locked = InsuredPerson.objects.select_for_update().get(pk=person.pk)
            known = Paper.objects.filter(key=key).first()
            if known:
                return known
            if _facts(locked, at=at) == draft.facts:
                paper = Paper(
                    number=draft.number,
                    check_code=draft.check_code,
                    kind=kind,
                    person=locked,
                    basis=basis,
                    key=key,
                    data=draft.facts,
                    template_version=policy_extract.VERSION,
                    issued_at=at,
                    state_at=at,
                    sha256=sha256,
                    size=len(draft.content),
                    signer=draft.signer,
                )
                return _put_in_force(paper, by=by, at=at)
    raise Unsettled


def revoke(*, paper: Paper, reason: str, by: Actor, at: datetime) -> Paper:
    """Declare a paper not valid any more, with the reason (up to 200 signs); once is enough."""
    with transaction.atomic():
        one = Paper.objects.select_for_update().get(pk=paper.pk)
        if one.state != Paper.State.REVOKED:
            one.state, one.state_at = Paper.State.REVOKED, at
            one.state_reason = reason.strip()[:200]
            one.save(update_fields=["state", "state_at", "state_reason"])
            _tell("paper.revoke", one, by=by, at=at, reason=one.state_reason)
    return one


def _put_in_force(paper: Paper, *, by: Actor, at: datetime) -> Paper:
    """Save the paper and supersede the one before; the person's row is locked."""
    before = list(
        Paper.objects.filter(
            person=paper.person, kind=paper.kind, state=Paper.State.ISSUED
        ).select_for_update()
    )
    Paper.objects.filter(pk__in=[old.pk for old in before]).update(
        state=Paper.State.SUPERSEDED, state_at=at
    )
    paper.save(force_insert=True)
    Paper.objects.filter(pk__in=[old.pk for old in before]).update(superseded_by=paper)
    for old in before:
        _tell("paper.supersede", old, by=by, at=at, by_number=paper.number)
    _tell("paper.issue", paper, by=by, at=at, number=paper.number, sha256=paper.sha256)
    return paper


def _tell(act: str, paper: Paper, *, by: Actor, at: datetime, **details: str) -> None:
    subject, person = f"paper:{paper.pk}", f"person:{paper.person_id}"
    record(
        act=act,
        subject=subject,
        person=person,
        by=by,
        at=at,
        details=details | {"kind": paper.kind},
    )


def _draft(person: InsuredPerson, *, at: datetime) -> _Draft:
    facts = _facts(InsuredPerson.objects.get(pk=person.pk), at=at)
    number, code, signer = _next_number(at=at), codes.new(), signature.signer()
    words = policy_extract.wording(
        facts=facts, number=number, check_code=code, issued_at=at, signer=signer.subject
    )
    pictures = {
        "qr": codes.qr(codes.check_address(code)),
        "barcode": codes.barcode(facts["enp"] or _digits(facts["blank_number"])),
    }
    pdf = render(template=policy_extract.TEMPLATE, words=words, codes=pictures, at=at)
    content = signer.sign_pdf(pdf, reason=policy_extract.TITLE, at=at)
    return _Draft(number, code, facts, content, signer.subject)


def _facts(person: InsuredPerson, *, at: datetime) -> dict[str, Any]:
    policy = policy_in_force(person)
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    if (
        policy is None
        or policy.state != Policy.State.ACTIVE
        or policy.begins_on > today
        or (policy.ends_on and policy.ends_on < today)
        or not (policy.enp or _digits(policy.blank_number))
    ):
        raise NothingToCertify
    insurance = person.insurances.filter(valid_until=None).first()
    return policy_extract.facts(person=person, policy=policy, insurance=insurance)


def _digits(number: str) -> str:
    """The digits of an old policy's number: its letters are Russian, Code 128 has none."""
    return "".join(sign for sign in number if sign in "0123456789")


def _next_number(*, at: datetime) -> str:
    """Take the year's next number in a transaction of its own: gaps are allowed, waits are not."""
    year = at.astimezone(ZoneInfo(settings.TIME_ZONE)).year
    with transaction.atomic():
        PaperCounter.objects.get_or_create(year=year, defaults={"last": 0})
        PaperCounter.objects.filter(year=year).update(last=F("last") + 1)
        sequence = PaperCounter.objects.values_list("last", flat=True).get(year=year)
    return paper_number(series=policy_extract.SERIES, year=year, sequence=sequence)
