"""Many clients, few slots, web processes killed in the middle: nothing oversold, lost or doubled.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_booking_contest.py --postgres URL
        [--clients 300] [--slots 50] [--seconds 60] [--kills 5]

Starts granian as ./start does, two web processes, on a database of its own; each client is a
person with a session who sends every form twice under one key and repeats what was not answered.
A web process is killed (-9) every few seconds; granian starts another. At the end the rows must be
what the clients were told. Ends with 1 when they are not.
"""

import argparse
import http.client
import json
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import databases

DATABASE = "oms_bench_contest"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LAST_QUARTER = 0.75  # from here on nobody cancels: at the end every slot is taken
REPEAT = 0.2


def main() -> int:
    options = arguments()
    url = databases.make(options.postgres, name=DATABASE)
    try:
        with tempfile.TemporaryDirectory(prefix="oms-bench-") as var:
            environment = settings(options, url, Path(var))
            known = world(environment, "make", str(options.clients), str(options.slots))
            log = Path(var) / "web.log"
            with served(environment, options.port, log) as server:
                clients = fight(known, options, server, log)
            found = world(environment, "tell")
            return report(clients, found, options)
    finally:
        databases.drop(options.postgres, name=DATABASE)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES", ""))
    parser.add_argument("--port", type=int, default=8788)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--slots", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    if not options.postgres:
        parser.error("give --postgres URL")
    return options


def settings(options: argparse.Namespace, url: str, var: Path) -> dict[str, str]:
    return os.environ | {
        "OMS_PROFILE": "demo",
        "OMS_VAR": str(var),
        "OMS_DATABASE_URL": url,
        "OMS_BASE_URL": f"http://localhost:{options.port}",
        "OMS_LOG_LEVEL": "WARNING",
        "OMS_TRUSTED_PROXIES": "1",  # each client comes from an address of its own
        "DJANGO_SETTINGS_MODULE": "oms.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }


def world(environment: dict[str, str], *words: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "contest_world.py"), *words]
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


