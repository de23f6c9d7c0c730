"""Update of the data of an insured person (обновление данных, актуализация)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from oms.catalog import checks, corrections, fields, values
from oms.catalog.applicants import document_of
from oms.catalog.declaration import Application, Document, Outcome, PublicService, Step
from oms.catalog.proofs import REPRESENTATIVE
from oms.catalog.steps import Address, Confirmation, Contacts, IdentityPaper
from oms.domain.accounts.models import Level, Role, Source
from oms.domain.documents.models import Document as Upload
from oms.domain.journal.actions import Actor
from oms.law import reporting
from oms.law.facts import PolicyState
from oms.law.identity_documents import BIRTH_CERTIFICATE_RF, PASSPORT_RF
from oms.law.refusal import Refusal, refuse

NAMES = ("family_name", "given_name", "patronymic")
REASONS: Mapping[str, tuple[str, str]] = {
    "name": ("Новые фамилия, имя или отчество", "После брака, развода или перемены имени"),
    "document": ("Новый паспорт или другой документ", "По возрасту, взамен утерянного, ВНЖ, РВП"),
    "address": ("Новый адрес", "Регистрации или проживания"),
    "contacts": ("Новый телефон или почта", "Меняем сразу"),
    "employment": ("Начали или перестали работать", "Меняем сразу"),
    "snils": ("Получили СНИЛС", "Или в реестре записан не ваш"),
    "birth": ("Дата или место рождения", "По свидетельству о рождении или решению суда"),
    "sex": ("Пол", "По новому паспорту"),
    "error": ("В записи ошибка", "Опечатка или неверные сведения"),
}
ASKED: Mapping[str, tuple[str, ...]] = {
    "name": NAMES,
    "birth": ("birth_date", "birth_place"),
    "sex": (*NAMES, "sex"),
    "snils": ("snils",),
    "error": (*NAMES, "birth_date", "birth_place", "sex", "snils"),
}
"""Reason → the values asked on the page of personal data."""
WITH_DOCUMENT = ("name", "document", "sex")
AT_ONCE = ("contacts", "employment")
"""Reasons that nobody need decide (APP-10)."""
ON_THE_EXTRACT = ("name", "birth", "sex", "snils", "error", "document")


class Reason(Step):
    """What has changed: all further pages and documents follow from it."""

    code = "reason"
    title = "Что изменилось?"
    lead = "Спросим только то, что нужно для этой причины."

    reason = fields.ChoiceCards(
        label="Причина",
        cards={code: fields.Hinted(*words) for code, words in REASONS.items()},
    )
    changed_on = fields.DateField(
        label="Когда это изменилось", required=False, help_text="Если помните. Например, 05.11.2026"
    )
    words = fields.TextField(
        label="Своими словами",
        longest=500,
        required=False,
        help_text="Если есть что добавить или причины нет в списке",
    )

    def prepare(self) -> None:
        """Nothing changed tomorrow."""
        self.fields["changed_on"].latest = self.application.today  # type: ignore[attr-defined]

    def told(self) -> Sequence[tuple[str, str]]:
        """The duty to report, without blame."""
        answered = self.application.answers.get("changed_on")
        return (("Срок по закону", reporting.told(answered, on=self.application.on)),)


class Personal(Step):
    """The person's own data, only those of the reason, with what the register says."""

    code = "personal"
    title = "Как теперь правильно?"
    lead = "Здесь то, что записано в реестре. Исправьте нужное, остальное оставьте."
    known_from = "Из вашей записи в реестре"

    family_name = fields.NameField(label="Фамилия", autocomplete="family-name")
    given_name = fields.NameField(label="Имя", autocomplete="given-name")
    patronymic = fields.NameField(
        label="Отчество",
        autocomplete="additional-name",
        required=False,
        help_text="Если есть в документе",
    )
    birth_date = fields.DateField(label="Дата рождения", autocomplete="bday")
    birth_place = fields.TextField(
        label="Место рождения", required=False, help_text="Как в документе"
    )
    sex = fields.SexField()
    snils = fields.SnilsField(required=False)

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether the reason concerns the person's own data."""
        return reason_of(application) in ASKED

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer what the register says."""
        person = application.person
        return {name: getattr(person, name) for name in cls.base_fields} if person else {}

    def prepare(self) -> None:
        """Ask only what the reason concerns."""
        wanted = ASKED.get(reason_of(self.application), ())
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        if "birth_date" in self.fields:
            self.fields["birth_date"].latest = self.application.today  # type: ignore[attr-defined]
        if wanted == ("snils",):
            self.fields["snils"].required = True


class NewDocument(IdentityPaper):
    """The new identity document."""

    title = "Какой у вас теперь документ?"
    lead = "Заполните по новому документу."

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether the reason brings a new document with it."""
        return reason_of(application) in WITH_DOCUMENT

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Nothing: the document is new."""
        return {}

    def prepare(self) -> None:
        """Offer the kind of the document on record first."""
        super().prepare()
        person = self.application.person
        known = values.document_in_force(person) if person and not self.is_bound else None
        self.fields["document_kind"].initial = known.kind if known else None


class NewAddress(Address):
    """Where the person is registered and lives now."""

    code = "address"
    title = "Какой у вас теперь адрес?"
    lead = "Если сменился регион, после этого можно сменить и страховую организацию."
    known_from = "Из вашей записи в реестре"

    region = fields.RegionField(help_text="Где вы живёте")

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether the address is the reason."""
        return reason_of(application) == "address"

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer what the register says."""
        person = application.person
        if person is None:
            return {}
        rows = {row.kind: row.text for row in person.addresses.filter(valid_until=None)}
        return {"region": person.region_id, **rows}


class NewContacts(Contacts):
    """How the insurer reaches the person."""

    code = "contacts"
    title = "Как с вами теперь связаться?"
    lead = "Эти контакты получит страховая организация. Вход в кабинет они не меняют."

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether contacts are the reason."""
        return reason_of(application) == "contacts"


