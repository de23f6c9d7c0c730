"""The outside world as a process of its own, as in the demo."""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SOURCE = Path(__file__).resolve().parents[1] / "src"
TLS = ssl.create_default_context()
TOKEN = "right"


@dataclass
class World:
    """Where the simulators listen."""

    smtp_port: int
    url: str
    openid_url: str = ""
    clamd_url: str = ""
    smpp_url: str = ""

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = httpx.request(
            method, self.url + path, json=body or None, trust_env=False, verify=TLS
        )
        return answer.raise_for_status().json()

    def fail(self, kind: str, **details: Any) -> None:
        self.call("POST", "/faults", kind=kind, **details)

    def caught(self, limit: int = 500) -> list[dict[str, Any]]:
        return self.call("GET", f"/messages?limit={limit}")

    def forget(self) -> None:
        self.call("DELETE", "/messages")
        self.call("DELETE", "/faults")


@contextmanager
def outside_world(folder: Path) -> Iterator[World]:
    command = [sys.executable, "-m", "oms.gateways.simulators"]
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "OMS_SMS_TOKEN": TOKEN}
    with subprocess.Popen(
        [
            *(*command, "--store", str(folder / "outbox.sqlite3")),
            *("--openid-portal", "http://localhost:8000"),
        ],
        env=environment,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        ports = json.loads(process.stdout.readline())
        try:
            urls = [f"http://127.0.0.1:{ports[name]}" for name in ("http", "openid")]
            smpp = f"smpp://oms:secret@127.0.0.1:{ports['smpp']}?source=OMS"
            yield World(ports["smtp"], *urls, f"tcp://127.0.0.1:{ports['clamd']}", smpp)
        finally:
            process.terminate()
