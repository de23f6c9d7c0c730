"""How any register of the state is asked: one client with everything a bad day needs.

The state's own bus (СМЭВ) is open to registered bodies only, with schemas of their own; so this
is a port of ours, JSON over HTTPS, which an adapter at the bus serves:

    POST {OMS_REGISTERS_URL}/{register}   Authorization: Bearer …   Request-Id: {key}
    {"question": "check", …}   →   200 {…} · 404 nobody such · 4xx wrong question · 5xx later

Every question only reads, so it may be repeated: three tries of at most five seconds with a
pause between, then the circuit breaker counts. Answers are kept for a day under a keyed hash of
the question, encrypted. The log names the register and the outcome, never a person.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.cache import cache

from oms.gateways.errors import Permanent, Temporary
from oms.gateways.registers import breaker
from oms.gateways.sms import trusted
from oms.kit.freshness import KEEP_ANSWER, KEEP_NOTHING

TIMEOUT = httpx.Timeout(5)
TRIES = 3
PAUSE_S = 0.3  # doubled after each try
TITLES: Mapping[str, str] = {
    "identity-documents": "Реестр документов, удостоверяющих личность",
    "pension": "Реестр СНИЛС",
    "tax": "Реестр налогоплательщиков",
    "civil-status": "Реестр актов гражданского состояния",
    "ferzl": "ФЕРЗЛ, единый регистр застрахованных",
}
Answer = dict[str, Any]
log = structlog.get_logger(__name__)


class RegisterDown(Temporary):
    """The register did not answer in time, or is left alone for a while."""


class Carrier(Protocol):
    """Whatever carries a question to a register."""

    def carry(self, *, register: str, question: Mapping[str, Any], key: str) -> Answer | None:
        """Return the answer, None for «nobody such». Raises `Temporary` or `Permanent`."""


def ask(
    *,
    register: str,
    question: Mapping[str, Any],
    through: Carrier | None = None,
    fresh: bool = False,
) -> Answer | None:
    """Return what the register says, None when it knows nobody such.

    `question` is JSON-able; `through` carries it where the port is another; `fresh` asks anew what
    was asked before. Raises `RegisterDown` (worth asking later) and `Permanent`.
    """
    key = question_key(register, question)
    kept, answer = (False, None) if fresh else _kept(key)
    if kept:
        log.info("register.asked", register=register, outcome="kept", tries=0)
        return answer
    if not breaker.may_ask(register):
        log.info("register.asked", register=register, outcome="open", tries=0)
        raise RegisterDown(f"{TITLES[register]}: временно не спрашиваем")
    answer = _asked(register, question, key, through or carrier())
    _keep(key, answer)
    return answer


def available(*registers: str) -> bool:
    """Tell whether none of the registers is known to be down. Asks nobody."""
    return not breaker.down(registers)


def carrier() -> Carrier:
    """The carrier in force: HTTP when configured, memory in tests, else one that only waits."""
    if settings.REGISTERS_URL:
        return Http(settings.REGISTERS_URL.rstrip("/"), settings.REGISTERS_TOKEN)
    return MEMORY if settings.ENV.is_test else Unconfigured()


def question_key(register: str, question: Mapping[str, Any]) -> str:
    """Return a keyed hash of the question: stands for it in the cache and at the register."""
    text = json.dumps([register, question], sort_keys=True, ensure_ascii=False)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Http:
    """The port described above."""

    url: str
    token: str = field(default="", repr=False)

    def carry(self, *, register: str, question: Mapping[str, Any], key: str) -> Answer | None:
        """Post one question."""
        headers = {"Request-Id": key}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=trusted()) as client:
                answer = client.post(f"{self.url}/{register}", json=question, headers=headers)
        except httpx.HTTPError as error:
            raise Temporary(f"{TITLES[register]} не отвечает ({type(error).__name__})") from error
        return _read(register, answer)


class Unconfigured:
    """No adapter is named: nothing can be asked."""

    def carry(self, *, register: str, question: Mapping[str, Any], key: str) -> Answer | None:
        """Raise `Temporary`."""
        raise Temporary(f"{TITLES[register]}: подключение не настроено")


@dataclass
class Memory:
    """For tests: answers by register, or the next of `failures`; keeps what was asked."""

    answers: dict[str, Answer | None] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def carry(self, *, register: str, question: Mapping[str, Any], key: str) -> Answer | None:
        """Answer as told, or fail."""
        self.asked.append((register, dict(question)))
        if self.failures:
            raise self.failures.pop(0)
        return self.answers.get(register)

    def clear(self) -> None:
        """Forget everything."""
        self.answers.clear()
        self.failures.clear()
        self.asked.clear()


MEMORY = Memory()


def _asked(register: str, question: Mapping[str, Any], key: str, through: Carrier) -> Answer | None:
    begun = time.monotonic()
    for number in range(1, TRIES + 1):
        try:
            answer = through.carry(register=register, question=question, key=key)
        except Temporary as error:
            if number == TRIES:
                breaker.failed(register)
                _log(register, "down", number, begun)
                raise RegisterDown(str(error)) from error
            time.sleep(PAUSE_S * 2 ** (number - 1))
        except Permanent:
            breaker.succeeded(register)  # it does answer
            _log(register, "refused", number, begun)
            raise
        else:
            breaker.succeeded(register)
            _log(register, "nobody" if answer is None else "answered", number, begun)
            return answer
    raise AssertionError("unreachable")


def _log(register: str, outcome: str, tries: int, begun: float) -> None:
    took = round((time.monotonic() - begun) * 1000)
    log.info("register.asked", register=register, outcome=outcome, tries=tries, took_ms=took)


def _read(register: str, answer: httpx.Response) -> Answer | None:
    code = answer.status_code
    if code == 404:
        return None
    if code in {401, 403, 408, 425, 429} or code >= 500:
        raise Temporary(f"{TITLES[register]} просит повторить позже ({code})")
    if code != 200:
        raise Permanent(f"{TITLES[register]} не принял вопрос ({code})")
    try:
        found = answer.json()
    except ValueError:
        raise Temporary(f"{TITLES[register]} ответил непонятно") from None
    if not isinstance(found, dict):
        raise Temporary(f"{TITLES[register]} ответил непонятно")
    return found


def _kept(key: str) -> tuple[bool, Answer | None]:
    sealed = cache.get(f"register:answer:{key}")
    if sealed is None:
        return False, None
    try:
        answer: Answer | None = json.loads(_box().decrypt(sealed))
    except (InvalidToken, ValueError):
        return False, None
    return True, answer


def _keep(key: str, answer: Answer | None) -> None:
    sealed = _box().encrypt(json.dumps(answer).encode())
    life = KEEP_NOTHING if answer is None else KEEP_ANSWER
    cache.set(f"register:answer:{key}", sealed, int(life.total_seconds()))


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(key)) for key in settings.FIELD_KEYS])


def _fernet_key(key: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"registers:{key}".encode()).digest())
