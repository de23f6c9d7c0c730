from datetime import timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError
from tests import factories
from tests.factories import NOON

from oms.domain.accounts import actions as accounts
from oms.domain.accounts import queries as profiles
from oms.domain.accounts.models import Level, Source
from oms.domain.identity import actions, linking, queries, tasks
from oms.domain.identity.method import Field, Outcome, Part, level_of
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.register import queries as register
from oms.domain.register.data import DocumentData

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_methods")]
RIGHT = Field("family_name", Outcome.MATCH)
WRONG = Field("snils", Outcome.DIFFERS, "СНИЛС другой")
DAY = timedelta(days=1)
State = Confirmation.State


@pytest.fixture
def user():
    return factories.user()


def begun(user, method="person", at=NOON):
    return actions.begin(user=user, method=method, at=at)


def confirm(user, method="person", values=None, at=NOON):
    return actions.confirm(
        confirmation=begun(user, method, at), fields=[RIGHT], values=values or {},
        by=SYSTEM, at=at,
    )  # fmt: skip


def acts() -> list[str]:
    rows = Entry.objects.filter(act__startswith="identity").order_by("pk")
    return list(rows.values_list("act", flat=True))


def test_beginning_twice_is_one_try(user) -> None:
    assert begun(user) == begun(user, at=NOON + DAY)
    with pytest.raises(IntegrityError):
        Confirmation.objects.create(
            user=user, method="person", state=State.WAITING, state_at=NOON, began_at=NOON
        )


def test_a_closed_method_begins_nothing_but_goes_on(user, closed) -> None:
    known = begun(user)
    closed |= {"person", "data"}
    assert begun(user) == known
    with pytest.raises(actions.Closed, match="Откроется"):
        begun(user, "data")


def test_a_proof_seals_names_tells_and_is_journaled_once(user) -> None:
    first = confirm(user)
    again = actions.confirm(
        confirmation=first, fields=[RIGHT], values={"family_name": "Другая"}, by=SYSTEM, at=NOON
    )
    user.refresh_from_db()
    assert (first, user.level) == (again, Level.CONFIRMED)
    assert user.family_name == "Проверкина"
    assert Message.objects.filter(user=user).count() == 1
    assert acts() == ["identity.begin", "identity.confirm"]
    with pytest.raises(accounts.Confirmed):
        accounts.set_profile_values(
            user=user, values={"family_name": "Другая"}, source=Source.TYPED,
            at=NOON, by=user.actor,
        )  # fmt: skip
    with pytest.raises(actions.AlreadyConfirmed):
        begun(user, "data")


@pytest.mark.parametrize("order", list(permutations(["data", "phone"])))
def test_documents_and_phone_make_a_confirmed_account_in_any_order(user, order) -> None:
    confirm(user, order[0])
    user.refresh_from_db()
    assert user.level == (Level.STANDARD if order[0] == "data" else Level.SIMPLE)
    confirm(user, order[1])
    user.refresh_from_db()
    standing = queries.current(user=user)
    assert standing.level == user.level == Level.CONFIRMED
    assert standing.confirmation
    assert standing.confirmation.method == order[1]


def test_a_phone_proves_nothing_once_it_is_changed(user) -> None:
    confirm(user, "phone")
    user.phone = "+79990000001"
    user.save()
    confirm(user, "data")
    user.refresh_from_db()
    assert user.level == Level.STANDARD
    assert queries.parts_of(user=user) == {Part.DATA}
    assert level_of(frozenset({Part.DATA, Part.PHONE})) == Level.CONFIRMED


def test_a_phone_vouches_for_no_name(user) -> None:
    confirm(user, "phone", {"family_name": "Другая"})
    assert "family_name" not in profiles.profile(user)


def test_what_differs_is_never_confirmed(user) -> None:
    with pytest.raises(ValueError, match="agrees"):
        actions.confirm(
            confirmation=begun(user), fields=[RIGHT, WRONG], values={}, by=SYSTEM, at=NOON
        )


