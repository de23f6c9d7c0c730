"""A small world for tests: everything synthetic, each function one row with sensible defaults."""

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from oms.cases import actions as cases
from oms.cases import queries
from oms.cases.models import Case
from oms.domain.accounts.models import Consent, Level, Role, Sex, User
from oms.domain.directory.models import Insurer, Region, TerritorialFund
from oms.domain.documents.models import Document, StoredFile
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions as register
from oms.domain.register.data import DocumentData, NewPerson
from oms.domain.register.models import Insurance, InsuredPerson
from oms.law import snils as law_snils

NOON = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)  # a Monday, noon in Moscow
TODAY = date(2026, 10, 5)
_numbers = count(1)


def region(code: str = "77", **values: Any) -> Region:
    defaults = {"okato": "45000", "name": f"Регион {code}"} | values
    return Region.objects.get_or_create(code=code, defaults=defaults)[0]


def fund(code: str = "77", **values: Any) -> TerritorialFund:
    defaults = {
        "region": region(code),
        "full_name": f"Территориальный фонд {code}",
        "short_name": f"ТФОМС {code}",
    } | values
    return TerritorialFund.objects.get_or_create(code=code, defaults=defaults)[0]


def insurer(code: str = "77001", **values: Any) -> Insurer:
    defaults = {
        "region": region(code[:2]),
        "full_name": f"Страховая организация {code}",
        "short_name": f"СМО {code}",
        "included_on": date(2012, 1, 1),
        "insured_count": 1_204_117,
        "reliability_rating": "ruAA+",
    } | values
    return Insurer.objects.get_or_create(code=code, defaults=defaults)[0]


def snils() -> str:
    """A fresh valid number."""
    nine = f"{200_000_000 + next(_numbers)}"
    return nine + law_snils.check_digits(nine)


def user(**values: Any) -> User:
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "phone": f"+7900{n:07}",
        "phone_confirmed_at": NOON,
        "family_name": "Проверкина",
        "given_name": "Анна",
        "patronymic": "Викторовна",
        "birth_date": date(1985, 3, 14),
        "sex": Sex.FEMALE,
        "created_at": NOON,
    }
    made = User.objects.create(**{**defaults, **values})
    for kind in Consent.Kind:
        Consent.objects.create(user=made, kind=kind, version="1", text_hash="0" * 64, given_at=NOON)
    return made


def operator(organization: Insurer | TerritorialFund | None = None, **values: Any) -> User:
    """An operator of the insurer or the fund."""
    body = organization or insurer()
    is_fund = isinstance(body, TerritorialFund)
    defaults = {
        "family_name": "Петрова",
        "given_name": "Ирина",
        "patronymic": "Олеговна",
        "role": Role.FUND if is_fund else Role.INSURER,
        "organization": f"{'fund' if is_fund else 'insurer'}:{body.pk}",
    }
    return user(**{**defaults, **values})


def person(owner: User | None = None, **values: Any) -> InsuredPerson:
    """A record in the register, bound to the user, without a policy."""
    source = owner or user()
    data: dict[str, Any] = {
        "region": region().pk,
        "family_name": source.family_name,
        "given_name": source.given_name,
        "patronymic": source.patronymic,
        "birth_date": source.birth_date,
        "sex": source.sex,
        "snils": snils(),
        "document": DocumentData(kind="14", series="45 10", number=f"{next(_numbers):06}"),
    }
    return register.register_person(
        data=NewPerson(**{**data, **values}), by=SYSTEM, at=NOON, source="register", user=owner
    )


def insured(
    owner: User | None = None,
    *,
    by: Insurer | None = None,
    since: date = date(2020, 1, 1),
    ground: int = Insurance.Ground.FIRST_CHOICE,
    **values: Any,
) -> InsuredPerson:
    """A record with a policy in force; its owner is known as far as every service asks."""
    made = person(owner, **values)
    if owner and owner.level != Level.CONFIRMED:
        owner.level = Level.CONFIRMED
        owner.save(update_fields=["level"])
    register.give_policy(
        person=made, insurer=by or insurer(), ground=ground, on=since, by=SYSTEM, at=NOON
    )
    made.refresh_from_db()
    return made


