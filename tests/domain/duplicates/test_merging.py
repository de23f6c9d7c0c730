"""Merge and un-merge: nothing lost, nothing doubled, all told (REG-4, BEY-5)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.domain.duplicates.conftest import AT, BY, passport

from oms.cases.models import Case
from oms.domain.directory.models import MedicalOrganization
from oms.domain.duplicates import merging
from oms.domain.duplicates.models import Merge
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.papers.models import Paper
from oms.domain.register import actions as register
from oms.domain.register import queries
from oms.domain.register.data import OWN_FIELDS
from oms.domain.register.followers import followers
from oms.domain.register.models import InsuredPerson, Policy
from oms.kit.denied import Denied

POLICY = ("pk", "state", "state_since", "closing_reason", "enp")
LATER = AT + timedelta(days=3)
pytestmark = pytest.mark.django_db


def merge(kept, other, at=AT):
    return merging.merge(kept=kept, other=other, by=BY, at=at, reason="Один паспорт")


def undo(own, at=LATER):
    return merging.unmerge(merge=own, by=BY, at=at, reason="Сёстры")


def clinic():
    factories.region()
    return MedicalOrganization.objects.get_or_create(
        code="770001",
        defaults={"region_id": "77", "full_name": "Поликлиника", "short_name": "ГП"},
    )[0]


def change(person, changes, on=date(2026, 10, 6)):
    register.update_person(
        person=person, changes=changes, on=on, by=SYSTEM, at=AT, source="operator"
    )


def paper(person, number, kind="policy-extract"):
    return Paper.objects.create(
        number=f"В-{number}", check_code=f"c{number}", kind=kind, person=person, key=f"k{number}",
        data={}, template_version="1", issued_at=AT, state_at=AT, sha256=f"{number:064}", size=1,
        signer="CN=Test",
    )  # fmt: skip


def picture(*persons):
    """All that is true of the persons now: own data, what is in force, what points at them."""
    return [_picture(InsuredPerson.objects.get(pk=one.pk)) for one in persons]


def _picture(person):
    row = {
        name: getattr(person, name)
        for name in (
            *OWN_FIELDS,
            "user_id",
            "insurer_id",
            "enp",
            "name_key",
            "merged_into_id",
        )
    }
    in_force = {
        name: sorted(getattr(person, name).values_list("pk", "valid_until"))
        for name in ("identity_documents", "addresses", "attachments", "insurances")
    }
    return row | in_force | {
        "suspensions": sorted(person.suspensions.values_list("pk", "state", "valid_until")),
        "policies": sorted(person.policies.values_list(*POLICY)),
        "version": person.versions.get(valid_until=None).data,
        "cases": sorted(person.cases.values_list("pk", flat=True)),
        "papers": sorted(person.papers.values_list("number", "state", "superseded_by", "sha256")),
    }  # fmt: skip


def test_the_record_left_gains_what_the_other_alone_knew(two):
    kept, other = two(snils=factories.snils(), phone="+79001234567", registration="г. Москва, д. 1")
    own = merge(kept, other)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.snils, kept.phone) == (other.snils, "+79001234567")
    assert kept.addresses.get().text == "г. Москва, д. 1"
    assert (other.state, other.merged_into) == ("merged", kept)
    assert register.survivor(other) == kept
    assert merge(kept, other) == own
    assert Merge.objects.count() == 1
    acts = set(Entry.objects.filter(act__contains="merge").values_list("act", flat=True))
    assert acts == {"merge.make", "person.merge"}


def test_never_two_policies_in_force_and_the_old_number_leads_to_the_record_left(two):
    kept, other = two()
    factories.insurer("77002")
    register.give_policy(
        person=other, insurer=factories.insurer("77002"), ground=1, on=date(2021, 1, 1),
        by=SYSTEM, at=AT,
    )  # fmt: skip
    old = other.enp
    own = merge(kept, other)
    closed = Policy.objects.get(enp=old)
    assert (closed.state, closed.closing_reason) == ("superseded", "Запись объединена с основной")
    assert register.survivor(InsuredPerson.objects.get(enp=old)) == kept
    asked = {"number": old, "birth_date": kept.birth_date}
    assert queries.holder(**asked) == kept
    answer = queries.public_policy_check(**asked, on=factories.TODAY)
    assert (answer.state, answer.insurer) == ("Действует", "СМО 77001")
    undo(own)
    closed.refresh_from_db()
    assert (closed.state, closed.state_since) == ("active", date(2021, 1, 1))
    other.refresh_from_db()
    assert other.insurer_id == "77002"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "annulled"}, "аннулирована"),
        ({"state": "died", "died_on": date(2026, 1, 1)}, "смерти"),
    ],
)
def test_what_may_not_be_merged(two, told, words):
    kept, other = two()
    change(other, told)
    with pytest.raises(register.CannotMerge, match=words):
        merge(kept, other)
    with pytest.raises(register.CannotMerge, match="одна и та же"):
        merge(kept, kept)
    assert not Merge.objects.exists()


def test_the_record_with_the_policy_is_the_one_left(two):
    insured, other = two()
    with pytest.raises(register.CannotMerge, match="действующим полисом"):
        merge(other, insured)


def test_a_merge_of_a_merged_record_is_taken_back_from_the_end(two):
    first, second = two()
    third = factories.insured(snils=None)
    inner = merge(first, second)
    outer = merge(third, first)
    assert register.survivor(InsuredPerson.objects.get(pk=second.pk)) == third
    with pytest.raises(register.CannotPart, match="Сначала отмените"):
        undo(inner)
    with pytest.raises(register.CannotMerge, match="уже объединена"):
        merge(second, third)
    undo(outer)
    assert undo(inner).undone_at == LATER


def test_both_owners_are_told_of_both(two):
    owner, another = factories.user(), factories.user()
    kept = factories.insured(owner)
    other = factories.person(another)
    undo(merge(kept, other))
    told = Message.objects.order_by("pk").values_list("kind", "user")
    kinds = ("record-merged", "record-parted")
    assert set(told) == {(kind, user.pk) for kind in kinds for user in (owner, another)}


def test_the_cabinet_goes_over_and_comes_back(two):
    kept, other = two()
    owner = factories.user()
    register.link_account(person=other, user=owner, by=SYSTEM, at=AT)
    extract = paper(other, 1)
    own = merge(kept, other)
    kept.refresh_from_db()
    extract.refresh_from_db()
    assert (kept.user, extract.person, extract.number) == (owner, kept, "В-1")
    assert list(Paper.objects.visible_to(owner)) == [extract]
    undo(own)
    other.refresh_from_db()
    assert (other.user, other.papers.get()) == (owner, extract)


def test_what_came_after_the_merge_stays_and_is_told(two):
    kept, other = two(snils=factories.snils())
    own = merge(kept, other)
    fresh = factories.snils()
    change(kept, {"snils": fresh})
    later = paper(kept, 7)
    done = undo(own)
    assert done.left == ["Изменено после объединения и осталось: СНИЛС"]
    kept.refresh_from_db()
    assert (kept.snils, later.person) == (fresh, kept)


def test_a_number_given_to_somebody_else_meanwhile_stops_the_undoing(two):
    kept, other = two(snils=factories.snils())
    own = merge(kept, other)
    taken = other.snils
    change(kept, {"snils": factories.snils()})
    third = factories.person(given_name="Вера", snils=None)
    change(third, {"snils": taken})
    with pytest.raises(register.SnilsTaken):
        undo(own)
    other.refresh_from_db()
    assert other.state == "merged"


def test_every_table_that_points_at_a_person_follows_or_says_why_not():
    """A room that keeps rows about a person declares what becomes of them (ADR 22)."""
    from django.apps import apps

    stays = {
        "register",  # its own rows: register.actions.merging
        "duplicates",  # pairs and merges are about records, not about people
        "exchange",  # protocols of files say what was told then
        "quality",  # findings of a record end with it and are found anew
    }
    followed = {name for one in followers() for name in one.models}
    for model in apps.get_models():
        points = any(field.related_model is InsuredPerson for field in model._meta.fields)
        if points and model._meta.app_label not in stays:
            assert model._meta.label in followed


# The identity -------------------------------------------------------------------------------

ACTS = (
    *("document", "residence", "move", "insure", "insurer", "suspend", "plan", "clinic"),
    *("case", "paper", "account", "snils", "phone", "name"),
)


def act(name, person, number):
    on, told = date(2026, 9, 1) + timedelta(days=number), {"by": SYSTEM, "at": AT}
    if name == "document":
        register.set_identity_document(
            person=person, document=passport(100 + number), on=on, source="operator", **told
        )
    elif name in ("residence", "move"):
        kind = "residence" if name == "residence" else "registration"
        register.set_address(
            person=person, kind=kind, text=f"дом {number}", on=on, source="operator", **told
        )
    elif name == "insure":
        register.give_policy(person=person, insurer=factories.insurer(), ground=1, on=on, **told)
    elif name == "insurer":
        register.change_insurer(
            person=person, insurer=factories.insurer("77002"), ground=2, on=on, **told
        )
    elif name in ("suspend", "plan"):
        day = on if name == "suspend" else date(2027, 5, 1)
        register.suspend(person=person, on=day, until=None, source="operator", **told)
    elif name == "clinic":
        register.attach_to_clinic(
            person=person, clinic=clinic(), ground="wish", on=on, source="operator", **told
        )
    elif name == "case":
        Case.objects.create(
            number=f"{person.pk}-{number}",
            service="issue-policy",
            about=f"n:{number}",
            applicant=factories.user(),
            person=person,
            state_since=AT,
            started_at=AT,
            saved_at=AT,
        )
    elif name == "paper":
        paper(person, person.pk * 100 + number, kind=f"kind-{number % 2}")
    elif name == "account":
        register.link_account(person=person, user=factories.user(), **told)
    else:
        value = {"snils": factories.snils(), "phone": "+79000000000", "name": "Мария"}[name]
        field = "given_name" if name == "name" else name
        change(person, {field: value}, on=on)


def live(person, acts):
    for number, name in enumerate(acts):
        person.refresh_from_db()
        try:
            with transaction.atomic():
                act(name, person, number)
        except (Denied, IntegrityError):
            continue


LIVES = st.lists(st.sampled_from(ACTS), max_size=7)


@given(one=LIVES, two=LIVES)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_merge_and_unmerge_leave_everything_as_it_was(db, one, two):
    with transaction.atomic():
        first = factories.person(snils=None, document=None)
        second = factories.person(snils=None, document=None)
        live(first, one)
        live(second, two)
        before = picture(first, second)
        policies = Policy.objects.filter(state__in=("active", "suspended")).count()
        try:
            own = merge(first, second)
        except register.CannotMerge:
            assert picture(first, second) == before
            own = merge(second, first)
        standing = Policy.objects.filter(state__in=("active", "suspended"))
        assert standing.count() == min(policies, 1)
        assert standing.filter(person=own.kept).count() == standing.count()
        undo(own)
        assert picture(first, second) == before
        transaction.set_rollback(True)
