"""Issue of an ENP (REG-2): correct by construction, unique under any number of writers."""

from datetime import date

from django.db import connection, transaction

from oms.domain.accounts.models import Sex
from oms.domain.register.models import EnpCounter, InsuredPerson, Policy
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
        prefix = _number(region, birth_date, sex, 0)[:10]
        while True:
            sequence = _next(prefix)
            if sequence > LAST_SEQUENCE:
                raise EnpExhausted
            number = _number(region, birth_date, sex, sequence)
            if not _on_record(number):
                return number


def _number(region: str, birth_date: date, sex: int, sequence: int) -> str:
    letter = LETTERS[Sex(sex)]
    return enp.build(region=region, birth_date=birth_date, sex=letter, sequence=sequence)


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
