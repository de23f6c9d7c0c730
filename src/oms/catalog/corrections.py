"""What an approved update or correction writes: register and profile, versions kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from oms.catalog import values
from oms.catalog.declaration import Application
from oms.domain.accounts import actions as accounts
from oms.domain.accounts.models import Source
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register.data import OWN_FIELDS, DocumentData
from oms.domain.register.models import InsuredPerson
from oms.kit.denied import Denied
from oms.law.typed import tidy

ADDRESSES = ("registration", "residence")
_OF_THE_ACCOUNT = (
    *("family_name", "given_name", "patronymic", "birth_date", "birth_place"),
    *("sex", "citizenship", "snils"),
)


class NoRecord(Denied):
    """The person's record is gone since the application."""

    text = "Заявителя больше нет в реестре. Отклоните заявление."


def changed(told: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """Names of the values that differ from what is known, in the order told."""
    return [name for name, new in told.items() if _plain(new) != _plain(known.get(name))]


def rows(told: Mapping[str, Any], known: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rows for the operator: label, as told, as registered."""
    return [
        (values.VALUES[n].label, values.said(n, new), values.said(n, known.get(n)))
        for n, new in told.items()
    ]


def write(
    application: Application,
    told: Mapping[str, Any],
    *,
    on: date,
    source: Source,
    by: Actor,
    at: datetime,
    region: str | None = None,
) -> Sequence[str]:
    """Write what was told, in force from the day; return labels of what has changed.

    `region` is that of the addresses, if it is told. Contacts go into the register only: those of
    the account are proven by a code.
    """
    person = application.person
    if person is None:
        raise NoRecord
    names = changed(told, values.known(person, told))
    when: dict[str, Any] = {"on": on, "by": by, "at": at, "source": source}
    when["basis"] = application.case_key
    own = {name: told[name] for name in names if name in OWN_FIELDS}
    register.update_person(person=person, changes=own, **when)
    if "document" in names:
        register.set_identity_document(person=person, document=told["document"], **when)
    for kind in ADDRESSES:
        if kind in names:
            where = region or _region(person, kind)
            register.set_address(person=person, kind=kind, text=told[kind], region=where, **when)
    accounts.set_profile_values(
        user=application.user, values=_profile(told), source=Source.OPERATOR, at=at, by=by
    )
    return [values.VALUES[name].label for name in names]


def _region(person: InsuredPerson, kind: str) -> str | None:
    """The region of the address that is put right."""
    rows = person.addresses.filter(kind=kind, valid_until=None)
    return rows.values_list("region_id", flat=True).first()


def _profile(told: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: told[name] for name in _OF_THE_ACCOUNT if told.get(name) not in (None, "")}
    if "patronymic" in told:
        found["patronymic"] = told["patronymic"]
    for kind in ADDRESSES:
        if told.get(kind):
            found[f"{kind}_address"] = {"postal_code": "", "text": told[kind]}
    if isinstance(told.get("document"), DocumentData):
        found["document"] = _document(told["document"])
    return found


def _document(document: DocumentData) -> dict[str, Any]:
    kept = asdict(document) | {"kind": int(document.kind)}
    kept.pop("expires_on")
    kept["issued_on"] = document.issued_on.isoformat() if document.issued_on else None
    return kept


def _plain(value: Any) -> Any:
    """A value as it is compared: empty is nothing, a text without its spaces."""
    if value in (None, ""):
        return None
    if isinstance(value, DocumentData):
        return asdict(value.uniform)
    return tidy(value) if isinstance(value, str) else value
