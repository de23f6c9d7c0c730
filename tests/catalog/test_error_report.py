"""One value of a closed list: what is typed, who decides, what then stands in the register."""

from datetime import date

import pytest
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.models import Case
from oms.catalog import values
from oms.domain.register.models import InsuredPerson
from oms.faces.portal.applications import answering
from oms.kit.tasks import run_all_now

pytestmark = pytest.mark.django_db
PAPER = {
    "document_kind": "14", "document_series": "4510", "document_number": "111222",
    "issued_on": "20.04.2010", "issued_by": "ОВД", "department_code": "770001", "expires_on": "",
}  # fmt: skip


def draft(name: str, right: str = "", **pages: dict[str, str]) -> Case:
    user = make.user()
    make.insured(user)
    case = actions.start(service="error-report", applicant=user, about=name, at=make.NOON)
    typed = {
        "value": {"right_value": right, "explanation": "Так в паспорте"},
        **pages,
        "confirm": {"truth": "on"},
    }
    for step, told in typed.items():
        case = actions.save_draft(case=case, step=step, typed=told, by=user, at=make.NOON)
    return case


def approved(case: Case) -> Case:
    case = actions.perform("submit", case, by=case.applicant, at=make.NOON)
    operator = make.operator(case.insurer)
    case = actions.perform("take", case, by=operator, at=make.NOON)
    reply = "Сверили с договором" if not values.named(case.about).is_written else ""
    return actions.perform("approve", case, by=operator, at=make.NOON, reply=reply)


RIGHT = {
    "family_name": ("Проверина", "Проверина"),
    "given_name": ("Алла", "Алла"),
    "patronymic": ("-", ""),
    "birth_date": ("15.03.1985", date(1985, 3, 15)),
    "birth_place": ("г. Тверь", "г. Тверь"),
    "sex": ("1", 1),
    "citizenship": ("BLR", "BLR"),
    "snils": ("112-233-445 95", "11223344595"),
    "registration": ("г. Тверь, ул. Новая, д. 1", "г. Тверь, ул. Новая, д. 1"),
    "residence": ("г. Тверь, ул. Новая, д. 2", "г. Тверь, ул. Новая, д. 2"),
    "phone": ("8 900 111 22 33", "+79001112233"),
    "email": ("anna@example.ru", "anna@example.ru"),
    "employment": ("2", 2),
}


@pytest.mark.parametrize("name", values.VALUES)
def test_every_value_we_show_may_be_reported_and_corrected(name) -> None:
    value = values.VALUES[name]
    right, kept = RIGHT.get(name, ("Другое значение", None))
    pages = {"document": PAPER} if name == "document" else {}
    case = draft(name, right, **pages)
    seen = queries.review(case, on=make.TODAY)
    assert (seen.errors, seen.refusals) == ({}, ())

    done = approved(case)

    person = InsuredPerson.objects.get()
    assert done.result["text"].startswith("Исправлено: ")
    assert done.decided_by == "insurer"
    if name == "document":
        row = person.identity_documents.get(valid_until=None)
        assert (row.series, row.number) == ("45 10", "111222")
    elif value.is_written:
        assert values.known(person).get(name, "") == kept
    else:
        assert person.versions.count() == 1
    run_all_now()


@pytest.mark.parametrize("about", ["password", "value:password", "x" * 300, "Фамилия"])
def test_anything_else_is_a_plain_refusal(about) -> None:
    user = make.user()
    make.insured(user)
    with pytest.raises(actions.ClosedTo) as no:
        actions.start(service="error-report", applicant=user, about=about, at=make.NOON)
    assert no.value.refusals[0].code == "value-unknown"
    assert not Case.objects.exists()


def test_nothing_named_is_no_application() -> None:
    user = make.user()
    make.insured(user)
    with pytest.raises(actions.NothingAbout):
        actions.start(service="error-report", applicant=user, at=make.NOON)


def test_two_values_are_two_reports_and_each_only_one() -> None:
    case = draft("snils", "112-233-445 95")
    actions.perform("submit", case, by=case.applicant, at=make.NOON)
    told = {"service": "error-report", "applicant": case.applicant, "at": make.NOON}
    assert actions.start(about="sex", **told).number != case.number
    with pytest.raises(actions.AlreadyOpen):
        actions.start(about="snils", **told)


@pytest.mark.parametrize(
    ("name", "right", "codes", "errors"),
    [
        ("snils", "112-233-445 96", [], ["right_value"]),
        ("birth_date", "31.02.1985", [], ["right_value"]),
        ("birth_date", "06.10.2026", [], ["right_value"]),
        ("family_name", " проверкина ", ["nothing-changed"], []),
        ("family_name", "", [], ["right_value"]),
        ("sex", "", [], ["right_value"]),
    ],
)
def test_what_cannot_be_is_said(name, right, codes, errors) -> None:
    seen = queries.review(draft(name, right), on=make.TODAY)
    assert ([r.code for r in seen.refusals], list(seen.errors)) == (codes, errors)


def test_a_question_about_the_value_is_answered_in_its_own_box() -> None:
    case = draft("birth_date", "15.03.1985")
    case = actions.perform("submit", case, by=case.applicant, at=make.NOON)
    operator = make.operator(case.insurer)
    case = actions.perform("take", case, by=operator, at=make.NOON)
    told = {"by": operator, "at": make.NOON, "note": "Проверьте день", "fields": ["right_value"]}
    case = actions.perform("ask", case, **told)
    form = answering.blank(case, on=make.TODAY).steps[0]
    assert list(form.fields) == ["right_value"]
    assert form.fields["right_value"].label == "Как правильно: дата рождения"

    def answer(right: str) -> Case:
        typed = {"value": {"right_value": right}}
        return actions.perform("answer", case, by=case.applicant, at=make.NOON, typed=typed)

    with pytest.raises(actions.NotAnswered):
        answer("32.03.1985")
    answer("16.03.1985")
    case = actions.perform("approve", case, by=operator, at=make.NOON)
    assert InsuredPerson.objects.get().birth_date == date(1985, 3, 16)
