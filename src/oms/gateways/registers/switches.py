"""The demo's switches: how the simulated registers behave, and what their circuits say."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
from django.conf import settings

from oms.gateways.errors import Temporary
from oms.gateways.registers import breaker
from oms.gateways.registers.asking import TITLES
from oms.gateways.sms import trusted

TIMEOUT = httpx.Timeout(5)
_CHANNEL = "register"


class Mode(StrEnum):
    """How a simulated register behaves."""

    ANSWERS = "answers"
    SLOW = "slow"  # three seconds
    STUCK = "stuck"  # longer than we wait
    ERROR = "error"  # says 503
    DOWN = "down"  # hangs up


_FAULTS: Mapping[Mode, dict[str, Any]] = {
    Mode.SLOW: {"kind": "delay", "seconds": 3},
    Mode.STUCK: {"kind": "delay", "seconds": 12},
    Mode.ERROR: {"kind": "temporary"},
    Mode.DOWN: {"kind": "refuse"},
}


@dataclass(frozen=True)
class Switch:
    """One register: how it was told to behave; `is_left_alone` while its circuit is open."""

    code: str
    title: str
    mode: Mode
    is_left_alone: bool


def switches() -> list[Switch]:
    """Return all registers. Raises `Temporary` when the simulators cannot be reached."""
    faults = _call("GET", "/faults")
    left_alone = breaker.down(TITLES)
    return [
        Switch(code, title, _mode(code, faults), code in left_alone)
        for code, title in TITLES.items()
    ]


def switch(*, register: str, mode: Mode) -> None:
    """Tell a register how to behave; one told to answer is asked at once. Raises `Temporary`."""
    _call("DELETE", "/faults", channel=_CHANNEL, recipient=register)
    if mode in _FAULTS:
        fault = {**_FAULTS[mode], "channel": _CHANNEL, "recipient": register, "times": -1}
        _call("POST", "/faults", fault)
    else:
        breaker.succeeded(register)


def _mode(register: str, faults: list[dict[str, Any]]) -> Mode:
    for fault in faults:
        if fault["channel"] == _CHANNEL and fault["recipient"] == register:
            told = {"kind": fault["kind"], "seconds": fault["seconds"]}
            for mode, meant in _FAULTS.items():
                if told == {"seconds": 0, **meant}:
                    return mode
    return Mode.ANSWERS


def _call(method: str, path: str, body: Any = None, **query: str) -> Any:
    url = settings.OUTBOX_URL.rstrip("/") + path
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
            return client.request(method, url, json=body, params=query).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Temporary(f"Симуляторы не отвечают ({type(error).__name__})") from error
