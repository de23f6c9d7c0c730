"""The life of a right: asked, proven, bounded, ended; every step told and written down."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests import factories as make
from tests.domain.wards.conftest import act, certificate, child, paper

from oms.domain.accounts import wards
from oms.domain.accounts.models import Consent, Level, Representation, User
from oms.domain.documents.models import Document
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.wards import actions, queries, tasks
from oms.gateways.registers import asking as registers
from oms.kit.tasks import run_all_now

Kind, Scope, State = Representation.Kind, Representation.Scope, Representation.State
Ask = Callable[..., Representation]
Confirm = Callable[[Representation], Representation]
LATER = make.NOON + timedelta(days=3)


def kinds(user: User) -> list[str]:
    return list(Message.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def acts(right: Representation) -> list[str]:
    rows = Entry.objects.filter(subject=right.key).order_by("pk")
    return list(rows.values_list("act", flat=True))


def test_a_child_is_a_user_nobody_can_sign_in_as(ask: Ask, anna: User) -> None:
    right = ask(anna, hand_in=False, ward=child(snils="11223344595"))
    ward = right.ward
    assert (ward.phone, ward.email, ward.has_usable_password()) == (None, None, False)
    assert not ward.can_sign_in
    assert ward.snils is None, "a typed number opens nothing"
    assert ward.profile_values.get(field="snils").value == "11223344595"
    assert ward.profile_values.get(field="document").value["number"] == "654321"
    assert ward.consents.get().kind == Consent.Kind.PERSONAL_DATA
    assert right.ends_on == date(2039, 3, 3)
    assert wards.cabinets(user=anna, on=make.TODAY) == [], "asked is not given"


def test_handing_in_needs_a_paper_and_starts_the_term(ask: Ask, anna: User, ilya: User) -> None:
    right = ask(anna, hand_in=False)
    infected = paper(right, scan=Document.Scan.INFECTED)
    with pytest.raises(actions.NoDocument):
        actions.hand_in(representation=right, by=anna, at=make.NOON)
    infected.delete()
    paper(right)
    with pytest.raises(actions.NotYours):
        actions.hand_in(representation=right, by=ilya, at=make.NOON)
    actions.hand_in(representation=right, by=anna, at=make.NOON)
    now = actions.hand_in(representation=right, by=anna, at=LATER)
    assert now.due_at is not None
    assert now.due_at.date() == date(2026, 10, 12), "five working days"
    assert kinds(anna) == ["ward-handed-in"]


def test_the_fund_confirms_once_and_both_the_right_and_the_person_are_known(
    ask: Ask, anna: User, fund: User, confirm: Confirm
) -> None:
    right = ask(anna, ward=child(snils="11223344595"))
    for _ in range(2):
        confirm(right)
    right.refresh_from_db()
    ward = right.ward
    assert (right.state, right.due_at, right.decided_by) == (State.CONFIRMED, None, fund.key)
    assert ward.level == Level.CONFIRMED
    assert ward.snils == "11223344595"
    sources = set(ward.profile_values.filter(current=True).values_list("source", flat=True))
    assert sources == {"operator"}
    assert kinds(anna) == ["ward-handed-in", "ward-confirmed"]
    assert acts(right) == [
        "representation.ask", "representation.hand-in", "representation.confirm",
    ]  # fmt: skip
    told = Message.objects.get(kind="ward-confirmed")
    assert "Пётр" in told.body
    assert "Климов" not in told.body
    assert wards.cabinets(user=anna, on=make.TODAY) == [right]


def test_proving_a_number_never_takes_it_from_who_signs_in_by_it(
    ask: Ask, anna: User, confirm: Confirm
) -> None:
    teenager = make.user(snils="11223344595")
    right = confirm(ask(anna, ward=child(snils="11223344595")))
    teenager.refresh_from_db()
    assert teenager.snils == "11223344595"
    assert right.ward.snils is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"ward": child(birth_date=date(2007, 1, 1))}, "уже исполнилось 18"),
        ({"ward": child(birth_date=date(2027, 1, 1))}, "ещё не наступила"),
        ({"ward": child(birth_date=date(1980, 1, 1))}, "уже исполнилось 18"),
        (
            {
                "kind": Kind.GUARDIAN,
                "basis": act(),
                "ward": child(birth_date=date(2011, 1, 1)),
            },
            "попечителя, а не опекуна",
        ),
        ({"kind": Kind.TRUSTEE, "basis": act()}, "опекуна, а не попечителя"),
        ({"kind": Kind.GUARDIAN, "basis": act(until=date(2026, 10, 4))}, "Срок акта уже прошёл"),
    ],
)
def test_what_the_law_does_not_give_is_refused_in_words(
    ask: Ask, anna: User, told: dict[str, object], words: str
) -> None:
    with pytest.raises(actions.AgainstLaw) as no:
        ask(anna, **told)
    assert words in no.value.text
    assert not Representation.objects.exists()
    assert User.objects.count() == 1, "nobody is made for a request refused at once"


def test_a_minor_represents_nobody(ask: Ask, db: None) -> None:
    with pytest.raises(actions.AgainstLaw, match="с 18 лет"):
        ask(make.user(birth_date=date(2010, 1, 1)))


def test_the_same_child_is_added_once_and_a_twin_is_another(ask: Ask, anna: User) -> None:
    ask(anna)
    with pytest.raises(actions.AlreadyAdded):
        ask(anna)
    with pytest.raises(actions.AlreadyAdded):
        ask(anna, basis=certificate(number="111111"))
    with pytest.raises(actions.AlreadyAdded):
        ask(anna, ward=child(given_name="Петр"))
    ask(anna, ward=child(given_name="Мария", sex=2), basis=certificate(number="654322"))


def test_nobody_decides_about_themself_or_without_the_role(
    ask: Ask, anna: User, fund: User, confirm: Confirm
) -> None:
    own = make.user(family_name="Егоров")
    right = ask(own)
    own.role, own.organization = "fund", "fund:77"
    own.save()
    for by, no in (
        (own, actions.Own),
        (anna, actions.NotYours),
        (make.operator(), actions.NotYours),
    ):
        with pytest.raises(no):
            actions.confirm(representation=right, by=by, at=make.NOON)
        with pytest.raises(no):
            actions.refuse(representation=right, reason="Нет", by=by, at=make.NOON)
        with pytest.raises(no):
            actions.ask_better(representation=right, text="Ещё", by=by, at=make.NOON)
    right.refresh_from_db()
    assert right.state == State.ASKED


def test_a_refusal_says_why_and_the_child_may_be_added_again(
    ask: Ask, anna: User, fund: User
) -> None:
    right = ask(anna)
    with pytest.raises(actions.Unfounded):
        actions.refuse(representation=right, reason="  ", by=fund, at=make.NOON)
    actions.refuse(representation=right, reason="В документе другая мать.", by=fund, at=make.NOON)
    with pytest.raises(actions.Settled):
        actions.confirm(representation=right, by=fund, at=make.NOON)
    assert "другая мать" in Message.objects.get(kind="ward-refused").body
    assert ask(anna).pk != right.pk


def test_another_paper_is_asked_for_and_waited_for_outside_the_queue(
    ask: Ask, anna: User, fund: User, confirm: Confirm
) -> None:
    right = ask(anna)
    actions.ask_better(representation=right, text="Пришлите вторую страницу.", by=fund, at=LATER)
    assert queries.queue(fund).rights == ()
    right.refresh_from_db()
    assert (right.state, right.reason) == (State.ASKED, "Пришлите вторую страницу.")
    actions.hand_in(representation=right, by=anna, at=LATER)
    assert queries.queue(fund).rights == (right,)
    assert confirm(right).reason == ""


def test_less_is_allowed_at_once_and_more_only_by_the_fund(
    ask: Ask, anna: User, ilya: User, fund: User, confirm: Confirm
) -> None:
    right = confirm(ask(anna))
    with pytest.raises(actions.NotYours):
        actions.set_scope(representation=right, scope=[], by=ilya, at=LATER)
    right = actions.set_scope(representation=right, scope=[Scope.BOOK], by=anna, at=LATER)
    assert right.scope == ["view", "book"]
    may = {"representative": anna, "ward_id": right.ward_id, "on": make.TODAY}
    assert wards.may(scope=Scope.VIEW, **may)
    assert not wards.may(scope=Scope.APPLY, **may)

    right = actions.set_scope(
        representation=right, scope=[Scope.APPLY, Scope.BOOK], by=anna, at=LATER
    )
    assert (right.scope, right.wanted) == (["view", "book"], ["apply"])
    assert not wards.may(scope=Scope.APPLY, **may), "asking gives nothing yet"
    assert queries.queue(fund).rights == (right,)
    right = confirm(right)
    assert (right.scope, right.wanted, right.due_at) == (["view", "apply", "book"], [], None)
    assert wards.may(scope=Scope.APPLY, **may)


def test_a_wider_right_may_be_refused_and_the_old_one_stays(
    ask: Ask, anna: User, fund: User, confirm: Confirm
) -> None:
    right = confirm(ask(anna, scope=[]))
    actions.set_scope(representation=right, scope=[Scope.APPLY], by=anna, at=LATER)
    actions.refuse(representation=right, reason="Нет печати.", by=fund, at=LATER)
    right.refresh_from_db()
    assert (right.state, right.scope, right.wanted) == (State.CONFIRMED, ["view"], [])


def test_each_side_may_end_the_right_and_both_are_told(
    ask: Ask, anna: User, ilya: User, fund: User, confirm: Confirm
) -> None:
    right = confirm(ask(anna))
    with pytest.raises(actions.NotYours):
        actions.revoke(representation=right, by=ilya, at=LATER)
    with pytest.raises(actions.NotYours):
        actions.revoke(representation=right, by=right.ward, at=LATER)
    with pytest.raises(actions.Unfounded):
        actions.revoke(representation=right, by=fund, at=LATER)
    for _ in range(2):
        actions.revoke(representation=right, by=fund, reason="Лишена прав.", at=LATER)
    assert wards.cabinets(user=anna, on=make.TODAY) == []
    assert kinds(anna).count("ward-revoked") == 1
    with pytest.raises(actions.Settled):
        actions.set_scope(representation=right, scope=[], by=anna, at=LATER)


def test_a_ward_of_fourteen_with_a_cabinet_hears_of_it_and_may_end_it(
    ask: Ask, anna: User, confirm: Confirm
) -> None:
    born = date(2010, 5, 1)
    young = make.user(
        family_name="Климов", given_name="Пётр", patronymic="Ильич", birth_date=born, sex=1
    )
    make.person(young, snils="11223344595")
    right = confirm(ask(anna, ward=child(birth_date=born, snils="11223344595")))
    assert right.ward == young, "the register's record says whose cabinet it is"
    assert kinds(young) == ["represented"]
    actions.set_scope(representation=right, scope=[Scope.APPLY], by=young, at=LATER)
    actions.set_scope(representation=right, scope=list(Scope), by=young, at=LATER)
    right.refresh_from_db()
    assert (right.scope, right.wanted) == (["view", "apply"], []), "a ward only narrows"
    actions.revoke(representation=right, by=young, at=LATER)
    assert kinds(young)[-1] == "represented-no-more"
    assert kinds(anna)[-1] == "ward-revoked"


def test_the_right_ends_on_the_eighteenth_birthday_and_is_announced_a_month_before(
    ask: Ask, anna: User, confirm: Confirm
) -> None:
    right = confirm(ask(anna, ward=child(birth_date=date(2008, 10, 31))))
    last = right.ends_on
    assert last == date(2026, 10, 30)
    for _ in range(2):
        assert tasks.end_over(at=make.NOON) == 0
    assert kinds(anna).count("ward-ending") == 1
    birthday = make.NOON + timedelta(days=26)
    assert wards.cabinets(user=anna, on=last) == [right]
    assert wards.cabinets(user=anna, on=birthday.date()) == [], "ended though nobody marked it"
    assert tasks.end_over(at=birthday) == 1
    assert tasks.end_over(at=birthday) == 0
    right.refresh_from_db()
    assert (right.state, right.reason) == (State.ENDED, "Исполнилось 18 лет.")
    assert kinds(anna)[-1] == "ward-ended"


def test_a_guardians_right_ends_with_the_act(ask: Ask, anna: User, confirm: Confirm) -> None:
    right = confirm(ask(anna, kind=Kind.GUARDIAN, basis=act(until=date(2026, 12, 31))))
    assert right.ends_on == date(2026, 12, 31)
    adult = child(birth_date=date(1950, 1, 1), given_name="Вера", sex=2)
    assert confirm(ask(anna, kind=Kind.GUARDIAN, basis=act(), ward=adult)).ends_on is None


def test_a_right_that_ran_out_while_it_waited_is_not_given(
    ask: Ask, anna: User, fund: User
) -> None:
    right = ask(anna, kind=Kind.GUARDIAN, basis=act(until=date(2026, 10, 6)))
    with pytest.raises(actions.AgainstLaw):
        actions.confirm(representation=right, by=fund, at=LATER)


def test_the_register_of_civil_status_is_asked_once_a_certificate_is_handed_in(
    ask: Ask, anna: User
) -> None:
    same = dict.fromkeys(("family_name", "given_name", "patronymic", "birth_date"), True)
    parent = {f"parent_{name}": value for name, value in same.items()}
    registers.MEMORY.clear()
    registers.MEMORY.answers["civil-status"] = {
        "fields": {**same, **parent, "parent_family_name": False}
    }
    right = ask(anna)
    run_all_now()
    right.refresh_from_db()
    said = tasks.asking.answer(right)
    assert said is not None
    assert (said.found, said.is_child, said.is_parent) == (True, True, False)
    assert len(registers.MEMORY.asked) == 1
    tasks.asking.ask(representation=right, at=LATER)
    assert len(registers.MEMORY.asked) == 1
    registers.MEMORY.clear()


def test_the_log_tells_what_was_done_by_the_right_and_nothing_else(
    ask: Ask, anna: User, ilya: User, confirm: Confirm, django_assert_num_queries
) -> None:
    right = confirm(ask(anna))
    actions.note_opened(representation=right, at=LATER)
    other = confirm(
        ask(anna, ward=child(given_name="Яна", sex=2), basis=certificate(number="7" * 6))
    )
    actions.note_opened(representation=other, at=LATER)
    with django_assert_num_queries(2):
        deeds = [deed.act for deed in queries.deeds(right)]
    assert deeds[0] == "representation.open"
    assert deeds.count("representation.open") == 1
    assert set(deeds) <= {
        "representation.open", "representation.hand-in", "representation.ask", "profile.set",
        "user.make",
    }  # fmt: skip


def test_the_queue_goes_by_the_day_due_page_after_page(
    ask: Ask, anna: User, fund: User, django_assert_num_queries
) -> None:
    names = ("Яна", "Вера", "Нина", "Зоя")
    rights = [
        ask(
            anna,
            ward=child(given_name=name, sex=2),
            basis=certificate(number=f"{n:06}"),
        )
        for n, name in enumerate(names)
    ]
    Representation.objects.filter(pk=rights[3].pk).update(due_at=make.NOON)
    with django_assert_num_queries(1):
        first = queries.queue(fund, limit=3)
    rest = queries.queue(fund, after=first.after, limit=3)
    seen = [right.pk for right in (*first.rights, *rest.rights)]
    assert seen == [rights[3].pk, *(right.pk for right in rights[:3])]
    assert rest.after == ""
