"""The simulators as a process of their own, as in the demo."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"


@dataclass
class World:
    """Where the simulators listen."""

    smtp_port: int
    url: str

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = httpx.request(method, self.url + path, json=body or None, trust_env=False)
        return answer.raise_for_status().json()

    def fail(self, kind: str, **details: Any) -> None:
        self.call("POST", "/faults", kind=kind, **details)

    def caught(self) -> list[dict[str, Any]]:
        return self.call("GET", "/messages?limit=500")


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    store = tmp_path_factory.mktemp("outbox") / "outbox.sqlite3"
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "OMS_SMS_TOKEN": "right"}
    with subprocess.Popen(
        [sys.executable, "-m", "oms.gateways.simulators", "--store", str(store)],
        env=environment,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        ports = json.loads(process.stdout.readline())
        yield World(ports["smtp"], f"http://127.0.0.1:{ports['http']}")
        process.terminate()


@pytest.fixture
def world(_world: World) -> World:
    _world.call("DELETE", "/messages")
    _world.call("DELETE", "/faults")
    return _world
