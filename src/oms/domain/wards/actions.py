"""What is done to the right to act for another: asked for, proven, bounded, ended.

Each act locks the right's row first; told twice, it leaves one effect. Files come through
`oms.domain.documents`: about the right's key, slot `basis`; they are the representative's.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from oms.domain.accounts import actions as accounts
from oms.domain.accounts import consents, wards
from oms.domain.accounts.models import Consent, Representation, Source, User
from oms.domain.accounts.registration import give_consents
from oms.domain.accounts.wards import Kind, Scope
from oms.domain.directory import queries as directory
from oms.domain.documents import queries as documents
from oms.domain.documents.models import Document
from oms.domain.journal.actions import SYSTEM, Actor, record
from oms.domain.register.data import document_key
from oms.domain.wards import asking, joining, telling
from oms.domain.wards.naming import Act, Certificate, Ward, act_until, document_of
from oms.domain.wards.refused import (
    AgainstLaw,
    AlreadyAdded,
    NoDocument,
    NotYours,
    Own,
    Settled,
    TooMany,
    TwoCabinets,
    Unfounded,
)
from oms.law import representation as law
from oms.law import terms

__all__ = [
    "AgainstLaw",
    "AlreadyAdded",
    "NoDocument",
    "NotYours",
    "Own",
    "Settled",
    "TooMany",
    "TwoCabinets",
    "Unfounded",
    "ask",
    "ask_better",
    "confirm",
    "end",
    "hand_in",
    "refuse",
    "revoke",
    "set_scope",
    "warn",
]

State = Representation.State
OPEN = (State.ASKED, State.CONFIRMED)
SLOT = "basis"
MOST = 20
LONGEST = 300
TERM = "representation"


@transaction.atomic
def ask(
    *,
    representative: User,
    kind: Kind,
    ward: Ward,
    basis: Certificate | Act,
    scope: Iterable[str],
    at: datetime,
) -> Representation:
    """Write down a child or ward; the fund looks once documents are handed in.

    The ward becomes a user nobody can sign in as, and stays this representative's alone until
    the fund confirms: whether anybody else has added the same child is told to nobody. The
    representative consents to the processing of the ward's data (152-ФЗ ст. 9 ч. 6). Raises
    `AgainstLaw`, `AlreadyAdded`, `TooMany`.
    """
    User.objects.select_for_update().get(pk=representative.pk)
    on, plain = _day(at), basis.plain
    _refuse_unlawful(kind, ward.birth_date, representative, plain, on)
    _refuse_known(representative, ward, plain)
    child = _new_user(ward, plain, by=representative.actor, at=at)
    paper = document_of(plain)
    made = Representation.objects.create(
        representative=representative,
        ward=child,
        kind=kind,
        scope=_scopes(scope),
        basis=plain,
        paper_key=document_key(paper) if paper else "",
        state=State.ASKED,
        state_at=at,
        asked_at=at,
        ends_on=law.last_day(ward_born=ward.birth_date, on=on, act_until=act_until(plain)),
    )
    _journal("representation.ask", made, by=representative.actor, at=at, scope=made.scope)
    return made


@transaction.atomic
def hand_in(*, representation: Representation, by: User, at: datetime) -> Representation:
    """Pass the request with its documents to the fund; handed in already, nothing changes.

    Raises `NotYours`, `Settled`, `NoDocument` while no file stands.
    """
    own = _locked(representation)
    if own.representative_id != by.pk:
        raise NotYours
    if own.state != State.ASKED:
        raise Settled
    if own.due_at:
        return own
    if not any(_stands(file) for file in documents.of(about=own.key, slot=SLOT)):
        raise NoDocument
    own.due_at, own.reason = due(at), ""
    own.save(update_fields=["due_at", "reason"])
    _journal("representation.hand-in", own, by=by.actor, at=at)
    telling.handed_in(own, at=at)
    if asking.can_ask(own):
        _later("ask_civil_status", own)
    return own


@transaction.atomic
def confirm(*, representation: Representation, by: User, at: datetime) -> Representation:
    """Give the right, or the wider one asked for; given already, nothing changes.

    The same certificate and birth date, or the same record of the register, mean one ward: the
    right moves to the user who is known for it, and the one made for this request goes. A sure
    match in the register is bound to the ward. Raises `Own`, `Settled`, `AgainstLaw`,
    `AlreadyAdded`, `TwoCabinets`.
    """
    own = _for_decision(representation, by)
    if own.state == State.CONFIRMED and not own.wanted:
        return own
    if own.state == State.CONFIRMED:
        return _widen(own, by=by, at=at)
    if own.state != State.ASKED:
        raise Settled
    _refuse_unlawful(Kind(own.kind), _born(own.ward), own.representative, own.basis, _day(at))
    joined = joining.settle(own, by=by.actor, at=at)
    own.decided_by, own.due_at, own.reason = by.key, None, ""
    _move(own, State.CONFIRMED, at=at)
    _journal("representation.confirm", own, by=by.actor, at=at, joined=joined, scope=own.scope)
    telling.confirmed(own, at=at)
    return own


@transaction.atomic
def refuse(
    *, representation: Representation, reason: str, by: User, at: datetime
) -> Representation:
    """Refuse the right, or only the wider one asked for, with words for the person.

    Raises `Own`, `Settled`, `Unfounded`.
    """
    own, text = _for_decision(representation, by), _text(reason, "Напишите, почему отказано.")
    if own.state == State.CONFIRMED and own.wanted:
        wanted, own.wanted, own.due_at = own.wanted, [], None
        own.save(update_fields=["wanted", "due_at"])
        _journal("representation.refuse-scope", own, by=by.actor, at=at, wanted=wanted, reason=text)
        telling.scope_refused(own, text, at=at)
        return own
    if own.state == State.REFUSED and (own.decided_by, own.reason) == (by.key, text):
        return own
    if own.state != State.ASKED:
        raise Settled
    own.decided_by, own.due_at, own.reason = by.key, None, text
    _move(own, State.REFUSED, at=at)
    _journal("representation.refuse", own, by=by.actor, at=at, reason=text)
    telling.refused(own, at=at)
    return own


@transaction.atomic
def ask_better(
    *, representation: Representation, text: str, by: User, at: datetime
) -> Representation:
    """Ask for another document; the request waits for it outside the queue.

    Raises `Own`, `Settled`, `Unfounded`.
    """
    own = _for_decision(representation, by)
    words = _text(text, "Напишите, какой документ нужен и почему прежний не подошёл.")
    if own.state != State.ASKED or (own.due_at is None and own.reason != words):
        raise Settled
    if own.due_at is None:
        return own
    own.due_at, own.reason = None, words
    own.save(update_fields=["due_at", "reason"])
    _journal("representation.ask-better", own, by=by.actor, at=at, text=words)
    telling.better_asked(own, at=at)
    return own


@transaction.atomic
def set_scope(
    *, representation: Representation, scope: Iterable[str], by: User, at: datetime
) -> Representation:
    """Say anew what the representative may do: less at once, more once the fund agrees.

    Told by the representative, or by a ward of 14 and more from an own cabinet, who may only
    narrow it. Raises `NotYours`, `Settled`.
    """
    own, asked = _locked(representation), _scopes(scope)
    is_ward = _is_grown_ward(own, by, at)
    if own.representative_id != by.pk and not is_ward:
        raise NotYours
    if own.state != State.CONFIRMED:
        raise Settled
    left = [name for name in own.scope if name in asked]
    more = [] if is_ward else [name for name in asked if name not in own.scope]
    if left == own.scope and more == own.wanted:
        return own
    before, own.scope = own.scope, left
    if more != own.wanted:
        own.wanted, own.due_at = more, due(at) if more else None
    own.save(update_fields=["scope", "wanted", "due_at"])
    _journal(
        "representation.scope", own, by=by.actor, at=at, before=before, scope=left, wanted=more
    )
    if left != before:
        telling.narrowed(own, at=at)
    return own


@transaction.atomic
def revoke(
    *, representation: Representation, by: User, at: datetime, reason: str = ""
) -> Representation:
    """End the right at once, or take a request back.

    By the representative; by a ward of 14 and more with a cabinet of their own; by the fund,
    with a reason. Revoked already, nothing changes. Raises `NotYours`, `Own`, `Unfounded`,
    `Settled`.
    """
    own = _locked(representation)
    by_fund = by.is_of_our_fund
    if by_fund:
        _refuse_own(own, by)
        reason = _text(reason, "Напишите, почему право отозвано.")
    elif own.representative_id != by.pk and not _is_grown_ward(own, by, at):
        raise NotYours
    if own.state == State.REVOKED:
        return own
    if own.state not in OPEN or (by_fund and own.state != State.CONFIRMED):
        raise Settled
    was_right = own.state == State.CONFIRMED
    own.reason = reason.strip()[:LONGEST] or _who_revoked(own, by)
    own.decided_by, own.due_at, own.wanted = by.key, None, []
    _move(own, State.REVOKED, at=at)
    _journal("representation.revoke", own, by=by.actor, at=at, reason=own.reason)
    if was_right:
        telling.revoked(own, at=at)
    return own


@transaction.atomic
def end(*, representation: Representation, at: datetime) -> Representation:
    """Mark a right whose last day is over; not over yet, or ended, nothing changes."""
    own = _locked(representation)
    if own.state != State.CONFIRMED or own.ends_on is None or own.ends_on >= _day(at):
        return own
    own.reason, own.due_at, own.wanted = _why_ended(own), None, []
    _move(own, State.ENDED, at=at)
    _journal("representation.end", own, by=SYSTEM, at=at, ends_on=own.ends_on)
    telling.ended(own, at=at)
    return own


@transaction.atomic
def warn(*, representation: Representation, at: datetime) -> None:
    """Tell both sides that the right ends soon, once for each last day."""
    own = _locked(representation)
    if own.state == State.CONFIRMED and own.ends_on:
        telling.ending(own, at=at)


@transaction.atomic
def note_opened(*, representation: Representation, at: datetime) -> None:
    """Write into the journal that a representative opened the ward's cabinet."""
    actor = representation.representative.actor
    _journal("representation.open", representation, by=actor, at=at)


