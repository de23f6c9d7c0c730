"""Videos of people at the desk: the queue, the sheet, the decision; records to be joined."""

from collections.abc import Mapping
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.catalog.fields import TextField
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role
from oms.domain.documents.serving import preview_response
from oms.domain.identity import linking, recordings, review
from oms.domain.identity.method import TITLES, Field, Outcome
from oms.domain.identity.methods.video import digits
from oms.domain.identity.models import Confirmation
from oms.domain.identity.visits import NoSuchCode, TooManyCodes, find
from oms.domain.register.models import InsuredPerson
from oms.faces.design.parts import Task
from oms.faces.design.widgets import RadioCards
from oms.faces.desk.looks import look_at_people, looked_before
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.serving import video_response
from oms.kit.denied import Denied
from oms.law import dates, identity_documents, snils

WIDTH, OTHER = 960, "other"
LINK = "Связь кабинета с реестром"
SEEN = {
    "face": "Лицо на видео и в паспорте одно",
    "digits": "Названы те же цифры",
    "document": "Паспорт настоящий на вид, имя и дата рождения как в профиле",
}
REASONS = (
    "Лица не видно. Снимите при хорошем свете, без очков и шапки.",
    "Паспорт нельзя прочитать. Поднесите его ближе и не закрывайте пальцами.",
    "Цифр не слышно. Скажите их громче.",
    "В паспорте другие данные, чем в профиле. Исправьте «Мои данные».",
    "На видео и в паспорте разные люди.",
)


class CodeForm(forms.Form):
    """The code a visitor tells."""

    code = TextField(label="Код посещения", longest=20, help_text="8 знаков, например 7HKM 4PXA")


class SeenForm(forms.Form):
    """What was compared."""

    seen = forms.MultipleChoiceField(
        label="Сверено",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": review.NotCompared.text},
    )

    def __init__(self, *args: Any, needed: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["seen"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, SEEN[name]) for name in needed]


