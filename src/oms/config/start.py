"""Sets up and runs everything on one machine: `./start` ends here.

One parent watches the children (simulators, worker, web server). When one of them dies it
is started again; Ctrl-C or SIGTERM stops all of them in order.
"""

import argparse
import gc
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[3]
READY_WITHIN = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the portal until told to stop; 0 when it stopped as asked."""
    options = _options(arguments)
    os.environ |= _environment(options)
    if options.fresh and not _forget(options.var, ask=not options.yes):
        return 1
    options.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    _set_up(options)
    if options.setup_only:
        return 0
    return _run(options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./start", add_help=False)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--base-url", default=os.environ.get("OMS_BASE_URL", ""))
    parser.add_argument("--database-url", default=os.environ.get("OMS_DATABASE_URL", ""))
    parser.add_argument("--var", type=Path, default=Path(os.environ.get("OMS_VAR", ROOT / "var")))
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--setup-only", action="store_true")
    options = parser.parse_args(arguments)
    options.var = options.var.resolve()
    options.base_url = options.base_url or f"http://localhost:{options.port}"
    return options


def _environment(options: argparse.Namespace) -> dict[str, str]:
    return {
        **_simulated(options.port),
        **_vouching(options),
        "DJANGO_SETTINGS_MODULE": "oms.config.settings",
        "OMS_VAR": str(options.var),
        "OMS_DATABASE_URL": options.database_url,
        "OMS_BASE_URL": options.base_url,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }


def _simulated(port: int) -> dict[str, str]:
    """Addresses of the simulators where no real party is named; none in production."""
    if os.environ.get("OMS_PROFILE") == "production":
        return {}
    addresses = {
        "OMS_SMTP_URL": f"smtp://127.0.0.1:{port + 1}",
        "OMS_SMS_URL": f"http://127.0.0.1:{port + 2}/sms",
        "OMS_SMS_2_URL": f"smpp://oms:demo@127.0.0.1:{port + 5}?source=OMS",
        "OMS_SMS_WEIGHTS": "3:1",
        "OMS_PUSH_SERVICES": f"127.0.0.1:{port + 2}",
        "OMS_OUTBOX_URL": f"http://127.0.0.1:{port + 2}",
        "OMS_FERZL_URL": f"http://127.0.0.1:{port + 2}/ferzl",
        "OMS_REGISTERS_URL": f"http://127.0.0.1:{port + 2}/registers",
        "OMS_CLAMD_URL": f"tcp://127.0.0.1:{port + 4}",
    }
    return {name: os.environ.get(name, address) for name, address in addresses.items()}


def _vouching(options: argparse.Namespace) -> dict[str, str]:
    """Simulated OpenID providers: only where the browser, too, is on this machine."""
    named = {"OMS_OPENID_PROVIDERS", "OMS_SMTP_URL"} & os.environ.keys()
    away = urlsplit(options.base_url).hostname not in {"localhost", "127.0.0.1"}
    if named or away or os.environ.get("OMS_PROFILE") == "production":
        return {}
    secret = secrets.token_urlsafe(24)
    rows = [
        {
            "code": name,
            "preset": name,
            "note": "учебный вход",
            "issuer": f"http://127.0.0.1:{options.port + 3}/{name}",
            "client_id": "oms",
            "client_secret": secret,
        }
        for name in ("esia", "bank")
    ]
    return {
        "OMS_OPENID_PROVIDERS": json.dumps(rows, ensure_ascii=False),
        "OMS_OPENID_CLIENT": f"oms:{secret}",
    }


def _forget(var: Path, *, ask: bool) -> bool:
    """Remove the data folder. Only one that we made: it holds our secrets."""
    if not var.exists():
        return True
    if not (var / "secrets.json").exists():
        _say(f"{var} is not a data folder of the portal; nothing removed.")
        return False
    if ask and input(f"Remove all data in {var}? Type yes: ").strip().lower() != "yes":
        return False
    shutil.rmtree(var)
    return True


def _set_up(options: argparse.Namespace) -> None:
    """Schema, shared cache, static files, demo world: each does nothing the second time."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    from oms.domain.journal import guards

    gc.set_threshold(50_000, 20, 50)  # what is made here mostly stays: look through it seldom
    _say("Preparing the database…")
    if options.fresh and options.database_url.startswith("postgres"):
        with guards.lifted():
            call_command("flush", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0, interactive=False)
    _refuse_demo_data()
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if settings.DEMO:
        from django.utils import timezone

        from oms.faces.demo import exchange, outside, registers, world

        world.create(persons=options.persons, progress=True)
        registers.write(options.var / "registers.json", on=timezone.localdate())
        outside.write(options.var / "outside.json")
        exchange.write(options.var / "ferzl.json")


