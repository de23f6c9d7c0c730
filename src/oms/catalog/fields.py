"""Form fields of the services: forgiving to read, plain when they refuse.

Each reads what people really type through `oms.law` and answers with the field, what is wrong
and the right form, in at most twenty words. Hostile input (control characters, lone halves of
letters, megabytes) is refused in words, never a failure. `shown` says a value as people read it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from oms.catalog.countries import COUNTRIES, STATELESS
from oms.domain.accounts.models import Sex
from oms.law import dates, enp, identity_documents, names, phone, snils
from oms.law.typed import NBSP, compact, cyrillic
from oms.law.verdict import Invalid

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\u202a-\u202e]")
EARLIEST = date(1900, 1, 1)


class Hinted(str):
    """A choice's label with a hint under it."""

    __slots__ = ("hint",)
    hint: str

    def __new__(cls, label: str, hint: str = "") -> "Hinted":
        """Make a label that also carries `hint`."""
        made = super().__new__(cls, label)
        made.hint = hint
        return made


def wrong(label: str, text: str) -> str:
    """Return an error that names its field: «Дата рождения: укажите дату в виде …».

    >>> wrong("Телефон", "Укажите мобильный")
    'Телефон: укажите мобильный'
    """
    if text.startswith(label) or (label and label in text.partition(":")[0]):
        return text
    keep = len(text) > 1 and text[1].isupper()
    return f"{label}: {text if keep else text[:1].lower() + text[1:]}"


def readable(text: str, *, label: str, longest: int) -> str:
    """Return the text, or raise `ValidationError` when it is hostile or longer than `longest`."""
    if len(text) > longest:
        raise ValidationError(
            f"{label}: не больше {longest} знаков, вы указали {len(text)}", code="too-long"
        )
    if _UNREADABLE.search(text):
        raise ValidationError(
            f"{label}: есть нечитаемые знаки. Сотрите значение и наберите заново", code="unreadable"
        )
    return text


