"""Pages that several services share: who you are, your document, address, insurer, contacts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from oms.catalog import fields
from oms.catalog.applicants import born_on, holds_citizenship, is_worker, newborn_insurer
from oms.catalog.declaration import Application, Step
from oms.domain.accounts import queries as accounts
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer
from oms.law import dates, identity_documents, snils
from oms.law.identity_documents import (
    ASYLUM,
    BIRTH_CERTIFICATE_RF,
    FOREIGN_PASSPORT,
    PASSPORT_RF,
    REFUGEE,
    RESIDENCE_PERMIT,
    TEMPORARY_RESIDENCE,
)
from oms.law.plural import plural
from oms.law.typed import NBSP
from oms.law.verdict import Invalid

OF_CITIZENS = (PASSPORT_RF, BIRTH_CERTIFICATE_RF, 13)
REFUGE_ASKED = 10
"""Свидетельство о рассмотрении ходатайства: with it one is treated as a refugee is."""
OF_FOREIGNERS = (
    *(RESIDENCE_PERMIT, TEMPORARY_RESIDENCE, REFUGEE, REFUGE_ASKED, ASYLUM, FOREIGN_PASSPORT),
)
WITH_TERM = frozenset({TEMPORARY_RESIDENCE, REFUGEE, REFUGE_ASKED, ASYLUM, FOREIGN_PASSPORT})
SNILS_FROM_AGE = 14


class WhoYouAre(Step):
    """The person's own data."""

    code = "person"
    title = "Кому нужен полис?"
    lead = "Заполните, как в документе, удостоверяющем личность."

    family_name = fields.NameField(label="Фамилия", autocomplete="family-name")
    given_name = fields.NameField(label="Имя", autocomplete="given-name")
    patronymic = fields.NameField(
        label="Отчество",
        autocomplete="additional-name",
        required=False,
        help_text="Если есть в документе",
    )
    birth_date = fields.DateField(
        label="Дата рождения", autocomplete="bday", help_text="Например, 14.03.1985"
    )
    sex = fields.SexField()
    birth_place = fields.TextField(
        label="Место рождения", empty="укажите, как в документе", help_text="Как в документе"
    )
    citizenship = fields.CountryField()
    snils = fields.SnilsField(required=False)

    def prepare(self) -> None:
        """Nobody is born tomorrow."""
        self.fields["birth_date"].latest = self.application.today  # type: ignore[attr-defined]

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer the profile."""
        user = application.user
        known = {name: getattr(user, name) for name in cls.base_fields}
        if not known["snils"]:
            line = accounts.profile(user).get("snils")
            known["snils"] = line.value if line else None
        return known

    def clean(self) -> dict[str, Any]:
        """СНИЛС is obligatory for citizens from 14 (Правила ОМС)."""
        given: dict[str, Any] = super().clean() or {}
        born, country = given.get("birth_date"), given.get("citizenship")
        missing = "snils" not in self.errors and not given.get("snils")
        grown = born and dates.age(born, on=self.application.on) >= SNILS_FROM_AGE
        if missing and grown and country == "RUS":
            self.add_error("snils", f"СНИЛС: укажите 11 цифр, например {snils.EXAMPLE}")
        return given


class IdentityPaper(Step):
    """The identity document."""

    code = "document"
    title = "Какой документ удостоверяет личность?"
    lead = "До 14 лет это свидетельство о рождении, потом паспорт."

    document_kind = fields.DocumentKindField(kinds=(*OF_CITIZENS, *OF_FOREIGNERS))
    document_series = fields.TextField(
        label="Серия", longest=12, required=False, help_text="Например, 45 10"
    )
    document_number = fields.TextField(
        label="Номер", longest=20, empty="укажите, как в документе", inputmode="numeric"
    )
    issued_on = fields.DateField(label="Дата выдачи")
    issued_by = fields.TextField(label="Кем выдан", longest=300, empty="укажите, как в документе")
    department_code = fields.DepartmentCodeField(
        required=False, help_text="Только для паспорта России, например 770-001"
    )
    expires_on = fields.DateField(
        label="Действует до", required=False, help_text="Если в документе указан срок"
    )

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer the document of the profile."""
        line = accounts.profile(application.user).get("document")
        if not line or not line.value:
            return {}
        kept = dict(line.value)
        return {
            "document_kind": kept["kind"],
            "document_series": kept.get("series") or "",
            "document_number": kept["number"],
            "issued_on": _day(kept.get("issued_on")),
            "issued_by": kept.get("issued_by") or "",
            "department_code": kept.get("department_code") or "",
        }

    def prepare(self) -> None:
        """Offer what fits the citizenship."""
        self.fields["issued_on"].latest = self.application.today  # type: ignore[attr-defined]
        kinds = OF_CITIZENS if holds_citizenship(self.application) else OF_FOREIGNERS
        kind = self.fields["document_kind"]
        kind.choices = [(k, identity_documents.KINDS[k].name) for k in kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Bring series and number to the form of their kind; weigh the dates."""
        given: dict[str, Any] = super().clean() or {}
        kind = given.get("document_kind")
        if kind:
            self._number(given, kind)
            self._obligatory(given, kind)
            self._plausible(given, kind)
        return given

    def _number(self, given: dict[str, Any], kind: int) -> None:
        if "document_number" not in given or "document_series" not in given:
            return
        try:
            found = identity_documents.normalize(
                kind, series=given["document_series"], number=given["document_number"]
            )
        except Invalid as no:
            self.add_error(f"document_{no.code}", no.text)
        else:
            given.update(document_series=found.series, document_number=found.number)

    def _obligatory(self, given: dict[str, Any], kind: int) -> None:
        needed = {"department_code": kind == PASSPORT_RF, "expires_on": kind in WITH_TERM}
        texts = {
            "department_code": "Код подразделения: 6 цифр, например 770-001",
            "expires_on": "Действует до: укажите последний день документа или разрешения",
        }
        for name, is_needed in needed.items():
            if is_needed and name not in self.errors and not given.get(name):
                self.add_error(name, texts[name])

    def _plausible(self, given: dict[str, Any], kind: int) -> None:
        born = born_on(self.application)
        if not born or "issued_on" not in given or "expires_on" in self.errors:
            return
        found = identity_documents.plausible(
            kind,
            birth_date=born,
            issued_on=given["issued_on"],
            on=self.application.today,
            valid_until=given.get("expires_on"),
        )
        here = {"kind": "document_kind"}
        for refusal in found:
            self.add_error(
                here.get(refusal.field, refusal.field), f"{refusal.text} {refusal.remedy}"
            )


class Work(Step):
    """The labour contract of a citizen of the Union: it bounds the policy within the year."""

    code = "work"
    title = "Где вы работаете?"
    lead = "Гражданам ЕАЭС полис дают по трудовому договору, до конца календарного года."

    employer = fields.TextField(label="Работодатель", longest=300, empty="укажите, как в договоре")
    contract_on = fields.DateField(label="Дата договора")
    contract_until = fields.DateField(
        label="Договор действует до",
        required=False,
        help_text="Если договор бессрочный, оставьте пустым",
    )

    @classmethod
    def asked(cls, application: Application) -> bool:
        """Whether the right follows from work."""
        return is_worker(application.answers)

    def prepare(self) -> None:
        """A contract to be is none yet."""
        self.fields["contract_on"].latest = self.application.today  # type: ignore[attr-defined]


class Address(Step):
    """Where the person is registered and lives."""

    code = "address"
    title = "Где вы живёте?"
    lead = "От региона зависит, какие страховые организации вам доступны."

    region = fields.RegionField(help_text="Где вы живёте постоянно")
    registration = fields.AddressField(
        label="Адрес регистрации", help_text="Город, улица, дом, квартира"
    )
    residence = fields.AddressField(
        label="Адрес проживания", required=False, help_text="Если живёте по другому адресу"
    )

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer the addresses of who fills it in: a child lives with the parent as a rule."""
        known = accounts.profile(application.acting)
        lines = {kind: known.get(f"{kind}_address") for kind in ("registration", "residence")}
        return {kind: line.value["text"] for kind, line in lines.items() if line and line.value}

    def prepare(self) -> None:
        """Offer the regions there are."""
        self.fields["region"].offer(directory.regions)  # type: ignore[attr-defined]


class InsurerChoice(Step):
    """The insurer."""

    code = "insurer"
    title = "Кто будет вашей страховой организацией?"
    lead = "Полис бесплатный у всех. Сравните организации своего региона."

    insurer = fields.InsurerField()

    def prepare(self) -> None:
        """Offer the insurers of the region; for a newborn the parent's."""
        parents = newborn_insurer(self.application)
        if parents:
            self.fields["insurer"].offer((parents,), hint=insurer_line)  # type: ignore[attr-defined]
            return
        region = str(self.application.answers.get("region") or "")
        field: fields.InsurerField = self.fields["insurer"]  # type: ignore[assignment]
        offer_insurers(field, region=region, application=self.application)

    def told(self) -> Sequence[tuple[str, str]]:
        """Why a newborn has one choice."""
        if newborn_insurer(self.application) is None:
            return ()
        words = "До 30 дней после регистрации рождения ребёнка страхует организация матери."
        return (("Новорождённый", f"{words} Потом её можно сменить."),)


class Contacts(Step):
    """How to reach the applicant."""

    code = "contacts"
    title = "Как с вами связаться?"
    lead = "Сюда придёт решение. Взято из профиля, можно исправить."

    phone = fields.PhoneField()
    email = fields.MailField(required=False)

    @classmethod
    def prefill(cls, application: Application) -> dict[str, Any]:
        """Offer the contacts of the profile."""
        return {"phone": application.acting.phone or "", "email": application.acting.email or ""}


class Confirmation(Step):
    """The last page: look through and sign."""

    code = "confirm"
    title = "Проверьте и подпишите"
    lead = "Проверьте каждую строку. После подачи изменить можно только по запросу."
    signs = True

    truth = fields.ConfirmField(
        label="Сведения верны, я прошу оказать услугу",
        missing="Подтверждение: отметьте, что сведения верны",
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def offer_insurers(
    field: fields.InsurerField, *, region: str, application: Application, but: str = ""
) -> None:
    """Offer the insurers that work in the region on the day, except one."""
    found = directory.insurers(region=region, on=application.on) if region else ()
    field.offer((i for i in found if i.code != but), hint=insurer_line)


def insurer_line(insurer: Insurer) -> str:
    """One line to compare insurers by: rating, insured people, complaints, phone."""
    parts = []
    if insurer.reliability_rating:
        parts.append(f"Надёжность {insurer.reliability_rating}")
    if insurer.users_rating is not None:
        parts.append(f"оценка людей {str(insurer.users_rating).replace('.', ',')} из{NBSP}5")
    if insurer.insured_count:
        parts.append(_people(insurer.insured_count))
    if insurer.hot_line or insurer.phone:
        parts.append(f"телефон {insurer.hot_line or insurer.phone}")
    return " · ".join(parts)


def _people(count: int) -> str:
    word = plural(count, "застрахованный", "застрахованных", "застрахованных")
    return f"{count:,}".replace(",", NBSP) + NBSP + word
