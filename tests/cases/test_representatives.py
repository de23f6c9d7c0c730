"""Acting for a child or ward: who may make which move, by which right, in which state."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests import factories as make
from tests.cases.test_moves import DATA, LATE
from tests.domain.documents.conftest import photo

from oms.cases import actions, bringing, signing
from oms.cases.models import Case, CaseEvent, Pause
from oms.cases.rights import acts_for, decides
from oms.cases.states import MOVES, OPEN, Side, State
from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import Application
from oms.domain.accounts.models import Level, OneTimeCode, Representation, User
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery, Message
from oms.gateways import mail, sms
from oms.kit.denied import Denied
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
Right = Representation
BORN = date(2021, 3, 4)
BASIS = {
    "type": "certificate", "kind": 3, "series": "II-АК", "number": "654321",
    "issued_on": "2021-03-20", "issued_by": "Отдел ЗАГС", "parent": "mother", "named_as": "",
}  # fmt: skip
SIGNED = "Климова\xa0А.\xa0В., представитель"


@pytest.fixture(autouse=True)
def _nothing_stays_in_the_mailbox() -> Iterator[None]:
    yield
    mail.MEMORY.clear()
    sms.MEMORY.clear()


def ward(**values: Any) -> User:
    """A child nobody can sign in as, seen by the fund."""
    own = {
        "phone": None, "phone_confirmed_at": None, "family_name": "Климов", "given_name": "Пётр",
        "patronymic": "Ильич", "birth_date": BORN, "sex": 1, "level": Level.CONFIRMED,
    }  # fmt: skip
    return make.user(**{**own, **values})


def right(by: User, of: User, **values: Any) -> Representation:
    own: dict[str, Any] = {
        "kind": Right.Kind.PARENT, "scope": list(Right.Scope), "state": Right.State.CONFIRMED,
        "state_at": make.NOON, "asked_at": make.NOON, "basis": BASIS,
    }  # fmt: skip
    return Right.objects.create(representative=by, ward=of, **{**own, **values})


def mother(**values: Any) -> User:
    return make.user(**{"family_name": "Климова", "level": Level.CONFIRMED, **values})


def draft_for(child: User, by: User, **changes: Any) -> Case:
    """A whole application for the child's policy, typed by who acts."""
    make.insurer()
    typed = make.typed_policy(
        family_name="Климов", given_name="Пётр", patronymic="Ильич", birth_date="04.03.2021",
        sex="1", snils="", document_kind="3", document_series="II-АК", document_number="654321",
        issued_on="20.03.2021", department_code="", **changes,
    )  # fmt: skip
    case = actions.start(service="issue-policy", applicant=child, by=by, at=make.NOON)
    for step, values in typed.items():
        case = actions.save_draft(case=case, step=step, typed=values, by=by, at=make.NOON)
    return case


RIGHTS: dict[str, tuple[dict[str, Any] | None, bool]] = {
    "whole": ({}, True),
    "until today": ({"ends_on": make.TODAY + timedelta(days=60)}, True),
    "without an end": ({"ends_on": None}, True),
    "looks only": ({"scope": ["view"]}, False),
    "books only": ({"scope": ["view", "book"]}, False),
    "over since yesterday": ({"ends_on": make.TODAY - timedelta(days=1)}, False),
    "asked": ({"state": Right.State.ASKED}, False),
    "refused": ({"state": Right.State.REFUSED}, False),
    "revoked": ({"state": Right.State.REVOKED}, False),
    "ended": ({"state": Right.State.ENDED}, False),
    "of another child": (None, False),
}


@pytest.mark.parametrize("verb", sorted(MOVES))
def test_every_move_by_every_right_in_every_state(verb: str) -> None:
    child, owner = ward(), mother(family_name="Первая")
    right(owner, child)
    case = draft_for(child, owner)
    if verb not in {"submit", "discard"}:
        case = actions.perform("submit", case, by=owner, at=make.NOON)
    acted = 0
    for name, state in itertools.product(RIGHTS, State):
        values, is_given = RIGHTS[name]
        with transaction.atomic():
            by = mother()
            of = child if values is not None else ward(given_name="Иван")
            right(by, of, **(values or {}))
            _put(case, state, verb)
            trace = (CaseEvent.objects.count(), Entry.objects.count())
            done = _attempt(verb, case, by)
            move = MOVES[verb]
            may = is_given and move.side is Side.APPLICANT and state in move.source
            assert bool(done) is may, (name, state)
            if done:
                acted += 1
                assert done.state == move.target
                event = CaseEvent.objects.latest("pk")
                assert (event.actor, event.actor_title) == (by.key, SIGNED)
            else:
                assert (CaseEvent.objects.count(), Entry.objects.count()) == trace
            transaction.set_rollback(True)
    assert bool(acted) is (MOVES[verb].side is Side.APPLICANT)