def typed_policy(**changes: Any) -> dict[str, dict[str, Any]]:
    """What a person types for a policy, in a hurry: everything is right, nothing is tidy."""
    typed = {
        "person": {
            "family_name": " проверкина ",
            "given_name": "Анна",
            "patronymic": "Викторовна",
            "birth_date": "14.3.1985",
            "sex": "2",
            "birth_place": "г. Москва",
            "citizenship": "RUS",
            "snils": snils(),
        },
        "document": {
            "document_kind": "14",
            "document_series": "4510",
            "document_number": f"{next(_numbers):06}",
            "issued_on": "20.04.2010",
            "issued_by": "ОВД района Тестовый",
            "department_code": "770001",
            "expires_on": "",
        },
        "work": {  # asked of workers from the Union only
            "employer": "ООО «Пример»",
            "contract_on": "01.02.2026",
            "contract_until": "",
        },
        "address": {
            "region": "77",
            "registration": "г. Москва, ул. Тестовая, д. 1, кв. 2",
            "residence": "",
        },
        "insurer": {"insurer": "77001"},
        "contacts": {"phone": "8 900 123-45-67", "email": "anna@example.ru"},
        "confirm": {"truth": "on"},
    }
    for name, value in changes.items():
        for values in typed.values():
            if name in values:
                values[name] = value
    return typed


def typed_change(**changes: Any) -> dict[str, dict[str, Any]]:
    """What a person types to change the insurer."""
    reason = {"ground": "2", "moved_on": "", "region": "", "residence": ""}
    return {
        "reason": {n: changes.get(n, v) for n, v in reason.items()},
        "insurer": {"insurer": changes.get("insurer", "77002")},
        "confirm": {"truth": "on"},
    }


def document(owner: User, **values: Any) -> Document:
    """A file somebody brought: its row alone, no bytes lie anywhere."""
    n = next(_numbers)
    digest = values.pop("sha256", hashlib.sha256(f"file {n}".encode()).hexdigest())
    file, _ = StoredFile.objects.get_or_create(
        sha256=digest,
        defaults={"size": 240_000, "media_type": "image/jpeg", "key_id": "test", "stored_at": NOON},
    )
    defaults = {
        "user": owner,
        "uploaded_by": owner,
        "kind": Document.Kind.PASSPORT,
        "name": f"IMG_{n}.jpg",
        "title": f"2026-10-05 Паспорт {n}.jpg",
        "file": file,
        "scan": Document.Scan.CLEAN,
        "scanned_at": NOON,
        "state_at": NOON,
        "received_at": NOON,
    }
    return Document.objects.create(**{**defaults, **values})


def bring_documents(case: Case) -> Case:
    """Bring a file for every document the draft cannot be submitted without."""
    known = queries.application(case, on=TODAY)
    for asked in queries.service_of(case).asked_documents(known):
        if not asked.optional:
            kind = asked.kind_for(known)
            document(case.applicant, kind=kind, about=case.key, slot=asked.code)
    return case


def draft(
    service: str,
    applicant: User,
    typed: dict[str, dict[str, Any]] | None = None,
    *,
    about: str = "",
) -> Case:
    """A draft with these pages typed, and the documents they ask for."""
    case = cases.start(service=service, applicant=applicant, about=about, at=NOON)
    for step, values in (typed or {}).items():
        case = cases.save_draft(case=case, step=step, typed=values, by=applicant, at=NOON)
    return bring_documents(case) if typed else case


def policy_draft(applicant: User | None = None, **changes: Any) -> Case:
    """A draft ready to be submitted to the insurer 77001."""
    insurer()
    return draft("issue-policy", applicant or user(), typed_policy(**changes))


def submitted(applicant: User | None = None, **changes: Any) -> Case:
    """An application for a policy, awaiting the insurer 77001."""
    case = policy_draft(applicant, **changes)
    return cases.perform("submit", case, by=case.applicant, at=NOON)
