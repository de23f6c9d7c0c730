"""Identity by electronic signature: who may, what differs, what cannot be used twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests import factories

from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Level, Source, User
from oms.domain.identity.method import Outcome, fields_of
from oms.domain.identity.methods import signature
from oms.domain.identity.models import Confirmation
from oms.gateways import personal_signature
from oms.gateways.errors import GatewayError, Temporary
from oms.gateways.personal_signature import Checked, Problem, Signatory
from oms.gateways.registers.pension import Answer

State = Confirmation.State
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OWN = Signatory(
    family_name="ПРОВЕРКИНА",
    given_names="Анна Викторовна",
    snils="11223344595",
    inn="500100732259",
    organization="",
    issuer="УЦ",
    serial="1f",
    valid_until=NOW + timedelta(days=100),
    algorithm="ECDSA",
)


class Judge:
    """Says what the test wants said, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = Checked(signatory=OWN)
        self.asked: list[tuple[bytes, bytes]] = []

    def check(self, *, signature: bytes, content: bytes, at: datetime) -> Checked:
        self.asked.append((signature, content))
        return self.answer


@pytest.fixture
def judge(monkeypatch) -> Judge:
    made = Judge()
    monkeypatch.setattr(personal_signature, "checker", lambda: made)
    monkeypatch.setattr(personal_signature, "is_available", lambda: True)
    return made


@pytest.fixture
def anna(db) -> User:
    user = factories.user(created_at=NOW, level=Level.SIMPLE)
    names = ("family_name", "given_name", "patronymic", "birth_date")
    values = {name: getattr(user, name) for name in names} | {"snils": "11223344595"}
    accounts.set_profile_values(
        user=user, values=values, source=Source.TYPED, at=NOW, by=user.actor
    )
    return user


def signs(user: User, at: datetime = NOW) -> Confirmation:
    own = signature.begin(user=user, at=at)
    return signature.check(confirmation=own, signature=b"signature", at=at)


def test_a_right_signature_confirms_and_seals_the_names(anna, judge) -> None:
    own = signs(anna)
    anna.refresh_from_db()
    assert own.state == State.CONFIRMED
    assert anna.level == Level.CONFIRMED
    assert judge.asked[0][1].decode() == signature.challenge(own).text
    sealed = {line.field: line.source for line in anna.profile_values.filter(current=True)}
    assert sealed["family_name"] == sealed["snils"] == Source.DOCUMENT


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"family_name": "Чужая"}, "family_name"),
        ({"given_names": "Анна"}, "given_name"),
        ({"snils": "08765430300"}, "snils"),
        ({"snils": ""}, "snils"),
        ({"snils": "11223344596"}, "snils"),
    ],
)
def test_what_differs_is_named_and_may_be_mended(anna, judge, change, name) -> None:
    judge.answer = Checked(signatory=replace(OWN, **change))
    own = signs(anna)
    wrong = [field for field in fields_of(own.fields) if field.outcome is not Outcome.MATCH]
    assert [field.name for field in wrong] == [name]
    assert own.state == State.FIX
    assert own.due_at
    anna.refresh_from_db()
    assert anna.level == Level.SIMPLE
    judge.answer = Checked(signatory=OWN)
    assert signs(anna).state == State.CONFIRMED  # the same try goes on


def test_a_birth_date_the_register_knows_otherwise_is_named(anna, judge, monkeypatch) -> None:
    asked = []

    def pension_says(answer: Answer | GatewayError) -> None:
        def check(**told) -> Answer:
            asked.append(told)
            if isinstance(answer, GatewayError):
                raise answer
            return answer

        monkeypatch.setattr(signature.pension, "check", check)

    pension_says(Answer(True, {"birth_date": False}))
    own = signs(anna)
    assert (own.state, fields_of(own.fields)[-1].name) == (State.FIX, "birth_date")
    assert asked[0]["snils"] == OWN.snils
    pension_says(Temporary("down"))
    assert signs(anna).state == State.CONFIRMED


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_is_told_in_words_and_changes_nothing(anna, judge, problem) -> None:
    judge.answer = Checked(problem)
    with pytest.raises(signature.NotSigned) as told:
        signs(anna)
    assert told.value.text == signature.WORDS[problem]
    assert len(told.value.text.split()) <= 20
    assert Confirmation.objects.get().state == State.BEGUN


def test_a_text_is_young_fresh_and_ones_own(anna, judge) -> None:
    first = signature.begin(user=anna, at=NOW)
    assert signature.begin(user=anna, at=NOW + timedelta(minutes=5)).details == first.details
    with pytest.raises(signature.NotSigned, match="Время на подпись вышло"):
        signature.check(confirmation=first, signature=b"s", at=NOW + signature.LIFE)
    assert judge.asked == []
    later = signature.begin(user=anna, at=NOW + signature.LIFE)
    assert later.details["text"] != first.details["text"]
    boris = factories.user(created_at=NOW)
    assert signature.begin(user=boris, at=NOW).details["text"] != first.details["text"]


def test_guessing_is_slowed_down(anna, judge) -> None:
    judge.answer = Checked(Problem.OTHER_TEXT)
    for _ in range(10):
        with pytest.raises(signature.NotSigned):
            signs(anna)
    with pytest.raises(signature.TooManyTries):
        signs(anna)
    assert len(judge.asked) == 10


def test_a_number_proved_moves_to_its_owner(anna, judge) -> None:
    User.objects.filter(pk=anna.pk).update(snils=None)
    thief = factories.user(created_at=NOW, snils="11223344595")
    signs(anna)
    thief.refresh_from_db()
    anna.refresh_from_db()
    assert (thief.snils, anna.snils) == (None, "11223344595")
