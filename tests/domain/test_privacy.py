"""Everything stored about a person: seen, taken away, erased; nothing forgotten by any room."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.db import models
from tests import factories
from tests.factories import NOON

from oms.cases.models import Case
from oms.domain.accounts import requests
from oms.domain.accounts.actions import set_profile_values
from oms.domain.accounts.models import AccountRequest, Export, Representation, Source, User
from oms.domain.accounts.personal_data import keepers
from oms.domain.journal.models import Entry, Payload
from oms.domain.notifications.models import Message
from oms.domain.privacy import erasing, exports, queries
from oms.domain.register.models import InsuredPerson
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
SECRET = "Неповторимова"
THINKING = erasing.DAYS_TO_THINK


@pytest.fixture
def anna() -> User:
    user = factories.user(family_name=SECRET, email="anna@people.example", email_confirmed_at=NOON)
    factories.insured(user)
    values = {"family_name": SECRET, "birth_place": "г. Редкий"}
    set_profile_values(user=user, values=values, source=Source.TYPED, at=NOON, by=user.actor)
    requests.ask(
        kind=AccountRequest.Kind.LOOK, user=user, typed={}, text="Кто это был?", about="", at=NOON
    )
    return user


def archive(user: User) -> zipfile.ZipFile:
    made = exports.ask(user=user, at=NOON)
    run_all_now()
    made.refresh_from_db()
    assert made.state == Export.State.READY
    assert made.done == made.parts == len(keepers())
    return zipfile.ZipFile(io.BytesIO(exports.content(export=made, by=user, at=NOON)))


def test_an_export_holds_every_rooms_part(anna) -> None:
    found = archive(anna)
    names = set(found.namelist())
    assert {f"{one.code}.json" for one in keepers()} | {"Прочтите.txt"} <= names
    told = {name: json.loads(found.read(name)) for name in names if name.endswith(".json")}
    assert told["register.json"]["person"]["family_name"] == SECRET
    assert told["register.json"]["policies"]
    assert told["requests.json"][0]["text"] == "Кто это был?"
    assert told["consents.json"]


def test_an_export_lies_encrypted_and_goes_after_a_week(anna) -> None:
    archive(anna)
    made = exports.latest(user=anna)
    with storages["exports"].open(made.file) as file:
        raw = file.read()
    assert b"PK" not in raw[:4]
    assert SECRET.encode() not in raw
    late = made.expires_at
    assert late == made.ready_at + timedelta(days=7)
    with pytest.raises(exports.NotReady):
        exports.content(export=made, by=anna, at=late)
    assert exports.forget_old(at=late) == 1
    assert not storages["exports"].exists(made.file)


def test_nobody_else_gets_an_export_and_one_an_hour_is_enough(anna) -> None:
    archive(anna)
    with pytest.raises(exports.NotReady):
        exports.content(export=exports.latest(user=anna), by=factories.user(), at=NOON)
    with pytest.raises(exports.TooSoon):
        exports.ask(user=anna, at=exports.latest(user=anna).asked_at + timedelta(minutes=59))
    assert exports.ask(user=anna, at=NOON + timedelta(days=2)).state == Export.State.WAITING


def test_asked_twice_it_is_one_export(anna) -> None:
    assert exports.ask(user=anna, at=NOON) == exports.ask(user=anna, at=NOON)


def test_an_erased_account_leaves_no_word_of_its_owner(anna) -> None:
    archive(anna)
    person = InsuredPerson.objects.get(user=anna)
    erasing.ask(user=anna, at=NOON, withdraws=True)
    assert erasing.erase_due(at=NOON + THINKING - timedelta(seconds=1)) == 0
    assert erasing.erase_due(at=NOON + THINKING) == 1
    anna.refresh_from_db()
    person.refresh_from_db()
    assert (anna.is_active, anna.phone, anna.email, anna.snils) == (False, None, None, None)
    assert anna.erased_at == NOON + THINKING
    assert person.user_id is None
    assert person.family_name == SECRET  # the law keeps the record
    assert person.policies.filter(state="active").exists()
    told = [json.dumps(row, default=str, ensure_ascii=False) for row in everything_about(anna)]
    assert [row for row in told if SECRET in row or "anna@" in row or "Редкий" in row] == []
    left = Payload.objects.filter(entry__person=anna.key, entry__act__startswith="profile.")
    assert not left.exists()
    assert Entry.objects.filter(person=anna.key, act="user.erase").exists()
    assert erasing.erase_due(at=NOON + THINKING) == 0
    assert not Message.objects.filter(user=anna).exists()


def test_a_child_nobody_else_answers_for_goes_too(anna) -> None:
    boris = factories.user(family_name="Остающийся")
    alone, shared = (factories.user(phone=None, family_name=name) for name in (SECRET, "Общая"))
    for ward, adult in ((alone, anna), (shared, anna), (shared, boris)):
        Representation.objects.create(
            representative=adult, ward=ward, kind="parent", basis={}, state="confirmed",
            state_at=NOON, asked_at=NOON,
        )  # fmt: skip
    erasing.ask(user=anna, at=NOON)
    erasing.erase_due(at=NOON + THINKING)
    alone.refresh_from_db()
    shared.refresh_from_db()
    assert (alone.family_name, alone.erased_at) == ("Удалено", NOON + THINKING)
    assert (shared.family_name, shared.erased_at) == ("Общая", None)
    assert not Representation.objects.filter(representative=anna).exists()


def everything_about(user: User) -> list[dict]:
    """Every row of ours that points at the user, whatever room it is in."""
    rows = []
    for model in apps.get_models():
        if not model.__module__.startswith("oms."):
            continue
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                rows += list(model._default_manager.filter(**{field.name: user}).values())
    assert rows
    return [*rows, *User.objects.filter(pk=user.pk).values()]


def test_every_model_about_a_person_has_a_keeper(anna) -> None:
    """A new room cannot forget to say what it keeps."""
    keeping = {one.collect.__module__.rpartition(".")[0] for one in keepers()}
    about = {
        apps.get_app_config(model._meta.app_label).name
        for model in apps.get_models()
        if model.__module__.startswith("oms.")
        and any(
            isinstance(field, models.ForeignKey) and field.related_model is User
            for field in model._meta.get_fields()
        )
    }
    assert about - keeping == set()


def test_what_was_asked_can_be_taken_back(anna) -> None:
    asked = erasing.ask(user=anna, at=NOON, withdraws=True)
    assert erasing.ask(user=anna, at=NOON) == asked
    assert anna.consents.filter(withdrawn_at=None).count() == 0
    assert erasing.take_back(user=anna, at=NOON + timedelta(days=1))
    assert anna.consents.filter(withdrawn_at=None).count() == 2
    assert erasing.erase_due(at=NOON + THINKING) == 0
    assert not erasing.take_back(user=anna, at=NOON)


def test_an_open_application_is_in_the_way(anna) -> None:
    case = Case.objects.create(
        number="77-26-1", service="issue-policy", applicant=anna, state="in-work",
        state_since=NOON, started_at=NOON, saved_at=NOON, submitted_at=NOON,
    )  # fmt: skip
    case.state = Case._meta.get_field("state").choices[2][0]
    case.save()
    with pytest.raises(erasing.InTheWay, match="77-26-1"):
        erasing.ask(user=anna, at=NOON)


def test_staff_accounts_are_not_erased_by_their_holders() -> None:
    with pytest.raises(erasing.StaffStay):
        erasing.ask(user=factories.operator(), at=NOON)


def test_the_page_counts_room_by_room(anna, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(24):
        stored = queries.stored(user=anna)
    assert {line.title for line in stored} >= {"Мои данные и их история", "Согласия"}
