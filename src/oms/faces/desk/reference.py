"""Reference books at the desk: a file loaded, a code on a day, papers of organisations that end."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.catalog import fields
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.directory import actions, changes, watching
from oms.domain.directory import queries as directory
from oms.domain.directory.books import TITLES
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied

REFUSED_SHOWN = 50
WATCHED_SHOWN = 50
LARGEST = 50 * 1024 * 1024
KINDS = {"F001": "fund", "F002": "insurer", "F003": "clinic", "F032": "clinic"}
"""Books whose rows are organisations, kept whole with their versions."""


class UploadForm(forms.Form):
    """A file of a reference book."""

    file = forms.FileField(
        label="Файл справочника",
        help_text="XML, не больше 50\N{NO-BREAK SPACE}МБ. Какой это справочник, скажет сам файл",
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,application/xml,text/xml"}),
        error_messages={
            "required": "Файл справочника: выберите файл XML",
            "empty": "Файл справочника: файл пустой, выберите другой",
        },
    )

    def clean_file(self) -> Any:
        """Larger files are the command's."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                "Файл справочника: больше 50 МБ. Загрузите его командой ./oms load-reference"
            )
        return file


class CodeForm(forms.Form):
    """A code of a book, and the day it is asked of."""

    book = fields.ChoiceField(
        label="Справочник",
        choices=[(code, f"{code} {title}") for code, title in TITLES.items()],
    )
    code = fields.TextField(label="Код", longest=32, empty="укажите код из справочника")
    on = fields.DateField(label="На какой день", required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.ADMINISTRATOR)
def reference(request: HttpRequest) -> HttpResponse:
    """The last readings of books with what was refused; a file is loaded here (POST)."""
    upload = UploadForm(request.POST or None, request.FILES or None)
    no: Denied | None = None
    if request.method == "POST":
        upload = UploadForm(request.POST, request.FILES)
        if upload.is_valid():
            no = _load(request, upload)
            if no is None:
                return redirect("desk:reference")
    today = timezone.localdate()
    ask = CodeForm(request.GET if "code" in request.GET else None, initial={"on": today})
    return page(
        request,
        "desk/reference.html",
        section="reference",
        status=no.status if no else 422 if upload.errors else 200,
        title="Справочники",
        upload=upload,
        no=no,
        ask=ask,
        asked=_meaning(ask, today) if ask.is_bound and ask.is_valid() else None,
        watched=watching.watched(on=today, region=settings.REGION, limit=WATCHED_SHOWN),
        loads=_loads(),
    )


def _load(request: HttpRequest, form: UploadForm) -> Denied | None:
    try:
        load = actions.load_reference(
            file=form.cleaned_data["file"], by=staff(request).actor, at=timezone.now()
        )
    except Denied as no:
        return no
    messages.success(request, f"{load.lines()[0]}. {load.lines()[1]}")
    return None


def _loads() -> list[dict[str, Any]]:
    return [
        {
            "load": load,
            "heading": lines[0],
            "problems": lines[2 : 2 + REFUSED_SHOWN],
            "left": max(len(lines) - 2 - REFUSED_SHOWN, 0),
        }
        for load, lines in ((load, load.lines()) for load in directory.loads())
    ]


def _meaning(form: CodeForm, today: date) -> dict[str, Any]:
    """What the code meant on the day, and all it ever meant; two queries."""
    data = form.cleaned_data
    book, code, on = data["book"], data["code"].strip(), data["on"] or today
    kind = KINDS.get(book)
    if kind is None:
        rows = directory.periods(book=book, code=code)
        then = directory.entry(book=book, code=code, on=on)
        return {"on": on, "code": code, "then": then, "rows": rows, "known": bool(rows)}
    known = directory.as_of(kind=kind, code=code, on=on)
    turns = changes.turns(kind=kind, code=code)
    return {
        "on": on,
        "code": code,
        "facts": list(changes.facts(known.fields)) if known else [],
        "since": known.valid_from if known else None,
        "turns": turns,
        "known": bool(turns),
    }