class ReasonForm(forms.Form):
    """Why not, in words for the person."""

    reason = forms.ChoiceField(
        label="Что не так",
        choices=[
            ("", "Выберите причину"),
            *((text, text) for text in REASONS),
            (OTHER, "Другая причина, напишу сам"),
        ],
        error_messages={"required": "Что не так: выберите причину"},
    )
    words = TextField(label="Другая причина", longest=250, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason, ready or typed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        own = data.get("reason") == OTHER
        data["text"] = data.get("words") if own else data.get("reason")
        if own and not data["text"]:
            self.add_error("words", "Другая причина: напишите, что исправить")
        return data


class RecordForm(forms.Form):
    """Whose record it is, if anybody's."""

    person = forms.ChoiceField(
        label="Выберите запись", error_messages={"required": "Выберите запись или «Никто из них»"}
    )

    def __init__(self, *args: Any, people: list[InsuredPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        hints = {str(one.pk): _about(one) for one in people}
        field.widget = RadioCards(hints=hints)
        field.choices = [*((str(one.pk), _called(one)) for one in people), ("none", "Никто из них")]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the fund's operators; a box for the code of a visitor (POST)."""
    user, at = staff(request), timezone.now()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = find(code=form.cleaned_data["code"], by=user, at=at)
            return redirect("desk:visit", found.pk)
        except (NoSuchCode, TooManyCodes) as no:
            form.add_error("code", no.text)
    is_fund = user.role == Role.FUND
    return page(
        request,
        "desk/identity.html",
        section="identity",
        title="Подтверждение личности",
        form=form,
        is_fund=is_fund,
        waiting=review.queue(by=user) if is_fund else [],
        doubtful=review.doubtful(by=user) if is_fund else [],
        now=at,
    )


@csp_update({"media-src": ["'self'"]})  # type: ignore[arg-type]  # it takes any view
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Video, pictures, profile and registers side by side; take and decide (POST)."""
    user, at = staff(request), timezone.now()
    verb = request.POST.get("verb", "")
    if verb in {"take", "release"}:
        act = review.take if verb == "take" else review.release
        act(pk=pk, by=user, at=at)
        return redirect(
            "desk:identity_sheet" if verb == "take" else "desk:identity", *_to(verb, pk)
        )
    seen = review.look(
        pk=pk, by=user, at=at,
        again=looked_before(request, key=f"identity:{pk}", purpose=review.PURPOSE, at=at),
    )  # fmt: skip
    needed = review.needed(seen.confirmation)
    ticks = SeenForm(request.POST if verb == "confirm" else None, needed=needed)
    why = ReasonForm(request.POST if verb in {"refuse", "ask"} else None)
    if verb and (ticks if verb == "confirm" else why).is_valid():
        try:
            return _decided(request, pk, verb, ticks, why)
        except review.NotCompared as no:
            ticks.add_error("seen", no.text)
    return page(
        request,
        "desk/identity_sheet.html",
        section="identity",
        title=_name(seen.confirmation),
        sheet=seen,
        own=seen.confirmation,
        digits=digits(seen.confirmation),
        rows=_rows(seen),
        registers=[_task(field) for field in seen.fields],
        is_mine=seen.confirmation.assignee_id == user.pk,
        ticks=ticks,
        why=why,
    )


@require_safe
@staff_required(Role.FUND)
def video(request: HttpRequest, pk: int) -> HttpResponse:
    """The recording, whole or by range."""
    recording, _ = review.shown_file(pk=pk, by=staff(request))
    if recording is None:
        raise Http404
    content = recordings.fetch(recording)
    return video_response(request, content, media_type=recording.media_type)


@require_safe
@staff_required(Role.FUND)
def picture(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """A picture that came with it, drawn anew."""
    _, pictures = review.shown_file(pk=pk, by=staff(request))
    if slot not in pictures:
        raise Http404
    return preview_response(pictures[slot], width=WIDTH)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Records of the register that may be a confirmed person's; choose one, or none (POST)."""
    user, at = staff(request), timezone.now()
    own = next((one for one in review.doubtful(by=user) if one.pk == pk), None)
    if own is None:
        raise Http404
    rows = InsuredPerson.objects.visible_to(user).select_related("insurer")
    people = list(rows.filter(pk__in=own.details.get("candidates", [])))
    form = RecordForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and form.is_valid():
        picked = form.cleaned_data["person"]
        chosen = next((one for one in people if str(one.pk) == picked), None)
        linking.settle(confirmation=own, person=chosen, by=user, at=at)
        messages.success(request, "Кабинет связан с записью" if chosen else "Записи не связаны")
        return redirect("desk:identity")
    look_at_people(request, people, purpose=LINK, at=at)
    return page(
        request,
        "desk/identity_link.html",
        section="identity",
        title="Чей это кабинет?",
        own=own,
        name=_name(own),
        form=form,
    )


def _decided(
    request: HttpRequest, pk: int, verb: str, ticks: SeenForm, why: ReasonForm
) -> HttpResponse:
    user, at = staff(request), timezone.now()
    if verb == "confirm":
        review.confirm(pk=pk, seen=ticks.cleaned_data["seen"], by=user, at=at)
        words = "Личность подтверждена"
    elif verb == "refuse":
        review.refuse(pk=pk, reason=why.cleaned_data["text"], by=user, at=at)
        words = "В подтверждении отказано, человек видит причину"
    elif verb == "ask":
        review.ask_again(pk=pk, reason=why.cleaned_data["text"], by=user, at=at)
        words = "Попросили снять ещё раз"
    else:
        raise UnknownVerb
    messages.success(request, words)
    return redirect("desk:identity")


class UnknownVerb(Denied):
    """A button we do not have."""

    status = 400


def _called(person: InsuredPerson) -> str:
    name = f"{person.family_name} {person.given_name} {person.patronymic}".strip()
    return f"{name}, {dates.short(person.birth_date)}"


def _about(person: InsuredPerson) -> str:
    number = snils.display(person.snils) if person.snils else "не указан"
    parts = [f"СНИЛС {number}", str(person.get_state_display())]
    if person.insurer:
        parts.append(person.insurer.short_name)
    if person.user_id:
        parts.append("связана с другим кабинетом")
    return ". ".join(parts)


def _to(verb: str, pk: int) -> tuple[int, ...]:
    return (pk,) if verb == "take" else ()


def _name(own: Confirmation) -> str:
    user = own.user
    return f"{user.family_name} {user.given_name} {user.patronymic}".strip()


def _rows(seen: review.Sheet) -> list[tuple[str, str, str]]:
    """Return label, value of the profile, where it is from."""
    user, known = seen.confirmation.user, seen.known
    paper, number = known.get("document"), known.get("snils")
    told = seen.confirmation.details.get("said", {})
    name = " ".join(
        str(told.get(part) or "") for part in ("family_name", "given_name", "patronymic")
    )
    born = dates.long(user.birth_date) if user.birth_date else ""
    return [
        ("Имя", name.strip() or _name(seen.confirmation), _source(known.get("family_name"))),
        ("Дата рождения", born, _source(known.get("birth_date"))),
        ("Документ", _document(paper.value) if paper and paper.value else "", _source(paper)),
        ("СНИЛС", snils.display(number.value) if number and number.value else "", _source(number)),
    ]


def _document(value: Mapping[str, Any]) -> str:
    kind = int(value["kind"])
    found = identity_documents.Document(kind, value.get("series", ""), value["number"])
    return f"{identity_documents.KINDS[kind].name} {identity_documents.display(found)}"


def _source(line: Any) -> str:
    if line is None:
        return ""
    return str(line.source.label) if line.is_checked else "Указано человеком"


def _task(field: Field) -> Task:
    if field.outcome is Outcome.MATCH:
        return Task(TITLES[field.name], icon="check", state="ok", word="Совпало")
    down = field.outcome is Outcome.DOWN
    return Task(
        TITLES[field.name],
        text="Реестр не ответил" if down else field.text,
        icon="clock" if down else "circle-alert",
        state="neutral" if down else "warn",
        word="Нет ответа" if down else "Не совпало",
    )
