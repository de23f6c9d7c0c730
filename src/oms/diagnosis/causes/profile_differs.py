"""The profile says other than the record: name, birth date, СНИЛС, document (расхождения)."""

from collections.abc import Iterator
from typing import Any

from oms.diagnosis.declaration import Cause, Finding, Stage, WayOn
from oms.diagnosis.situation import ON_RECORD, Situation
from oms.domain.register.data import DocumentData, document_key
from oms.law.names import fold
from oms.law.typed import compact

NAMES = {"family_name": "фамилия", "given_name": "имя", "patronymic": "отчество"}
OTHERS = {"birth_date": "дата рождения", "snils": "СНИЛС", "document": "документ"}
REASONS = (("name", set(NAMES)), ("birth", {"birth_date"}), ("snils", {"snils"}))


def differing(situation: Situation) -> list[str]:
    """Fields of the profile that the record tells otherwise; empty ones do not count."""
    return list(_differing(situation))


def _differing(situation: Situation) -> Iterator[str]:
    user, person = situation.user, situation.person
    if person is None:
        return
    for name in NAMES:
        own, known = fold(getattr(user, name)), fold(getattr(person, name))
        if own != known and (own or known) and not (name == "patronymic" and not own):
            yield name
    if user.birth_date and user.birth_date != person.birth_date:
        yield "birth_date"
    snils = _value(situation, "snils")
    if snils and person.snils and compact(str(snils)) != person.snils:
        yield "snils"
    if _is_other_document(situation):
        yield "document"


def _is_other_document(situation: Situation) -> bool:
    told = _value(situation, "document")
    if not told or not told.get("number"):
        return False
    kind = str(told.get("kind", ""))
    same_kind = [row.number_key for row in situation.documents if row.kind == kind]
    own = document_key(DocumentData(kind, told["number"], told.get("series") or ""))
    return bool(same_kind) and own not in same_kind


def _value(situation: Situation, field: str) -> Any:
    line = situation.profile.get(field)
    return line.value if line else None


def detect(situation: Situation) -> Finding | None:
    """Whether some of the person's own data differ from the record."""
    person = situation.person
    if person is None or person.state not in ON_RECORD:
        return None
    found = differing(situation)
    if not found:
        return None
    words = ", ".join(title for name, title in (NAMES | OTHERS).items() if name in found)
    reason = next((code for code, fields in REASONS if fields & set(found)), "document")
    return Finding(
        text=f"В профиле и в реестре не совпадает: {words}.",
        todo="Если верны данные профиля, обновите запись в реестре. По закону на это есть месяц.",
        ways=(
            WayOn(
                "Обновить данные",
                service="data-update",
                typed={"reason": {"reason": reason, "changed_on": "", "words": ""}},
            ),
            WayOn("Посмотреть профиль", page="account_profile"),
        ),
    )


CAUSE = Cause(
    code="profile-differs",
    title="Совпадает ли профиль с реестром",
    stage=Stage.DATA,
    order=70,
    detect=detect,
    leads_to=("data-update",),
)
