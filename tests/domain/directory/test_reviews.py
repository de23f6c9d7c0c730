"""Reviews: who may leave one, what becomes of it, and that the rating always adds up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import factories as make

from oms.domain.accounts.models import User
from oms.domain.directory import hints, opinions, personal, queries, reviews
from oms.domain.directory.models import (
    Doctor,
    Insurer,
    MedicalOrganization,
    Position,
    Rating,
    Review,
)
from oms.domain.directory.reviews import Wording
from oms.domain.journal.models import Entry

AT = make.NOON
KEY = "insurer:77001"


def citizen(**values) -> User:
    return make.user(level="confirmed", **values)


def support() -> User:
    return make.user(role="support")


def left(user, stars=4, text="Ответили быстро", named=True, at=AT, organization=KEY):
    return reviews.leave(
        user=user, organization=organization, wording=Wording(stars, text, named), at=at
    )


def decided(review, publish=True, reason="", by=None, at=AT):
    review.refresh_from_db()
    return reviews.decide(
        pk=review.pk, publish=publish, reason=reason, revision=review.revision,
        by=by or support(), at=at,
    )[0]  # fmt: skip


@pytest.fixture
def house(db):
    return make.insurer()


def test_a_review_is_read_by_nobody_until_it_is_published(house) -> None:
    anna = citizen(family_name="Соколова")
    review = left(anna)
    assert (review.signature, review.state) == ("Анна С.", "waiting")
    assert not opinions.reviews(organization=KEY).rows
    assert opinions.rating(organization=KEY).count == 0
    decided(review)
    assert [one.pk for one in opinions.reviews(organization=KEY).rows] == [review.pk]
    assert Insurer.objects.get(pk="77001").users_rating == Decimal("4.0")
    acts = Entry.objects.filter(subject=review.key).order_by("pk").values_list("act", "person")
    assert list(acts) == [("review.leave", anna.key), ("review.publish", anna.key)]


def test_a_changed_review_waits_again_and_its_stars_leave_the_rating(house) -> None:
    anna, boris = citizen(), citizen()
    mine, other = left(anna, 1), left(boris, 5)
    decided(mine)
    decided(other)
    assert Insurer.objects.get(pk="77001").users_rating == Decimal("3.0")
    assert left(anna, 1).state == "published"  # the same words again change nothing
    again = left(anna, 2, "Стало лучше")
    assert (again.pk, again.state) == (mine.pk, "waiting")
    assert Insurer.objects.get(pk="77001").users_rating == Decimal("5.0")
    reviews.withdraw(user=anna, organization=KEY, at=AT)
    reviews.withdraw(user=anna, organization=KEY, at=AT)
    assert opinions.own(user=anna, organization=KEY) is None
    reviews.withdraw(user=boris, organization=KEY, at=AT)
    assert Insurer.objects.get(pk="77001").users_rating is None
    assert left(boris, 5).state == "waiting"


def test_who_may_not_rate_is_told_why(house) -> None:
    with pytest.raises(reviews.NotConfirmed):
        left(make.user(level="standard"))
    with pytest.raises(reviews.OwnOrganization):
        left(make.operator(level="confirmed"))
    with pytest.raises(reviews.NoOrganization):
        left(citizen(), organization="insurer:99999")
    with pytest.raises(reviews.NoOrganization):
        left(citizen(), organization="fund:77")
    for stars, text in ((0, "а"), (6, "а"), (3, "а" * 2001)):
        with pytest.raises(reviews.WrongReview):
            left(citizen(), stars, text)
    assert not Review.objects.exists()


def test_only_support_decides_and_only_what_it_has_read(house) -> None:
    anna = citizen()
    review = left(anna)
    for nobody in (anna, make.operator(), make.user(role="supervisor")):
        with pytest.raises(reviews.NotYours):
            reviews.decide(pk=review.pk, publish=True, revision=1, by=nobody, at=AT)
    left(anna, 5, "Другие слова")
    with pytest.raises(reviews.AlreadyDecided):
        reviews.decide(pk=review.pk, publish=True, revision=1, by=support(), at=AT)
    with pytest.raises(reviews.NoReason):
        reviews.decide(pk=review.pk, publish=False, reason="", revision=2, by=support(), at=AT)
    by = support()
    refused = decided(review, publish=False, reason="rude", by=by)
    assert (refused.state, refused.reason) == ("refused", "rude")
    repeated = reviews.decide(pk=review.pk, publish=False, reason="rude", revision=2, by=by, at=AT)
    assert repeated[1] is False
    with pytest.raises(reviews.AlreadyDecided):
        decided(review)


def test_complaints_bring_a_review_back_to_moderation_once_a_person(house) -> None:
    review = decided(left(citizen()))
    for who in ("user:5", "user:5", "place:x"):
        reviews.report(pk=review.pk, reporter=who, reason="false", at=AT)
    by = support()
    assert [one.reports_open for one in opinions.queue(by=by, which="reported").rows] == [2]
    assert opinions.reviews(organization=KEY).rows  # it stays while it is looked at
    stays, changed = reviews.decide(pk=review.pk, publish=True, revision=1, by=by, at=AT)
    assert (stays.state, stays.reports_open, changed) == ("published", 0, False)
    assert opinions.rating(organization=KEY).count == 1
    reviews.report(pk=review.pk, reporter="user:6", reason="rude", at=AT)
    decided(review, publish=False, reason="rude", by=by)
    assert opinions.rating(organization=KEY).count == 0
    with pytest.raises(reviews.NotYours):
        reviews.report(pk=review.pk, reporter="user:7", reason="rude", at=AT)
    with pytest.raises(reviews.NoReason):
        reviews.report(pk=review.pk, reporter="user:7", reason="нет", at=AT)


def test_an_insurer_answers_for_itself_alone(house) -> None:
    review = decided(left(citizen()))
    own, other = make.operator(), make.operator(make.insurer("77002"))
    answered = reviews.answer(pk=review.pk, text=" Спасибо ", revision=1, by=own, at=AT)
    assert (answered.answer, answered.answered_by) == ("Спасибо", own.key)
    for nobody in (other, support()):
        with pytest.raises(reviews.NotYours):
            reviews.answer(pk=review.pk, text="Нет", revision=1, by=nobody, at=AT)
    assert not opinions.unanswered(by=own).rows
    waiting = left(citizen())
    assert opinions.readable(by=own, pk=waiting.pk) is None


def test_reviews_leave_with_the_account(house) -> None:
    anna, boris = citizen(), citizen()
    decided(left(anna))
    other = decided(left(boris, 2))
    reviews.report(pk=other.pk, reporter=anna.key, reason="false", text="Я", at=AT)
    keeper = personal.KEEPERS[0]
    assert keeper.count(anna) == 2
    assert keeper.collect(anna).data["reviews"][0]["text"] == "Ответили быстро"
    keeper.erase(anna, AT)
    assert keeper.count(anna) == 0
    assert opinions.rating(organization=KEY).counts == {1: 0, 2: 1, 3: 0, 4: 0, 5: 0}


def test_pages_are_sorted_and_cost_one_query(house, django_assert_num_queries) -> None:
    for stars in (3, 1, 5, 5, 2):
        decided(left(citizen(), stars, at=AT + timedelta(minutes=stars)))
    with django_assert_num_queries(1):
        best = opinions.reviews(organization=KEY, sort="best", size=3)
    assert ([one.stars for one in best.rows], best.more) == ([5, 5, 3], True)
    rest = opinions.reviews(organization=KEY, sort="best", size=3, page=2)
    assert ([one.stars for one in rest.rows], rest.more) == ([2, 1], False)
    assert [one.stars for one in opinions.reviews(organization=KEY, stars=5).rows] == [5, 5]


def test_a_clinic_is_rated_as_well(db) -> None:
    MedicalOrganization.objects.create(
        code="770001", region=make.region(), full_name="Поликлиника", short_name="Поликлиника"
    )
    decided(left(citizen(), 3, organization="clinic:770001"))
    assert MedicalOrganization.objects.get().rating == Decimal("3.0")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("пишите anna@example.org", ["почта"]),
        ("телефон 8(900)123-45-67 или +7 900 123 45 67", ["телефон", "телефон"]),
        ("СНИЛС 112-233-445 95", ["СНИЛС"]),
        ("полис 7756 4108 3599 9915", ["номер полиса"]),
        ("нахамила Петрова Нелли Олеговна", ["отчество", "фамилия"]),
        ("врач Смирнов А.Б. опоздал", ["фамилия"]),
        ("смотрите на site.ru и @nickname", ["адрес сайта", "имя в сети"]),
        ("Приём в 9:30, ждал 40 минут, кабинет 215. Москва, дом 5.", []),
    ],
)
def test_what_may_name_somebody_is_shown_to_the_moderator(text, found) -> None:
    assert sorted(one.what for one in hints.hints(text)) == sorted(found)


class TheRatingAlwaysAddsUp(TestCase):
    """Whatever people and moderators do, in whatever order."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from(["leave", "withdraw", "publish", "refuse", "report"]),
                st.integers(1, 5),
            ),
            max_size=14,
        )
    )
    def test_counts_are_those_of_the_published(self, moves) -> None:
        make.insurer()
        people, by = [citizen() for _ in range(3)], support()
        for who, move, stars in moves:
            self._do(people[who], by, move, stars)
        kept = Rating.objects.filter(organization=KEY).first()
        counts = kept.counts if kept else dict.fromkeys(range(1, 6), 0)
        shown = Insurer.objects.get(pk="77001").users_rating
        assert counts == reviews.recount(organization=KEY).counts
        assert shown == Insurer.objects.get(pk="77001").users_rating

    def _do(self, user, by, move, stars) -> None:
        review = Review.objects.filter(author=user, organization=KEY).first()
        if move == "leave":
            left(user, stars, f"{stars}")
        elif move == "withdraw":
            reviews.withdraw(user=user, organization=KEY, at=AT)
        elif review and move == "report" and review.state == "published":
            reviews.report(pk=review.pk, reporter=f"user:{stars}", reason="rude", at=AT)
        elif review and review.state in ("waiting", "published"):
            decided(review, publish=move == "publish", reason="rude" * (move != "publish"), by=by)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's to tell")
