"""Many newcomers entered at once: the register cannot tell it from one after another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import about, answers, content, op, received

from oms.domain.exchange import actions, newcomers
from oms.domain.exchange.models import Answer
from oms.domain.journal import queries
from oms.domain.journal.models import Entry
from oms.domain.journal.verify import verify
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)
DAY = sample.VISIT + timedelta(days=30)
STRANGERS: list[dict[str, Any]] = [
    {},
    {"P": "г. Москва, ул. Жилая, д. 1 — 2", "FAM": "Салтыкова – Щедрина"},
    {"MCOD": "770001", "OT": "", "PHONE": ""},
    {"SS": "", "DOCTYPE": 3, "DOCSER": "II-АК", "DR": date(2016, 2, 29), "METHOD": 2},
    {"NPOLIS": "77 00-12", "VPOLIS": 1, "DEND": DAY, "EMAIL": "n@example.org"},
    {"FAM": "Салтыковащедрина", "IM": "Ёлка"},
]
ODD: list[dict[str, Any]] = [
    {"W": 7},
    {"SS": "112-233-445 00"},
    {"DVIZIT": date(2030, 1, 1)},
    {"DR": sample.VISIT + timedelta(days=1)},
    {"OGRNSMO": "1027700000002"},
    {"TER_ST": "46000"},
    {"DR": date(2016, 2, 29), "DOCTYPE": 3, "DOCSER": "II-АК"},
    {"MCOD": "770009"},
    {"ENP": "7756410835999915"},
    {"NPOLIS": "1" * 40},
    {"DOCTYPE": 9, "DOCSER": "X" * 30},
    {"OLD": [("FAM", "Прежняя"), ("IM", "Ольга"), ("W", 2), ("DR", date(1990, 5, 17))]},
]


def records() -> st.SearchStrategy[list[tuple[str, int]]]:
    """Kinds of records with a choice within the kind; newcomers are most of them."""
    kinds = [("new", len(STRANGERS))] * 6 + [("odd", len(ODD)), ("same", 4), ("known", 4)]
    one = st.sampled_from(kinds).flatmap(
        lambda kind: st.tuples(st.just(kind[0]), st.integers(0, kind[1] - 1))
    )
    return st.lists(one, min_size=4, max_size=14)


def world() -> list[InsuredPerson]:
    """Insured here, insured elsewhere, without a policy, gone; an ENP of the row is taken."""
    from oms.domain.directory.models import MedicalOrganization

    ours, theirs = sample.insurer(), make.insurer("77002")
    MedicalOrganization.objects.get_or_create(
        code="770001", defaults={"region": make.region(), "full_name": "П", "short_name": "П"}
    )
    people = [make.insured(by=ours), make.insured(by=theirs), make.person(), make.person()]
    people[3].state = InsuredPerson.State.ANNULLED
    people[3].save()
    imported = make.insured(by=theirs, birth_date=date(1990, 5, 17), family_name="Ввезённая")
    prefix = str(imported.enp)[:10]
    Policy.objects.filter(person=people[1]).update(enp=_third(prefix))
    return people


def _third(prefix: str) -> str:
    from oms.law import enp

    return enp.with_check(f"{prefix}00003")


def told(kinds: list[tuple[str, int]], people: list[InsuredPerson]) -> Iterator[Any]:
    """The records; `same` repeats numbers or the N_REC of the newcomer before."""
    numbers: dict[str, Any] = {"SS": make.snils(), "DOCNUM": "900000"}
    for place, (kind, choice) in enumerate(kinds):
        if kind == "known":
            yield about(people[choice], place, ["П010", "П040", "П021", "П010"][choice % 4],
                        DSTOP=sample.VISIT, PHONE="+79001112233")  # fmt: skip
            continue
        changes = {"new": STRANGERS, "odd": ODD}.get(kind, [{}] * 9)[choice]
        number: Any = place
        if kind == "same":
            changes = [
                numbers, {"SS": numbers["SS"]}, {"DOCNUM": numbers["DOCNUM"]} | {"SS": ""}, {},
            ][choice]  # fmt: skip
            number = max(place - 1, 0) if choice == 3 else place
        else:
            numbers = {"SS": make.snils(), "DOCNUM": f"{900_001 + place}"} | changes
            changes = {"SS": numbers["SS"], "DOCNUM": numbers["DOCNUM"]} | changes
        yield op(number, **changes)


def register(key: str) -> dict[str, list[Any]]:
    """Every row that a file can leave, keys by their order instead of as they are."""
    order: dict[str, int] = {}
    for model in (InsuredPerson, Policy):
        for place, pk in enumerate(model.objects.order_by("pk").values_list("pk", flat=True)):
            order[f"{model.__name__}{pk}"] = place
    found: dict[str, list[Any]] = {}
    models = [*apps.get_app_config("register").get_models(), Answer, Entry]
    for model in models:
        rows = model._default_manager.order_by("pk").values()
        found[model.__name__] = [_plain(row, order, key) for row in rows]
    found["NameSpelling"].sort(key=str)
    payloads = Entry.objects.order_by("pk").values_list("payload__data", flat=True)
    found["payload"] = [_plain(data, order, key) for data in payloads]
    return found


def _plain(row: dict[str, Any], order: dict[str, int], key: str) -> dict[str, Any]:
    dropped = {"id", "file_id", "hash", "previous_hash", "chain", "payload_hash"}
    return {name: _told(name, row[name], order, key) for name in row if name not in dropped}


def _told(name: str, value: Any, order: dict[str, int], key: str) -> Any:
    text = str(value)
    if name in {"person_id", "merged_into_id"}:
        return order[f"InsuredPerson{value}"] if value else None
    if text.startswith(("person:", "policy:")):
        kind, _, pk = text.partition(":")
        return kind, order[("InsuredPerson" if kind == "person" else "Policy") + pk]
    return text.replace(key, "file", 1) if text.startswith(key) else value


def outcome(data: bytes, batch: int) -> tuple[Any, Any]:
    file = received(data)
    assert actions.process(file=file, at=LATER, batch=batch)
    found = register(file.key), answers(file)
    assert not verify(queries.export()).findings
    return found


@settings(
    max_examples=int(os.environ.get("OMS_DRILL_EXAMPLES", "3")), deadline=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip
@given(kinds=records(), batch=st.integers(3, 20))
def test_together_or_one_after_another_the_rows_and_answers_are_the_same(
    kinds: list[tuple[str, int]], batch: int
) -> None:
    with undone():
        data = content(told(kinds, world()))
        with undone():
            together = outcome(data, batch)
        with undone(), pytest.MonkeyPatch.context() as acts_only:
            acts_only.setattr(newcomers, "told_by", lambda records: {})
            one_by_one = outcome(data, batch)
    assert together[1] == one_by_one[1]
    for table, rows in one_by_one[0].items():
        assert together[0][table] == rows, table


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done within is taken back."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)