class NewEmployment(Step):
    """Whether the person works."""

    code = "employment"
    title = "Вы работаете?"
    lead = "От этого зависит, кто платит за вас взносы. На лечение это не влияет."

    employment = fields.EmploymentField()

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether employment is the reason."""
        return reason_of(application) == "employment"


def reason_of(application: Application) -> str:
    """The reason chosen; empty so far."""
    return str(application.answers.get("reason") or "")


def told(application: Application) -> dict[str, Any]:
    """The values told for the reason, as the register would keep them."""
    answers, reason = application.answers, reason_of(application)
    found = {name: answers.get(name) for name in ASKED.get(reason, ()) if name in answers}
    if reason in WITH_DOCUMENT and answers.get("document_kind") and answers.get("document_number"):
        found["document"] = document_of(answers)
    if reason == "address":
        found |= {n: answers[n] for n in corrections.ADDRESSES if answers.get(n)}
    if reason == "contacts":
        found |= {n: answers[n] for n in ("phone", "email") if answers.get(n)}
    if reason == "employment":
        found["employment"] = answers.get("employment")
    return found


def differs(application: Application) -> Sequence[Refusal]:
    """Refuse an update that changes nothing, once the pages of its reason are filled."""
    person, new = application.person, told(application)
    if person is None or not new or not _is_filled(application, new):
        return ()
    if corrections.changed(new, values.known(person, new)):
        return ()
    return (refuse("nothing-changed", field="reason", basis=SERVICE.basis),)


def _is_filled(application: Application, new: Mapping[str, Any]) -> bool:
    """A page with a mistake is mended first; only then one asks whether anything is new."""
    reason = reason_of(application)
    return all(name in new for name in ASKED.get(reason, ())) and (
        reason not in WITH_DOCUMENT or "document" in new
    )


def needs_nobody(application: Application) -> bool:
    """Whether the reason is one that is written at once."""
    return reason_of(application) in AT_ONCE


def because(*reasons: str) -> Any:
    """Whether the reason is one of these."""

    def when(application: Application) -> bool:
        return reason_of(application) in reasons

    return when


def document_kind(application: Application) -> Upload.Kind:
    """What kind of paper the new document is."""
    kinds = {
        PASSPORT_RF: Upload.Kind.PASSPORT,
        BIRTH_CERTIFICATE_RF: Upload.Kind.BIRTH_CERTIFICATE,
    }
    told_kind = application.answers.get("document_kind") or PASSPORT_RF
    return kinds.get(told_kind, Upload.Kind.OTHER)


def registered_elsewhere(application: Application) -> bool:
    """Whether the address of registration is another than the register says."""
    person, new = application.person, application.answers.get("registration")
    if reason_of(application) != "address" or not new or person is None:
        return False
    known = person.addresses.filter(kind="registration", valid_until=None).first()
    return known is None or bool(
        corrections.changed({"registration": new}, {"registration": known.text})
    )


def compare(application: Application) -> Sequence[tuple[str, str, str]]:
    """Rows for the operator: what was told against the register."""
    person, new = application.person, told(application)
    return corrections.rows(new, values.known(person, new) if person else {})


def update(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Write what was told; a new extract follows where it would show something else."""
    reason, answers = reason_of(application), application.answers
    is_error = reason == "error"
    labels = corrections.write(
        application,
        told(application),
        region=answers.get("region") or None,
        on=(None if is_error else answers.get("changed_on")) or application.today,
        source=Source.TYPED if needs_nobody(application) else Source.OPERATOR,
        by=by,
        at=at,
    )
    facts = application.facts
    is_active = facts is not None and facts.policy_state is PolicyState.ACTIVE
    anew = bool(labels) and reason in ON_THE_EXTRACT and is_active
    what = ", ".join(label.lower() if label != "СНИЛС" else label for label in labels)
    text = f"Обновили в реестре: {what}." if labels else "В реестре уже записаны эти сведения."
    return Outcome(text=text, person=application.person, papers=("policy-extract",) if anew else ())


