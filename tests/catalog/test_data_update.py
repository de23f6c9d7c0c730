"""Reason → pages, documents, who decides; the register before and after."""

from datetime import date

import pytest
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.models import Case
from oms.cases.review import walk
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.papers.models import Paper
from oms.domain.register.models import InsuredPerson
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
PASSPORT = {
    "document_kind": "14",
    "document_series": "46 20",
    "document_number": "654321",
    "issued_on": "01.09.2026",
    "issued_by": "ГУ МВД по г. Москве",
    "department_code": "770-002",
    "expires_on": "",
}
NAMES = {"family_name": "Проверкина", "given_name": "Анна", "patronymic": "Викторовна"}
MARRIED = NAMES | {"family_name": "соколова"}
BORN = {"birth_date": "14.03.1985", "birth_place": "г. Тверь"}
HOME = {"region": "77", "registration": "г. Москва, ул. Новая, д. 5", "residence": ""}
ALL = MARRIED | BORN | {"sex": "2", "snils": ""}


def draft(reason: str, user: User | None = None, **pages: dict[str, str]) -> Case:
    user = user or make.user()
    if not hasattr(user, "insured_person"):
        make.insured(user)
    first = {"reason": reason, "changed_on": "01.09.2026", "words": ""}
    return make.draft("data-update", user, {"reason": first, **pages, "confirm": {"truth": "on"}})


def submitted(reason: str, **pages: dict[str, str]) -> Case:
    case = draft(reason, **pages)
    return actions.perform("submit", case, by=case.applicant, at=make.NOON)


def approved(case: Case) -> Case:
    operator = make.operator(case.insurer)
    case = actions.perform("take", case, by=operator, at=make.NOON)
    return actions.perform("approve", case, by=operator, at=make.NOON)


@pytest.mark.parametrize(
    ("reason", "pages", "fields", "documents"),
    [
        ("name", "personal document", "family_name given_name patronymic", "passport name-change"),
        ("document", "document", "", "passport"),
        ("birth", "personal", "birth_date birth_place", "birth-certificate"),
        ("sex", "personal document", "family_name given_name patronymic sex",
         "passport sex-change"),
        ("snils", "personal", "snils", "snils"),
        ("address", "address", "", ""),
        ("contacts", "contacts", "", ""),
        ("employment", "employment", "", ""),
        ("error", "personal", "family_name given_name patronymic birth_date birth_place sex snils",
         "proof"),
    ],
)  # fmt: skip
def test_pages_fields_and_documents_follow_from_the_reason(
    reason, pages, fields, documents
) -> None:
    walked = walk(draft(reason), on=make.TODAY)
    assert [step.code for step in walked.steps] == ["reason", *pages.split(), "confirm"]
    if "personal" in pages:
        form = walked.forms["personal"]
        assert list(form.fields) == fields.split()
        assert form.initial["family_name"] == "Проверкина"
    service = queries.service_of(Case.objects.get())
    asked = service.asked_documents(walked.application)
    assert [document.code for document in asked] == documents.split()


CHANGED = [
    ("name", {"personal": MARRIED, "document": PASSPORT}, {"family_name": "Соколова"}, True),
    ("document", {"document": PASSPORT}, {}, True),
    ("birth", {"personal": BORN}, {"birth_place": "г. Тверь"}, True),
    ("sex", {"personal": NAMES | {"sex": "1"}, "document": PASSPORT}, {"sex": 1}, True),
    ("snils", {"personal": {"snils": "112-233-445 95"}}, {"snils": "11223344595"}, True),
    ("address", {"address": HOME}, {}, False),
    ("error", {"personal": ALL}, {"family_name": "Соколова", "snils": None}, True),
]