def _refuse_demo_data() -> None:
    """End here rather than serve people on a demo's accounts, whose password is public."""
    from oms.domain.accounts.checks import has_forbidden_demo

    if has_forbidden_demo():
        raise SystemExit(
            "This data was made for a demonstration: its accounts have a public password.\n"
            "Take an empty database and an empty OMS_VAR for production."
        )


@dataclass
class Child:
    """One process of the portal."""

    name: str
    command: Sequence[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start in a session of its own, so that Ctrl-C reaches only the parent."""
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own commands
                self.command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def dies_again_and_again(self) -> bool:
        """Five starts within half a minute."""
        recent = [at for at in self.starts if time.monotonic() - at < 30]
        return len(recent) >= 5

    def stop(self) -> None:
        """Ask to stop; insist after ten seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _children(options: argparse.Namespace) -> list[Child]:
    logs = options.var / "logs"
    logs.mkdir(exist_ok=True)
    python = sys.executable
    commands: dict[str, list[str]] = {}
    if os.environ.get("OMS_SMTP_URL") == f"smtp://127.0.0.1:{options.port + 1}":
        commands["simulators"] = [
            *(python, "-m", "oms.gateways.simulators"),
            *("--smtp-port", str(options.port + 1), "--http-port", str(options.port + 2)),
            *("--openid-port", str(options.port + 3), "--clamd-port", str(options.port + 4)),
            *("--smpp-port", str(options.port + 5)),
            *("--openid-portal", options.base_url),
            *("--openid-people", str(options.var / "outside.json")),
            *("--store", str(options.var / "outbox.sqlite3")),
            *("--people", str(options.var / "registers.json")),
            *("--ferzl", str(options.var / "ferzl.json")),
        ]
    commands["worker"] = [python, "manage.py", "worker"]
    commands["web"] = [
        *(str(Path(python).parent / "granian"), "--interface", "wsgi", "--no-ws"),
        *("--host", options.host, "--port", str(options.port)),
        *("--workers", str(options.workers), "--blocking-threads", "4", "--respawn-failed-workers"),
        "oms.config.wsgi:application",
    ]
    return [Child(name, command, logs / f"{name}.log") for name, command in commands.items()]


def _run(options: argparse.Namespace) -> int:
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopping.append(got))
    children = _children(options)
    for child in children:
        child.start()
    try:
        if not _wait_until_ready(options, children, stopping):
            return 0 if stopping else 1
        _welcome(options)
        return _watch(children, stopping)
    finally:
        _say("\nStopping…")
        for child in reversed(children):
            child.stop()


def _wait_until_ready(
    options: argparse.Namespace, children: list[Child], stopping: list[int]
) -> bool:
    """Poll /readyz. The server accepts connections before it can answer, so ask by HTTP."""
    question = _readiness(options)
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and not stopping:
        dead = [child for child in children if child.process and child.process.poll() is not None]
        if dead:
            _say(f"{dead[0].name} did not start. The reason is in {dead[0].log}")
            return False
        try:
            with urllib.request.urlopen(question, timeout=2) as answer:  # noqa: S310  # nosec B310 # ours
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    if not stopping:
        _say(f"The portal is not ready after {READY_WITHIN} s. See {options.var / 'logs'}")
    return False


def _readiness(options: argparse.Namespace) -> urllib.request.Request:
    """The question as a proxy would put it: others are redirected, or not known by their host."""
    address = urlsplit(options.base_url)
    return urllib.request.Request(
        f"http://127.0.0.1:{options.port}/readyz",
        headers={"Host": address.netloc, "X-Forwarded-Proto": address.scheme},
    )


def _watch(children: list[Child], stopping: list[int]) -> int:
    while not stopping:
        for child in children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.dies_again_and_again:
                _say(f"{child.name} stops again and again. The reason is in {child.log}")
                return 1
            _say(f"{child.name} stopped; starting it again.")
            child.start()
        time.sleep(0.5)
    return 0


def _welcome(options: argparse.Namespace) -> None:
    from django.conf import settings

    _say(f"\n  Кабинет ОМС: {options.base_url}\n")
    if settings.DEMO:
        from oms.faces.demo import world

        for line in world.log_ins():
            _say(f"  {line}")
        _say(f"\n  Письма и СМС: {options.base_url}/demo/outbox/")
    _say(f"  Журналы работы: {options.var / 'logs'}    Остановить: Ctrl-C\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