def _attempt(verb: str, case: Case, by: User) -> Case | None:
    try:
        return actions.perform(verb, case, by=by, at=LATE, **DATA.get(verb, {}))
    except Denied:
        return None


def _put(case: Case, state: State, verb: str) -> None:
    """Set the scene by hand, as the test of moves does."""
    case.events.filter(verb__in=[verb, "expire"]).delete()
    Pause.objects.filter(case=case).delete()
    values = {"state": state, "answer_by": None, "question": "", "assignee": None}
    if state == State.CLARIFICATION:
        Pause.objects.create(case=case, reason="ждём", began_at=make.NOON)
    if verb == "reopen" and state == State.REJECTED:
        CaseEvent.objects.create(
            case=case, at=make.NOON, verb="expire", source="clarification", target="rejected",
            actor="system",
        )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(**values)


@pytest.mark.parametrize("name", RIGHTS)
def test_beginning_saving_signing_and_repeating_ask_for_the_same_right(name: str) -> None:
    values, is_given = RIGHTS[name]
    child, by, owner = ward(), mother(), mother(family_name="Первая")
    right(owner, child)
    right(by, child if values is not None else ward(given_name="Иван"), **(values or {}))
    case = draft_for(child, owner)
    page = {"phone": "8 900 111-22-33", "email": ""}

    def begin() -> object:
        return actions.start(service="issue-policy", applicant=child, by=by, at=make.NOON)

    def save() -> object:
        return actions.save_draft(case=case, step="contacts", typed=page, by=by, at=make.NOON)

    def ask_code() -> object:
        return signing.request_code(case=case, by=by, origin="127.0.0.1", at=make.NOON)

    for act in (begin, save, ask_code):
        if is_given:
            act()
        else:
            with pytest.raises(actions.NotYours):
                act()
    assert acts_for(by, child.pk, at=make.NOON) is is_given


def test_the_code_goes_to_who_acts_and_the_paper_says_who_signed() -> None:
    child, by = ward(), mother(phone="+79005550011")
    right(by, child)
    case = draft_for(child, by)
    asked = signing.request_code(case=case, by=by, origin="127.0.0.1", at=make.NOON)
    sent = Delivery.objects.get(channel="sms")
    assert sent.address == "+79005550011"
    code = sent.text.split()[0]
    signed = signing.sign(
        case=case, key=asked.key, typed=code, revision=asked.revision, by=by, at=make.NOON
    )
    assert signed.outcome.name == "RIGHT"
    case.refresh_from_db()
    assert case.representative == by
    assert case.pinned["signature"]["by"] == SIGNED
    assert OneTimeCode.objects.get(purpose="signature").user == by


def test_a_childs_policy_from_the_first_page_to_the_paper_in_the_childs_cabinet(
    tmp_path: Any, settings: Any
) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}
    child, by = ward(), mother(email="anna@example.org", email_confirmed_at=make.NOON)
    right(by, child)
    case = actions.perform("submit", draft_for(child, by), by=by, at=make.NOON)
    operator = make.operator()
    actions.perform("take", case, by=operator, at=make.NOON)
    actions.perform("approve", case, by=operator, at=make.NOON)
    run_all_now()
    case.refresh_from_db()
    child.refresh_from_db()
    person = child.insured_person
    assert case.state == State.READY
    assert (person.family_name, person.given_name, person.birth_date) == ("Климов", "Пётр", BORN)
    assert person.papers.get().basis == case.key
    assert not hasattr(by, "insured_person")
    ready = Message.objects.filter(kind="case-ready").order_by("pk")
    assert [one.user for one in ready] == [child, by]
    copy = ready[1]
    assert copy.body.startswith("Для кого сообщение: Пётр.")
    assert "Климов" not in copy.body
    assert copy.link.startswith("/account/wards/")
    assert copy.link.endswith(f"?next=/cases/{case.number}/")
    assert Delivery.objects.filter(message=copy, channel="email").exists()
    assert not Delivery.objects.filter(message=ready[0]).exists()


