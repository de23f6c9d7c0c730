"""«Тексты»: what people are told, edited by an administrator, with preview and history (NTF-5)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.notifications import letters, texts
from oms.domain.notifications.models import Text
from oms.domain.notifications.templates import TEMPLATES
from oms.domain.notifications.wishes import Group
from oms.faces.design.parts import Crumb, Difference
from oms.faces.desk.pages import page, staff
from oms.law import names
from oms.law.plural import counted

_TITLES = {
    "title": "Заголовок",
    "body": "Текст",
    "short": "СМС",
    "link_title": "Кнопка",
}


@dataclass(frozen=True)
class Version:
    """One saved text with what it changed."""

    words: str
    who: str
    row: Text
    differences: list[Difference]


@dataclass(frozen=True)
class Preview:
    """An example as it would leave, by channel."""

    subject: str
    mail: str
    sms: str
    parts: str
    push: str


class TextForm(forms.Form):
    """A text of one kind."""

    title = forms.CharField(
        label="Заголовок",
        max_length=60,
        help_text="Тема письма и уведомление на экране: без имён, номеров и подстановок",
    )
    body = forms.CharField(label="Текст", max_length=4000, widget=forms.Textarea(attrs={"rows": 9}))
    short = forms.CharField(
        label="СМС",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Начало «Кабинет ОМС: » добавится само. Без ссылок",
    )
    link_title = forms.CharField(label="Кнопка", max_length=60)
    note = forms.CharField(
        label="Что и почему изменили", max_length=200, required=False, help_text="Для истории"
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def clean_body(self) -> str:
        """Keep one kind of line ends."""
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def clean_short(self) -> str:
        """Keep one kind of line ends."""
        return str(self.cleaned_data["short"]).replace("\r\n", "\n")


@require_safe
@staff_required(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """Show all kinds of messages by group. One query."""
    latest = texts.latest()
    groups = [
        (
            group.words,
            [
                (one, _version_words(latest.get(one.kind)), _title(one.title, latest.get(one.kind)))
                for one in TEMPLATES.values()
                if one.group == group
            ],
        )
        for group in Group
    ]
    return page(
        request,
        "desk/texts.html",
        section="texts",
        title="Тексты сообщений",
        groups=[row for row in groups if row[1]],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.ADMINISTRATOR)
def text(request: HttpRequest, kind: str) -> HttpResponse:
    """Edit one text: a preview writes nothing down."""
    if kind not in TEMPLATES:
        raise Http404
    rows = texts.versions(kind)
    seen = rows[0].version if rows else 0
    now = _values(rows[0]) if rows else texts.built_in(kind)
    form = TextForm(
        request.POST if request.method == "POST" else None, initial={**now, "seen": seen}
    )
    preview = _preview(kind, now)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in texts.FIELDS}
        try:
            if "preview" in request.POST:
                preview = _preview(kind, values)
            else:
                texts.save(
                    kind=kind,
                    values=values,
                    note=form.cleaned_data["note"],
                    seen=form.cleaned_data["seen"],
                    by=staff(request),
                    at=timezone.now(),
                )
                messages.success(request, "Сохранили. Следующие сообщения уйдут с этим текстом")
                return redirect("desk:text", kind)
        except texts.Wrong as wrong:
            for field, words in wrong.problems.items():
                form.add_error(field, words)
        except texts.Changed as no:
            form.add_error(None, no.text)
            form.data = {**request.POST.dict(), "seen": seen}  # the next try is meant
    return page(
        request,
        "desk/text.html",
        section="texts",
        title=TEMPLATES[kind].title,
        status=422 if form.errors else 200,
        crumbs=[Crumb("Тексты", reverse("desk:texts")), Crumb(TEMPLATES[kind].title)],
        kind=kind,
        form=form,
        must_send=TEMPLATES[kind].must_send,
        names=sorted(TEMPLATES[kind].needs),
        samples=[(name, texts.SAMPLES[name]) for name in sorted(TEMPLATES[kind].needs)],
        preview=preview,
        is_draft="preview" in request.POST and not form.errors,
        versions=_versions(kind, rows),
        in_force=_version_words(rows[0] if rows else None),
        may_restore=bool(rows) and not rows[0].is_built_in,
        seen=seen,
    )


@require_POST
@staff_required(Role.ADMINISTRATOR)
def restore(request: HttpRequest, kind: str) -> HttpResponse:
    """Go back to the text of the code."""
    if kind not in TEMPLATES:
        raise Http404
    seen = request.POST.get("seen", "")
    try:
        texts.restore(
            kind=kind,
            seen=int(seen) if seen.isdecimal() else 0,
            by=staff(request),
            at=timezone.now(),
        )
    except texts.Changed as no:
        messages.warning(request, no.text)
    else:
        messages.success(request, "Вернули встроенный текст")
    return redirect("desk:text", kind)


def _preview(kind: str, values: dict[str, str]) -> Preview:
    filled = texts.sample(kind, values)
    sms = letters.sms_text(short=filled.short)
    parts = counted(letters.sms_parts(sms), "часть", "части", "частей")
    address = "/cases/26-000-000-0/"
    mail = letters.mail_text(body=filled.body, link=address, link_title=values["link_title"])
    return Preview(values["title"], mail, sms, parts, values["title"])


def _values(row: Text) -> dict[str, str]:
    return {name: getattr(row, name) for name in texts.FIELDS}


def _versions(kind: str, rows: list[Text]) -> list[Version]:
    """Return the history, newest first, each with what it changed in the one before."""
    before: dict[str, Any] = texts.built_in(kind)
    found = []
    for row in reversed(rows):
        values = _values(row)
        differences = [
            Difference(title, values[name], before[name])
            for name, title in _TITLES.items()
            if values[name] != before[name]
        ]
        who = names.short(row.by.family_name, row.by.given_name, row.by.patronymic)
        found.append(Version(_version_words(row), who, row, differences))
        before = values
    return found[::-1]


def _version_words(row: Text | None) -> str:
    if row is None:
        return "встроенный"
    words = texts.version_words(row.version)
    return f"{words}: возврат к встроенному" if row.is_built_in else words


def _title(own: str, row: Text | None) -> str:
    return row.title if row else own
