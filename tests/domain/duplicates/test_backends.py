"""One model for DuckDB and Spark; what is missing is said in words."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from oms.domain.duplicates import finding
from oms.domain.duplicates.linkage import backends, engine, tables
from oms.domain.duplicates.linkage.model import FIELDS, Model


def told_to(backend):
    told = engine.settings(learned=Model(prior=1e-6)).create_settings_dict(backend)
    for rule in told["blocking_rules_to_generate_predictions"]:
        assert rule.pop("sql_dialect") == backend
    return {name: value for name, value in told.items() if name != "linker_uid"}


def test_both_backends_are_told_the_same_model():
    told = told_to("spark")
    assert told == told_to("duckdb")
    levels = {
        one["output_column_name"]: [
            (level["label_for_charts"], level["m_probability"], level["u_probability"])
            for level in one["comparison_levels"][1:]  # the first is: not told
        ]
        for one in told["comparisons"]
    }
    assert levels == {
        field.code: [(level.code, level.m, level.u) for level in field.levels] for field in FIELDS
    }


@pytest.fixture
def without(monkeypatch):
    """Do as if a library were not installed."""

    def hide(library):
        known = backends.find_spec
        monkeypatch.setattr(
            backends, "find_spec", lambda name: None if name == library else known(name)
        )

    return hide


def test_spark_that_is_not_there_says_what_to_install(without, monkeypatch):
    without("pyspark")
    table = tables.Table({"name": "name"}, [[{"unique_id": "1", "name": "ivanov"}]])
    with pytest.raises(backends.NoSpark, match=r"pyspark .* Java 17"):
        tables.link(table, backend="spark")
    assert backends.is_there()
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"linkage": "spark"}))
    assert not backends.is_there()
    with pytest.raises(backends.NoSpark):
        finding.search(at=datetime(2026, 3, 10, tzinfo=UTC))
    without("splink")
    with pytest.raises(backends.NoEngine, match="requirements-linkage"):
        finding.search(at=datetime(2026, 3, 10, tzinfo=UTC))
