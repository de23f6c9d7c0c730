"""Joining the waiting list, and saying other days and hours: the place stays."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.catalog import fields
from oms.domain.accounts.access import sign_in_required
from oms.domain.booking import waiting as domain
from oms.domain.booking.models import WaitingEntry
from oms.domain.directory import queries as directory
from oms.domain.directory.models import MedicalOrganization, Position, Region
from oms.faces.design.parts import Crumb
from oms.faces.portal.booking import own, whom, words
from oms.faces.portal.booking.finding import doctor_url, is_key, place
from oms.faces.portal.booking.waiting import crumbs, own_entry
from oms.faces.portal.booking.ways import ways
from oms.faces.portal.pages import address, page
from oms.kit.denied import Denied
from oms.law.specialities import SPECIALITIES

TOLD = "Сообщим в кабинете, на почту и по СМС, как только время освободится."
SOON = timedelta(days=30)
FROM_HOURS = [(str(hour), f"{hour}:00") for hour in range(6, 22)]
UNTIL_HOURS = [(str(hour), f"{hour}:00") for hour in range(7, 23)]


@dataclass(frozen=True)
class Scope:
    """Whom one may wait for here: this doctor, the clinic's, the region's."""

    speciality: str
    region: Region
    clinic: MedicalOrganization | None = None
    position: Position | None = None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The narrower first."""
        title = words.lower(words.speciality_title(self.speciality))
        rows = []
        if self.position:
            rows.append(("position", f"Только {self.position.doctor.name}"))
        if self.clinic:
            rows.append(("clinic", f"Любой {title} здесь: {self.clinic.short_name}"))
        return [*rows, ("region", f"Любой {title} в регионе: {self.region.name}")]

    def wanted(self, chosen: str) -> dict[str, Any]:
        """Return what `waiting.join` takes."""
        if chosen == "position" and self.position:
            return {"position": self.position}
        if chosen == "clinic" and self.clinic:
            return {"clinic": self.clinic, "speciality": self.speciality}
        return {"region": self.region, "speciality": self.speciality}