@pytest.mark.parametrize("service", ["issue-policy", "change-insurer"])
def test_a_minor_alone_is_refused_the_choice_and_told_the_way_out(service: str) -> None:
    young = make.user(birth_date=date(2010, 5, 1), level=Level.CONFIRMED)
    if service == "change-insurer":
        make.insured(young)
    with pytest.raises(actions.ClosedTo) as no:
        actions.start(service=service, applicant=young, at=make.NOON)
    codes = [refusal.code for refusal in no.value.refusals]
    assert codes == ["representative-needed"]
    assert "Попросите родителя" in no.value.text
    parent = mother()
    right(parent, young)
    case = actions.start(service=service, applicant=young, by=parent, at=make.NOON)
    assert case.representative == parent


def test_a_minor_who_goes_on_with_the_parents_draft_is_stopped_by_the_law() -> None:
    young = ward(phone="+79005550099", phone_confirmed_at=make.NOON, birth_date=BORN)
    parent = mother()
    right(parent, young)
    case = draft_for(young, parent)
    page = {"phone": "8 900 111-22-33", "email": ""}
    case = actions.save_draft(case=case, step="contacts", typed=page, by=young, at=make.NOON)
    assert case.representative is None
    with pytest.raises(actions.NotReady) as no:
        actions.perform("submit", case, by=young, at=make.NOON)
    assert "representative-needed" in [r.code for r in no.value.review.refusals]
    actions.perform("submit", case, by=parent, at=make.NOON)


def test_nobody_decides_on_what_they_filed_for_another() -> None:
    child, by = ward(), mother()
    right(by, child)
    case = actions.perform("submit", draft_for(child, by), by=by, at=make.NOON)
    by.role, by.organization = "insurer", "insurer:77001"
    by.save()
    assert not decides(by, case)
    assert actions.take_next(by=by, at=make.NOON) is None
    assert actions.take_next(by=make.operator(), at=make.NOON) is not None


def test_the_ward_of_one_is_offered_nothing_of_ones_own() -> None:
    child, by = ward(), mother()
    right(by, child)
    case = draft_for(child, by)
    assert list(Case.objects.visible_to(by)) == []
    assert list(Case.objects.visible_to(child)) == [case]
    assert case.state in OPEN
    assert actions.start(service="issue-policy", applicant=by, at=make.NOON) != case


def test_papers_are_asked_of_the_representative_only() -> None:
    own = {document.code for document in SERVICES["issue-policy"].documents}
    assert {"certificate", "representative"} <= own
    child, simple, known = ward(), mother(level=Level.SIMPLE), mother()

    def codes(by: User | None, user: User) -> set[str]:
        told = Application(user=user, on=make.TODAY, representative=by)
        return {d.code for d in SERVICES["issue-policy"].asked_documents(told)}

    assert codes(simple, child) == {"certificate", "representative"}
    assert codes(known, child) == {"certificate"}
    assert codes(None, mother()) == set()


def test_the_representatives_own_passport_is_not_the_wards(tmp_path: Any, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = {**settings.STORAGES, "documents": own}
    child, by, other = ward(), mother(level=Level.SIMPLE), mother(family_name="Смотрящая")
    right(by, child)
    right(other, child, scope=["view"])
    case = draft_for(child, by)
    told = {"case": case, "kind": "passport", "content": photo(), "name": "скан.jpg"}
    brought = bringing.bring(**told, slot="representative", user=child, by=by, at=make.NOON)
    assert (brought.user, brought.about) == (by, case.key)
    papers = bringing.bring(**told, slot="certificate", user=child, by=by, at=make.NOON)
    assert papers.user == child
    with pytest.raises(actions.NotYours):
        bringing.bring(**told, slot="certificate", user=child, by=other, at=make.NOON)
    with pytest.raises(actions.NotYours):
        bringing.remove(case=case, document=papers, user=child, by=other, at=make.NOON)
    assert actions.perform("submit", case, by=by, at=make.NOON).state == State.AWAITING