@contextmanager
def served(
    environment: dict[str, str], port: int, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Two web processes that are started again when they die, as ./start has them."""
    granian = str(Path(sys.executable).parent / "granian")
    command = [granian, "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4"]
    command += ["--respawn-failed-workers", "oms.config.wsgi:application"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait_until_up(port, process, log)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until_up(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"the server did not start:\n{log.read_text()[-2000:]}")


class Person:
    """One client: wants any slot; has one, gives it up sometimes, wants another."""

    def __init__(self, number: int, known: dict[str, Any], port: int, clock: "Clock") -> None:
        self.chance = random.Random(number)
        self.known, self.port, self.clock = known, port, clock
        self.token = secrets.token_hex(16)
        self.headers = {
            "Host": f"localhost:{port}",
            "Cookie": f"sessionid={known['sessions'][number]}; csrftoken={self.token}",
            "X-CSRFToken": self.token,
            "X-Forwarded-For": f"10.{number // 250}.{number % 250}.7",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection: http.client.HTTPConnection | None = None
        self.visit = ""
        self.booked = self.repeated = 0
        self.answers: Counter[str] = Counter()
        self.times: list[float] = []
        self.faults: list[str] = []

    def run(self) -> None:
        while self.clock.is_on():
            if self.visit:
                self.leave()
            else:
                self.take()

    def take(self) -> None:
        """Hold a slot and confirm it; both forms are sent twice."""
        slot = self.chance.choice(self.known["slots"])
        path = f"/doctors/{self.known['doctor']}/{self.known['day']}/?place={self.known['place']}"
        form = {"slot": slot, "key": secrets.token_urlsafe(16), "whom": "own"}
        began = time.perf_counter()
        status, where = self.twice("hold", path, form)
        if status != 302:
            return
        number = urllib.parse.unquote(where.split("/")[2])
        form = {"complaint": "Кашель"}
        status, where = self.post("confirm", f"{visit_path(number)}confirm/", form)
        self.times.append((time.perf_counter() - began) * 1e3)
        if status == 302:
            self.visit = number
            self.booked += 1
            again, _ = self.post("confirm again", f"{visit_path(number)}confirm/", form)
            if again != 302:
                self.faults.append(f"a copy of a confirmation was answered {again}")

    def leave(self) -> None:
        if self.clock.is_late() or self.chance.random() < 0.5:
            time.sleep(REPEAT)
            return
        status, _ = self.post("cancel", f"{visit_path(self.visit)}cancel/", {"because": ""})
        if status == 302:
            self.visit = ""

    def twice(self, what: str, path: str, form: dict[str, Any]) -> tuple[int, str]:
        first, second = self.post(what, path, form), self.post(f"{what} again", path, form)
        if first[0] == 302 and second != first:
            self.faults.append(f"two answers to one key: {first} {second}")
        return first if first[0] == 302 else second

    def post(self, what: str, path: str, form: dict[str, Any]) -> tuple[int, str]:
        """Ask until it is answered: the same form again changes nothing."""
        body = urllib.parse.urlencode(form)
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.connection.request("POST", path, body, self.headers)
                response = self.connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException):
                self.connection = None
                self.repeated += 1
                time.sleep(REPEAT)
                continue
            if response.status >= 500:
                self.answers[f"{what} {response.status}"] += 1
                self.repeated += 1
                time.sleep(REPEAT)
                continue
            self.answers[f"{what} {response.status}"] += 1
            return response.status, response.headers.get("Location", "")


class Clock:
    """When the fight began, and how it stands."""

    def __init__(self, seconds: int) -> None:
        self.began, self.seconds = time.monotonic(), seconds

    def passed(self) -> float:
        return time.monotonic() - self.began

    def is_on(self) -> bool:
        return self.passed() < self.seconds

    def is_late(self) -> bool:
        return self.passed() > self.seconds * LAST_QUARTER


def visit_path(number: str) -> str:
    return f"/visits/{urllib.parse.quote(number)}/"


def fight(
    known: dict[str, Any],
    options: argparse.Namespace,
    server: "subprocess.Popen[bytes]",
    log: Path,
) -> list[Person]:
    clock = Clock(options.seconds)
    people = [Person(n, known, options.port, clock) for n in range(options.clients)]
    threads = [threading.Thread(target=one.run, daemon=True) for one in people]
    for thread in threads:
        thread.start()
    for number in range(options.kills):
        due = options.seconds * (number + 1) / (options.kills + 2)
        time.sleep(max(due - clock.passed(), 0))
        kill_one(server.pid, log, started=2 + number)
    deadline = time.monotonic() + options.seconds + 300
    for thread in threads:
        thread.join(timeout=max(deadline - time.monotonic(), 0))
    if any(thread.is_alive() for thread in threads):
        raise SystemExit(f"some clients were never answered:\n{log.read_text()[-2000:]}")
    return people


def kill_one(server: int, log: Path, *, started: int) -> None:
    """Kill a web process of this server, as a power cut would, once two are at work."""
    while log.read_text().count("Started worker") < started:
        time.sleep(REPEAT)
    listed = subprocess.run(
        ["ps", "--ppid", str(server), "-o", "pid="], stdout=subprocess.PIPE, text=True, check=False
    )
    children = [int(word) for word in listed.stdout.split()]
    victim = random.choice(children)
    os.kill(victim, signal.SIGKILL)
    print(f"killed {victim}, one of {len(children)}", flush=True)


def report(clients: list[Person], found: dict[str, Any], options: argparse.Namespace) -> int:
    """Hold what clients were told against the rows; print both."""
    believed = sorted(one.visit for one in clients if one.visit)
    answers = sum((one.answers for one in clients), Counter[str]())
    times = [ms for one in clients for ms in one.times]
    won = sum(one.booked for one in clients)
    faults = [fault for one in clients for fault in one.faults]
    lost = set(believed) - set(found["booked"])
    phantom = set(found["booked"]) - set(believed)
    print(f"answers {dict(sorted(answers.items()))}")
    print(f"requests repeated for want of an answer {sum(one.repeated for one in clients)}")
    quantiles = statistics.quantiles(times, n=100)
    print(
        f"bookings {won}, {won / options.seconds:.1f}/s; hold to confirmed p50 {quantiles[49]:.0f}"
        f" ms, p95 {quantiles[94]:.0f} ms"
    )
    print({name: value for name, value in found.items() if name != "booked"})
    print(f"booked {len(found['booked'])} of {options.slots} slots, told {len(believed)}")
    print(f"lost {len(lost)}, phantom {len(phantom)}, faults {len(faults)} {faults[:3]}")
    wrong = [
        lost, phantom, faults, found["doubled_slots"], found["taken_without_visit"],
        found["journal_faults"], len(found["booked"]) != found["distinct_slots"],
        len(found["booked"]) != found["distinct_people"], not won,
        found["ever_booked"] != found["told_by_journal"], found["ever_booked"] != won,
    ]  # fmt: skip
    print("NOT KEPT" if any(wrong) else "every promise kept")
    return int(any(wrong))


if __name__ == "__main__":
    sys.exit(main())