class WishesForm(forms.Form):
    """When a visit would suit."""

    weekdays = forms.MultipleChoiceField(
        label="Дни недели",
        choices=[(str(n), word.capitalize()) for n, word in enumerate(words.WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
        initial=list(domain.EVERY_DAY),
        error_messages={
            "required": "Дни недели: отметьте, когда вам удобно",
            "invalid_choice": "Дни недели: выберите из списка",
        },
    )
    from_hour = fields.ChoiceField(label="Не раньше", choices=FROM_HOURS, initial="8")
    until_hour = fields.ChoiceField(label="Не позже", choices=UNTIL_HOURS, initial="20")
    until_day = fields.DateField(
        label="До какого дня ждать", help_text="Например, 24.12.2026. Не дальше полугода"
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = self.fields["until_day"]
        assert isinstance(last, fields.DateField)
        self.on, last.latest = on, on + domain.LONGEST

    def clean(self) -> dict[str, Any]:
        """Hours in their order."""
        given: dict[str, Any] = super().clean() or {}
        begins, ends = given.get("from_hour"), given.get("until_hour")
        if begins and ends and int(begins) >= int(ends):
            self.add_error("until_hour", ValidationError("Не позже: укажите час после начала"))
        if given.get("until_day") and given["until_day"] < self.on:
            self.add_error("until_day", ValidationError("До какого дня ждать: он уже прошёл"))
        return given

    @property
    def wishes(self) -> domain.Wishes:
        """What was told."""
        told = self.cleaned_data
        return domain.Wishes(
            until_day=told["until_day"],
            weekdays="".join(told["weekdays"]),
            from_hour=int(told["from_hour"]),
            until_hour=int(told["until_hour"]),
        )


class JoinForm(WishesForm):
    """The same, with whom one waits for."""

    scope = fields.ChoiceField(label="Кого ждёте", choices=[], widget=forms.RadioSelect())
    whom = fields.ChoiceField(
        label="Кого записываем", choices=[], widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    field_order = ("scope", "whom", "weekdays", "from_hour", "until_hour", "until_day")

    def __init__(self, *args: Any, scope: Scope, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_scope, own_whom = self.fields["scope"], self.fields["whom"]
        assert isinstance(own_scope, forms.ChoiceField)
        assert isinstance(own_whom, forms.ChoiceField)
        own_scope.choices = scope.choices
        own_scope.initial = scope.choices[0][0]
        own_whom.choices = [(one.key, one.name) for one in people]
        own_whom.initial = next((one.key for one in people if one.is_open), whom.OWN)
        if len(people) < 2:
            del self.fields["whom"]


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Say whom one waits for and when it suits; POST joins. Four queries besides the frame's."""
    whom.refuse_staff(request)
    at = own.now()
    scope = _scope(request, at)
    if scope is None:
        return redirect("portal:doctors")
    on = _today(scope, at)
    people = whom.choices(request)
    initial = {"until_day": on + SOON}
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        scope=scope,
        people=people,
        on=on,
        initial=initial,
    )
    no = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _join(request, scope, form, at)
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Вы в очереди. Сообщим, как только время освободится.")
            return redirect("portal:waiting_entry", made.pk)
    title = words.speciality_title(scope.speciality)
    where = scope.position.doctor.name if scope.position else _where(scope)
    return page(
        request,
        "portal/booking/join.html",
        section="doctors",
        status=no.status if no else 422 if form.errors else 200,
        title="Встать в лист ожидания",
        crumbs=[Crumb("Врачи", address("portal:doctors")), Crumb("Лист ожидания")],
        lead=f"{title}, {where}",
        form=form,
        told=TOLD,
        action="Встать в очередь",
        back_url=doctor_url(scope.position) if scope.position else address("portal:doctors"),
        no=no,
        ways=ways(no),
    )


def _join(request: HttpRequest, scope: Scope, form: JoinForm, at: datetime) -> WaitingEntry:
    person = whom.choose(request, form.cleaned_data.get("whom") or "")
    user = own.acting(request)
    return domain.join(
        person=person,
        wishes=form.wishes,
        by=user.actor,
        user=user,
        at=at,
        **scope.wanted(form.cleaned_data["scope"]),
    )


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, pk: int) -> HttpResponse:
    """Say other days and hours."""
    found, at = own_entry(request, pk), own.now()
    if found.state not in WaitingEntry.STANDING:
        return redirect("portal:waiting_entry", found.pk)
    initial = {
        "weekdays": list(found.weekdays),
        "from_hour": str(max(found.from_hour, 6)),
        "until_hour": str(min(found.until_hour, 22)),
        "until_day": found.until_day,
    }
    on = words.today(found.region_id, at=at)
    form, no = (
        WishesForm(request.POST if request.method == "POST" else None, on=on, initial=initial),
        None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            domain.change_wishes(
                entry=found, wishes=form.wishes, by=own.acting(request).actor, at=at
            )
        except Denied as refused:
            no = refused
        else:
            messages.success(request, "Сохранили. Место в очереди прежнее.")
            return redirect("portal:waiting_entry", found.pk)
    return page(
        request,
        "portal/booking/join.html",
        section="doctors",
        status=no.status if no else 422 if form.errors else 200,
        title="Дни и часы",
        crumbs=crumbs(found, Crumb("Дни и часы")),
        lead="Место в очереди останется прежним.",
        form=form,
        told=TOLD,
        action="Сохранить",
        back_url=address("portal:waiting_entry", str(found.pk)),
        no=no,
        ways=ways(no),
    )


def _scope(request: HttpRequest, at: datetime) -> Scope | None:
    """Return whom the address is about; None when it names nobody."""
    typed = request.GET.get("place", "")
    if is_key(typed):
        found = place(int(typed), at=at)
        if found is None:
            return None
        position = found.position
        return Scope(position.speciality, position.clinic.region, position.clinic, position)
    code, speciality = request.GET.get("clinic", ""), request.GET.get("speciality", "")
    if speciality not in SPECIALITIES:
        return None
    clinic = directory.clinic(code=code) if code.isascii() and code.isdigit() else None
    if clinic:
        return Scope(speciality, clinic.region, clinic)
    asked = request.GET.get("region", "")
    region = next((one for one in directory.regions() if one.code == asked), None)
    return Scope(speciality, region) if region else None


def _where(scope: Scope) -> str:
    return scope.clinic.short_name if scope.clinic else scope.region.name


def _today(scope: Scope, at: datetime) -> date:
    return words.today(scope.region.pk, at=at)
