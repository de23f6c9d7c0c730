"""Two records in words: what stands where, and how each field agrees."""

from collections.abc import Iterator
from dataclasses import dataclass

from oms.domain.duplicates.queries import Reason, Review, Side
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import Bar
from oms.faces.design.parts import State as Tint
from oms.law import dates, identity_documents, names, phone, snils
from oms.law.typed import NBSP

AGREES: dict[str, tuple[Tint, str]] = {
    "full": ("ok", "check"),
    "near": ("warn", "circle-alert"),
    "none": ("danger", "x"),
}


@dataclass(frozen=True)
class Row:
    """One field of both records with the agreement in words, tint and icon."""

    title: str
    left: str
    right: str
    words: str
    tint: Tint
    icon: str


def called(person: InsuredPerson) -> str:
    """Return name and birth date."""
    name = names.full(person.family_name, person.given_name, person.patronymic)
    return f"{name}, {dates.short(person.birth_date)}"


def rows(review: Review) -> list[Row]:
    """Return every field side by side; what the model compared in its words."""
    compared = {reason.title: reason for reason in review.reasons}
    left, right = list(_values(review.left)), list(_values(review.right))
    return [
        _row(title, one, other, compared.get(title))
        for (title, one), (_, other) in zip(left, right, strict=True)
        if one or other
    ]


def bars(review: Review) -> list[Bar]:
    """Return what each field says, as bars with numbers."""
    return [
        Bar(
            f"{reason.title}: {reason.words.lower()}",
            abs(reason.weight),
            bits(reason.weight),
            "ok" if reason.weight > 0 else "danger",
        )
        for reason in review.reasons
    ]


def bits(weight: float) -> str:
    """Return a weight with its sign, as people read numbers.

    >>> bits(14.53), bits(-2.0)
    ('+14,5', '−2,0')
    """
    return ("+" if weight > 0 else "−") + f"{abs(weight):.1f}".replace(".", ",")


def short_reasons(found: tuple[Reason, ...]) -> str:
    """Return in a line what differs, else that all agrees."""
    differs = [f"{one.title}: {one.words.lower()}" for one in found if one.agrees != "full"]
    agreed = sum(one.agrees == "full" for one in found)
    return ". ".join((f"Совпало полей: {agreed}", *differs))


def _row(title: str, one: str, other: str, reason: Reason | None) -> Row:
    if reason:
        tint, icon = AGREES[reason.agrees]
        return Row(title, one, other, reason.words, tint, icon)
    if not one or not other:
        return Row(title, one, other, "Есть в одной", "neutral", "minus")
    tint, icon = AGREES["full" if one == other else "none"]
    return Row(title, one, other, "Совпадает" if one == other else "Отличается", tint, icon)


def _values(side: Side) -> Iterator[tuple[str, str]]:
    person = side.person
    yield "Фамилия", person.family_name
    yield "Имя", person.given_name
    yield "Отчество", person.patronymic
    yield "Дата рождения", dates.short(person.birth_date)
    yield "Место рождения", person.birth_place
    yield "Пол", str(person.get_sex_display())
    yield "Гражданство", person.citizenship
    yield "СНИЛС", snils.display(person.snils) if person.snils else ""
    yield "Документ", "; ".join(_document(told) for told in side.documents)
    yield "Адреса", "; ".join(side.addresses)
    yield "Телефон", phone.display(person.phone) if person.phone else ""
    yield "Почта", person.email
    yield "Номер полиса", person.enp or ""
    yield (
        "Полисы",
        "; ".join(
            f"{policy.insurer.short_name}, {policy.get_state_display().lower()}, "
            f"с{NBSP}{dates.short(policy.begins_on)}"
            for policy in side.policies
        ),
    )
    yield "Поликлиника", side.clinic
    yield "Состояние записи", str(person.get_state_display())
    yield "Кабинет", "Связан" if person.user_id else ""
    for title, count in side.follows:
        yield title, str(count) if count else ""


def _document(told: str) -> str:
    kind, series, number = told.split(":", 2)
    if not kind.isdigit() or int(kind) not in identity_documents.KINDS:
        return NBSP.join(part for part in (series, number) if part)
    found = identity_documents.Document(int(kind), series, number)
    return f"{identity_documents.KINDS[int(kind)].name} {identity_documents.display(found)}"
