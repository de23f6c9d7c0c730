"""Issue of a policy (оформление полиса ОМС)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from oms.catalog import checks, fields
from oms.catalog.applicants import (
    applicant_facts,
    candidates,
    citizenship_of,
    document_of,
    in_register,
    is_citizen,
    is_worker,
    legal_status,
    new_person,
    newborn_insurer,
)
from oms.catalog.declaration import Application, Document, Outcome, PublicService
from oms.catalog.proofs import CERTIFICATE, REPRESENTATIVE, is_small_child
from oms.catalog.steps import (
    Address,
    Confirmation,
    Contacts,
    IdentityPaper,
    InsurerChoice,
    WhoYouAre,
    Work,
)
from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Role, Source
from oms.domain.documents.models import Document as Upload
from oms.domain.duplicates import judging
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register import queries as register_queries
from oms.domain.register.models import Insurance, InsuredPerson
from oms.kit.denied import Denied
from oms.law import eligibility, insurer_choice
from oms.law.facts import LegalStatus
from oms.law.identity_documents import (
    BIRTH_CERTIFICATE_RF,
    FOREIGN_PASSPORT,
    PASSPORT_RF,
)
from oms.law.refusal import Refusal, refuse


class InRegister(Denied):
    """The operator approves a person who has a policy already."""

    text = (
        "Этот человек уже есть в реестре с действующим полисом. "
        "Отклоните заявление по причине «Уже застрахован»."
    )


class RightEnded(Denied):
    """The permit ended while the application was looked at: its policy would be over at birth."""

    text = (
        "Документ, который даёт право на полис, уже не действует. "
        "Запросите новый или отклоните заявление."
    )


def may_choose(application: Application) -> Sequence[Refusal]:
    """Whether the law lets this person be insured, by this insurer, for the first time."""
    facts, insurer = applicant_facts(application), checks.chosen_insurer(application)
    if facts is None or insurer is None:
        return ()
    by_representative = application.representative is not None
    found = insurer_choice.may_choose_first(
        facts, insurer=insurer, on=application.on, by_representative=by_representative
    )
    parents = newborn_insurer(application)
    if parents and parents.code != insurer.code:
        found += (refuse("newborn-insurer", field="insurer", basis=eligibility.NEWBORN_BASIS),)
    return found


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: the application against the likeliest record."""
    person = in_register(application) or next(candidates(application), None)
    rows = []
    for name, field in WhoYouAre.base_fields.items():
        known = getattr(person, name, None) if person else None
        own = fields.shown(field, application.answers.get(name))
        rows.append((fields.label_of(field), own, fields.shown(field, known)))
    return rows


