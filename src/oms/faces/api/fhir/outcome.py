"""Every no is an OperationOutcome: what is wrong, where, and the way out, in plain Russian."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from oms.kit.denied import Denied

_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "invalid",
        401: "login",
        403: "forbidden",
        404: "not-found",
        405: "not-supported",
        406: "not-supported",
        409: "conflict",
        412: "conflict",
        413: "too-long",
        415: "not-supported",
        422: "business-rule",
        429: "throttled",
    }
)


class Problem(Exception):  # noqa: N818  it is a no, not an error
    """A request that cannot be answered as asked. `where` is a FHIRPath or a parameter's name."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        code: str = "",
        where: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status, self.text, self.where = status, text, where
        self.code = code or _CODES.get(status, "processing")
        self.headers = dict(headers or {})


def of_denied(no: Denied) -> Problem:
    """Return an expected no of the domain as a problem."""
    code = "business-rule" if no.status == 409 and no.code != "Taken" else ""
    return Problem(no.status, no.text, code=code)


def resource(problem: Problem, *, detail: str = "") -> dict[str, Any]:
    """Return the OperationOutcome; `detail` is the domain's name of the no."""
    issue: dict[str, Any] = {
        "severity": "error",
        "code": problem.code,
        "details": {"text": problem.text},
        "diagnostics": problem.text,
    }
    if detail:
        issue["details"]["coding"] = [{"system": "urn:oms:denied", "code": detail}]
    if problem.where:
        issue["expression"] = [problem.where]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
