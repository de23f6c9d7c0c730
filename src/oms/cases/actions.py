"""Moving cases. Only this module gives a case its state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from oms.cases import answers as kept
from oms.cases import bringing, clock, guarding
from oms.cases.about import decided_among, key_of
from oms.cases.deciding import Told
from oms.cases.effects import EFFECTS
from oms.cases.models import Case, CaseEvent
from oms.cases.refused import (
    AgainstLaw,
    AlreadyDecided,
    AlreadyOpen,
    Changed,
    ClosedTo,
    NoSuchService,
    NotAnswered,
    NothingAbout,
    NotReady,
    NotYours,
    Unfounded,
    WrongState,
)
from oms.cases.review import begun, declared, service_of
from oms.cases.rights import (
    By,
    actor_of,
    acts_for,
    check_holder,
    check_side,
    check_state,
    is_repeated,
)
from oms.cases.states import MOVES, OPEN, PROPOSALS, Move, State
from oms.cases.telling import tell_applicant, title_of
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.law import case_number

__all__ = [
    "AgainstLaw",
    "AlreadyDecided",
    "AlreadyOpen",
    "Changed",
    "ClosedTo",
    "NoSuchService",
    "NotAnswered",
    "NotReady",
    "NotYours",
    "NothingAbout",
    "Unfounded",
    "WrongState",
    "perform",
    "repeat",
    "save_draft",
    "start",
    "take_next",
]


MOST_ABOUT = 500


def start(
    *,
    service: str,
    applicant: User,
    at: datetime,
    about: str = "",
    by: User | None = None,
) -> Case:
    """Begin an application, or return the draft there is.

    `by` is who begins it for the applicant, when it is not the applicant; `about` names what a
    service with an `About` concerns: a case's number or key, a value's name. Raises `NotYours`,
    `NoSuchService`, `NothingAbout` (nothing of theirs bears that name), `AlreadyOpen` (one is
    submitted and not decided), `ClosedTo`. Two starts at once make one draft: the constraint
    holds it.
    """
    by = by or applicant
    if not acts_for(by, applicant.pk, at=at):
        raise NotYours
    declaration = declared(service)
    about = key_of(declaration, about, applicant=applicant)
    found = _open(service, applicant, about)
    if found and found.state != State.DRAFT:
        raise AlreadyOpen(found.number)
    closed = declaration.closed_to(begun(applicant, on=clock.day(at), by=by, about=about))
    if closed:
        raise ClosedTo(closed)
    if found:
        return found
    try:
        with transaction.atomic():
            return _draft(service, applicant, about, by=by, at=at)
    except IntegrityError:
        found = _open(service, applicant, about)
        if found is None:
            raise
        return found


@transaction.atomic
def save_draft(
    *,
    case: Case,
    step: str,
    typed: Mapping[str, Any],
    by: User,
    at: datetime,
    revision: int | None = None,
) -> Case:
    """Keep exactly what was typed on a step, right or wrong. Not journaled.

    A page opened before another tab saved (`revision` is an older one) loses nothing and
    takes nothing away: see `answers.merged`. So there is no refusal for being late; the
    face shows what is kept. Saving what is kept already changes no revision.
    `typed` is a whole page of the step (an unticked box sends nothing). Raises `WrongState`
    for a case that is no draft, `NotYours`, `TooManyNumbers`, `KeyError` for a step the service
    has not.
    """
    locked = _locked(case)
    if not acts_for(by, locked.applicant_id, at=at):
        raise NotYours
    if locked.state != State.DRAFT:
        raise WrongState("Заявление уже подано. Исправить его можно по запросу.")
    locked.representative = _other(by, locked.applicant_id)
    service = service_of(locked)
    own = kept.own_values(service.step(step), typed)
    guarding.count(service, step, before=locked.typed.get(step, {}), now=own, by=by, at=at)
    values, trail = kept.merged(
        kept=locked.typed.get(step, {}),
        typed=own,
        trail=locked.trail.get(step, {}),
        seen=revision,
        revision=locked.revision + 1,
    )
    if step not in locked.typed or values != locked.typed[step]:
        locked.typed = {**locked.typed, step: values}
        locked.trail = {**locked.trail, step: trail}
        locked.revision += 1
    locked.saved_at = at
    locked.save(update_fields=["typed", "trail", "revision", "saved_at", "representative"])
    return locked


def perform(
    verb: str,
    case: Case,
    *,
    by: By,
    at: datetime,
    note: str = "",
    revision: int | None = None,
    **data: Any,
) -> Case:
    """Make a move of the table: all of it or nothing. Returns the case as it is now.

    Locks the case; checks the mover's side, the state, the holder and `revision` (of the
    page the mover looked at); runs the verb's effect (`effects.py` names its `data`); gives
    the state; writes timeline and journal; tells the applicant. A move repeated by the same
    mover is answered as done. Raises `NotYours`, `WrongState`, `AlreadyDecided`, `Changed`,
    and what the effect refuses: `NotReady`, `NotAnswered`, `Unfounded`, `AgainstLaw`,
    `AlreadyOpen`, any `Denied` of the domain. `KeyError` for a verb the table lacks.
    """
    move = MOVES[verb]
    with transaction.atomic():
        locked = _locked(case)
        check_side(move, locked, by, at=at)
        if is_repeated(verb, locked, by):
            return locked
        check_state(move, locked)
        check_holder(move, locked, by)
        if revision is not None and revision != locked.revision:
            raise Changed
        told = EFFECTS[verb](locked, by=by, at=at, note=str(kept.keepable(note)), **data)
        _move(locked, verb, move, told, by=by, at=at)
    return locked


def repeat(*, case: Case, by: User, at: datetime) -> Case:
    """«Подать повторно»: a new draft with all typed and brought kept, bound to the former case.

    A draft that is there already and holds something typed is returned as it is. Raises
    `NotYours`, `WrongState` while the case is open, and what `start` refuses.
    """
    case = Case.objects.select_related("applicant").get(pk=case.pk)
    if not acts_for(by, case.applicant_id, at=at):
        raise NotYours
    if case.state in OPEN:
        raise WrongState("Это заявление ещё рассматривают. Подать повторно можно после решения.")
    with transaction.atomic():
        begun_anew = start(
            service=case.service, applicant=case.applicant, at=at, about=case.about, by=by
        )
        draft = _locked(begun_anew)
        if draft.typed or draft.state != State.DRAFT:
            return draft
        signing = {step.code for step in service_of(case).steps if step.signs}
        draft.typed = {code: v for code, v in case.typed.items() if code not in signing}
        draft.previous, draft.saved_at = case, at
        draft.revision += 1
        draft.save(update_fields=["typed", "previous", "saved_at", "revision"])
        bringing.keep(case=case, draft=draft, by=by, at=at)
        record(
            act="case.repeat",
            subject=draft.key,
            by=by.actor,
            at=at,
            person=case.applicant.key,
            details={"previous": case.number},
        )
    return draft


def take_next(*, by: User, at: datetime) -> Case | None:
    """Take the most urgent case nobody has taken; None when there is none.

    Two operators at once take two cases: locked rows are passed over where the database can.
    Appeals against one's own decisions are left to others.
    """
    with transaction.atomic():
        waiting = (
            Case.objects.addressed_to(by)
            .filter(state=State.AWAITING, assignee=None)
            .exclude(Q(applicant=by) | Q(representative=by))
            .order_by("due_at", "pk")
        )
        judged = waiting.exclude(about="").values_list("about", flat=True)
        waiting = waiting.exclude(about__in=decided_among(by, list(judged[:MOST_ABOUT])))
        skips = connection.features.has_select_for_update_skip_locked
        found = waiting.select_for_update(of=("self",), skip_locked=skips).first()
        return perform("take", found, by=by, at=at) if found else None


def _open(code: str, applicant: User, about: str) -> Case | None:
    return Case.objects.filter(
        applicant=applicant, service=code, about=about, state__in=OPEN
    ).first()


def _locked(case: Case) -> Case:
    """Lock the row, then read it: a join read with the lock may show what was before it."""
    Case.objects.select_for_update().values_list("pk").get(pk=case.pk)
    rows = Case.objects.select_related(
        "applicant", "representative", "assignee", "insurer", "fund", "person"
    )
    return rows.get(pk=case.pk)


def _other(by: User, applicant_id: int) -> User | None:
    return by if by.pk != applicant_id else None


def _draft(code: str, applicant: User, about: str, *, by: User, at: datetime) -> Case:
    year = clock.day(at).year
    case = Case.objects.create(
        number=case_number.build(year=year, sequence=_next(year)),
        service=code,
        about=about,
        applicant=applicant,
        representative=_other(by, applicant.pk),
        state=State.DRAFT,
        state_since=at,
        started_at=at,
        saved_at=at,
    )
    record(
        act="case.start",
        subject=case.key,
        by=by.actor,
        at=at,
        person=applicant.key,
        details={"service": code, "number": case.number},
    )
    return case


def _next(year: int) -> int:
    """The next number of the year: one statement, so that no two are alike."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_casecounter (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = cases_casecounter.last + 1"
            " RETURNING last",
            [year],
        )
        number: int = cursor.fetchone()[0]
    return number


def _move(case: Case, verb: str, move: Move, told: Told, *, by: By, at: datetime) -> None:
    source = case.state
    case.state = move.target
    case.state_since = at
    if verb not in PROPOSALS:
        case.proposal = {}
    case.revision += 1
    _save(case)
    actor = actor_of(by)
    CaseEvent.objects.create(
        case=case,
        at=at,
        verb=verb,
        source=source,
        target=move.target,
        actor=actor.key,
        actor_title=title_of(case, move.side, by),
        text=told.text,
    )
    record(
        act=f"case.{verb}",
        subject=case.key,
        by=actor,
        at=at,
        person=case.person.key if case.person else case.applicant.key,
        details={"from": source, "to": move.target, "text": told.text, **told.details},
    )
    if move.told:
        tell_applicant(case, verb=verb, kind=move.told, text=told.text, at=at)


def _save(case: Case) -> None:
    """Save; a second open case for the same is what the constraint refuses."""
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        other = _open(case.service, case.applicant, case.about)
        if other is None or other.pk == case.pk:
            raise
        raise AlreadyOpen(other.number) from None
