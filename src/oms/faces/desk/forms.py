"""Forms of the desk: the note of an approval, a question, a refusal, a search, a purpose."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from oms.cases.deciding import LONGEST_TEXT
from oms.cases.models import AnswerTemplate, Case, ExportRequest
from oms.cases.queries import service_of
from oms.catalog import fields
from oms.catalog.declaration import Application
from oms.faces.design.widgets import CheckboxCards
from oms.law import dates
from oms.law.refusal import REASONS, Reason, Refusal, refuse

LONGEST_WAIT = timedelta(days=90)
PURPOSES = (
    ("call", "Человек обратился: звонок, письмо, визит"),
    ("case", "Проверка по делу"),
    ("fix", "Исправление записи в реестре"),
    ("request", "Запрос государственного органа"),
    ("other", "Другое"),
)


class Words(forms.CharField):
    """Text of several lines; hostile signs are refused in words."""

    def __init__(self, *, label: str, rows: int = 4, longest: int = LONGEST_TEXT, **kwargs: Any):
        self.longest = longest
        widget = forms.Textarea(attrs={"rows": rows, "data-count": longest})
        super().__init__(label=label, widget=widget, strip=True, **kwargs)

    def to_python(self, value: Any) -> str:
        """Take line ends as one sign; refuse what cannot be read."""
        text = str(value or "").replace("\r\n", "\n").strip()
        return fields.readable(text, label=str(self.label), longest=self.longest)


class ApproveForm(forms.Form):
    """What a colleague may want to know of an approval."""

    note = Words(
        label="Заметка для коллег",
        rows=2,
        longest=500,
        required=False,
        help_text="Заявитель её не увидит",
    )

    def __init__(self, *args: Any, reply: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reply:
            self.fields["reply"] = Words(
                label=reply,
                error_messages={"required": f"{reply}: напишите ответ"},
                help_text="Заявитель прочитает это в решении",
            )
            self.order_fields(["reply", "note"])

    def decision(self) -> dict[str, Any]:
        """Return what the move needs."""
        return {"note": self.cleaned_data["note"], "reply": self.cleaned_data.get("reply", "")}


class NoteForm(forms.Form):
    """A word for colleagues."""

    text = Words(
        label="Заметка для коллег",
        rows=3,
        longest=1000,
        error_messages={"required": "Напишите заметку"},
        help_text="На страницах заявителя её нет. В выгрузку его данных она войдёт",
    )
    text.widget.attrs.update({"data-key": "n", "aria-keyshortcuts": "n"})


class LeftForm(forms.Form):
    """What the insurer being left says of the application."""

    objects = forms.ChoiceField(
        label="Ваша организация",
        choices=(("no", "Не возражает"), ("yes", "Возражает")),
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите, возражает ли ваша организация"},
    )
    text = Words(
        label="Пояснение",
        rows=3,
        longest=1000,
        required=False,
        help_text="Увидят заявитель и новая организация. Решение это не остановит",
    )


class PhraseForm(forms.Form):
    """Words to keep."""

    kind = forms.ChoiceField(
        label="Для чего",
        choices=AnswerTemplate.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите, для чего заготовка"},
    )
    title = fields.TextField(label="Название", longest=80, empty="назовите заготовку")
    text = Words(
        label="Текст",
        rows=5,
        longest=1500,
        error_messages={"required": "Напишите текст"},
        help_text="Без данных людей: заготовку видят все коллеги",
    )


class ExportForm(forms.Form):
    """A table of cases: why, of which days, as which file."""

    purpose = fields.TextField(
        label="Зачем нужна выгрузка",
        longest=300,
        empty="напишите, зачем",
        help_text="Запишем в журнал. Заявители в таблице не названы",
    )
    since = fields.DateField(label="Поданы с")
    until = fields.DateField(label="По")
    kind = forms.ChoiceField(
        label="Вид файла",
        choices=ExportRequest.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите вид файла"},
    )


class SendBackForm(forms.Form):
    """Why a proposed decision is not confirmed."""

    note = Words(
        label="Почему не подтверждаете",
        rows=3,
        longest=1000,
        error_messages={"required": "Напишите, почему не подтверждаете"},
        help_text="Прочитает коллега, который предложил решение",
    )


def asked_fields(case: Case) -> list[tuple[str, str]]:
    """Return (name, label) of every field of the application, as the applicant saw it."""
    return [
        (name, label) for step in case.pinned.get("form", []) for name, label, _ in step["fields"]
    ]


class AskForm(forms.Form):
    """A question to the applicant."""

    text = Words(
        label="Вопрос заявителю",
        error_messages={"required": "Напишите вопрос: что прислать или исправить"},
        help_text="Что прислать или исправить и почему. Человек прочитает это как есть",
    )
    fields_asked = forms.MultipleChoiceField(
        label="Поля, которые можно исправить",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
        help_text="Остальные поля останутся как поданы",
        error_messages={"invalid_choice": "Поля: выберите из списка"},
    )
    documents_asked = forms.MultipleChoiceField(
        label="Документы, которые нужно приложить",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
        error_messages={"invalid_choice": "Документы: выберите из списка"},
    )
    answer_by = fields.DateField(
        label="Ответить до", help_text="Включительно. До ответа срок решения стоит"
    )

    def __init__(self, *args: Any, case: Case, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        choices: forms.MultipleChoiceField = self.fields["fields_asked"]  # type: ignore[assignment]
        choices.choices = asked_fields(case)
        documents: forms.MultipleChoiceField = self.fields["documents_asked"]  # type: ignore[assignment]
        documents.choices = [(one.code, one.title) for one in service_of(case).documents]
        if not documents.choices:
            del self.fields["documents_asked"]
        self.fields["answer_by"].widget.attrs["class"] = "short"

    def clean_answer_by(self) -> date:
        """Refuse a day that is over or too far."""
        found: date = self.cleaned_data["answer_by"]
        if found < self.today:
            raise ValidationError("Ответить до: этот день уже прошёл, укажите более поздний")
        if found > self.today + LONGEST_WAIT:
            last = dates.short(self.today + LONGEST_WAIT)
            raise ValidationError(f"Ответить до: не позже {last}")
        return found

    def question(self) -> dict[str, Any]:
        """Return what the move needs."""
        zone = timezone.get_default_timezone()
        return {
            "note": self.cleaned_data["text"],
            "fields": self.cleaned_data["fields_asked"],
            "documents": self.cleaned_data.get("documents_asked", []),
            "answer_by": datetime.combine(
                self.cleaned_data["answer_by"], time(23, 59, 59), tzinfo=zone
            ),
        }


class RejectForm(forms.Form):
    """Reasons of the catalogue, each with the fields or documents it is about, and words."""

    reasons = forms.MultipleChoiceField(
        label="Причины отказа",
        error_messages={
            "required": "Выберите хотя бы одну причину отказа",
            "invalid_choice": "Причины отказа: выберите из списка",
        },
    )
    note = Words(
        label="Пояснение заявителю",
        required=False,
        help_text="Добавим после причин, слово в слово",
    )

    def __init__(
        self,
        *args: Any,
        cases: Sequence[Case],
        known: Application | None = None,
        against: Sequence[Refusal] = (),
        **kwargs: Any,
    ) -> None:
        found = [refusal.code for refusal in against if refusal.code in REASONS]
        kwargs["initial"] = {"reasons": found}
        super().__init__(*args, **kwargs)
        self.suggested = frozenset(found)
        self.bases = {refusal.code: refusal.basis for refusal in against}
        own: forms.MultipleChoiceField = self.fields["reasons"]  # type: ignore[assignment]
        own.choices = [(reason.code, reason.title) for reason in REASONS.values()]
        self.abouts = {
            "field": dict(row for case in cases for row in asked_fields(case)),
            "document": dict(row for case in cases for row in _documents(case, known)),
        }
        for reason in REASONS.values():
            if reason.about:
                self.fields[f"about-{reason.code}"] = forms.MultipleChoiceField(
                    label=f"«{reason.title}»",
                    required=False,
                    choices=list(self.abouts[reason.about].items()),
                    widget=CheckboxCards(),
                    error_messages={"invalid_choice": "Выберите из списка"},
                )

    def clean(self) -> dict[str, Any]:
        """Ask for a field or a document where the reason is about one."""
        cleaned = super().clean() or self.cleaned_data
        for code in cleaned.get("reasons", ()):
            name, reason = f"about-{code}", REASONS[code]
            if reason.about and name not in self.errors and not cleaned.get(name):
                what = "поле" if reason.about == "field" else "документ"
                self.add_error(name, f"Укажите {what}")
        return cleaned

    def refusal(self) -> dict[str, Any]:
        """Return what the move needs."""
        return {"reasons": list(self._rows()), "note": self.cleaned_data["note"]}

    def told(self) -> str:
        """Return the text of the refusal exactly as the applicant will read it."""
        told = [refuse(r["code"], about=r["about"], field=r["field"]) for r in self._rows()]
        lines = [f"{refusal.text} {refusal.remedy}".strip() for refusal in told]
        return "\n".join([*lines, self.cleaned_data["note"]]).strip()

    def groups(self) -> Iterator[tuple[str, list[dict[str, Any]], bool]]:
        """Yield title, reasons and whether any is chosen: what the checks found comes first."""
        chosen = set(self["reasons"].value() or ())
        rows = [self._row(reason, chosen) for reason in REASONS.values()]
        first = [row for row in rows if row["reason"].code in self.suggested]
        rest = [row for row in rows if row["reason"].code not in self.suggested]
        if first:
            yield "Нашли проверки", first, True
        for about, title in (("field", "Поля"), ("document", "Документы"), ("", "Право и реестр")):
            own = [row for row in rest if row["reason"].about == about]
            yield title, own, any(row["checked"] or row["errors"] for row in own)

    def _row(self, reason: Reason, chosen: set[str]) -> dict[str, Any]:
        about = self[f"about-{reason.code}"] if reason.about else None
        text = f"{reason.text} {reason.remedy}".replace("{about}", "…")
        return {
            "reason": reason,
            "checked": reason.code in chosen,
            "about": about,
            "errors": bool(about and about.errors),
            "picked": set(about.value() or ()) if about else set(),
            "text": text,
        }

    def _rows(self) -> Iterator[Mapping[str, str]]:
        """Yield each reason once for each field or document it is about."""
        for code in dict.fromkeys(self.cleaned_data["reasons"]):
            if not REASONS[code].about:
                yield {"code": code, "about": "", "field": ""}
                continue
            titles = self.abouts[REASONS[code].about]
            for key in self.cleaned_data[f"about-{code}"]:
                yield {"code": code, "about": titles[key], "field": key}


def _documents(case: Case, known: Application | None) -> list[tuple[str, str]]:
    own = service_of(case).documents
    return [(d.code, d.title) for d in own if known is None or d.when(known)]


class PurposeForm(forms.Form):
    """Why somebody's data are opened: it is written down and shown to that person."""

    purpose = forms.ChoiceField(
        label="Зачем открываете данные",
        choices=(("", "Выберите"), *PURPOSES),
        error_messages={"required": "Выберите, зачем открываете данные человека"},
        help_text="Запишем в журнал. Человек увидит это в своём кабинете",
    )
    comment = fields.TextField(
        label="Подробности",
        longest=120,
        required=False,
        help_text="Например, номер обращения. Без сведений о здоровье",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words where the purpose is another one."""
        cleaned = super().clean() or self.cleaned_data
        unsaid = not cleaned.get("comment") and "comment" not in self.errors
        if cleaned.get("purpose") == "other" and unsaid:
            self.add_error("comment", "Напишите, зачем открываете данные")
        return cleaned

    def words(self) -> str:
        """Return the purpose as the journal keeps it."""
        said = dict(PURPOSES)[self.cleaned_data["purpose"]]
        comment = self.cleaned_data["comment"]
        if self.cleaned_data["purpose"] == "other":
            return str(comment)
        return f"{said}. {comment}" if comment else said


class SearchForm(PurposeForm):
    """Whom to look for, and why."""

    text = fields.TextField(
        label="Кого ищете",
        longest=200,
        empty="укажите номер, документ или имя",
        help_text="ЕНП, СНИЛС, номер документа или полиса, фамилия, имя и дата рождения",
    )
    field_order = ("text", "purpose", "comment")


class BulkForm(RejectForm):
    """One decision for several cases; a refusal has its reasons, fields and documents."""

    decision = forms.ChoiceField(
        label="Решение",
        choices=(("approve", "Одобрить"), ("reject", "Отклонить")),
        widget=forms.RadioSelect,
        error_messages={"required": "Выберите решение"},
    )
    note = Words(
        label="Пояснение",
        rows=3,
        required=False,
        help_text="При отказе прочитает заявитель, при одобрении только коллеги",
    )

    def full_clean(self) -> None:
        """Reasons are asked for with a refusal only."""
        self.fields["reasons"].required = self.data.get("decision") == "reject"
        super().full_clean()

    def data_of_move(self) -> dict[str, Any]:
        """Return what the move needs."""
        refusing = self.cleaned_data["decision"] == "reject"
        return self.refusal() if refusing else {"note": self.cleaned_data["note"]}

    def read(self) -> str:
        """Return what an applicant would read of a refusal; empty for an approval."""
        return self.told() if self.cleaned_data["decision"] == "reject" else ""

    def kept(self) -> Iterator[tuple[str, str]]:
        """Yield what was chosen, for the form that decides."""
        for name in ("decision", "note"):
            yield name, self.cleaned_data[name]
        for name in ("reasons", *(name for name in self.fields if name.startswith("about-"))):
            yield from ((name, value) for value in self.cleaned_data.get(name) or ())
