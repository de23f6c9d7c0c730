"""Papers for many: a list of numbers, the worker's progress, one archive."""

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.catalog import fields
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.papers import lists
from oms.domain.papers.models import Paper, PaperBatch
from oms.domain.papers.periods import Days
from oms.domain.papers.refused import WrongScope
from oms.faces.design.parts import Crumb
from oms.faces.desk.forms import Words
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied

LONGEST = 400_000
"""Signs of a list: ten thousand lines of forty."""
SHOWN = 200
"""Problems a page shows; the archive names all."""
CERTIFICATE = Paper.Kind.INSURANCE_CERTIFICATE


class ListForm(forms.Form):
    """Which paper, for whom, what for."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="Какой документ",
        choices=Paper.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите документ"},
    )
    since = fields.DateField(
        label="Справка: период с", required=False, help_text="Только для справки о страховании"
    )
    until = fields.DateField(label="По", required=False)
    numbers = Words(
        label="Номера",
        rows=8,
        longest=LONGEST,
        required=False,
        help_text="ЕНП или СНИЛС, каждый с новой строки. До 10 000 строк",
    )
    del numbers.widget.attrs["data-count"]  # nobody counts the signs of a list
    file = forms.FileField(
        label="Или файл CSV", required=False, help_text="Номер может стоять в любом столбце"
    )
    purpose = fields.TextField(
        label="Зачем",
        longest=300,
        empty="напишите, зачем",
        help_text="Запишем в журнал, каждый человек увидит это в своём кабинете",
    )

    def clean_file(self) -> str:
        """Read the file as text: UTF-8, else the usual Windows code page."""
        given: UploadedFile[Any] | None = self.cleaned_data["file"]
        if given is None:
            return ""
        if given.size and given.size > LONGEST:
            raise forms.ValidationError("Файл слишком большой. Разделите список")
        content: bytes = given.read()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1251", errors="replace")

    def clean(self) -> dict[str, Any]:
        """A certificate is of a period; the list comes by one way."""
        told: dict[str, Any] = self.cleaned_data
        if told.get("kind") == CERTIFICATE:
            for name in ("since", "until"):
                if not told.get(name) and name not in self.errors:
                    self.add_error(name, "Для справки укажите первый и последний день периода")
        if not told.get("numbers") and not told.get("file") and not self.errors:
            self.add_error("numbers", "Вставьте номера или выберите файл")
        return told

    def order(self) -> dict[str, str]:
        """What is ordered. Raises `WrongScope`."""
        told = self.cleaned_data
        scope = Days(told["since"], told["until"]).scope if told["kind"] == CERTIFICATE else ""
        text = told["numbers"] or told["file"]
        return {"kind": told["kind"], "text": text, "purpose": told["purpose"], "scope": scope}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.INSURER, Role.FUND)
def issue(request: HttpRequest) -> HttpResponse:
    """Order papers by a list; show the orders of one's organisation."""
    user = staff(request)
    form = ListForm(request.POST or None, request.FILES or None, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        key = f"{user.key}:{form.cleaned_data['key']}"
        try:
            batch = lists.order(**form.order(), key=key, by=user, at=timezone.now())
        except WrongScope as no:
            form.add_error("until", no.text)
        except Denied as no:
            form.add_error("numbers", no.text)
        else:
            return redirect("desk:issued", batch.pk)
    return page(
        request,
        "desk/issuing.html",
        section="copies",
        status=422 if form.errors else 200,
        title="Документы по списку",
        crumbs=[_crumb(), Crumb("По списку")],
        form=form,
        rows=lists.orders(user),
    )


@require_safe
@staff_required(Role.INSURER, Role.FUND)
def issued(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far an order is; htmx asks for its part alone."""
    batch = _find(request, pk)
    problems = lists.problems(batch)
    shown: dict[str, Any] = {
        "batch": batch,
        "ready": batch.done + len(batch.refused),
        "problems": problems[:SHOWN],
        "more": max(len(problems) - SHOWN, 0),
        "many": len(problems),
    }
    if request.headers.get("HX-Request"):
        return render(request, "desk/parts/issued.html", shown)
    return page(
        request,
        "desk/issued.html",
        section="copies",
        title="Документы по списку",
        crumbs=[_crumb(), Crumb("По списку", reverse("desk:issuing")), Crumb(f"№ {batch.pk}")],
        **shown,
    )


@require_safe
@staff_required(Role.INSURER, Role.FUND)
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Give all papers of an order in one file, and the list of problems."""
    batch = _find(request, pk)
    try:
        file = lists.archive(batch=batch, by=staff(request).actor, at=timezone.now())
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("desk:issued", batch.pk)
    name = f"Документы {batch.pk}.zip"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    return cast(HttpResponse, answer)  # a stream, which no page looks into


def _crumb() -> Crumb:
    return Crumb("Выдача", reverse("desk:copies"))


def _find(request: HttpRequest, pk: int) -> PaperBatch:
    if pk >= 2**63:
        raise Http404
    found = PaperBatch.objects.visible_to(staff(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
