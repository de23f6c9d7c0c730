"""One file under eighty lines is a service: form, checks, schema, desk, documentation, tests."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests import factories as make
from tests.catalog import sample
from tests.faces import whole

from oms.cases import actions, queries
from oms.cases.states import State
from oms.catalog import catalogue, describe, schema
from oms.catalog.catalogue import SERVICES
from oms.domain.register.models import InsuredPerson

RIGHT = {
    "birthplace": {"birth_place": "г. Тверь", "found_on": "", "is_abroad": "no"},
    "abroad": {"born_in": "KAZ"},
}


@pytest.fixture(autouse=True)
def _on_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue._FOUND, "sample", sample.SERVICE)


def test_it_is_short() -> None:
    assert len(Path(sample.__file__).read_text().splitlines()) < 80


@pytest.mark.django_db
@pytest.mark.parametrize("abroad", ["no", "yes"])
def test_it_goes_from_the_button_to_the_register(abroad) -> None:
    user = make.user()
    make.insured(user)
    pages = RIGHT | {"birthplace": RIGHT["birthplace"] | {"is_abroad": abroad}}

    case = whole.filed(user, "sample", pages)
    assert ("born_in" in case.answers) is (abroad == "yes")
    done = whole.decided(case)

    assert done.state == State.APPROVED
    assert InsuredPerson.objects.get().birth_place == "г. Тверь"


@pytest.mark.django_db
def test_its_checks_are_asked() -> None:
    user = make.user()
    make.insured(user, birth_place="г. Тверь")
    case = make.draft("sample", user, RIGHT)
    assert [r.code for r in queries.review(case, on=make.TODAY).refusals] == ["nothing-changed"]
    with pytest.raises(actions.ClosedTo):
        actions.start(service="sample", applicant=make.user(), at=make.NOON)


def test_it_is_found_and_described() -> None:
    assert catalogue.find("«пробная услуга»") == (sample.SERVICE,)
    page = describe.services_page()
    assert "## Пробная услуга (`sample`, version 1)" in page
    assert "2. **Какая это страна сегодня?** Страна" in page


def test_its_form_has_a_schema() -> None:
    told = schema.of_service(sample.SERVICE)
    valid = Draft202012Validator(told)
    good = {
        "birthplace": {"birth_place": "г. Тверь", "found_on": None, "is_abroad": "no"},
        "confirm": {"truth": True},
    }
    assert told["required"] == ["birthplace", "confirm"]
    assert valid.is_valid(good)
    for step, name, value in (
        ("birthplace", "birth_place", ""),
        ("birthplace", "is_abroad", "perhaps"),
        ("birthplace", "unknown", "1"),
        ("confirm", "truth", False),
    ):
        assert not valid.is_valid(good | {step: good[step] | {name: value}}), (name, value)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_every_service_has_a_schema_that_is_one(service) -> None:
    told = schema.of_service(service)
    Draft202012Validator.check_schema(told)
    own = {step.code: set(step.base_fields) for step in service.steps}
    assert {code: set(page["properties"]) for code, page in told["properties"].items()} == own
    assert told["$id"] == f"urn:oms:service:{service.code}:{service.version}"