class TextField(forms.CharField):
    """A line of text, tidied. Subclasses read it by a rule of law in `read`."""

    autocomplete = "off"
    inputmode = ""

    def __init__(
        self,
        *,
        label: str,
        longest: int = 200,
        empty: str = "заполните поле",
        inputmode: str = "",
        **kwargs: Any,
    ) -> None:
        self.longest = longest
        self.inputmode = inputmode or self.inputmode
        kwargs.setdefault("error_messages", {"required": f"{label}: {empty}"})
        super().__init__(label=label, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Add the tokens by which browsers and phones help to type."""
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.setdefault("autocomplete", self.autocomplete)
        if self.inputmode:
            attrs["inputmode"] = self.inputmode
        return attrs

    def to_python(self, value: Any) -> Any:
        """Read what was typed; `ValidationError` names the field."""
        label = str(self.label)
        text = readable(str(value or ""), label=label, longest=self.longest * 2).strip()
        if not text:
            return self.empty_value
        try:
            found = self.read(text)
        except Invalid as no:
            raise ValidationError(wrong(label, no.text), code=no.code) from None
        return found

    def read(self, text: str) -> str:
        """Return the value in normal form; raise `Invalid`."""
        plain = tidy_text(text)
        if len(plain) > self.longest:
            raise Invalid("too-long", f"Не больше {self.longest} знаков, вы указали {len(plain)}")
        return plain


def tidy_text(text: str) -> str:
    """Return the text with single plain spaces; dashes and lines of its own stay words."""
    return " ".join(text.split())


class NameField(TextField):
    """A surname, name or patronymic as in the document."""

    def __init__(self, *, label: str, autocomplete: str = "off", **kwargs: Any) -> None:
        self.autocomplete = autocomplete
        super().__init__(
            label=label,
            longest=names.MAX_LENGTH,
            empty="укажите, как в документе",
            **kwargs,
        )

    def read(self, text: str) -> str:
        """Tidy a name; a single dash means «none» where the name is not obligatory."""
        if not self.required and not text.strip("-–— "):
            return ""
        return capitals(names.normalize(text))


def capitals(name: str) -> str:
    """Return a name typed all small or all capital with capital first letters.

    >>> capitals("САЛТЫКОВ-ЩЕДРИН"), capitals("де Голль")
    ('Салтыков-Щедрин', 'де Голль')
    """
    if not (name.islower() or (name.isupper() and len(name) > 1)):
        return name
    return re.sub(r"[^ '-]+", lambda word: word[0].capitalize(), name)


class SnilsField(TextField):
    """СНИЛС in any usual writing; the value is 11 digits."""

    inputmode = "numeric"

    def __init__(self, *, label: str = "СНИЛС", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"11 цифр, например {snils.EXAMPLE}")
        super().__init__(label=label, longest=40, empty="укажите 11 цифр", **kwargs)

    def read(self, text: str) -> str:
        """Check the digits."""
        return snils.normalize(text)

    def prepare_value(self, value: Any) -> Any:
        """Write stored digits with dashes; leave what was typed alone."""
        return snils.display(value) if value else value

    def shown(self, value: Any) -> str:
        """Write with dashes."""
        return snils.display(str(value))


class PolicyNumberField(TextField):
    """A policy's number of any age: ЕНП, nine digits of a temporary certificate, series and number.

    The value has neither spaces nor dashes.
    """

    def __init__(self, *, label: str = "Номер полиса", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"16 цифр, например {enp.EXAMPLE}. Подойдёт и старый номер")
        super().__init__(label=label, longest=60, empty="укажите номер с полиса", **kwargs)

    def read(self, text: str) -> str:
        """Check what can be checked."""
        kind = enp.kind(text)
        if kind is enp.NumberKind.ENP:
            return enp.normalize(text)
        if kind is enp.NumberKind.TEMPORARY:
            return compact(text).replace("№", "")
        if kind is None:
            raise Invalid("format", "16 цифр, 9 цифр свидетельства или серия и номер")
        return cyrillic(compact(text).replace("№", ""))

    def shown(self, value: Any) -> str:
        """Write an ЕНП in groups of four."""
        return enp.group(str(value))


class PhoneField(TextField):
    """A Russian mobile number; the value is E.164."""

    widget = forms.TelInput
    autocomplete = "tel"

    def __init__(self, *, label: str = "Мобильный телефон", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"Например, {phone.EXAMPLE}")
        super().__init__(label=label, longest=40, empty="укажите мобильный номер", **kwargs)

    def read(self, text: str) -> str:
        """Read any usual writing."""
        return phone.normalize(text)

    def prepare_value(self, value: Any) -> Any:
        """Write a stored number as people read it."""
        return phone.display(value) if value else value

    def shown(self, value: Any) -> str:
        """Write as people read it."""
        return phone.display(str(value))


class MailField(TextField):
    """An e-mail address."""

    widget = forms.EmailInput
    autocomplete = "email"
    default_validators = forms.EmailField.default_validators

    def __init__(self, *, label: str = "Электронная почта", **kwargs: Any) -> None:
        super().__init__(label=label, longest=254, empty="укажите адрес", **kwargs)

    def run_validators(self, value: Any) -> None:
        """Refuse in our words."""
        try:
            super().run_validators(value)
        except ValidationError:
            raise ValidationError(
                f"{self.label}: укажите адрес в виде name@example.ru", code="email"
            ) from None


class DepartmentCodeField(TextField):
    """Code of the department that issued a passport, NNN-NNN."""

    inputmode = "numeric"

    def __init__(self, *, label: str = "Код подразделения", **kwargs: Any) -> None:
        super().__init__(label=label, longest=20, empty="укажите 6 цифр", **kwargs)

    def read(self, text: str) -> str:
        """Check the six digits."""
        return identity_documents.normalize_department_code(text)


class AddressField(TextField):
    """An address in one line."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(
            label=label, longest=500, empty="укажите город, улицу, дом и квартиру", **kwargs
        )

    autocomplete = "street-address"

    def read(self, text: str) -> str:
        """Ask for more than a word: a town, a street and a house."""
        found = super().read(text)
        if len(found) < 10 or not re.search("[А-Яа-яЁё]{3}", found):
            raise Invalid("too-short", "Укажите город, улицу, дом и квартиру русскими буквами")
        return found