SERVICE = PublicService(
    code="data-update",
    version="1",
    title="Обновление данных",
    summary="Сообщите о новой фамилии, паспорте, адресе или контактах. Исправим и ошибку в записи.",
    basis=reporting.BASIS,
    for_whom="Все застрахованные. До 18 лет заявление подаёт родитель, опекун или попечитель",
    result="Новые сведения в реестре и новая выписка, если они на ней написаны",
    category="Полис",
    icon="id-card",
    keywords="актуализация изменить исправить поменять сменилась фамилия имя паспорт снилс адрес "
    "телефон работа вышла замуж женился брак развод дата рождения пол прописка",
    level=Level.CONFIRMED,
    open_to=(checks.account_open, checks.grown_or_represented, checks.insured),
    steps=(
        Reason,
        Personal,
        NewDocument,
        NewAddress,
        NewContacts,
        NewEmployment,
        Confirmation,
    ),
    documents=(
        Document(
            "passport",
            "Новый паспорт или другой документ",
            when=because(*WITH_DOCUMENT),
            kind=document_kind,
            hint="Паспорт: разворот с фотографией",
        ),
        Document(
            "name-change",
            "Свидетельство о браке, разводе или перемене имени",
            when=because("name"),
            hint="То, после которого сменилось имя",
        ),
        Document(
            "sex-change",
            "Свидетельство о рождении с новой записью",
            when=because("sex"),
            kind=Upload.Kind.BIRTH_CERTIFICATE,
            optional=True,
            hint="Если вы его получили",
        ),
        Document(
            "birth-certificate",
            "Свидетельство о рождении или решение суда",
            when=because("birth"),
            kind=Upload.Kind.BIRTH_CERTIFICATE,
            hint="Где дата и место рождения записаны верно",
        ),
        Document(
            "snils",
            "СНИЛС",
            when=because("snils"),
            kind=Upload.Kind.SNILS,
            hint="Карточка или уведомление о регистрации",
        ),
        Document(
            "registration",
            "Подтверждение регистрации по новому адресу",
            when=registered_elsewhere,
            hint="Страница паспорта со штампом или свидетельство о регистрации",
        ),
        Document(
            "proof",
            "Документ, где написано верно",
            when=because("error"),
            hint="Паспорт, свидетельство о рождении или СНИЛС",
        ),
        REPRESENTATIVE,
    ),
    checks=(checks.insured, differs),
    decided_by=Role.INSURER,
    decider=checks.keeper_of_record,
    plain=needs_nobody,
    term="name-change",
    compare=compare,
    on_approval=update,
)
