"""Tables for office programs: CSV and XLSX whose cells can never become formulas.

>>> as_csv(("Имя", "Текст"), [("Анна", "=1+1")]).decode("utf-8-sig").splitlines()[1]
"Анна;'=1+1"
"""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

CSV, XLSX = (
    "text/csv; charset=utf-8",
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 32_000  # a cell of a workbook holds 32 767 signs


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table with semicolons in UTF-8 with a mark: Excel opens it as it is."""
    file = io.StringIO()
    table = csv.writer(file, delimiter=";")
    table.writerow(head)
    table.writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet; every cell is text, never a formula or a link."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(title[:31]), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 22)
        for column, cell in enumerate(head):
            sheet.write_string(0, column, cell, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:_LONGEST_CELL])
    return file.getvalue()


def harmless(cell: str) -> str:
    """Return the cell with a mark before what an office program would take for a formula."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_DANGEROUS) else cell
