"""«На дату»: a record on a chosen day and beside another, for the desk and for the person alike.

The day stands in the address, nothing of the person does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from oms.catalog import fields
from oms.catalog.countries import COUNTRIES
from oms.domain.accounts.models import Source
from oms.domain.register import asof, history
from oms.domain.register.models import Address, InsuredPerson, Policy
from oms.faces.design.parts import Difference, Fact
from oms.law import dates, enp, identity_documents, phone, snils
from oms.law.typed import NBSP

_BASES = {
    "case": "по заявлению",
    "load": "из файла обмена",
    "quality": "исправление ошибки",
    "merge": "объединение записей",
    "demo": "учебные данные",
}
_ADDRESSES = {f"address:{kind.value}": str(kind.label) for kind in Address.Kind}
_UNSAID = frozenset({"birth_date_exactness"})
_OTHER = {
    **_ADDRESSES,
    "policy": "Полис",
    "policy_state": "Состояние полиса",
    "insurer": "Страховая организация",
    "clinic": "Поликлиника",
}


class DayForm(forms.Form):
    """Which day, beside which other, by which knowledge."""

    on = fields.DateField(label="На какую дату", help_text="Например, 05.11.2024")
    against = fields.DateField(
        label="Сравнить с датой", required=False, help_text="Можно не указывать"
    )
    known = forms.ChoiceField(
        label="Что показать",
        required=False,
        widget=forms.RadioSelect,
        choices=(("", "Как было, со всеми исправлениями"), ("then", "Что знал реестр в тот день")),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("on", "against"):
            self.fields[name].latest = today  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Section:
    """One thing of the record that day, and from where it is known."""

    title: str
    facts: Sequence[Fact]
    told: str


@dataclass(frozen=True)
class OnDay:
    """What the page shows; `tint` is of the desk's card."""

    form: DayForm
    on: date | None = None
    sections: Sequence[Section] = ()
    against: date | None = None
    differences: Sequence[Difference] = ()
    tint: str = "neutral"

    @property
    def columns(self) -> tuple[Sequence[Section], Sequence[Section]]:
        """The first section, the longest, beside the others."""
        return self.sections[:1], self.sections[1:]

    @property
    def earlier(self) -> date | None:
        """The earlier of the two days."""
        return min(self.on, self.against) if self.on and self.against else None

    @property
    def later(self) -> date | None:
        """The later of the two days."""
        return max(self.on, self.against) if self.on and self.against else None


def on_day(
    person: InsuredPerson, asked: Mapping[str, Any], *, today: date, tint: str = "neutral"
) -> OnDay:
    """Return the record on the day asked for, today unless told.

    Six queries, twelve beside another day.
    """
    form = DayForm(asked if "on" in asked else {"on": dates.short(today)}, today=today)
    if not form.is_valid():
        return OnDay(form, tint=tint)
    on, against = form.cleaned_data["on"], form.cleaned_data["against"]
    known = form.cleaned_data["known"] != "then"
    then = asof.as_of(person, on=on, known=known)
    if against is None or against == on:
        return OnDay(form, on, list(_sections(person, then)), tint=tint)
    earlier, later = sorted((then, asof.as_of(person, on=against, known=known)), key=_day)
    changes = (one for one in asof.between(earlier, later) if one.what not in _UNSAID)
    differences = [_difference(one) for one in changes]
    return OnDay(form, on, list(_sections(person, then)), against, differences, tint)


def _day(then: asof.Then) -> date:
    return then.on


def _sections(person: InsuredPerson, then: asof.Then) -> Iterator[Section]:
    if then.own_told:
        facts = [
            Fact(title[:1].upper() + title[1:], _own(name, then.own.get(name)))
            for name, title in history.TITLES.items()
            if then.own.get(name) not in (None, "") and name not in _UNSAID
        ]
        yield Section("Данные", facts, _told(person, then.own_told))
    for one in then.documents:
        number = NBSP.join(part for part in (*one.series.split(), "№", one.number) if part)
        issued = [Fact("Выдан", dates.long(one.issued_on))] if one.issued_on else []
        yield Section(_kind(one.kind), [Fact("Номер", number), *issued], _told(person, one.told))
    for address in then.addresses:
        title = _ADDRESSES[f"address:{address.kind}"]
        yield Section(title, [Fact("Адрес", address.text)], _told(person, address.told))
    if then.policy:
        yield Section("Полис", _policy(then.policy), _told(person, then.policy.told))
    if then.insurer and then.insurer_told:
        facts = [Fact("Страхует", then.insurer[1])]
        yield Section("Страховая организация", facts, _told(person, then.insurer_told))
    if then.clinic and then.clinic_told:
        facts = [Fact("Прикрепление", then.clinic[1])]
        yield Section("Поликлиника", facts, _told(person, then.clinic_told))


def _policy(policy: asof.PolicyThen) -> list[Fact]:
    until = [Fact("Последний день", dates.long(policy.ends_on))] if policy.ends_on else []
    return [
        Fact("Номер", enp.group(policy.enp) if policy.enp else policy.blank_number),
        Fact("Вид", str(Policy.Form(policy.form).label)),
        Fact("Состояние", str(Policy.State(policy.state).label)),
        *until,
    ]


def _told(person: InsuredPerson, told: asof.Told) -> str:
    """Say since when, from where, by whom and on what ground it is known."""
    words = [f"Действует с{NBSP}{dates.long(told.since)}"]
    if told.source:
        words.append(str(Source(told.source).label))
    words.append(_author(person, told.author) if told.author else "")
    words.append(_BASES.get(told.basis.partition(":")[0], ""))
    words.append(f"внесено {dates.long(told.recorded_at.date())}")
    return ", ".join(word[:1].lower() + word[1:] if number else word
                     for number, word in enumerate(word for word in words if word))  # fmt: skip


def _author(person: InsuredPerson, author: str) -> str:
    if author == "system":
        return "внёс реестр"
    own = person.user_id is not None and author == f"user:{person.user_id}"
    return "внёс сам человек" if own else "внёс сотрудник"


def _difference(one: asof.Change) -> Difference:
    if one.what.startswith("document:"):
        title, say = _kind(one.what.partition(":")[2]), _number
    elif one.what in _OTHER:
        title, say = _OTHER[one.what], _plain(one.what)
    else:
        name = history.TITLES[one.what]
        title, say = name[:1].upper() + name[1:], lambda value: _own(one.what, value)
    return Difference(title, say(one.after), say(one.before))


def _own(name: str, value: Any) -> str:
    if value in (None, ""):
        return "не было"
    if name == "snils":
        return snils.display(value)
    if name == "phone":
        return phone.display(value)
    return COUNTRIES.get(value, value) if name == "citizenship" else history.say(name, value)


def _number(value: Any) -> str:
    if value is None:
        return "не было"
    series, number = value
    return NBSP.join(part for part in (*series.split(), "№", number) if part)


def _plain(what: str) -> Any:
    def say(value: Any) -> str:
        if value is None:
            return "не было"
        if what == "policy_state":
            return str(Policy.State(value).label)
        return enp.group(value) if what == "policy" else str(value)

    return say


def _kind(code: str) -> str:
    kind = identity_documents.KINDS.get(int(code)) if code.isdigit() else None
    return kind.name if kind else "Документ"