def test_a_correction_has_a_term_a_reminder_and_an_end(user) -> None:
    asked = actions.fix(
        confirmation=begun(user, "data"), fields=[RIGHT, WRONG],
        reason="Не совпал СНИЛС.", by=SYSTEM, at=NOON,
    )  # fmt: skip
    assert asked.due_at
    assert asked.due_at.date().isoformat() == "2026-10-19"
    for at in (NOON + DAY, asked.due_at - DAY, asked.due_at - DAY / 2, asked.due_at + DAY):
        tasks.watch_terms(at=at)
    kinds = list(Message.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["identity-fix", "identity-fix-reminder", "identity-expired"]
    asked.refresh_from_db()
    assert asked.state == State.EXPIRED
    with pytest.raises(actions.Ended):
        actions.confirm(confirmation=asked, fields=[], values={}, by=SYSTEM, at=NOON)


def test_a_try_left_half_way_ends_silently(user) -> None:
    left = begun(user)
    tasks.watch_terms(at=NOON + 31 * DAY)
    left.refresh_from_db()
    assert left.state == State.EXPIRED
    assert not Message.objects.exists()


def test_a_proof_ends_other_tries(user) -> None:
    waiting = actions.wait(confirmation=begun(user, "data"), at=NOON)
    confirm(user)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (
        State.EXPIRED,
        "Личность подтверждена другим способом.",
    )


def test_a_blocked_account_confirms_nothing(user) -> None:
    known = begun(user)
    user.is_active = False
    user.save()
    with pytest.raises(actions.Closed):
        actions.confirm(confirmation=known, fields=[], values={}, by=SYSTEM, at=NOON)


def test_what_agreed_is_remembered_for_thirty_days_from_its_own_check(user) -> None:
    right = Field("snils", Outcome.MATCH, proof="p1")
    actions.fix(
        confirmation=begun(user, "data"), fields=[right, WRONG], reason="Нет.", by=SYSTEM, at=NOON
    )
    kept = queries.remembered(user=user, at=NOON + 29 * DAY)
    assert set(kept) == {"p1"}
    later = begun(user, "data")
    actions.note(confirmation=later, fields=list(kept.values()), at=NOON + 29 * DAY)
    assert queries.remembered(user=user, at=NOON + 31 * DAY) == {}


def test_the_menu_offers_the_next_one_after_a_failure(user, closed) -> None:
    first = queries.menu(user=user, at=NOON)
    assert first.next
    assert first.next.method.code == "data"
    actions.refuse(confirmation=begun(user, "data"), reason="Нет.", by=SYSTEM, at=NOON)
    closed.add("person")
    shown = queries.menu(user=user, at=NOON)
    assert shown.next
    assert shown.next.method.code == "phone"
    assert [choice.failed for choice in shown.choices] == [True, False, False]
    assert shown.choices[2].availability.words == "Откроется в 9:00"


# «Это вы?»


def test_a_certain_match_joins_the_record() -> None:
    stranger = factories.user()
    record = factories.insured(stranger, family_name="Климова", given_name="Алёна", patronymic="")
    record.user = None
    record.save()
    user = factories.user(family_name="Климова", given_name="Алена", patronymic="")
    assert confirm(user, values={"snils": record.snils}).link == Confirmation.Link.LINKED
    assert register.person_of(user) == record


def unbound(**values):
    owner = factories.user()
    record = factories.person(owner, **values)
    record.user = None
    record.save()
    return record


def test_a_typed_number_joins_nobody(user) -> None:
    record = unbound()
    accounts.set_profile_values(
        user=user, values={"snils": record.snils}, source=Source.TYPED, at=NOON, by=user.actor
    )
    made = confirm(user)
    assert made.link == Confirmation.Link.DOUBTFUL  # the name and the birth date agree
    assert register.person_of(user) is None


def test_a_number_of_another_name_is_left_to_the_fund(user) -> None:
    record = unbound(family_name="Иванова")
    made = confirm(user, values={"snils": record.snils})
    assert made.link == Confirmation.Link.DOUBTFUL
    assert made.details["candidates"] == [record.pk]
    operator = factories.operator(factories.fund())
    with pytest.raises(linking.NotACandidate):
        linking.settle(confirmation=made, person=unbound(), by=operator, at=NOON)
    linking.settle(confirmation=made, person=record, by=operator, at=NOON)
    assert register.person_of(user) == record
    with pytest.raises(linking.Settled):
        linking.settle(confirmation=made, person=None, by=operator, at=NOON)


def test_a_record_held_by_another_account_stays_his(user) -> None:
    owner = factories.user()
    record = factories.person(owner)
    made = confirm(user, values={"snils": record.snils})
    assert made.link == Confirmation.Link.DOUBTFUL
    assert register.person_of(owner) == record


def test_a_document_joins_as_a_number_does(user) -> None:
    paper = DocumentData(kind="14", series="45 11", number="000777")
    record = unbound(document=paper)
    value = {"kind": 14, "series": "45 11", "number": "000777"}
    assert confirm(user, values={"document": value}).link == Confirmation.Link.LINKED
    assert register.person_of(user) == record


def test_nobody_alike_is_nobody(user) -> None:
    unbound(family_name="Совсем", given_name="Другой", patronymic="")
    assert confirm(user).link == Confirmation.Link.NOBODY
