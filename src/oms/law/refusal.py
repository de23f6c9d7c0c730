"""Refusals as values, and the catalogue of reasons shown to applicants.

Source: requirement APP-7. A reason says what is wrong and what to do, in plain words; the field
or document it is about is put into the text. Several refusals may be returned at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from oms.law import refusal_texts

About = Literal["", "field", "document"]


@dataclass(frozen=True)
class Refusal:
    """Why something may not be done: code for programs, text and remedy for the person.

    `basis` is the norm, `field` the name of the form field or document kind concerned.
    """

    code: str
    text: str
    basis: str = ""
    field: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Reason:
    """A reason of the catalogue; `about` tells whether a field or document must be named."""

    code: str
    title: str
    text: str
    remedy: str
    about: About = ""


def _reasons(rows: tuple[refusal_texts.Row, ...], about: About) -> dict[str, Reason]:
    return {row[0]: Reason(*row, about=about) for row in rows}


REASONS: Mapping[str, Reason] = MappingProxyType(
    _reasons(refusal_texts.ABOUT_A_FIELD, "field")
    | _reasons(refusal_texts.ABOUT_A_DOCUMENT, "document")
    | _reasons(refusal_texts.PLAIN, "")
)


def refuse(code: str, *, about: str = "", field: str = "", basis: str = "") -> Refusal:
    """Return the refusal for a reason of the catalogue.

    `about` is the title of the field or document («Дата рождения»), required where the reason
    asks for one; `field` is its name in the form. Raises KeyError for an unknown code and
    ValueError when `about` is missing.

    >>> refuse("data-differ", about="Дата рождения", field="birth_date").text
    'Поле «Дата рождения» не совпадает с реестром.'
    """
    reason = REASONS[code]
    if reason.about and not about.strip():
        raise ValueError(f"reason {code} needs the name of a {reason.about}")
    text = reason.text.replace("{about}", about.strip())
    return Refusal(code, text, basis, field, reason.remedy.replace("{about}", about.strip()))


def choices() -> tuple[tuple[str, str], ...]:
    """Return (code, title) of every reason, for a select box at the desk.

    >>> ("person-died", "Человек умер") in choices()
    True
    """
    return tuple((reason.code, reason.title) for reason in REASONS.values())