class DateField(forms.DateField):
    """A date typed in any usual way. `limits` are the earliest and latest day, from the step."""

    widget = forms.DateInput(format="%d.%m.%Y")

    def __init__(self, *, label: str, autocomplete: str = "off", **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": f"{label}: укажите в виде ДД.ММ.ГГГГ"})
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d.%m.%Y", attrs={"autocomplete": autocomplete, "inputmode": "numeric"}
            ),
        )
        self.earliest, self.latest = EARLIEST, date(2199, 12, 31)
        super().__init__(label=label, **kwargs)

    def to_python(self, value: Any) -> date | None:
        """Read a day; `ValidationError` names the field."""
        if value is None or isinstance(value, date):
            return value
        label = str(self.label)
        text = readable(str(value), label=label, longest=60).strip()
        if not text:
            return None
        try:
            return dates.parse(text)
        except Invalid as no:
            raise ValidationError(wrong(label, no.text), code=no.code) from None

    def validate(self, value: Any) -> None:
        """Refuse a day out of limits."""
        super().validate(value)
        if value is None:
            return
        if value > self.latest:
            raise ValidationError(
                f"{self.label}: укажите день не позже {dates.short(self.latest)}", code="too-late"
            )
        if value < self.earliest:
            raise ValidationError(
                f"{self.label}: проверьте год, указан {value.year}", code="too-early"
            )

    def shown(self, value: Any) -> str:
        """Write in words."""
        return dates.long(value) if isinstance(value, date) else str(value)


class ChoiceField(forms.ChoiceField):
    """One of several. A value that is not among them is refused without repeating it."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        messages = {
            "required": f"{label}: выберите один вариант",
            "invalid_choice": f"{label}: выберите вариант из списка",
        }
        super().__init__(label=label, error_messages=messages, **kwargs)

    def shown(self, value: Any) -> str:
        """Say the label of the choice."""
        for key, label in flat(self.choices):
            if str(key) == str(value):
                return str(label)
        return str(value)


class ChoiceCards(ChoiceField):
    """One of a few, each on a card with a hint: value → label (`Hinted`)."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str, cards: Mapping[str, str] | None = None, **kwargs: Any):
        super().__init__(label=label, choices=list((cards or {}).items()), **kwargs)

    def offer(self, cards: Mapping[str, str]) -> None:
        """Offer these instead."""
        self.choices = list(cards.items())


class SexField(ChoiceField):
    """V005; the value is an int."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Пол", **kwargs: Any) -> None:
        super().__init__(label=label, choices=Sex.choices, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the number."""
        found = super().clean(value)
        return int(found) if found else None


class EmploymentField(ChoiceField):
    """F009; the value is an int."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Занятость", **kwargs: Any) -> None:
        choices = [
            (1, Hinted("Работаю", "По трудовому договору, на службе, как предприниматель")),
            (2, Hinted("Не работаю", "Учусь, на пенсии, воспитываю ребёнка, ищу работу")),
        ]
        super().__init__(label=label, choices=choices, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the number."""
        found = super().clean(value)
        return int(found) if found else None


class CountryField(ChoiceField):
    """Citizenship by O001; `NON` means none."""

    def __init__(self, *, label: str = "Гражданство", **kwargs: Any) -> None:
        kwargs.setdefault("initial", "RUS")
        super().__init__(
            label=label, choices=[*COUNTRIES.items(), (STATELESS, "Без гражданства")], **kwargs
        )


