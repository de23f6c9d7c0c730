"""The drill of providers: everything outside fails in every way while workers are killed.

Letters over SMTP, SMS over two providers (HTTP and SMPP). One call in five is refused, one in five
is slow, the first two of each channel and one in twenty are taken without an answer; twice
everything hangs up for two seconds; three times a worker is killed. Then it is counted who got
what.
"""

import re
import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.domain.notifications.test_drill import House
from tests.simulated import World

CHANNELS = ("email", "sms", "smpp")
SHARES: tuple[tuple[str, float, float], ...] = (
    ("temporary", 0.2, 0), ("delay", 0.2, 0.05), ("lost", 0.05, 0),
)  # fmt: skip
CERTAINLY_LOST = 2  # chance alone spared a drill all lost answers
DEATH_S = 2
KILLS, DEATHS = 3, 2


@dataclass(frozen=True)
class Counted:
    """What came of it."""

    count: int
    states: Counter[str]
    arrived: Counter[str]
    lost: list[str]
    handed_over: int
    seconds: float

    @property
    def doubled(self) -> list[str]:
        """What somebody got twice."""
        return sorted(name for name, times in self.arrived.items() if times > 1)


def run(
    house: House,
    prefix: str,
    *,
    count: int,
    within: float,
    workers: int = 2,
    kind: str = "start",
    shares: tuple[tuple[str, float, float], ...] = SHARES,
) -> Counted:
    """Send `count` messages through the failing world; return what was counted."""
    house.world.forget()
    for channel in CHANNELS:
        for fault, share, seconds in shares:
            order = {"channel": channel, "share": share, "seconds": seconds, "times": -1}
            house.world.fail(fault, **order)
        house.world.fail("lost", channel=channel, times=CERTAINLY_LOST)
    began = time.monotonic()
    assert house.ask(f"wait {house.ask(f'queue {prefix} {count}')}") == 0
    for _ in range(workers):
        house.start(kind)
    for step in range(1, KILLS + 1):
        _wait_for_settled(house, prefix, count * step // (KILLS + 2), began + within)
        assert house.end_oldest(signal.SIGKILL) == -signal.SIGKILL
        house.start(kind)
        if step <= DEATHS:
            _die(house.world)
    _wait_for_settled(house, prefix, count, began + within)
    seconds = time.monotonic() - began
    ends = [house.end_oldest(signal.SIGTERM) for _ in range(workers)]
    assert ends == [0] * workers, "a worker told to stop ends in order"
    return _count(house, prefix, count, seconds)


def _die(world: World) -> None:
    """Everything hangs up for a while, then is as bad as before."""
    kept: list[dict[str, Any]] = world.call("GET", "/faults")
    world.call("DELETE", "/faults")
    world.fail("refuse", times=-1)
    time.sleep(DEATH_S)
    world.call("DELETE", "/faults")
    for one in kept:
        world.call("POST", "/faults", **one)


def _wait_for_settled(house: House, prefix: str, goal: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        states = house.states(prefix)
        if states["sent"] + states["failed"] >= goal:
            return
        time.sleep(0.2)
    raise AssertionError(f"not all were settled in time: {house.states(prefix)}")


def _count(house: House, prefix: str, count: int, seconds: float) -> Counted:
    rows = everything(house.world)
    arrived = Counter(
        match[1] for row in rows if (match := re.search(rf"\[({prefix}-\d+)\]", row["text"]))
    )
    sent = {key for key, state in house.rows(prefix) if state == "sent"}
    lost = sorted(key for key in sent if key.replace("/", "-") not in arrived)
    handed_over = sum(row["copies"] for row in rows)
    return Counted(count, house.states(prefix), arrived, lost, handed_over, seconds)


def everything(world: World) -> list[dict[str, Any]]:
    """All that arrived, page by page."""
    found: list[dict[str, Any]] = world.caught()
    while found and (page := world.call("GET", f"/messages?limit=500&before={found[-1]['id']}")):
        found += page
    return found
