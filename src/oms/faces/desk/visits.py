"""A visitor at an office: the profile on the screen, the document in the operator's hands."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.catalog.fields import DateField, DocumentKindField, TextField, wrong
from oms.domain.accounts.access import staff_required
from oms.domain.identity import visits
from oms.domain.register.data import DocumentData
from oms.faces.design.parts import Fact
from oms.faces.desk.looks import looked_before
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.law import dates, identity_documents, snils
from oms.law.verdict import Invalid

KINDS = (14, 9, 11, 12, 13, 15, 21, 22, 23, 25)
SEEN = (
    ("photo", "Человек похож на фотографию"),
    ("names", "Фамилия, имя и отчество как в документе"),
    ("birth_date", "Дата рождения как в документе"),
    ("snils", "СНИЛС показан и совпал"),
)


class SightForm(forms.Form):
    """What is typed from the document itself, and what was compared."""

    kind = DocumentKindField(kinds=KINDS, label="Вид документа")
    series = TextField(label="Серия", longest=12, required=False)
    number = TextField(label="Номер", longest=20)
    issued_on = DateField(label="Дата выдачи")
    issued_by = TextField(label="Кем выдан", longest=300)
    seen = forms.MultipleChoiceField(
        label="Сверено при человеке",
        choices=SEEN,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": visits.NotSeen.text},
    )

    def clean(self) -> dict[str, Any]:
        """Check series and number by the mask of their kind."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") is None or "number" not in data or "series" not in data:
            return data
        try:
            found = identity_documents.normalize(
                data["kind"], series=data["series"], number=data["number"]
            )
        except Invalid as no:
            field = no.code if no.code in self.fields else "number"
            self.add_error(field, ValidationError(wrong(str(self.fields[field].label), no.text)))
            return data
        return data | {"series": found.series, "number": found.number}

    @property
    def paper(self) -> dict[str, Any]:
        """The document as a profile keeps it."""
        names = ("kind", "series", "number", "issued_by")
        found = {name: self.cleaned_data[name] for name in names}
        issued_on = self.cleaned_data["issued_on"].isoformat()
        return {**found, "issued_on": issued_on, "department_code": ""}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a visit; confirm on sight of the document (POST)."""
    user, at = staff(request), timezone.now()
    seen = looked_before(request, key=f"visit:{pk}", purpose=visits.PURPOSE, at=at)
    found = visits.look(pk=pk, by=user, at=at, again=seen)
    form = SightForm(request.POST if request.method == "POST" else None)
    form.fields["issued_on"].latest = timezone.localdate(at)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            return _confirmed(request, found, form)
        except (visits.NotSeen, visits.OtherDocument) as no:
            form.add_error("seen" if isinstance(no, visits.NotSeen) else "number", no.text)
    person = found.confirmation.user
    return page(
        request,
        "desk/visit.html",
        section="identity",
        title=f"{person.family_name} {person.given_name} {person.patronymic}".strip(),
        form=form,
        facts=_facts(found),
        until=found.confirmation.due_at,
    )


def _confirmed(request: HttpRequest, found: visits.Visit, form: SightForm) -> HttpResponse:
    data = form.cleaned_data
    visits.confirm(
        confirmation=found.confirmation,
        seen=data["seen"],
        document=DocumentData(kind=str(data["kind"]), series=data["series"], number=data["number"]),
        paper=form.paper,
        snils_seen="snils" in data["seen"],
        by=staff(request),
        at=timezone.now(),
    )
    messages.success(request, "Личность подтверждена. Человек видит это в кабинете")
    return redirect("desk:identity")


def _facts(found: visits.Visit) -> list[Fact]:
    """The profile without the document's number: that is typed from the document."""
    user, number = found.confirmation.user, found.known.get("snils")
    paper = found.known.get("document")
    kind = identity_documents.KINDS[int(paper.value["kind"])].name if paper and paper.value else ""
    return [
        Fact("Фамилия", user.family_name),
        Fact("Имя", user.given_name),
        Fact("Отчество", user.patronymic or "нет"),
        Fact("Дата рождения", dates.long(user.birth_date) if user.birth_date else "не указана"),
        Fact("СНИЛС", snils.display(number.value) if number and number.value else "не указан"),
        Fact("Документ", f"{kind}: номер введите с документа" if kind else "не указан"),
    ]