def test_pages_of_reviews_are_read_from_an_index(house) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for sort in opinions.SORTS.values():
            rows = Review.objects.public().filter(organization=KEY).order_by(*sort)
            assert "directory_reviews_" in rows.explain()


def test_a_doctor_is_reviewed_as_a_clinic_is(db) -> None:
    doctor = Doctor.objects.create(code="d-1", family_name="Рыбин", given_name="Олег", sex=1)
    clinic = MedicalOrganization.objects.create(
        code="770009", region=make.region(), full_name="Клиника", short_name="Клиника"
    )
    Position.objects.create(doctor=doctor, clinic=clinic, speciality="therapy")
    for stars in (5, 4):
        decided(left(citizen(), stars, organization=doctor.key))
    doctor.refresh_from_db()
    assert str(doctor.rating) == "4.5"
    assert queries.organization_names(keys={doctor.key}) == {doctor.key: "Рыбин Олег"}
    own, other = (make.operator(make.fund(code)) for code in ("77", "50"))
    assert len(opinions.unanswered(by=own).rows) == 2
    assert opinions.unanswered(by=other).rows == []
    for wrong in ("doctor:0", "doctor:x", "doctor:" + "9" * 30):
        with pytest.raises(reviews.NoOrganization):
            left(citizen(), organization=wrong)
