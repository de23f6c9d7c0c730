"""Services that end in papers: what is refused, what is issued, what reaches people's hands."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.models import Case
from oms.domain.accounts.models import User
from oms.domain.directory.models import DeliveryPoint
from oms.domain.journal.actions import SYSTEM
from oms.domain.papers.actions import issue
from oms.domain.papers.models import Delivery, Paper
from oms.domain.register.models import Policy
from oms.kit.denied import Denied
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
SIGNED = {"confirm": {"truth": "on"}}


@pytest.fixture(autouse=True)
def _own_folder_and_day(tmp_path, settings):
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}
    with time_machine.travel(make.NOON + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def anna() -> User:
    user = make.user()
    make.insured(user)
    return user


def extract_of(user: User, key: str = "before") -> Paper:
    return issue(
        kind="policy-extract", person=user.insured_person, basis=key, key=key, by=SYSTEM,
        at=make.NOON,
    )  # fmt: skip


def filed(service: str, user: User, pages: dict[str, dict[str, Any]]) -> Case:
    """Filed, and whatever needs nobody is done."""
    case = make.draft(service, user, pages)
    case = actions.perform("submit", case, by=user, at=make.NOON)
    run_all_now()
    case.refresh_from_db()
    return case


def wrong(service: str, user: User, pages: dict[str, dict[str, Any]]) -> tuple[set[str], set[str]]:
    """Fields in error and codes of refusals."""
    case = make.draft(service, user, pages)
    found = queries.review(case, on=make.TODAY)
    return set(found.errors), {one.code for one in found.refusals}


def period(span: str, **told: str) -> dict[str, dict[str, Any]]:
    blank = {"year": "", "month": "", "begins_on": "", "ends_on": ""}
    return {"period": {"span": span, **blank, **told}, **SIGNED}


@pytest.mark.parametrize(
    ("pages", "scope"),
    [
        (period("year", year="2025"), "2025-01-01/2025-12-31"),
        (period("year", year="2026"), "2026-01-01/2026-10-05"),
        (period("month", year="2024", month="2"), "2024-02-01/2024-02-29"),
        (period("month", year="2026", month="10"), "2026-10-01/2026-10-05"),
        (period("dates", begins_on="3.3.2021", ends_on="05.10.2026"), "2021-03-03/2026-10-05"),
        (period("dates", begins_on="3.3.2021", ends_on="3.3.2021", year="1812"), None),
        (period("year", year="2025", month="7", begins_on="1.1.2020"), "2025-01-01/2025-12-31"),
    ],
)
def test_a_certificate_for_any_period_that_has_passed(anna, pages, scope) -> None:
    if scope is None:  # a year from no list is a mistake wherever it stands
        assert wrong("insurance-certificate", anna, pages)[0] == {"year"}
        return
    case = filed("insurance-certificate", anna, pages)
    paper = Paper.objects.get()
    assert (case.state, paper.kind, paper.scope) == ("ready", "insurance-certificate", scope)
    assert paper.basis == case.key
    assert case.due_at - case.submitted_at == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("pages", "fields"),
    [
        (period("year"), {"year"}),
        (period("month", year="2025"), {"month"}),
        (period("month", month="3"), {"year"}),
        (period("month", year="2026", month="11"), {"month"}),
        (period("dates"), {"begins_on", "ends_on"}),
        (period("dates", begins_on="5.5.2025", ends_on="4.5.2025"), {"ends_on"}),
        (period("dates", begins_on="1.1.2025", ends_on="6.10.2026"), {"ends_on"}),
        (period("dates", begins_on="31.12.2010", ends_on="1.1.2025"), {"begins_on"}),
        (period("dates", begins_on="31.02.2025", ends_on="вчера"), {"begins_on", "ends_on"}),
        (period("week"), {"span"}),
    ],
)
def test_a_bad_period_is_told_at_its_field(anna, pages, fields) -> None:
    assert wrong("insurance-certificate", anna, pages) == (fields, set())


def test_a_period_without_insurance_is_refused_with_the_day_it_began(anna) -> None:
    case = make.draft("insurance-certificate", anna, period("year", year="2019"))
    (refusal,) = queries.review(case, on=make.TODAY).refusals
    assert (refusal.code, refusal.field) == ("not-insured-then", "year")
    assert "1 января 2020 г." in refusal.remedy.replace("\N{NO-BREAK SPACE}", " ")


def test_who_has_no_policy_any_more_still_gets_a_certificate(anna) -> None:
    Policy.objects.update(state=Policy.State.CLOSED, state_since=date(2026, 9, 1))
    assert filed("insurance-certificate", anna, period("year", year="2025")).state == "ready"
    with pytest.raises(actions.ClosedTo):
        make.draft("insurance-certificate", make.user())


def test_the_last_change_is_extracted(anna) -> None:
    case = filed("change-extract", anna, {"request": {"truth": "on"}})
    paper = Paper.objects.get()
    assert (case.state, paper.kind) == ("ready", "change-extract")


@pytest.mark.parametrize("reason", ["lost", "stolen", "damaged", "worn"])
def test_a_lost_policy_is_replaced_by_a_new_extract(anna, reason) -> None:
    old = extract_of(anna)
    case = filed("policy-replacement", anna, {"reason": {"reason": reason}, **SIGNED})
    old.refresh_from_db()
    new = Paper.objects.get(basis=case.key)
    assert (old.state, old.superseded_by, new.state) == ("superseded", new, "issued")
    assert case.due_at - case.submitted_at == timedelta(hours=24)
    photos = [one.code for one in queries.service_of(case).asked_documents(
        queries.application(case, on=make.TODAY)
    )]  # fmt: skip
    assert photos == (["damaged"] if reason == "damaged" else [])


def test_a_damaged_one_is_photographed(anna) -> None:
    case = make.draft("policy-replacement", anna)
    for step, values in {"reason": {"reason": "damaged"}, **SIGNED}.items():
        case = actions.save_draft(case=case, step=step, typed=values, by=anna, at=make.NOON)
    with pytest.raises(actions.NotReady):
        actions.perform("submit", case, by=anna, at=make.NOON)


def test_a_suspended_policy_is_not_replaced(anna) -> None:
    Policy.objects.update(state=Policy.State.SUSPENDED)
    with pytest.raises(actions.ClosedTo, match="приостановлено"):
        make.draft("policy-replacement", anna)


# A printed copy --------------------------------------------------------------------------


@pytest.fixture
def places() -> dict[str, DeliveryPoint]:
    rows = {"mfc": ("mfc", None), "own": ("office", "77001"), "alien": ("office", "77002")}
    make.insurer("77002")
    return {
        code: DeliveryPoint.objects.create(
            code=code, kind=kind, region=make.region(), insurer_id=insurer, name=f"Пункт {code}",
            address="г. Москва, ул. Учебная, д. 1", hours="Пн–Пт 9:00–18:00",
        )
        for code, (kind, insurer) in rows.items()
    }  # fmt: skip


def wish(paper: Paper, way: str, *, point: str = "", address: str = "") -> dict[str, Any]:
    pages: dict[str, Any] = {"paper": {"paper": paper.number, "way": way}, **SIGNED}
    if point:
        pages["place"] = {"point": point}
    if address:
        pages["place"] = {"delivery_address": address}
    return pages


def printed(case: Case, *, at: datetime = make.NOON) -> Case:
    clerk = make.operator(case.insurer)
    for verb in ("take", "approve"):
        case = actions.perform(verb, case, by=clerk, at=at)
    return case


def test_a_copy_is_fetched_at_a_chosen_point(anna, places) -> None:
    paper = extract_of(anna)
    case = printed(filed("paper-delivery", anna, wish(paper, "mfc", point="mfc")))
    copy = Delivery.objects.get()
    assert (copy.paper, copy.point, copy.state) == (paper, places["mfc"], "waiting")
    assert case.result["facts"]["Часы работы"] == "Пн–Пт 9:00–18:00"
    assert "Паспорт" in case.result["facts"]["Возьмите с собой"]


def test_a_copy_is_sent_to_an_address(anna, places) -> None:
    address = "101000, г. Москва, ул. Учебная, д. 7, кв. 1"
    pages = wish(extract_of(anna), "courier", address=address)
    case = printed(filed("paper-delivery", anna, pages))
    copy = Delivery.objects.get()
    assert (copy.point, copy.address, copy.state) == (None, address, "sent")
    assert "отправлен" in case.result["text"]


def test_only_places_of_ones_own_insurer_are_offered(anna, places) -> None:
    paper = extract_of(anna)
    case = make.draft("paper-delivery", anna, wish(paper, "office", point="own"))
    offered = [
        c for c, _ in queries.bound_step(case, "place", on=make.TODAY).fields["point"].choices
    ]
    assert offered == ["own"]
    actions.perform("discard", case, by=anna, at=make.NOON)
    assert wrong("paper-delivery", anna, wish(paper, "office", point="alien"))[0] == {"point"}


def test_a_way_without_places_is_told(anna, places) -> None:
    case = make.draft("paper-delivery", anna, wish(extract_of(anna), "agent"))
    step = queries.bound_step(case, "place", on=make.TODAY)
    ((title, _),) = step.told()
    assert title == "Таких пунктов нет"
    assert not queries.review(case, on=make.TODAY).complete


def test_without_a_paper_there_is_nothing_to_print(anna) -> None:
    with pytest.raises(actions.ClosedTo, match="нет действующей выписки"):
        make.draft("paper-delivery", anna)


def test_a_paper_replaced_meanwhile_is_not_printed(anna, places) -> None:
    case = filed("paper-delivery", anna, wish(extract_of(anna), "mfc", point="mfc"))
    extract_of(anna, "newer")
    with pytest.raises(Denied, match="заменён или отозван"):
        printed(case)
    assert not Delivery.objects.exists()
