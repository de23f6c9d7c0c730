"""Printed copies: prepared once, handed over to somebody named, seen by the right people."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import factories as make
from tests.domain.papers.conftest import AT, CLERK

from oms.domain.directory.models import DeliveryPoint
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Message
from oms.domain.papers import actions, deliveries
from oms.domain.papers.models import Delivery

ON = AT.date()


def point(code="77-mfc-01", kind="mfc", **values):
    defaults = {
        "kind": kind, "region": make.region(), "name": "МФЦ «Образцовый»",
        "address": "г. Москва, ул. Образцовая, д. 14", "hours": "Ежедневно 8:00–20:00",
    }  # fmt: skip
    return DeliveryPoint.objects.create(code=code, **{**defaults, **values})


@pytest.fixture
def prepare(issue, person):
    """Prepares a copy of an extract; anything may be told otherwise."""

    def make_one(**changes):
        told = {"way": "mfc", "basis": "case:5", "paper": changes.pop("paper", None) or issue()}
        if "point" not in changes and "address" not in changes:
            told["point"] = DeliveryPoint.objects.first() or point()
        return deliveries.prepare(
            **{**told, **changes}, insurer=person.insurer, by=CLERK, at=AT, on=ON
        )

    return make_one


def test_a_copy_waits_is_handed_over_once_and_is_journaled(prepare):
    clerk = make.operator()
    copy = prepare()
    assert (copy.state, prepare().pk) == ("waiting", copy.pk)
    told = {"taken_by": " Климова  Анна ", "document": "паспорт 45 10 123456", "by": clerk}
    handed = deliveries.hand_over(delivery=copy, at=AT, **told)
    assert (handed.state, handed.taken_by) == ("handed", "Климова Анна")
    assert deliveries.hand_over(delivery=copy, at=AT + timedelta(hours=1), **told).state_at == AT
    with pytest.raises(deliveries.NotOnTheWay):
        deliveries.hand_over(delivery=copy, taken_by="Другой", document="паспорт", by=clerk, at=AT)
    with pytest.raises(deliveries.NotOnTheWay):
        deliveries.return_copy(delivery=copy, note="не пришли", by=clerk, at=AT)
    acts = Entry.objects.filter(act__startswith="delivery.").order_by("pk")
    assert list(acts.values_list("act", flat=True)) == ["delivery.prepare", "delivery.hand"]


def test_a_copy_sent_by_post_may_come_back(prepare):
    copy = prepare(way="post", address="101000, г. Москва, ул. Учебная, д. 1")
    assert (copy.state, copy.point) == ("sent", None)
    back = deliveries.return_copy(delivery=copy, note="не забрали", by=make.operator(), at=AT)
    assert (back.state, back.note) == ("returned", "не забрали")


def test_hand_over_names_somebody(prepare):
    copy = prepare()
    for taken_by, document in (("", "паспорт"), ("Климова", " ")):
        with pytest.raises(deliveries.NobodyTold):
            deliveries.hand_over(
                delivery=copy, taken_by=taken_by, document=document, by=make.operator(), at=AT
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=copy.pk).update(state="handed")


def test_only_an_open_point_of_the_way_and_the_insurer_serves(prepare, person):
    wrong = (
        point("closed", closed_on=ON),
        point("agent", kind="agent"),
        point("alien", insurer=make.insurer("77002")),
    )
    for place in wrong:
        with pytest.raises(deliveries.WrongPlace):
            prepare(point=place)
    with pytest.raises(deliveries.WrongPlace):
        prepare(way="courier", address="")
    assert prepare(point=point("own", insurer=person.insurer)).state == "waiting"


def test_nobody_gets_a_print_of_what_is_not_valid(prepare, issue):
    old = issue("old")
    issue("new")
    old.refresh_from_db()
    with pytest.raises(deliveries.NotInForce):
        prepare(paper=old)


def test_copies_are_seen_by_those_concerned_only(prepare, person):
    owner = make.user()
    person.user = owner
    person.save(update_fields=["user"])
    prepare()
    seen = {
        "owner": owner,
        "insurer": make.operator(person.insurer),
        "fund": make.operator(make.fund()),
    }
    blind = {
        "stranger": make.user(),
        "other insurer": make.operator(make.insurer("77002")),
        "other fund": make.operator(make.fund("50", region=make.region("50"))),
        "support": make.user(role="support"),
    }
    for who, user in seen.items():
        assert Delivery.objects.visible_to(user).count() == 1, who
    for who, user in blind.items():
        assert Delivery.objects.visible_to(user).count() == 0, who


def test_the_person_is_told_what_became_of_the_copy(prepare, person):
    owner = person.user = make.user()
    person.save(update_fields=["user"])
    first, clerk = prepare(), make.operator()
    for _ in range(2):  # said twice, told once
        deliveries.hand_over(
            delivery=first, taken_by="Климова", document="паспорт", by=clerk, at=AT
        )
    second = prepare(basis="case:6")
    deliveries.return_copy(delivery=second, note="не забрали", by=clerk, at=AT)
    told = list(Message.objects.filter(user=owner).order_by("pk"))
    assert [one.kind for one in told] == ["paper-handed", "paper-returned"]
    assert "не забрали" in told[1].body
    assert {one.link for one in told} == {f"/documents/{first.paper.number}/"}


def test_revoking_a_paper_leaves_its_copies_as_they_were(prepare):
    copy = prepare()
    actions.revoke(paper=copy.paper, reason="Ошибка", by=CLERK, at=AT)
    copy.refresh_from_db()
    assert copy.state == "waiting"
