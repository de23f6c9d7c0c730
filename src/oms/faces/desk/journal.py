"""The journal at the desk: searched for a purpose by administrators, supervisors their own house's.

What is looked for lives in the session, never in an address; the search is itself an entry.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from oms.catalog import fields
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.directory.queries import organization_names
from oms.domain.journal import search
from oms.faces.desk.pages import page, staff

READERS = (Role.ADMINISTRATOR, Role.SUPERVISOR)
ROLES = dict(Role.choices)
KEY = re.compile(r"[a-z][a-z-]{0,24}(?::[\w.-]{1,40})?")
AFTER = re.compile(r"(\d{1,12})\.(\d{6})-(\d{1,18})")
_SOUGHT = "desk_journal"
ACTS = (
    ("", "Любое"), ("person.read", "Просмотр данных человека"),
    ("register.search", "Поиск в реестре"),
    ("account.search", "Поиск кабинета"), ("case.approve", "Одобрение"), ("case.reject", "Отказ"),
    ("export.take", "Выгрузка взята"), ("user.sign-in", "Вход"), ("user.block", "Блокировка"),
    ("directory.load", "Загрузка справочника"), ("journal.search", "Поиск в журнале"),
    ("journal.anchor", "Якорь журнала"),
)  # fmt: skip


class JournalForm(forms.Form):
    """What is looked for, and why."""

    purpose = fields.TextField(
        label="Зачем смотрите журнал",
        longest=200,
        empty="напишите, зачем",
        help_text="Запишем в журнал вместе с условиями поиска",
    )
    person = fields.TextField(
        label="Чьи данные", longest=64, required=False, help_text="Ключ: person:5 или user:12"
    )
    actor = fields.TextField(
        label="Кто действовал", longest=64, required=False, help_text="Ключ: user:12 или system"
    )
    subject = fields.TextField(
        label="О чём", longest=64, required=False, help_text="Ключ: case:17, paper:3"
    )
    act = forms.ChoiceField(label="Действие", choices=ACTS, required=False)
    since = fields.DateField(label="С какого дня", required=False)
    until = fields.DateField(label="По какой день", required=False)

    def clean(self) -> dict[str, Any]:
        """Take keys only: the journal knows nobody by name."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("person", "actor", "subject"):
            if data.get(name) and not KEY.fullmatch(data[name]):
                label = self.fields[name].label
                self.add_error(name, ValidationError(f"{label}: укажите ключ, например user:12"))
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "По какой день: укажите день не раньше начала")
        return data

    def wanted(self) -> search.Wanted:
        """Return what is looked for, days as moments of our zone."""
        data = self.cleaned_data
        until = data["until"]
        return search.Wanted(
            person=data["person"], actor=data["actor"], act=data["act"], subject=data["subject"],
            since=_midnight(data["since"]),
            until=_midnight(until + timedelta(days=1)) if until else None,
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*READERS)
def journal(request: HttpRequest) -> HttpResponse:
    """Look for entries (POST), then read them a page at a time. A fixed number of queries."""
    if request.method == "POST":
        form = JournalForm(request.POST)
        if not form.is_valid():
            return _page(request, form, None, status=422)
        search.begin(
            wanted=form.wanted(), purpose=form.cleaned_data["purpose"],
            by=staff(request).actor, at=timezone.now(),
        )  # fmt: skip
        names = ("purpose", "person", "actor", "subject", "act", "since", "until")
        request.session[_SOUGHT] = {name: request.POST.get(name, "") for name in names}
        return redirect(f"{reverse('desk:journal')}?found=1")
    sought: Mapping[str, Any] = request.session.get(_SOUGHT) or {}
    form = JournalForm(dict(sought)) if sought and "found" in request.GET else JournalForm()
    if not form.is_bound or not form.is_valid():
        return _page(request, JournalForm(), None)
    user = staff(request)
    portion = search.found(
        wanted=form.wanted(),
        organization=user.organization if user.role == Role.SUPERVISOR else "",
        after=_after(request.GET.get("after", "")),
    )
    return _page(request, form, portion)


def _page(
    request: HttpRequest, form: JournalForm, portion: search.Portion | None, status: int = 200
) -> HttpResponse:
    lines = portion.lines if portion else ()
    names = organization_names(keys={line.organization for line in lines if line.organization})
    after = portion.after if portion else None
    base = reverse("desk:journal")
    return page(
        request,
        "desk/journal.html",
        section="journal",
        status=status,
        title="Журнал",
        form=form,
        searched=portion is not None,
        lines=[
            (
                line,
                dict(ACTS).get(line.act, line.act),
                ROLES.get(line.role, ""),
                names.get(line.organization, line.organization),
            )
            for line in lines
        ],
        previous_url=f"{base}?found=1" if "after" in request.GET else "",
        previous_title="В начало",
        next_url=f"{base}?found=1&after={_said(after)}" if after else "",
    )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def _said(after: tuple[datetime, int]) -> str:
    """Write where a page begins: seconds, microseconds and the number of an entry."""
    at, pk = after
    return f"{int(at.timestamp())}.{at.microsecond:06}-{pk}"


def _after(typed: str) -> tuple[datetime, int] | None:
    read = AFTER.fullmatch(typed) if typed.isascii() else None
    if read is None:
        return None
    try:
        at = datetime.fromtimestamp(int(read[1]), tz=timezone.get_default_timezone())
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(microsecond=int(read[2])), int(read[3])
