"""The duty to tell the insurer of changes (обязанность сообщить об изменении сведений).

Source: 326-ФЗ ст. 16 ч. 2: a changed surname, name, patronymic, identity document or place of
residence is reported within one month of the change. The law names no penalty for being late.
"""

from datetime import date

from oms.law import dates

BASIS = "326-ФЗ, ст. 16, ч. 2"
MONTHS = 1


def report_by(changed_on: date) -> date:
    """Return the last day on which the change is reported in time.

    >>> report_by(date(2026, 1, 31))
    datetime.date(2026, 2, 28)
    """
    return dates.months_after(changed_on, MONTHS)


def told(changed_on: date | None, *, on: date) -> str:
    """Say how the report stands to the duty, without blame.

    >>> "не наказывает" in told(date(2026, 1, 10), on=date(2026, 6, 1))
    True
    """
    if changed_on is None:
        return "Об этом просят сообщать в течение месяца. Если он прошёл, сообщите всё равно."
    last = report_by(changed_on)
    if on <= last:
        return f"Вы сообщаете вовремя: по закону это можно сделать до {dates.long(last)}"
    return "Месяц на сообщение прошёл, но закон за это не наказывает. Хорошо, что вы сообщили."
