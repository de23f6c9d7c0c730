"""Planned works and outages: the administrator tells of them and of their end."""

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.catalog import fields
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.directory import queries as directory
from oms.domain.directory.models import Insurer
from oms.domain.works import actions, queries
from oms.domain.works.models import PlannedWork
from oms.faces.desk.forms import Words
from oms.faces.desk.pages import page, staff
from oms.kit.denied import Denied

MOMENT = "%d.%m.%Y %H:%M"
_WRONG = "укажите в виде ДД.ММ.ГГГГ ЧЧ:ММ, например 25.11.2026 02:00"


class WorkForm(forms.Form):
    """What does not work, from when until when, for whom."""

    kind = forms.ChoiceField(
        label="Что это",
        choices=PlannedWork.Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={"required": "Выберите: плановые работы или сбой"},
    )
    part = forms.ChoiceField(
        label="Что не работает",
        choices=[("", "Выберите"), *PlannedWork.Part.choices],
        error_messages={"required": "Выберите, что не работает"},
    )
    title = fields.TextField(
        label="Коротко",
        longest=120,
        empty="напишите, что происходит",
        help_text="Увидят все вверху каждой страницы, например «Обновляем реестр»",
    )
    text = Words(
        label="Что делать людям",
        rows=3,
        longest=500,
        required=False,
        help_text="Что остаётся в силе и когда вернуться",
    )
    begins_at = forms.DateTimeField(
        label="Начало",
        input_formats=[MOMENT],
        widget=forms.TextInput(attrs={"class": "medium", "placeholder": "25.11.2026 02:00"}),
        error_messages={"required": f"Начало: {_WRONG}", "invalid": f"Начало: {_WRONG}"},
    )
    ends_at = forms.DateTimeField(
        label="Окончание",
        input_formats=[MOMENT],
        required=False,
        help_text="Если пока неизвестно, оставьте пустым",
        widget=forms.TextInput(attrs={"class": "medium", "placeholder": "25.11.2026 06:00"}),
        error_messages={"invalid": f"Окончание: {_WRONG}"},
    )
    audience = forms.ChoiceField(
        label="Кого касается",
        required=False,
        help_text="Строка вверху страниц появится, только если касается всех",
    )

    def __init__(self, *args: object, at: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        regions = [(f"region:{r.code}", r.name) for r in directory.regions()]
        insurers = [(f"insurer:{i.code}", i.short_name) for i in _insurers(at)]
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            ("", "Всех"),
            ("Застрахованных в организации", insurers),
            ("Жителей региона", regions),
        ]
        self.fields["begins_at"].initial = f"{timezone.localtime(at):{MOMENT}}"


def _insurers(at: datetime) -> list[Insurer]:
    return directory.insurers(region=settings.REGION, on=timezone.localdate(at))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.ADMINISTRATOR)
def works(request: HttpRequest) -> HttpResponse:
    """List works and add one."""
    at = timezone.now()
    form = WorkForm(request.POST or None, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(by=staff(request).actor, at=at, **form.cleaned_data)
        except Denied as no:
            form.add_error("ends_at" if isinstance(no, actions.WrongTimes) else None, no.text)
        else:
            messages.success(request, "Записано. Люди увидят это на портале.")
            return redirect("desk:works")
    found = queries.everything(at=at)
    keys = {one.audience for one in (*found.now, *found.ahead, *found.past)}
    names = directory.names_of(keys=keys)

    def named(rows: Sequence[PlannedWork]) -> list[tuple[PlannedWork, str]]:
        return [(one, names.get(one.audience, "")) for one in rows]

    return page(
        request,
        "desk/works.html",
        section="works",
        title="Работы и сбои",
        status=422 if form.errors else 200,
        form=form,
        now=named(found.now),
        ahead=named(found.ahead),
        past=named(found.past),
    )


@require_POST
@staff_required(Role.ADMINISTRATOR)
def works_end(request: HttpRequest) -> HttpResponse:
    """Say that a work is over, or will not be."""
    key = request.POST.get("work", "")
    rows = PlannedWork.objects.public()
    work = rows.filter(pk=key).first() if key.isdecimal() else None
    if work is not None:
        actions.end(work=work, by=staff(request).actor, at=timezone.now())
        messages.success(request, "Отмечено: закончено. С портала убрали.")
    return redirect("desk:works")
