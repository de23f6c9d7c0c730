"""Issuing and revoking papers."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from oms.domain.journal.actions import Actor, record
from oms.domain.papers import codes, storage
from oms.domain.papers.kinds import KINDS, barcode_digits
from oms.domain.papers.models import DetachedSignature, Paper, PaperCounter
from oms.domain.papers.refused import NothingToCertify, Unsettled
from oms.domain.papers.rendering import render
from oms.domain.papers.wording import Facts, PaperKind, Stamp
from oms.domain.register.models import InsuredPerson
from oms.gateways import signature, signature_gost
from oms.law.case_number import paper_number

__all__ = ["NothingToCertify", "Unsettled", "issue", "revoke"]
_ATTEMPTS = 5


@dataclass(frozen=True)
class _Draft:
    """A paper signed and stored, not yet in force."""

    number: str
    check_code: str
    facts: Facts
    content: bytes
    signer: str
    gost: signature_gost.Signed | None


def issue(
    *,
    kind: str,
    person: InsuredPerson,
    basis: str,
    key: str,
    by: Actor,
    at: datetime,
    scope: str = "",
) -> Paper:
    """Issue a signed paper of `kind` (`Paper.Kind`) and supersede the one in force.

    `scope` is the period of a certificate (`periods`); papers of other periods stay in force.
    The same `key` (one request, such as `case:17:extract`) returns the same paper. `basis` is
    a key such as `case:17`. Raises `NothingToCertify`, `WrongScope`, `Unsettled`,
    `typography.Unprintable`. Call it outside a transaction: drawing and signing then hold no lock.
    """
    own = KINDS[Paper.Kind(kind)]
    known = Paper.objects.filter(key=key).first()
    if known:
        return known
    for _attempt in range(_ATTEMPTS):
        draft = _draft(own, person, scope=scope, at=at)
        sha256 = storage.keep(draft.content)
        with transaction.atomic():
            locked = InsuredPerson.objects.select_for_update().get(pk=person.pk)
            known = Paper.objects.filter(key=key).first()
            if known:
                return known
            if own.facts(locked, scope=scope, at=at) == draft.facts:
                paper = Paper(
                    number=draft.number,
                    check_code=draft.check_code,
                    kind=own.code,
                    scope=scope,
                    person=locked,
                    basis=basis,
                    key=key,
                    data=draft.facts,
                    template_version=own.version,
                    issued_at=at,
                    state_at=at,
                    sha256=sha256,
                    size=len(draft.content),
                    signer=draft.signer,
                )
                return _put_in_force(paper, draft.gost, by=by, at=at)
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


def _put_in_force(
    paper: Paper, gost: signature_gost.Signed | None, *, by: Actor, at: datetime
) -> Paper:
    """Save the paper and supersede the one before; the person's row is locked."""
    before = list(
        Paper.objects.filter(
            person=paper.person, kind=paper.kind, scope=paper.scope, state=Paper.State.ISSUED
        ).select_for_update()
    )
    if before:
        Paper.objects.filter(pk__in=[old.pk for old in before]).update(
            state=Paper.State.SUPERSEDED, state_at=at
        )
    paper.save(force_insert=True)
    if gost:
        DetachedSignature.objects.create(
            paper=paper, content=gost.content, signer=gost.signer, made_at=at
        )
    if before:
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


def _draft(own: PaperKind, person: InsuredPerson, *, scope: str, at: datetime) -> _Draft:
    fresh = InsuredPerson.objects.select_related("region").get(pk=person.pk)
    facts, signer = own.facts(fresh, scope=scope, at=at), signature.signer()
    stamp = Stamp(_next_number(own.series, at=at), codes.new(), at, signer.subject)
    number = barcode_digits(facts)
    pictures = {
        "qr": codes.qr(codes.check_address(stamp.check_code)),
        "barcode": codes.barcode(number) if number else "",
    }
    pdf = render(words=own.wording(facts=facts, stamp=stamp), codes=pictures, at=at)
    content = signer.sign_pdf(pdf, reason=own.title, at=at)
    gost = signature_gost.signer()
    return _Draft(
        stamp.number,
        stamp.check_code,
        facts,
        content,
        signer.subject,
        gost.sign(content) if gost else None,
    )


def _next_number(series: str, *, at: datetime) -> str:
    """Take the year's next number in a transaction of its own: gaps are allowed, waits are not."""
    year = localdate(at).year
    with transaction.atomic():
        PaperCounter.objects.get_or_create(year=year, defaults={"last": 0})
        PaperCounter.objects.filter(year=year).update(last=F("last") + 1)
        sequence = PaperCounter.objects.values_list("last", flat=True).get(year=year)
    return paper_number(series=series, year=year, sequence=sequence)
