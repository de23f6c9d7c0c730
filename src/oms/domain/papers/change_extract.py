"""Выписка о последнем изменении: what changed in the register last, when, on what basis."""

from datetime import UTC, datetime

from oms.domain.accounts.models import Source
from oms.domain.journal.models import Entry
from oms.domain.papers import wording as parts
from oms.domain.papers.refused import NothingChanged
from oms.domain.papers.wording import Facts, PaperKind, Section, Stamp, Wording
from oms.domain.register.history import HistoryLine, history
from oms.domain.register.models import InsuredPerson

TITLE = "Выписка о последнем изменении сведений о страховании"
_MOST = 12
_BASES = {"load": "Файл обмена с федеральным реестром"}


def facts(person: InsuredPerson, *, scope: str, at: datetime) -> Facts:
    """Return the lines of history the register learned last; raise `NothingChanged`.

    Everything written in one act bears one moment: those lines are the change. Seven queries.
    """
    lines = history(person)
    if not lines:
        raise NothingChanged
    latest = max(line.at for line in lines)
    changed = [line for line in reversed(lines) if line.at == latest][:_MOST]
    policy = person.policies.order_by("-begins_on", "-pk").first()
    return parts.about(person) | {
        "enp": (policy.enp if policy else person.enp) or "",
        "blank_number": policy.blank_number if policy else "",
        "changed_at": latest.astimezone(UTC).isoformat(),
        "basis": _basis(changed),
        "lines": [
            {"on": line.on.isoformat(), "title": line.title, "text": line.text} for line in changed
        ],
        "region": person.region.name,
    }


def _basis(lines: list[HistoryLine]) -> str:
    """Say what the change rests on: the application by its number, else where it came from."""
    basis = next((line.basis for line in lines if line.basis), "")
    kind = basis.partition(":")[0]
    if kind == "case":
        begun = Entry.objects.filter(subject=basis, act="case.start").select_related("payload")
        entry = begun.first()
        number = (entry.payload.data or {}).get("number", "") if entry else ""
        return f"Заявление № {number}" if number else "Заявление"
    source = next((line.source for line in lines if line.source), "")
    known = str(Source(source).label) if source in Source.values else ""
    return _BASES.get(kind) or known or "Запись в реестре"


def wording(*, facts: Facts, stamp: Stamp) -> Wording:
    """Put the facts into Russian; raise `Unprintable` when a sign cannot be printed."""
    changed_at = parts.moment(datetime.fromisoformat(facts["changed_at"]))
    number = parts.policy_number(facts)
    card: tuple[tuple[str, str], ...] = (("Основание", parts.text(facts["basis"])),)
    if number:
        card += ((parts.number_label(facts), number),)
    return parts.worded(
        kind=KIND,
        facts=facts,
        stamp=stamp,
        head=("Внесено в реестр", changed_at),
        card=card,
        sections=(parts.person_section(facts), _changes(facts)),
    )


def _changes(facts: Facts) -> Section:
    lines = tuple((_since(line["on"]), _what(line)) for line in facts["lines"])
    return Section("Что изменилось", lines)


def _since(day: str) -> str:
    return f"Действует с {parts.long(day)}"


def _what(line: Facts) -> str:
    text = line["text"].replace("→", "теперь")
    return parts.text(f"{line['title']}. {text}" if text else line["title"])


KIND = PaperKind(
    code="change-extract",
    title=TITLE,
    noun="выписка",
    accusative="выписку",
    series="И",
    version="1",
    facts=facts,
    wording=wording,
)