class DocumentKindField(ChoiceField):
    """A kind of identity document (F011); the value is an int."""

    def __init__(self, *, kinds: Iterable[int], label: str = "Документ", **kwargs: Any) -> None:
        choices = [(code, identity_documents.KINDS[code].name) for code in kinds]
        super().__init__(label=label, choices=choices, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the code as a number."""
        found = super().clean(value)
        return int(found) if found else None


class RegionField(ChoiceField):
    """A region by F010; the step offers those there are."""

    def __init__(self, *, label: str = "Регион", **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)

    def offer(self, regions: Callable[[], Iterable[Any]]) -> None:
        """Offer these regions; they are asked for once, and only if somebody looks."""

        @cache
        def choices() -> list[tuple[str, str]]:
            return [("", "Выберите регион"), *((r.code, r.name) for r in regions())]

        self.choices = choices


class InsurerField(ChoiceField):
    """An insurer of the region; the value is its code. `cards` keeps the rows to compare."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Страховая медицинская организация", **kwargs: Any) -> None:
        self.cards: tuple[Any, ...] = ()
        super().__init__(label=label, **kwargs)

    def offer(self, insurers: Iterable[Any], *, hint: Callable[[Any], str]) -> None:
        """Offer these insurers, each with a line to compare by."""
        self.cards = tuple(insurers)
        self.choices = [(i.code, Hinted(i.short_name, hint(i))) for i in self.cards]


class PointField(ChoiceField):
    """A place to fetch a printed paper; the value is its code. `cards` keeps the rows shown."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Пункт выдачи", **kwargs: Any) -> None:
        self.cards: tuple[Any, ...] = ()
        super().__init__(label=label, **kwargs)

    def offer(self, points: Iterable[Any]) -> None:
        """Offer these places, numbered, each with address, hours and telephone."""
        self.cards = tuple(points)
        self.choices = [
            (p.code, Hinted(f"{n}. {p.name}", _where(p))) for n, p in enumerate(self.cards, 1)
        ]

    def shown(self, value: Any) -> str:
        """Say the name and the address: the number is of the page only."""
        found = next((p for p in self.cards if p.code == value), None)
        return f"{found.name}, {found.address}" if found else str(value)


def _where(point: Any) -> str:
    return " · ".join(filter(None, (point.address, point.hours, point.phone)))


class ClinicField(ChoiceField):
    """A clinic; the value is its code."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Медицинская организация", **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)

    def offer(self, clinics: Iterable[Any]) -> None:
        """Offer these clinics, each with where it is and how to call it."""
        self.choices = [
            (c.code, Hinted(c.short_name, _where_and_phone(c.actual_address, c.phone)))
            for c in clinics
        ]


class GroundField(ChoiceField):
    """Ground of a change (RSMO), each on a card with its condition; the value is an int."""

    widget = forms.RadioSelect

    def __init__(self, *, label: str = "Причина", **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)

    def offer(self, grounds: Mapping[int, tuple[str, str]]) -> None:
        """Offer grounds: number → (title, hint)."""
        self.choices = [(int(k), Hinted(title, hint)) for k, (title, hint) in grounds.items()]

    def clean(self, value: Any) -> Any:
        """Return the number."""
        found = super().clean(value)
        return int(found) if found else None


class ConfirmField(forms.BooleanField):
    """A tick one cannot go on without."""

    def __init__(self, *, label: str, missing: str, **kwargs: Any) -> None:
        super().__init__(label=label, error_messages={"required": missing}, **kwargs)


_WORDS: Mapping[Any, str] = {None: "", "": "", True: "Да", False: "Нет"}


def shown(field: forms.Field | None, value: Any) -> str:
    """Say a cleaned value as people read it; empty when there is none."""
    if value is None or (isinstance(value, bool | str) and value in _WORDS):
        return _WORDS[value]
    say = getattr(field, "shown", None)
    if say is not None:
        return str(say(value))
    return dates.long(value) if isinstance(value, date) else str(value)


def label_of(field: forms.Field) -> str:
    """Return the field's label as plain text."""
    label: str | Promise | None = field.label
    return str(label or "")


def _where_and_phone(place: str, number: str) -> str:
    """An address and a telephone that is not broken between lines."""
    return " · ".join(filter(None, (place, number.replace(" ", NBSP))))


def flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    """Return the choices of a field without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label
