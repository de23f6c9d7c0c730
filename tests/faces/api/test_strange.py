"""Whatever is sent, the answer is a resource or an outcome, never a crash."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import visits
from tests.faces.api.conftest import Api, wanted

from oms.faces.api.fhir import door, patching
from oms.faces.api.fhir.kinds import KINDS
from oms.faces.api.fhir.outcome import Problem

pytestmark = pytest.mark.django_db
NAMES = sorted({name for kind in KINDS.values() for name in kind.parameters})
SHAPES = ["_id", "_count", "_sort", "_include", "_include:iterate", "_cursor", "_summary", "_total"]
PIECES = ["|", "urn:oms:mcod|", "ge", "2026-11", "T25:00", "+03:00", "Slot/", "0", "-1", "99999999",
          "Patient/1-", "start", "Slot:schedule", "*", ",", "\\,", "\x00", "%", "ё", "٣", "count",
          "free", "http://testserver/fhir/r4/", "770001-therapy", "9999", "0000", "'"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(max_size=12)
MODIFIERS = ["", "", ":not", ":exact", ":Slot", ":identifier", ".name"]
keys = st.builds(str.__add__, st.sampled_from(NAMES + SHAPES), st.sampled_from(MODIFIERS))
queries = st.lists(st.tuples(keys, texts), max_size=4)
plain = st.none() | st.booleans() | st.integers() | st.sampled_from(PIECES) | st.text(max_size=5)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["reference", "actor", "identifier", "value", "system", "text", "x"]),
            inner,
        )
    ),
    max_leaves=6,
)
elements = st.sampled_from(
    ["status", "slot", "participant", "start", "end", "comment", "basedOn", "cancelationReason",
     "id", "meta", "resourceType", "priority"]
)  # fmt: skip
many = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PROGRAM", "ANYBODY"):
        monkeypatch.setattr(door, name, door.limits.Pace(name.lower(), a_minute=10**9))


@many
@given(name=st.sampled_from(sorted(KINDS)), query=queries)
def test_any_search_is_answered(api: Api, name: str, query: list[tuple[str, str]]) -> None:
    told = urlencode([(key, value.encode("utf-8", "replace")) for key, value in query])
    assert api.get(f"{name}?{told}").status_code in {200, 400}


@many
@given(name=st.sampled_from(sorted(KINDS)), key=texts)
def test_any_id_is_answered(api: Api, name: str, key: str) -> None:
    told = quote(key.encode("utf-8", "replace"), safe="")
    assert api.get(f"{name}/{told}").status_code in {200, 400, 404}


@many
@given(
    change=st.dictionaries(elements, values, min_size=1, max_size=3), method=st.sampled_from("PU")
)
def test_any_appointment_is_booked_or_refused(
    api: Api, change: dict[str, Any], method: str
) -> None:
    if method == "P":
        body = wanted(visits.slot(), visits.patient()) | change
        assert api.ask("POST", "Appointment", body).status_code in {201, 400, 409, 422}
        return
    visit = visits.booked()
    body = api.get(f"Appointment/{visit.pk}").resource | change
    answer = api.ask("PUT", f"Appointment/{visit.pk}", body)
    assert answer.status_code in {200, 400, 409, 422}


steps = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove", "test", "move"]),
     "path": st.lists(st.sampled_from(["a", "b", "0", "-", "7", "~1", ""]), max_size=3).map(
         lambda parts: "".join(f"/{part}" for part in parts))},
    optional={"value": values},
)  # fmt: skip


@given(patch=st.lists(steps, min_size=1, max_size=4) | values)
def test_any_patch_is_applied_or_refused(patch: Any) -> None:
    before = {"a": [1, {"b": 2}], "b": {"a": "x"}}
    statuses = []
    try:
        patching.patched(before, patch)
    except Problem as problem:
        statuses = [problem.status]
    assert set(statuses) <= {400, 412, 422}
    assert before == {"a": [1, {"b": 2}], "b": {"a": "x"}}