def due(at: datetime) -> datetime:
    """Return until when the fund answers what was handed in now."""
    return terms.due_at(
        terms.term_at(TERM, on=_day(at)),
        received_at=at,
        calendar=directory.calendar(region=settings.REGION),
        zone=timezone.get_default_timezone(),
    )


def _day(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def _born(ward: User) -> date:
    assert ward.birth_date is not None  # a ward is made with one
    return ward.birth_date


def _locked(representation: Representation) -> Representation:
    Representation.objects.select_for_update().values_list("pk").get(pk=representation.pk)
    rows = Representation.objects.select_related("representative", "ward")
    return rows.get(pk=representation.pk)


def _for_decision(representation: Representation, by: User) -> Representation:
    """Lock the right with all that name the same paper: two parents are decided in turn."""
    if representation.paper_key:
        same = Representation.objects.filter(paper_key=representation.paper_key)
        list(same.select_for_update().order_by("pk").values_list("pk"))
    own = _locked(representation)
    if not by.is_of_our_fund or not by.is_active:
        raise NotYours
    _refuse_own(own, by)
    return own


def _refuse_own(own: Representation, by: User) -> None:
    if by.pk in {own.representative_id, own.ward_id}:
        raise Own


def _refuse_unlawful(
    kind: Kind, born: date, representative: User, basis: dict[str, Any], on: date
) -> None:
    refusals = law.may_represent(
        law.Ground(kind),
        ward_born=born,
        representative_born=representative.birth_date,
        on=on,
        act_until=act_until(basis),
    )
    if refusals:
        raise AgainstLaw(refusals)


def _refuse_known(representative: User, ward: Ward, basis: dict[str, Any]) -> None:
    """Refuse a child this very person has added; others' children are not looked at."""
    rows = wards.held_by(representative).filter(state__in=OPEN)
    known = list(rows[: MOST + 1])
    if any(joining.is_same(right, ward, basis) for right in known):
        raise AlreadyAdded
    if len(known) >= MOST:
        raise TooMany


def _new_user(ward: Ward, basis: dict[str, Any], *, by: Actor, at: datetime) -> User:
    child = User(
        family_name=ward.family_name,
        given_name=ward.given_name,
        patronymic=ward.patronymic,
        birth_date=ward.birth_date,
        created_at=at,
    )
    child.set_unusable_password()
    child.save(force_insert=True)
    values = ward.values | joining.document_value(basis)
    accounts.set_profile_values(user=child, values=values, source=Source.TYPED, at=at, by=by)
    agreed = consents.current(kind=Consent.Kind.PERSONAL_DATA)
    give_consents(user=child, given={agreed.kind: [agreed.version, agreed.hash]}, at=at)
    record(act="user.make", subject=child.key, by=by, at=at, person=child.key)
    return child


def _widen(own: Representation, *, by: User, at: datetime) -> Representation:
    before, own.scope = own.scope, _scopes([*own.scope, *own.wanted])
    own.wanted, own.due_at, own.decided_by = [], None, by.key
    own.save(update_fields=["scope", "wanted", "due_at", "decided_by"])
    _journal("representation.widen", own, by=by.actor, at=at, before=before, scope=own.scope)
    telling.widened(own, at=at)
    return own


def _scopes(asked: Iterable[str]) -> list[str]:
    """Return the scopes in the order of the list; looking is always among them."""
    wanted = {*asked, str(wards.ALWAYS)}
    return [str(scope) for scope in Scope if scope in wanted]


def _is_grown_ward(own: Representation, by: User, at: datetime) -> bool:
    if own.ward_id != by.pk or not own.ward.can_sign_in or own.ward.birth_date is None:
        return False
    return law.has_own_voice(ward_born=own.ward.birth_date, on=_day(at))


def _who_revoked(own: Representation, by: User) -> str:
    return "Отозвано представителем." if by.pk == own.representative_id else "Отозвано подопечным."


def _why_ended(own: Representation) -> str:
    until = act_until(own.basis)
    if until and until == own.ends_on:
        return "Срок акта закончился."
    return "Исполнилось 18 лет."


def _stands(file: Document) -> bool:
    gone = {Document.State.REMOVED, Document.State.REFUSED}
    return file.state not in gone and file.scan != Document.Scan.INFECTED


def _text(words: str, missing: str) -> str:
    text = " ".join(words.split())
    if not text:
        raise Unfounded(missing)
    if len(text) > LONGEST:
        raise Unfounded(f"Не больше {LONGEST} знаков, сейчас {len(text)}.")
    return text


def _move(own: Representation, state: Representation.State, *, at: datetime) -> None:
    own.state, own.state_at = state, at
    try:
        with transaction.atomic():
            own.save()
    except IntegrityError:
        raise AlreadyAdded from None


def _later(name: str, own: Representation) -> None:
    """Queue a task of `tasks.py` within this transaction, by its name: tasks call actions."""
    import_string(f"oms.domain.wards.tasks.{name}").enqueue(own.pk)


def _journal(act: str, own: Representation, *, by: Actor, at: datetime, **details: Any) -> None:
    told = {"representative": own.representative.key, "kind": own.kind, **details}
    record(act=act, subject=own.key, by=by, at=at, person=own.ward.key, details=told)
