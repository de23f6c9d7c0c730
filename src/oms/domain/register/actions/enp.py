"""Issue of an ENP (REG-2): correct by construction, unique under any number of writers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from django.db import connection, transaction

from oms.domain.accounts.models import Sex
from oms.domain.register.models import EnpCounter, InsuredPerson, Policy
from oms.kit import bulk
from oms.kit.denied import Denied
from oms.law import enp

LAST_SEQUENCE = 99_999
LETTERS = {Sex.MALE: enp.MALE, Sex.FEMALE: enp.FEMALE}
_NEXT = """
    INSERT INTO {table} (prefix, last) VALUES (%s, 1)
    ON CONFLICT (prefix) DO UPDATE SET last = {table}.last + 1
    RETURNING last
"""


class EnpExhausted(Denied):
    """All 99 999 numbers of a region, birth date and sex are given."""

    text = "Номера полисов для этого региона и дня рождения закончились. Сообщите в фонд."


def issue_enp(*, region: str, birth_date: date, sex: int) -> str:
    """Return a new ENP nobody has; `region` is a code of F010, `sex` 1 or 2 (V005).

    One statement counts up per ten-digit beginning, so two writers never get the same
    number; numbers already on record (imported ones) are passed over. A transaction that
    rolls back gives its number back. Raises `EnpExhausted` after sequence 99999.
    """
    with transaction.atomic():
        prefix = _beginning(region, birth_date, sex)
        while True:
            sequence = _next(prefix)
            number = _built(prefix, sequence)
            if not _on_record(number):
                return number


def issue_many(*, region: str, born: Sequence[tuple[date, int]]) -> list[str]:
    """Return new ENPs for these birth dates and sexes, as `issue_enp` would give them in turn.

    Three statements, unless numbers are on record already. Raises `EnpExhausted`.
    """
    prefixes = [_beginning(region, birth_date, sex) for birth_date, sex in born]
    free: dict[str, list[int]] = defaultdict(list)
    wanted: Mapping[str, int] = Counter(prefixes)
    while wanted:
        found = {
            _built(prefix, sequence): (prefix, sequence)
            for prefix, first in take(wanted).items()
            for sequence in range(first, first + wanted[prefix])
        }
        for number in found.keys() - _known(found):
            prefix, sequence = found[number]
            free[prefix].append(sequence)
        wanted = Counter(prefixes) - Counter({prefix: len(free[prefix]) for prefix in free})
    given = {prefix: iter(sorted(sequences)) for prefix, sequences in free.items()}
    return [_built(prefix, next(given[prefix])) for prefix in prefixes]


def take(wanted: Mapping[str, int]) -> dict[str, int]:
    """Count up under each beginning by so many; return the first of those taken.

    In one order, so that two loads cannot wait for each other.
    """
    rows = sorted(wanted.items())
    if not rows:
        return {}
    table = connection.ops.quote_name(EnpCounter._meta.db_table)
    places = ", ".join(["(%s, %s)"] * len(rows))
    query = (
        f"INSERT INTO {table} (prefix, last) VALUES {places} ON CONFLICT (prefix)"  # noqa: S608  # nosec B608
        f" DO UPDATE SET last = {table}.last + EXCLUDED.last RETURNING prefix, last"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [value for row in rows for value in row])
        return {prefix: last - wanted[prefix] + 1 for prefix, last in cursor.fetchall()}


def _built(prefix: str, sequence: int) -> str:
    if sequence > LAST_SEQUENCE:
        raise EnpExhausted
    return enp.with_check(f"{prefix}{sequence:05}")


def _known(numbers: Collection[str]) -> set[str]:
    return bulk.known(InsuredPerson, "enp", numbers) | bulk.known(Policy, "enp", numbers)


def _beginning(region: str, birth_date: date, sex: int) -> str:
    return enp.beginning(region=region, birth_date=birth_date, sex=LETTERS[Sex(sex)])


def _next(prefix: str) -> int:
    table = connection.ops.quote_name(EnpCounter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(table=table), [prefix])
        last: int = cursor.fetchone()[0]
    return last


def _on_record(number: str) -> bool:
    return (
        InsuredPerson.objects.filter(enp=number).exists()
        or Policy.objects.filter(enp=number).exists()
    )