def give_policy(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Enter the person into the register and give the policy with the chosen insurer."""
    person = _on_record(application, by=by, at=at)
    insurer, answers = checks.insurer_of(application), application.answers
    facts = applicant_facts(application)
    ends_on = eligibility.policy_valid_until(facts, on=application.today) if facts else None
    if ends_on and ends_on < application.today:
        raise RightEnded
    policy = register.give_policy(
        person=person,
        insurer=insurer,
        ground=Insurance.Ground.FIRST_CHOICE,
        on=application.today,
        by=by,
        at=at,
        ends_on=ends_on,
        basis=application.case_key,
    )
    accounts.set_profile_values(
        user=application.user, values=_profile(answers), source=Source.OPERATOR, at=at, by=by
    )
    return Outcome(
        text=f"Полис оформлен. Ваша страховая организация: {insurer.short_name}.",
        person=person,
        papers=("policy-extract",),
        facts={"Номер полиса": policy.enp, "Страховая организация": insurer.short_name},
    )


def _on_record(application: Application, *, by: Actor, at: datetime) -> InsuredPerson:
    """The applicant's record: entered now, or found and bound to the account."""
    person, answers = in_register(application), application.answers
    if person is None:
        return register.register_person(
            data=new_person(answers),
            by=by,
            at=at,
            source=Source.OPERATOR,
            basis=application.case_key,
            user=application.user,
            judged_other=judging.judged_other(application.case_key),
        )
    known = register_queries.facts(person, on=application.today)
    if insurer_choice.is_insured(known, on=application.today):
        raise InRegister
    if not application.person:
        register.link_account(person=person, user=application.user, by=by, at=at)
    register.set_identity_document(
        person=person,
        document=document_of(answers),
        on=application.today,
        by=by,
        at=at,
        source=Source.OPERATOR,
        basis=application.case_key,
    )
    return person


def _profile(answers: Mapping[str, Any]) -> dict[str, Any]:
    names = ("family_name", "given_name", "patronymic", "birth_date", "sex", "birth_place")
    values = {name: answers[name] for name in names if answers.get(name)}
    values["citizenship"] = citizenship_of(answers)
    if answers.get("snils"):
        values["snils"] = answers["snils"]
    return values


def has_snils(application: Application) -> bool:
    """Whether the applicant told a СНИЛС."""
    return bool(application.answers.get("snils"))


def works_here(application: Application) -> bool:
    """Whether the right follows from a labour contract."""
    return is_worker(application.answers)


def lives_by_permit(application: Application) -> bool:
    """Whether a permit gives the right, and the passport of another country says who one is."""
    by_permit = (LegalStatus.PERMANENT_RESIDENT, LegalStatus.TEMPORARY_RESIDENT)
    has_country = bool(citizenship_of(application.answers))
    return legal_status(application.answers) in by_permit and has_country


def is_known_child(application: Application) -> bool:
    """Whether a child's certificate was seen already, so that it is not asked as a proof."""
    return is_small_child(application) and not checks.identity_unproven(application)


def identity_kind(application: Application) -> Upload.Kind:
    """What kind of paper proves who applies, as they told it."""
    kinds = {
        PASSPORT_RF: Upload.Kind.PASSPORT,
        BIRTH_CERTIFICATE_RF: Upload.Kind.BIRTH_CERTIFICATE,
        FOREIGN_PASSPORT: Upload.Kind.OTHER,  # of the Union: it says who one is
    }
    told = application.answers.get("document_kind") or PASSPORT_RF
    stays = Upload.Kind.OTHER if is_citizen(application.answers) else Upload.Kind.RIGHT_TO_STAY
    return kinds.get(told, stays)


SERVICE = PublicService(
    code="issue-policy",
    version="3",
    title="Оформление полиса ОМС",
    summary="Полис обязательного медицинского страхования впервые или после перерыва.",
    basis="326-ФЗ, ст. 10, 16, 46; Правила ОМС, приказ Минздрава № 108н",
    for_whom="Граждане России, иностранцы с правом жить или работать в России, беженцы. "
    "До 18 лет заявление подаёт родитель, опекун или попечитель",
    result="Номер полиса в реестре и выписка с электронной подписью",
    category="Полис",
    icon="shield-check",
    keywords="получить оформить сделать новый первый страховка медицинское енп регистрация "
    "ребёнок новорождённый дети иностранец беженец внж рвп евразийский союз без гражданства "
    "убежище постановка на учёт",
    open_to=(
        checks.account_open,
        checks.contacts_confirmed,
        checks.grown_or_represented,
        checks.not_insured,
    ),
    steps=(WhoYouAre, IdentityPaper, Work, Address, InsurerChoice, Contacts, Confirmation),
    documents=(
        Document(
            "identity",
            "Документ, удостоверяющий личность",
            when=checks.identity_unproven,
            kind=identity_kind,
            hint="Паспорт: разворот с фотографией. До 14 лет свидетельство о рождении",
        ),
        Document(
            "snils",
            "СНИЛС",
            when=has_snils,
            kind=Upload.Kind.SNILS,
            optional=True,
            hint="Карточка или уведомление. Номер проверим и без неё",
        ),
        Document(
            "foreign-passport",
            "Паспорт своей страны",
            when=lives_by_permit,
            hint="Разворот с фотографией и перевод, если он есть",
        ),
        Document(
            "contract",
            "Трудовой договор",
            when=works_here,
            kind=Upload.Kind.LABOUR_CONTRACT,
            hint="Для граждан ЕАЭС: страницы со сторонами, сроком и подписями",
        ),
        replace(CERTIFICATE, when=is_known_child),
        REPRESENTATIVE,
    ),
    checks=(may_choose,),
    decided_by=Role.INSURER,
    decider=checks.insurer_of,
    term="policy-issue",
    compare=compare,
    on_approval=give_policy,
)
