"""`./oms check-document`: what our checks say of any file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from oms.domain.documents import examiner
from oms.domain.documents.unfit import Unfit, check_large

KINDS = ("passport", "snils", "policy", "birth-certificate", "other")
SECONDS = 120
FIELDS = {
    "family_name": "Фамилия",
    "given_name": "Имя",
    "patronymic": "Отчество",
    "birth_date": "Дата рождения",
    "sex": "Пол",
    "series": "Серия",
    "number": "Номер",
    "issued_on": "Дата выдачи",
    "department_code": "Код подразделения",
    "snils": "СНИЛС",
    "enp": "Номер полиса",
}


@dataclass
class Report:
    """What was found; `problems` begin with why the file is not taken, if it is not."""

    kind: str
    media_type: str = ""
    pages: int = 0
    measures: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    recognition: dict[str, Any] = field(default_factory=lambda: {"state": "failed", "fields": {}})

    @property
    def ok(self) -> bool:
        """Whether the file would be taken without a word."""
        return not self.problems

    def lines(self) -> list[str]:
        """The report in words."""
        if self.ok:
            told = [f"✓ Файл подходит: {self.media_type}, страниц: {self.pages}"]
        else:
            told = [
                f"✗ {one['code']}: {_where(one)}{one['text']} {one['remedy']}"
                for one in self.problems
            ]
        for page, numbers in self.measures.items():
            shown = ", ".join(f"{name} {numbers[name]}" for name in _SHOWN if name in numbers)
            told.append(f"  Страница {page}: {shown}")
        return told + self._read()

    def _read(self) -> list[str]:
        if self.recognition["state"] == "off":
            return ["  Распознавание выключено: нет русского языка Tesseract."]
        return [
            f"  {FIELDS.get(name, name)}: {one['value']} ({one['confidence']:.2f}, {one['source']})"
            for name, one in self.recognition["fields"].items()
        ]


_SHOWN = ("dpi", "sharpness", "paper", "ink", "skew", "colour", "hot_spot", "jpeg_quality")


def check(file: Path, *, kind: str) -> Report:
    """Examine a file as the portal does, in child processes; never raises for what is in it."""
    report = Report(kind)
    content = file.read_bytes()
    thresholds = dict(settings.SCAN_THRESHOLDS)
    try:
        check_large(len(content))
        found, _ = examiner.call(
            "inspect", content, kind=kind, thresholds=thresholds, seconds=SECONDS
        )
        report.media_type, report.pages = found["media_type"], found["pages"]
        report.measures, report.problems = found["measures"], found["problems"]
        report.recognition, _ = examiner.call(
            "read",
            content,
            media_type=report.media_type,
            kind=kind,
            tessdata=settings.TESSDATA,
            seconds=SECONDS,
        )
    except Unfit as no:
        report.problems.append(_unfit(no))
    return report


def _unfit(no: Unfit) -> dict[str, Any]:
    return {"code": no.code, "text": no.text, "remedy": no.remedy, "page": 0, "box": []}


def _where(problem: dict[str, Any]) -> str:
    return f"страница {problem['page']}. " if problem["page"] else ""
