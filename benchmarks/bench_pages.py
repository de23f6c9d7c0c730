"""Requests per second and p95 of the cabinet and the public policy check, against an empty view.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_pages.py [--postgres URL] [--seconds 5]

Starts granian (one worker, four threads) on SQLite, then on PostgreSQL, with a demo world, and
loads floor and pages in turn: what counts is the ratio within one round. `benchmarks/run` gives
a PostgreSQL of its own.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import databases

DATABASE = "oms_bench_pages"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CLIENTS = 8
ASKED = 500  # different policies the check is asked about
CITIZEN = "klimova"


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="oms-bench-") as var:
        measure("SQLite", "", Path(var), options)
    if not options.postgres:
        print("PostgreSQL was not measured: give --postgres URL or use benchmarks/run")
        return
    url = databases.make(options.postgres, name=DATABASE)
    try:
        with tempfile.TemporaryDirectory(prefix="oms-bench-") as var:
            measure("PostgreSQL", url, Path(var), options)
    finally:
        databases.drop(options.postgres, name=DATABASE)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", default=os.environ.get("OMS_BENCH_POSTGRES", ""))
    parser.add_argument("--port", type=int, default=8778)
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def measure(name: str, url: str, var: Path, options: argparse.Namespace) -> None:
    environment = os.environ | {
        "OMS_PROFILE": "demo",
        "OMS_VAR": str(var),
        "OMS_DATABASE_URL": url,
        "OMS_BASE_URL": f"http://localhost:{options.port}",
        "OMS_LOG_LEVEL": "WARNING",
        # wrk pretends to be many visitors, each at an address of its own, as through a proxy
        "OMS_TRUSTED_PROXIES": "1",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    prepare = [sys.executable, str(HERE / "world.py"), str(options.persons), CITIZEN, str(ASKED)]
    made = subprocess.run(prepare, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    known = json.loads(made.stdout.splitlines()[-1])
    with served(environment, options.port, var):
        subjects = requests(f"http://localhost:{options.port}", known, var)
        rounds = [turn(subjects, options.seconds) for _ in range(options.rounds + 1)][1:]
    report(name, rounds)


@contextmanager
def served(environment: Mapping[str, str], port: int, var: Path) -> Iterator[None]:
    """The server as ./start runs it, one worker; stopped at the end."""
    granian = str(Path(sys.executable).parent / "granian")
    command = [granian, "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    log = var / "web.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "oms.config.wsgi:application"],
            env=environment, cwd=ROOT, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://localhost:{port}/healthz", process, log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if urllib.request.urlopen(address, timeout=2).status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"the server did not start:\n{log.read_text()[-2000:]}")


def requests(base: str, known: dict[str, str], var: Path) -> dict[str, list[str]]:
    """Name → wrk's arguments: address, method, cookie, file of bodies. Each is tried once."""
    page = urllib.request.urlopen(f"{base}/check-policy/")
    token = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
    assert token
    fields = sorted(set(re.findall(r'name="(\w+)"', page.read().decode())))
    assert {"number", "birth_date"} <= set(fields), fields
    bodies = var / "bodies"
    lines = [
        urllib.parse.urlencode(
            {"csrfmiddlewaretoken": token[1], "number": number, "birth_date": birth_date}
        )
        for number, birth_date in known["policies"]
    ]
    bodies.write_text("\n".join(lines))
    subjects = {
        "floor": [f"{base}/empty/", "GET", "", "-"],
        "cabinet": [f"{base}/", "GET", f"sessionid={known['session']}", "-"],
        "check": [f"{base}/check-policy/", "POST", f"csrftoken={token[1]}", str(bodies)],
    }
    seen = fetch(subjects["cabinet"])
    assert known["given_name"] in seen, "the cabinet does not greet the citizen"
    assert "Номер полиса" in seen or "Полис" in seen
    answer = fetch(subjects["check"], body=lines[0])
    assert known["found_words"] in answer, "the check does not find a policy in force"
    return subjects


def fetch(subject: list[str], body: str | None = None) -> str:
    headers = {"Cookie": subject[2], "X-Forwarded-For": "10.0.0.1"}
    asked = urllib.request.Request(subject[0], body.encode() if body else None, headers)
    return urllib.request.urlopen(asked).read().decode()


def turn(subjects: dict[str, list[str]], seconds: int) -> dict[str, dict[str, float]]:
    return {name: wrk(*subject, seconds=seconds) for name, subject in subjects.items()}


def wrk(url: str, *arguments: str, seconds: int) -> dict[str, float]:
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", str(HERE / "load.lua")]
    done = subprocess.run(
        [*command, url, "--", *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert found["requests"] > CLIENTS, done.stdout
    assert found["failed"] == 0, done.stdout
    return found


def report(name: str, rounds: list[dict[str, dict[str, float]]]) -> None:
    print(f"\n{name}: {CLIENTS} clients, {len(rounds)} rounds, medians (lowest to highest round)")
    print(f"{'':10}{'req/s':>8}{'ratio':>8}  {'':16}{'p50 ms':>8}{'p95 ms':>8}{'p95 range':>16}")
    for subject in rounds[0]:
        ratios = [one[subject]["rate"] / one["floor"]["rate"] for one in rounds]
        rate, p50, p95 = (
            statistics.median(one[subject][what] for one in rounds)
            for what in ("rate", "p50", "p95")
        )
        slow = [one[subject]["p95"] for one in rounds]
        spread = f"({min(ratios):.3f}–{max(ratios):.3f})"
        print(
            f"{subject:10}{rate:8.0f}{statistics.median(ratios):8.3f}  {spread:16}{p50:8.1f}"
            f"{p95:8.1f}{f'{min(slow):.1f}–{max(slow):.1f}':>16}"
        )


if __name__ == "__main__":
    main()
