from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.domain.notifications import providers
from oms.domain.notifications.models import Provider
from oms.domain.notifications.providers import Health

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
S = timedelta(seconds=1)
M = timedelta(minutes=1)

STORY = [
    # moment, what happened, share after it, cooled until
    (0 * S, "fail", 1.0, None),
    (1 * S, "ok", 1.0, None),
    (2 * S, "fail", 1.0, None),
    (3 * S, "fail", 1.0, None),
    (4 * S, "fail", 0.0, 34 * S),  # three in a row: half a minute
    (10 * S, "fail", 0.0, 34 * S),  # a straggler sent before
    (11 * S, "ok", 0.0, 34 * S),
    (40 * S, "fail", 0.0, 100 * S),  # the trial fails: a minute
    (2 * M, "fail", 0.0, 4 * M),  # again: two
    (5 * M, "ok", 0.1, None),  # the trial goes well: a tenth
    (10 * M, "", 0.55, None),
    (15 * M, "", 1.0, None),
    (15 * M, "ok", 1.0, None),  # all forgotten
    (16 * M, "fail", 1.0, None),
    (16 * M, "fail", 1.0, None),
    (16 * M, "fail", 0.0, 16 * M + 30 * S),  # half a minute again
]


def test_a_provider_cools_down_and_comes_back_slowly() -> None:
    health = Health()
    for after, what, share, until in STORY:
        at = NOON + after
        if what:
            health = health.after_failure(at) if what == "fail" else health.after_success(at)
        assert health.share(at) == pytest.approx(share), (after, what)
        assert health.cooled_until == (until and NOON + until), (after, what)


def test_a_cooling_is_never_longer_than_half_an_hour() -> None:
    health, at = Health(), NOON
    for _ in range(100):
        health = health.after_failure(at)
        if health.cooled_until:
            assert health.cooled_until - at <= providers.LONGEST_COOLING
            at = health.cooled_until
    assert health.coolings > 50


def test_a_provider_that_fails_while_it_returns_rests_longer() -> None:
    health = Health(coolings=2, back_since=NOON)
    for _ in range(3):
        health = health.after_failure(NOON + M)
    assert health.cooled_until == NOON + M + 4 * providers.COOLING


@pytest.mark.parametrize(
    ("weights", "health", "expected"),
    [
        ({"a": 1, "b": 1}, {}, {"a": 0.5, "b": 0.5}),
        ({"a": 3, "b": 1}, {}, {"a": 0.75, "b": 0.25}),
        ({"a": 1, "b": 1}, {"a": Health(back_since=NOON)}, {"a": 0.091, "b": 0.909}),
        ({"a": 9, "b": 1}, {"a": Health(cooled_until=NOON + S)}, {"b": 1.0}),
        ({"a": 1, "b": 1}, {"a": Health(cooled_until=NOON)}, {"b": 1.0}),
    ],
)
def test_messages_are_shared_out_by_weight(weights, health, expected) -> None:
    firsts = Counter(
        providers.order(f"message:{number}", weights, health, at=NOON)[0] for number in range(4000)
    )
    assert set(firsts) == set(expected)
    for code, share in expected.items():
        assert firsts[code] / 4000 == pytest.approx(share, abs=0.03)


@given(st.text(max_size=40))
def test_one_message_always_goes_the_same_way(key: str) -> None:
    weights = {"a": 2, "b": 1}
    found = providers.order(key, weights, {}, at=NOON)
    assert sorted(found) == ["a", "b"]
    assert found == providers.order(key, dict(reversed(weights.items())), {}, at=NOON)


@pytest.mark.django_db
def test_one_message_tries_a_rested_provider() -> None:
    Provider.objects.create(code="a", coolings=1, cooled_until=NOON)
    weights = {"a": 1, "b": 1}
    chosen = [
        providers.choice(f"k{number}", weights, at=NOON + S, hurry=False) for number in range(5)
    ]
    assert chosen == [["a", "b"], ["b"], ["b"], ["b"], ["b"]]
    providers.went_well("a", at=NOON + 2 * S)
    assert Provider.objects.get(pk="a").back_since == NOON + 2 * S
    assert "a" in providers.choice("k9", weights, at=NOON + 3 * S, hurry=False)


@pytest.mark.django_db
def test_what_a_worker_saw_the_others_know() -> None:
    weights = {"a": 1}
    for _ in range(3):
        providers.went_wrong("a", at=NOON)
    assert providers.choice("k", weights, at=NOON + S, hurry=False) == []
    assert providers.choice("k", weights, at=NOON + S, hurry=True) == ["a"]  # a code asks anyway
    assert providers.wait_until(weights, at=NOON + S) == NOON + providers.COOLING
    assert Provider.objects.count() == 1
