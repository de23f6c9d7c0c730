"""Methods for tests: one for each part there is to prove."""

from datetime import datetime

import pytest

from oms.domain.accounts.models import User
from oms.domain.identity import methods as room
from oms.domain.identity.method import NOW, Availability, Method, Part

CLOSED = Availability(now=False, words="Откроется в 9:00")
GIVES = {
    "data": frozenset({Part.DATA}),
    "phone": frozenset({Part.PHONE}),
    "person": frozenset({Part.PERSON}),
}


@pytest.fixture
def closed() -> set[str]:
    """Codes of methods that do not work now."""
    return set()


@pytest.fixture
def plain_methods(monkeypatch: pytest.MonkeyPatch, closed: set[str]) -> None:
    """A room with three methods, each proving one part."""

    def method(code: str, order: int) -> Method:
        def available(_user: User, _at: datetime) -> Availability:
            return CLOSED if code in closed else NOW

        return Method(
            code=code, title=code.title(), summary="", takes="1 минута", icon="user", order=order,
            gives=GIVES[code], page="portal:home", available=available,
        )  # fmt: skip

    found = {code: method(code, order) for order, code in enumerate(GIVES)}
    for module in ("actions", "queries"):
        monkeypatch.setattr(f"oms.domain.identity.{module}.methods", lambda: found)
    assert room.methods is not found
