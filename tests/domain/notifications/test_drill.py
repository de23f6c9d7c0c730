"""Kill workers in the middle of sending: nothing is lost, nothing arrives twice.

Given a mail server and an SMS provider that answer slowly, so that most kills fall between
"arrived there" and "written down here"; two workers, killed and replaced again and again.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.migrated import migrate
from tests.simulated import SOURCE, TOKEN, World, outside_world

pytestmark = pytest.mark.drill
NURSERY = Path(__file__).with_name("drill_nursery.py")
SLOW_S = 0.12


class House:
    """A database, a data folder and worker processes of its own.

    A migrated `oms.sqlite3` in the folder is taken as it is.
    """

    def __init__(
        self, folder: Path, url: str, world: World, *, two_providers: bool = False
    ) -> None:
        self.folder, self.url, self.world = folder, url, world
        self.workers: list[int] = []
        environment = os.environ | {
            "PYTHONPATH": str(SOURCE),
            "OMS_PROFILE": "test",
            "OMS_VAR": str(folder),
            "OMS_DATABASE_URL": url,
            "OMS_SMTP_URL": world.smtp_url,
            "OMS_SMS_URL": f"{world.url}/sms",
            "OMS_SMS_TOKEN": TOKEN,
            "OMS_SMS_2_URL": world.smpp_url if two_providers else "",
        }
        if not (folder / "oms.sqlite3").exists():
            migrate(folder, url)
        with (folder / "workers.log").open("wb") as log:
            self.nursery = subprocess.Popen(
                [sys.executable, str(NURSERY)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def ask(self, words: str) -> int:
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write(words + "\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def start(self, kind: str) -> None:
        self.workers.append(self.ask(kind))

    def end_oldest(self, by: signal.Signals) -> int:
        worker = self.workers.pop(0)
        os.kill(worker, by)
        return self.ask(f"wait {worker}")

    def states(self, prefix: str) -> Counter[str]:
        return Counter(state for _, state in self.rows(prefix))

    def rows(self, prefix: str) -> list[tuple[str, str]]:
        """Key and state of each delivery."""
        sql = f"SELECT key, state FROM notifications_delivery WHERE key LIKE '{prefix}/%'"
        if self.url:
            with psycopg.connect(self.url) as base:
                return base.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / "oms.sqlite3")) as base:
            return base.execute(sql).fetchall()

    def close(self) -> None:
        while self.workers:
            self.end_oldest(signal.SIGKILL)
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.close()
        self.nursery.wait(60)
        self.nursery.stdout.close()


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """Empty (SQLite in the data folder), or a new database beside the one of the tests."""
    url = os.environ.get("OMS_DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"drill_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as base:
        base.execute(f"CREATE DATABASE {name}")
        parts = urlsplit(url)
        yield f"postgresql://{parts.netloc}/{name}?{parts.query}"
        base.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def house_folder(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, migrated_file: Path
) -> Path:
    folder = tmp_path_factory.mktemp("drill")
    if not database_url:
        shutil.copyfile(migrated_file, folder / "oms.sqlite3")
    return folder


@pytest.fixture(scope="module")
def house(house_folder: Path, database_url: str) -> Iterator[House]:
    folder = house_folder
    with outside_world(folder) as world, closing(House(folder, database_url, world)) as house:
        yield house


def drill(house: House, prefix: str, *, count: int, rounds: int, kind: str = "start") -> None:
    """Send `count` messages by two workers; in each round both are killed and replaced."""
    house.world.forget()
    house.world.fail("slow-answer", seconds=SLOW_S, times=-1)
    assert house.ask(f"wait {house.ask(f'queue {prefix} {count}')}") == 0
    for _ in range(2):
        house.start(kind)
    for _ in range(rounds):
        wait_for_arrivals(house.world, 4)  # who sent the last still waits for its answer
        for _ in range(2):
            assert house.end_oldest(signal.SIGKILL) == -signal.SIGKILL
            house.start(kind)
    deadline = time.monotonic() + 45
    while house.states(prefix) != {"sent": count} and time.monotonic() < deadline:
        time.sleep(0.2)
    ends = [house.end_oldest(signal.SIGTERM) for _ in range(2)]
    assert ends == [0, 0], "a worker told to stop ends in order"


def wait_for_arrivals(world: World, count: int) -> None:
    """Wait until so many more arrived: only workers that work are worth killing."""
    newest = world.caught(limit=1)
    goal = (newest[0]["id"] if newest else 0) + count
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        newest = world.caught(limit=1)
        if newest and newest[0]["id"] >= goal:
            return
        time.sleep(0.02)
    raise AssertionError("nothing arrives any more")


def arrivals(world: World, prefix: str) -> Counter[str]:
    """How many distinct messages the receivers have of each that was sent."""
    found = [re.search(r"\[(.+)\]", row["text"]) for row in world.caught()]
    numbers = Counter(match[1] for match in found if match)
    assert all(number.startswith(f"{prefix}-") for number in numbers)
    return numbers


def test_nothing_is_lost_and_nothing_arrives_twice(house: House) -> None:
    drill(house, "true", count=200, rounds=5)
    assert house.states("true") == {"sent": 200}
    assert arrivals(house.world, "true") == {f"true-{number}": 1 for number in range(200)}
    handed_over = sum(row["copies"] for row in house.world.caught())
    assert handed_over > 200, "no kill fell between arrival and commit: the drill saw nothing"


def test_the_drill_sees_doubles(house: House) -> None:
    """Control: workers that make a new key at each attempt are found out."""
    drill(house, "forgetful", count=40, rounds=3, kind="forgetful")
    arrived = arrivals(house.world, "forgetful")
    assert len(arrived) == 40
    assert max(arrived.values()) > 1
