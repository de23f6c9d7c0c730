"""Who is insured by what right: status × age → pages, documents, the last day of the policy."""

from datetime import date

import pytest
from tests import factories as make

from oms.cases import actions, queries
from oms.cases.models import Case
from oms.cases.review import walk
from oms.domain.accounts.models import Level, Representation, User
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.django_db
FOREIGN = {"document_series": "", "document_number": "1234567", "department_code": ""}
ADULT, TEEN, CHILD = "14.03.1985", "14.03.2011", "14.03.2020"
WORK = {"employer": "ООО «Пример»", "contract_on": "01.02.2026", "contract_until": ""}

TABLE = [
    # citizenship, kind, born, paper until, contract until, documents, last day of the policy
    ("RUS", 14, ADULT, "", None, "identity snils", None),
    ("RUS", 14, TEEN, "", None, "identity snils representative", None),
    ("RUS", 3, CHILD, "", None, "identity snils representative", None),
    ("RUS", 13, ADULT, "", None, "identity snils", None),
    ("UZB", 11, ADULT, "01.03.2030", None, "identity snils foreign-passport", None),
    ("UZB", 23, ADULT, "01.03.2028", None, "identity snils foreign-passport", date(2028, 3, 1)),
    ("SYR", 12, ADULT, "01.03.2027", None, "identity snils", date(2027, 3, 1)),
    ("SYR", 10, ADULT, "01.12.2026", None, "identity snils", date(2026, 12, 1)),
    ("AFG", 25, ADULT, "01.03.2027", None, "identity snils", date(2027, 3, 1)),
    ("KGZ", 9, ADULT, "01.03.2030", "", "identity snils contract", date(2026, 12, 31)),
    ("KGZ", 9, ADULT, "01.03.2030", "01.12.2026", "identity snils contract", date(2026, 12, 1)),
    ("KGZ", 11, ADULT, "01.03.2030", None, "identity snils foreign-passport", None),
    ("NON", 11, ADULT, "01.03.2030", None, "identity snils", None),
    ("NON", 23, ADULT, "01.03.2028", None, "identity snils", date(2028, 3, 1)),
]


def parent_of(child: User, **values: object) -> User:
    parent = make.user(**values)
    Representation.objects.create(
        representative=parent, ward=child, kind=Representation.Kind.PARENT,
        scope=list(Representation.Scope), state=Representation.State.CONFIRMED,
        basis={}, asked_at=make.NOON, state_at=make.NOON,
    )  # fmt: skip
    return parent


def apply(user: User, by: User, typed: dict[str, dict[str, str]]) -> Case:
    make.insurer()
    case = actions.start(service="issue-policy", applicant=user, by=by, at=make.NOON)
    for step, told in typed.items():
        case = actions.save_draft(case=case, step=step, typed=told, by=by, at=make.NOON)
    return case


@pytest.mark.parametrize(
    ("citizenship", "kind", "born", "until", "contract", "documents", "last"), TABLE
)
def test_documents_and_term_follow_from_status_and_age(
    citizenship, kind, born, until, contract, documents, last
) -> None:
    day, month, year = map(int, born.split("."))
    user = make.user(birth_date=date(year, month, day))
    by = parent_of(user) if born != ADULT else user
    issued = {14: "20.04.2025" if born == TEEN else "20.04.2010", 3: "01.04.2020"}
    told = {"citizenship": citizenship, "document_kind": str(kind), "birth_date": born,
            "issued_on": issued.get(kind, "20.01.2026"), "expires_on": until}  # fmt: skip
    if kind == 3:
        told |= {"document_series": "II-АК", "department_code": ""}
    elif kind != 14:
        told |= FOREIGN | ({"document_series": "64"} if kind in (11, 25) else {})
    typed = make.typed_policy(**told)
    if contract is not None:
        typed["work"] = WORK | {"contract_until": contract}

    case = apply(user, by, typed)
    walked = walk(case, on=make.TODAY)
    asked = queries.service_of(case).asked_documents(walked.application)

    assert {one.code for one in asked} == set(documents.split())
    assert ("work" in [step.code for step in walked.steps]) is (contract is not None)
    seen = queries.review(make.bring_documents(case), on=make.TODAY)
    assert (seen.errors, seen.refusals) == ({}, ())
    case = actions.perform("submit", case, by=by, at=make.NOON)
    operator = make.operator(case.insurer)
    actions.perform("take", case, by=operator, at=make.NOON)
    actions.perform("approve", case, by=operator, at=make.NOON)
    policy = Policy.objects.get()
    assert (policy.ends_on, policy.person.user) == (last, user)
    assert policy.person.citizenship == citizenship.replace("NON", "")


def newborn(registered: str, *, parents: str = "77001", born: str = "10.09.2026") -> Case:
    day, month, year = map(int, born.split("."))
    child = make.user(birth_date=date(year, month, day), level=Level.CONFIRMED)
    parent = parent_of(child)
    make.insurer("77002")
    if parents:
        make.insured(parent, by=make.insurer(parents))
    typed = make.typed_policy(
        birth_date=born, document_kind="3", document_series="II-АК", department_code="",
        issued_on=registered, insurer="77002", snils="",
    )  # fmt: skip
    return apply(child, parent, typed)


@pytest.mark.parametrize(
    ("registered", "parents", "born", "offered"),
    [
        ("15.09.2026", "77001", "10.09.2026", ["77001"]),
        ("05.09.2026", "77001", "01.09.2026", ["77001"]),  # the thirtieth day is today
        ("04.09.2026", "77001", "01.09.2026", ["77001", "77002"]),
        ("15.09.2026", "", "10.09.2026", ["77001", "77002"]),
        ("15.09.2026", "77001", "10.09.2019", ["77001", "77002"]),  # a second certificate
    ],
)
def test_a_newborn_has_the_insurer_of_the_parent(registered, parents, born, offered) -> None:
    case = newborn(registered, parents=parents, born=born)
    form = walk(case, on=make.TODAY).forms["insurer"]
    assert [code for code, _ in form.fields["insurer"].choices] == offered
    assert bool(form.told()) is (len(offered) == 1)
    assert ("insurer" in form.errors) is (len(offered) == 1)


def test_the_choice_of_a_newborn_is_judged_by_the_day_of_submission() -> None:
    case = newborn("15.09.2026", parents="77002")
    case = actions.perform("submit", case, by=case.representative, at=make.NOON)
    assert case.insurer_id == "77002"
    assert InsuredPerson.objects.filter(user=case.applicant).first() is None