@pytest.mark.parametrize(("reason", "pages", "after", "extract"), CHANGED, ids=lambda x: str(x)[:9])
def test_approval_changes_the_register_and_keeps_what_was(reason, pages, after, extract) -> None:
    case = submitted(reason, **pages)
    assert (case.decided_by, case.insurer_id) == ("insurer", "77001")
    before = InsuredPerson.objects.values().get()

    done = approved(case)
    run_all_now()

    person = InsuredPerson.objects.get()
    own = ("family_name", "given_name", "patronymic", "birth_date", "sex", "snils")
    assert {n: getattr(person, n) for n in own} == {n: before[n] for n in own} | {
        n: v for n, v in after.items() if n in own
    }
    assert person.enp == before["enp"]
    assert done.result["text"].startswith("Обновили в реестре")
    assert Paper.objects.filter(person=person).exists() is extract
    if after:
        old, new = person.versions.order_by("recorded_at", "pk")
        assert (old.valid_until, new.basis) == (old.valid_from, case.key)  # told as of before
        day = make.TODAY if reason == "error" else date(2026, 9, 1)
        assert new.valid_from == day
    if "document" in pages:
        assert person.identity_documents.get(valid_until=None).number == "654321"
        assert person.identity_documents.count() == 2
    if reason == "address":
        assert person.addresses.get(valid_until=None).text == HOME["registration"]


@pytest.mark.parametrize(
    ("reason", "pages", "after"),
    [
        ("contacts", {"contacts": {"phone": "8 900 555 44 33", "email": ""}},
         {"phone": "+79005554433"}),
        ("employment", {"employment": {"employment": "1"}}, {"employment": 1}),
    ],
)  # fmt: skip
def test_contacts_and_work_need_nobody(reason, pages, after) -> None:
    case = submitted(reason, **pages)
    assert (case.decided_by, case.insurer) == ("automatic", None)
    phone = case.applicant.phone

    run_all_now()

    case.refresh_from_db()
    assert case.state == State.READY
    person = InsuredPerson.objects.get()
    assert {name: getattr(person, name) for name in after} == after
    case.applicant.refresh_from_db()
    assert case.applicant.phone == phone  # the sign-in is changed by a code alone
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("reason", "pages", "codes", "errors"),
    [
        ("name", {"personal": NAMES}, set(), {"document_number"}),
        ("error", {"personal": NAMES | {"birth_date": "14.03.1985", "birth_place": "",
                                        "sex": "2", "snils": "?"}}, set(), {"snils"}),
        ("birth", {"personal": BORN | {"birth_place": ""}}, {"nothing-changed"}, set()),
        ("document", {"document": PASSPORT | {"issued_on": "20.04.1995"}}, set(),
         {"document_kind"}),
        ("snils", {"personal": {"snils": ""}}, set(), {"snils"}),
        ("", {}, set(), {"reason"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(reason, pages, codes, errors) -> None:
    seen = queries.review(draft(reason, **pages), on=make.TODAY)
    assert {refusal.code for refusal in seen.refusals} == codes
    assert errors <= set(seen.errors)
    assert not seen.complete


def test_another_reason_asks_other_pages_and_loses_nothing_typed() -> None:
    case = draft("name", personal=MARRIED, document=PASSPORT)
    typed = {"reason": "snils", "changed_on": "", "words": ""}
    case = actions.save_draft(
        case=case, step="reason", typed=typed, by=case.applicant, at=make.NOON
    )
    known = queries.application(case, on=make.TODAY)
    assert "family_name" not in known.answers
    assert case.typed["personal"]["family_name"] == "соколова"
    typed["reason"] = "name"
    case = actions.save_draft(
        case=case, step="reason", typed=typed, by=case.applicant, at=make.NOON
    )
    assert queries.application(case, on=make.TODAY).answers["family_name"] == "Соколова"


def test_the_operator_sees_new_beside_old() -> None:
    case = submitted("name", personal=MARRIED, document=PASSPORT)
    rows = {row.label: row for row in queries.comparison(case, on=make.TODAY).rows}
    assert (rows["Фамилия"].given, rows["Фамилия"].known) == ("Соколова", "Проверкина")
    assert [label for label, row in rows.items() if row.differs] == ["Фамилия", "Документ"]
