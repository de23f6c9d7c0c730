"""One portal started as people start it, and browsers that look at it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random, randbytes
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.migrated import alone, shared_folder
from tests.system.judge import Judge
from tests.system.people import Citizen, Operator, Somebody
from tests.system.portal import Portal

ROOT = Path(__file__).resolve().parents[2]
PERSONS = 60
START = (sys.executable, "-m", "oms.config.start", "--persons", str(PERSONS))
READY_WITHIN = 240  # a loaded machine starts slowly
PEOPLE: pytest.StashKey[list[Somebody]] = pytest.StashKey()
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `./start` prepares in an empty folder, made once for all workers: to be copied."""
    folder = shared_folder(tmp_path_factory)
    made, draft = folder / "world", folder / "world-draft"
    with alone(folder, "world"):
        if not made.exists():
            shutil.rmtree(draft, ignore_errors=True)
            command = [*START, "--var", str(draft), "--setup-only"]
            done = subprocess.run(
                command, check=False, cwd=ROOT, env=_environment(), capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            draft.rename(made)
    return made


@pytest.fixture(scope="session")
def portal(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Portal]:
    """`./start` with a world of its own; stopped as Ctrl-C stops it.

    OMS_SYSTEM_PORT names one that runs already (with OMS_TRUSTED_PROXIES=1, for each person has
    a network address), for a quick look at one journey.
    """
    if running := os.environ.get("OMS_SYSTEM_PORT"):
        yield _at(int(running))
        return
    var, port = tmp_path_factory.mktemp("portal"), _free_ports()
    shutil.copytree(request.getfixturevalue("world"), var / "var")
    log = var / "start.log"
    command = [*START, "--port", str(port), "--var", str(var / "var")]
    with log.open("wb") as out:
        started = subprocess.Popen(command, cwd=ROOT, env=_environment(), stdout=out, stderr=out)
    try:
        _wait(started, f"http://localhost:{port}/readyz", var)
        yield _at(port)
    finally:
        started.send_signal(signal.SIGTERM)
        stopped = started.wait(30)
    assert stopped == 0, f"stopped badly\n{_logs(var)}"


def _at(port: int) -> Portal:
    return Portal(
        base=f"http://localhost:{port}",
        outbox=f"http://127.0.0.1:{port + 2}",
        openid=f"http://127.0.0.1:{port + 3}",
    )


def _environment() -> dict[str, str]:
    """What a person's shell has: none of the tests' settings."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("OMS_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | {"PYTHONPATH": str(ROOT / "src"), "OMS_TRUSTED_PROXIES": "1"}


def _free_ports() -> int:
    """A port with its five neighbours free: the simulators take them."""
    for port in Random().sample(range(20_000, 60_000), 50):
        try:
            for one in range(port, port + 6):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", one))
        except OSError:
            continue
        return port
    pytest.fail("no six free ports in a row")


def _wait(started: "subprocess.Popen[bytes]", address: str, var: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if started.poll() is not None:
            pytest.fail(f"the portal did not start\n{_logs(var)}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    started.kill()
    pytest.fail(f"the portal is not ready after {READY_WITHIN} s\n{_logs(var)}")


def _logs(var: Path) -> str:
    files = [var / "start.log", *(var / "var" / "logs").glob("*.log")]
    return "\n".join(f"--- {file.name}\n{file.read_text()[-3000:]}" for file in files)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages that were looked at are kept."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def all_pages(folder: Path) -> Judge:
    """The judge of a whole file: it remembers what it saw."""
    return Judge(folder)


@pytest.fixture
def judge(all_pages: Judge) -> Iterator[Judge]:
    """Looks at the pages of one test and lets none with a fault pass."""
    all_pages.faults = []
    yield all_pages
    assert all_pages.faults == []


@pytest.fixture
def somebody(
    portal: Portal, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Makes people with browsers and network addresses of their own.

    In the end nobody's console holds a word.
    """
    made = request.node.stash[PEOPLE] = []

    def make(kind: type[Somebody], **options: Any) -> Somebody:
        own: dict[str, Any] = {
            "viewport": PHONE,
            "locale": "ru-RU",
            "reduced_motion": "reduce",
            "extra_http_headers": {"X-Forwarded-For": f"10.{'.'.join(map(str, randbytes(3)))}"},
        }
        context = browser.new_context(**{**own, **options})
        context.set_default_timeout(40_000)
        one = kind(context, portal)
        made.append(one)
        return one

    yield make
    faults = [fault for one in made for fault in one.faults]
    for one in made:
        one.context.close()
    assert faults == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Tell of a failed journey where everybody was and what stood on their pages."""
    report = yield
    if report.when == "call" and report.failed:
        for one in item.stash.get(PEOPLE, []):
            if not one.page.is_closed():
                report.sections.append((f"{type(one).__name__} at {one.path}", one.text[:2000]))
    return report


@pytest.fixture
def citizen(somebody: Callable[..., Any]) -> Citizen:
    """Somebody with a phone, never here before."""
    return somebody(Citizen)


@pytest.fixture
def no_script(somebody: Callable[..., Any]) -> Citizen:
    """The same with JavaScript off."""
    return somebody(Citizen, java_script_enabled=False)


@pytest.fixture
def visitor(somebody: Callable[..., Any]) -> Somebody:
    """Somebody who only looks."""
    return somebody(Somebody, viewport=DESK)


@pytest.fixture
def operator(somebody: Callable[..., Any]) -> Operator:
    """Somebody at a desk."""
    return somebody(Operator, viewport=DESK)


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """Runs a program and returns what it said; a missing or failed one fails the test."""
    packages = {"qpdf": "qpdf", "pdfsig": "poppler-utils", "pdftoppm": "poppler-utils"}
    packages |= {"java": "default-jre-headless"}

    def call(program: str, *arguments: object) -> str:
        if not shutil.which(program):
            pytest.fail(f"{program} is missing: apt-get install {packages[program]}")
        done = subprocess.run(
            [program, *map(str, arguments)], check=False, capture_output=True, timeout=300
        )
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 0, said
        return re.sub(r"\s+", " ", said)

    return call
