"""One's messages as a file: the exact text, the version of it, how each channel delivered it."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import xlsxwriter
from django.utils import timezone

from oms.domain.notifications import texts
from oms.domain.notifications.models import Delivery, Message

HEADINGS = (
    "Когда", "Заголовок", "Текст", "Версия текста", "Ответить до", "Прочитано",
    "Канал", "Куда", "Состояние", "Отправлено", "Квитанция", "Когда квитанция", "Причина",
)  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(found: Iterable[Message]) -> bytes:
    """Return a table for office programs: semicolons, UTF-8 with a mark."""
    file = io.StringIO()
    table = csv.writer(file, delimiter=";")
    table.writerow(HEADINGS)
    table.writerows([_harmless(cell) for cell in row] for row in _rows(found))
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(found: Iterable[Message]) -> bytes:
    """Return a workbook; every cell is text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Сообщения")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADINGS) - 1, 20)
        for number, row in enumerate((HEADINGS, *_rows(found))):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return file.getvalue()


def as_json(found: Iterable[Message]) -> bytes:
    """Return everything in a form for programs."""
    rows = [
        {
            "at": message.at.isoformat(),
            "kind": message.kind,
            "template_version": message.template_version,
            "title": message.title,
            "body": message.body,
            "answer_by": _moment(message.answer_by),
            "read_at": _moment(message.read_at),
            "deliveries": [
                {
                    "channel": one.channel,
                    "address": _address(one),
                    "text": one.text,
                    "state": one.state,
                    "attempts": one.attempts,
                    "sent_at": _moment(one.sent_at),
                    "receipt": one.receipt,
                    "receipt_at": _moment(one.receipt_at),
                    "error": one.error,
                }
                for one in _deliveries(message)
            ],
        }
        for message in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


FORMS: dict[str, tuple[str, Callable[[Iterable[Message]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "json": ("application/json", as_json),
}


def _rows(found: Iterable[Message]) -> Iterator[tuple[str, ...]]:
    """Return a line for each delivery, one for a message without any."""
    for message in found:
        told = (
            _words(message.at),
            message.title,
            message.body,
            texts.version_words(message.template_version),
            _words(message.answer_by),
            _words(message.read_at),
        )
        sent = _deliveries(message)
        for one in sent:
            yield (
                *told,
                str(one.get_channel_display()),
                _address(one),
                str(one.get_state_display()),
                _words(one.sent_at),
                str(one.get_receipt_display()),
                _words(one.receipt_at),
                one.error,
            )
        if not sent:
            yield (*told, "В кабинете", "", "Доставлено", "", "", "", "")


def _deliveries(message: Message) -> list[Delivery]:
    return sorted(message.deliveries.all(), key=lambda row: row.pk)


def _address(one: Delivery) -> str:
    return "" if one.channel == Delivery.Channel.PUSH else one.address


def _harmless(cell: str) -> str:
    """Keep office programs from taking a text for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _words(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y %H:%M}" if moment else ""


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
