"""Choice of a clinic for primary care (прикрепление к медицинской организации).

Source: 323-ФЗ ст. 21 ч. 2: a clinic is chosen not more often than once a year, except when the
place of residence or stay has changed; приказ Минздрава № 406н, п. 5: by application of the person
or of a representative, in the region where the person lives. A clinic that closed may be left at
any time: there is nothing to wait for (uncertain: the order is silent).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from oms.law import dates
from oms.law.refusal import Refusal, refuse

BASIS = "323-ФЗ, ст. 21; приказ Минздрава № 406н, п. 5"
MONTHS_BETWEEN = 12
FARTHEST_START = timedelta(days=30)


@dataclass(frozen=True)
class ClinicFacts:
    """A clinic: code, region, days of work (`ends_on` is the last one)."""

    code: str
    region: str
    begins_on: date | None = None
    ends_on: date | None = None

    def works(self, on: date) -> bool:
        """Whether the clinic works on the day."""
        begun = self.begins_on is None or self.begins_on <= on
        return begun and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class AttachmentFacts:
    """A period with one clinic, half-open."""

    clinic: ClinicFacts
    begins_on: date
    ends_on: date | None = None


def next_choice(attachments: Sequence[AttachmentFacts], *, on: date) -> date | None:
    """Return the day from which a clinic may be chosen at wish again; None: now.

    >>> clinic = ClinicFacts("770001", "77")
    >>> next_choice([AttachmentFacts(clinic, date(2026, 3, 1))], on=date(2026, 11, 22))
    datetime.date(2027, 3, 1)
    """
    last = max((one.begins_on for one in attachments), default=None)
    again = dates.months_after(last, MONTHS_BETWEEN) if last else None
    return again if again and on < again else None


def may_attach(
    attachments: Sequence[AttachmentFacts],
    *,
    clinic: ClinicFacts,
    region: str,
    starts_on: date,
    on: date,
    moved_on: date | None = None,
) -> tuple[Refusal, ...]:
    """Return all that forbids the choice on the day; empty: it is lawful.

    `region` is where the person lives (after a move, the new one); `moved_on` is the day of a move.
    """
    codes: list[tuple[str, str]] = []
    current = next((one for one in attachments if one.ends_on is None), None)
    if not clinic.works(max(starts_on, on)):
        codes.append(("clinic-closed", "clinic"))
    if region and clinic.region != region:
        codes.append(("clinic-other-region", "clinic"))
    if current and current.clinic.code == clinic.code:
        codes.append(("same-clinic", "clinic"))
    codes += _in_turn(attachments, current, on=on, moved_on=moved_on)
    if not on <= starts_on <= on + FARTHEST_START:
        codes.append(("clinic-start-date", "starts_on"))
    return tuple(refuse(code, field=field, basis=BASIS) for code, field in codes)


def _in_turn(
    attachments: Sequence[AttachmentFacts],
    current: AttachmentFacts | None,
    *,
    on: date,
    moved_on: date | None,
) -> list[tuple[str, str]]:
    if moved_on is not None and moved_on > on:
        return [("move-in-future", "clinic_moved_on")]
    if next_choice(attachments, on=on) is None or (current and not current.clinic.works(on)):
        return []
    if moved_on is None:
        return [("clinic-yearly-limit", "clinic_why")]
    last = max(one.begins_on for one in attachments)
    return [("clinic-move-used", "clinic_moved_on")] if moved_on <= last else []
