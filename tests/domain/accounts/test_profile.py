"""Profile values: nothing is overwritten, checked ones are not typed over."""

from datetime import date, timedelta

import pytest
from tests.domain.accounts.conftest import NOW, PASSWORD

from oms.domain.accounts import actions, queries
from oms.domain.accounts.actions import Confirmed, set_profile_values
from oms.domain.accounts.models import ProfileValue, Role, Source, User
from oms.domain.accounts.synthetic import make_user
from oms.domain.journal.models import Entry

LATER = NOW + timedelta(days=3)


def put(user: User, source: Source = Source.TYPED, **values: object) -> list[str]:
    return set_profile_values(user=user, values=values, source=source, at=LATER, by=user.actor)


def test_history_current_column_and_journal_move_together(anna: User) -> None:
    assert put(anna, birth_date=date(1990, 5, 1), family_name="Орлова") == [
        "birth_date",
        "family_name",
    ]
    anna.refresh_from_db()
    assert (anna.family_name, anna.birth_date) == ("Орлова", date(1990, 5, 1))
    line = queries.profile(anna)["family_name"]
    assert (line.value, line.source, line.at) == ("Орлова", Source.TYPED, LATER)
    history = ProfileValue.objects.filter(user=anna, field="family_name").order_by("at")
    assert [(row.value, row.current) for row in history] == [("Климова", False), ("Орлова", True)]
    entry = Entry.objects.get(act="profile.set", at=LATER)
    assert entry.payload.data == {"fields": ["birth_date", "family_name"], "source": "typed"}


def test_the_same_value_again_is_no_change(anna: User) -> None:
    assert put(anna, family_name="Климова", sex=None, birth_place="") == []
    assert not Entry.objects.filter(act="profile.set", at=LATER).exists()


def test_the_register_confirms_and_typing_does_not_undo(anna: User) -> None:
    assert put(anna, Source.REGISTER, family_name="Климова") == ["family_name"]
    assert queries.profile(anna)["family_name"].is_checked
    with pytest.raises(Confirmed):
        put(anna, family_name="Другая", birth_place="Тверь")
    anna.refresh_from_db()
    assert (anna.family_name, anna.birth_place) == ("Климова", "")
    assert put(anna, family_name="Климова") == []


def test_a_document_is_kept_beside_the_columns(anna: User) -> None:
    paper = {"kind": 14, "series": "45 10", "number": "123456", "issued_on": "2010-06-01"}
    put(anna, document=paper)
    assert queries.profile(anna)["document"].value == paper


@pytest.fixture
def boris(db: None) -> User:
    return make_user(
        role=Role.INSURED, phone="+79001234568", email="b@example.org", password=PASSWORD,
        at=NOW, family_name="Б", given_name="Б",
    )  # fmt: skip


def test_anothers_snils_is_neither_taken_nor_betrayed(anna: User, boris: User) -> None:
    assert put(boris, snils="11223344595") == ["snils"]
    for user in (anna, boris):
        user.refresh_from_db()
    assert (anna.snils, boris.snils) == ("11223344595", None)
    put(boris, Source.REGISTER, snils="11223344595")
    for user in (anna, boris):
        user.refresh_from_db()
    assert (anna.snils, boris.snils) == (None, "11223344595")


@pytest.mark.parametrize(
    ("source", "owns"), [(Source.TYPED, "anna"), (Source.REGISTER, "boris")], ids=str
)
def test_a_number_taken_in_the_same_moment_is_answered_alike(
    anna: User, boris: User, monkeypatch: pytest.MonkeyPatch, source: Source, owns: str
) -> None:
    look, looks = actions._free_to_use, []

    def too_early(user: User, field: str, value: str, source: Source) -> str | None:
        looks.append(field)
        return value if len(looks) == 1 else look(user, field, value, source)

    monkeypatch.setattr(actions, "_free_to_use", too_early)
    assert put(boris, source, snils="11223344595") == ["snils"]
    assert User.objects.get(snils="11223344595") == {"anna": anna, "boris": boris}[owns]
    assert queries.profile(boris)["snils"].value == "11223344595"
