"""Documents of a case at the desk: thumbnails in the sheet, and the viewer.

Whoever sees the case sees its documents, and nobody else; each look is written down first.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from oms.cases.documents import Asked, submitted
from oms.cases.models import Case
from oms.cases.recognised import read_on
from oms.cases.settling import LONGEST_REASON, accept, may_settle, refuse
from oms.catalog.fields import TextField
from oms.domain.accounts.access import staff_required
from oms.domain.documents import queries as documents
from oms.domain.documents.limits import WIDTHS
from oms.domain.documents.models import Document
from oms.domain.documents.serving import file_response, preview_response
from oms.faces.design.parts import Crumb
from oms.faces.desk.enclosed import thumb
from oms.faces.desk.looks import look_at_document
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.queue import crumb
from oms.faces.desk.sheet import find_case, sheet
from oms.kit.denied import Denied
from oms.law.refusal import REASONS

KEYS = (
    ("+", "Крупнее"),
    ("−", "Мельче"),
    ("0", "По ширине"),
    ("E", "Повернуть"),
    ("N", "Следующая страница"),
    ("P", "Предыдущая страница"),
    ("B", "Два рядом"),
)
_TOLD = ("document-unreadable", "document-wrong", "document-expired", "document-not-valid")
NO_REASON = "Выберите причину или напишите её"


class RefuseForm(forms.Form):
    """Why a document does not do: a reason of the catalogue, or words."""

    reason = forms.ChoiceField(
        label="Что не так",
        required=False,
        choices=[("", "Другое, напишу ниже"), *((code, REASONS[code].title) for code in _TOLD)],
        error_messages={"invalid_choice": "Что не так: выберите из списка"},
    )
    words = TextField(
        label="Словами для заявителя", longest=200, required=False, help_text="Прочитает как есть"
    )

    def clean(self) -> dict[str, Any]:
        """One of the two has to be there."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("reason") and not cleaned.get("words"):
            self.add_error("words", NO_REASON)
        return cleaned

    def told(self, title: str) -> str:
        """The reason as the applicant reads it."""
        code = self.cleaned_data["reason"]
        parts = [REASONS[code].text.replace("{about}", title)] if code else []
        if self.cleaned_data["words"]:
            parts.append(self.cleaned_data["words"])
        return " ".join(parts)[:LONGEST_REASON]


@require_safe
@staff_required(*OPERATORS)
def scan(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Show a document large, with the data of case and register beside it."""
    return _page(request, find_case(request, number), code, RefuseForm())


@require_safe
@staff_required(*OPERATORS)
def scan_page(request: HttpRequest, number: str, code: str, page_number: int) -> HttpResponse:
    """One page as a picture drawn anew. Larger than a thumbnail it is a look of its own."""
    case = find_case(request, number)
    document = _file(case, code)
    width = next((one for one in WIDTHS if str(one) == request.GET.get("width")), WIDTHS[-1])
    if width > WIDTHS[0]:
        look_at_document(request, case, document, at=timezone.now())
    return preview_response(document, page=page_number, width=width)


@require_safe
@staff_required(*OPERATORS)
def scan_file(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The file as it came, to be saved."""
    case = find_case(request, number)
    document = _file(case, code)
    look_at_document(request, case, document, at=timezone.now())
    return file_response(document, download=True)


@require_POST
@staff_required(*OPERATORS)
def judge(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Accept the document, or refuse it with a reason the applicant reads."""
    case, at, user = find_case(request, number), timezone.now(), staff(request)
    document = _file(case, code)
    form = RefuseForm(request.POST)
    try:
        if "accept" in request.POST:
            accept(case=case, code=code, by=user, at=at)
            messages.success(request, "Документ принят.")
        elif form.is_valid():
            title = _title(case, document)
            refuse(case=case, code=code, reason=form.told(title), by=user, at=at)
            messages.success(request, "Документ не принят. Теперь запросите другой.")
        else:
            return _page(request, case, code, form)
    except Denied as no:
        messages.warning(request, no.text)
    return redirect("desk:scan", case.number, code)


def _page(request: HttpRequest, case: Case, code: str, form: RefuseForm) -> HttpResponse:
    at, asked = timezone.now(), submitted(case)
    document = _of(asked, code)
    beside = _beside(asked, request.GET.get("beside", ""), code)
    look_at_document(request, case, document, at=at)
    if beside:
        look_at_document(request, case, beside, at=at)
    shown = sheet(request, case, at=at, asked=asked)
    title = _titles(asked)[document.slot]
    return page(
        request,
        "desk/scan.html",
        section="cases",
        status=422 if form.errors else 200,
        title=title,
        crumbs=[
            crumb(),
            Crumb(case.number, reverse("desk:case", args=[case.number])),
            Crumb(title),
        ],
        keys=KEYS,
        sheet=shown,
        document=document,
        thumb=thumb(case, document),
        files=[thumb(case, file) for row in asked for file in row.files],
        number=_number(request, document),
        numbers=range(1, document.pages + 1),
        beside=thumb(case, beside) if beside else None,
        others=[thumb(case, f) for row in asked for f in row.files if _may_stand(f, code)],
        readings=read_on(case, document),
        problems=document.problems,
        may_settle=may_settle(case, staff(request)),
        ask_url=f"{reverse('desk:ask', args=[case.number])}?document={document.slot}",
        form=form,
    )


def _file(case: Case, code: str) -> Document:
    """A file of the case by the code of its address. One query."""
    found = [one for one in documents.of(about=case.key) if one.code == code]
    if not found:
        raise Http404
    return found[0]


def _of(asked: Sequence[Asked], code: str) -> Document:
    found = [file for row in asked for file in row.files if file.code == code]
    if not found:
        raise Http404
    return found[0]


def _beside(asked: Sequence[Asked], other: str, code: str) -> Document | None:
    files = (file for row in asked for file in row.files)
    return next((f for f in files if f.code == other and _may_stand(f, code)), None)


def _may_stand(document: Document, code: str) -> bool:
    return document.code != code and document.is_open_to_look


def _titles(asked: Sequence[Asked]) -> dict[str, str]:
    return {row.code: row.title for row in asked}


def _title(case: Case, document: Document) -> str:
    return _titles(submitted(case)).get(document.slot, str(document.get_kind_display()))


def _number(request: HttpRequest, document: Document) -> int:
    typed = request.GET.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    return min(max(number, 1), document.pages)
