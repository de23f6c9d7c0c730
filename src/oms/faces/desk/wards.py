"""«Представители»: requests to act for a child or ward, and the sheet a decision is made upon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Representation, Role
from oms.domain.documents.serving import preview_response
from oms.domain.register.matching import Match
from oms.domain.wards import actions, asking, queries
from oms.domain.wards.telling import scope_words, words_of
from oms.faces.design.parts import Crumb, Fact, Task
from oms.faces.design.parts import State as Tint
from oms.faces.desk.looks import look_at_people, look_at_right
from oms.faces.desk.pages import page, staff
from oms.faces.desk.wards_forms import TextForm
from oms.kit.denied import Denied
from oms.law import dates, identity_documents, names
from oms.law import snils as law_snils
from oms.law.plural import counted
from oms.law.typed import NBSP

LARGEST_KEY = 2**63 - 1
State = Representation.State
PURPOSE = "Проверка права представлять"
DONE = {
    "confirm": "Подтвердили. Обеим сторонам сообщили.",
    "refuse": "Отказали. Человеку сообщили причину.",
    "ask-better": "Попросили другой документ. Заявка вернётся, когда его пришлют.",
    "revoke": "Отозвали. Обеим сторонам сообщили.",
}
TITLES = {
    "refuse": ("Отказать", "Почему отказано", "Отказать"),
    "ask-better": ("Попросить другой документ", "Что прислать и почему", "Отправить"),
    "revoke": ("Отозвать право", "Почему право отозвано", "Отозвать"),
}
TINTS: dict[str, Tint] = {
    State.ASKED: "info",
    State.CONFIRMED: "ok",
    State.REFUSED: "danger",
    State.REVOKED: "neutral",
    State.ENDED: "neutral",
}


FIELDS = {
    "family_name": "фамилия",
    "given_name": "имя",
    "patronymic": "отчество",
    "birth_date": "дата рождения",
}


@dataclass(frozen=True)
class Row:
    """A request in the queue."""

    right: Representation
    representative: str
    ward: str
    what: str
    age: str
    due: str
    overdue: bool


@dataclass(frozen=True)
class Compared:
    """One thing as typed and as registered."""

    label: str
    given: str
    known: str

    @property
    def differs(self) -> bool:
        """Whether the two say different things."""
        return bool(self.known) and names.fold(self.given) != names.fold(self.known)


@dataclass(frozen=True)
class Found:
    """A record of the register that may be the ward's."""

    name: str
    about: str
    percent: int
    reasons: Sequence[str]


@require_safe
@staff_required(Role.FUND)
def queue(request: HttpRequest) -> HttpResponse:
    """Show requests that wait, most urgent first. One query."""
    at, after = timezone.now(), request.GET.get("after", "")[:80]
    found = queries.queue(staff(request), after=after)
    here = reverse("desk:wards")
    return page(
        request,
        "desk/wards.html",
        section="wards",
        title="Представители",
        rows=[_row(right, at) for right in found.rights],
        first_url=here if after else "",
        next_url=f"?after={found.after}" if found.after else "",
    )


@require_safe
@staff_required(Role.FUND)
def ward(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything a decision needs; each look is written down."""
    return _sheet(request, _find(request, pk))


@require_POST
@staff_required(Role.FUND)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the right, or the wider one asked for."""
    found = _find(request, pk)
    try:
        actions.confirm(representation=found, by=staff(request), at=timezone.now())
    except Denied as no:
        return _sheet(request, found, no=no, status=no.status)
    messages.success(request, DONE["confirm"])
    return redirect("desk:wards")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.FUND)
def decide(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Refuse, ask for another document, or revoke: each with words for the person."""
    found = _find(request, pk)
    if move not in TITLES:
        raise Http404
    title, label, button = TITLES[move]
    form = TextForm(request.POST or None, label=label)
    no: Denied | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _move(request, found, move, form.cleaned_data["text"])
        except Denied as denied:
            no = denied
        else:
            messages.success(request, DONE[move])
            return redirect("desk:wards")
    return page(
        request,
        "desk/ward_move.html",
        section="wards",
        title=title,
        status=no.status if no else 200,
        crumbs=[*_crumbs(), Crumb(_name(found), reverse("desk:ward", args=[pk])), Crumb(title)],
        right=found,
        name=_name(found),
        representative=_full(found.representative),
        form=form,
        button=button,
        no=no,
    )


@require_safe
@staff_required(Role.FUND)
def paper(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """One page of a paper brought to prove a right, drawn anew."""
    found = _find(request, pk)
    document = next((one for one in queries.papers(found) if one.code == code), None)
    if document is None:
        raise Http404
    return preview_response(document, page=number, width=1600)


def _move(request: HttpRequest, found: Representation, move: str, text: str) -> None:
    by, at = staff(request), timezone.now()
    if move == "refuse":
        actions.refuse(representation=found, reason=text, by=by, at=at)
    elif move == "ask-better":
        actions.ask_better(representation=found, text=text, by=by, at=at)
    else:
        actions.revoke(representation=found, by=by, at=at, reason=text)


def _sheet(
    request: HttpRequest, found: Representation, *, no: Denied | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    seen = queries.sheet(found)
    look_at_right(request, found, purpose=PURPOSE, at=at)
    alike = [match.person for match in seen.matches]
    look_at_people(request, alike, purpose=f"{PURPOSE}: сверка с реестром", at=at)
    best = seen.certain or (seen.matches[0] if seen.matches else None)
    context: dict[str, Any] = {
        "title": _name(found),
        "status": status,
        "crumbs": [*_crumbs(), Crumb(_name(found))],
        "right": found,
        "word": _what(found),
        "tint": TINTS[found.state],
        "no": no,
        "facts": _facts(found),
        "basis": _basis(found),
        "rows": _compared(found, seen.snils, best),
        "certain": _found(seen.certain) if seen.certain else None,
        "likely": [_found(match) for match in seen.matches if match is not seen.certain],
        "registry": _registry(found),
        "papers": [(one, range(1, one.pages + 1)) for one in seen.documents],
        "others": [(_full(one.representative), one) for one in seen.others],
        "may_decide": found.due_at is not None,
        "may_ask": found.state == State.ASKED and found.due_at is not None,
        "may_revoke": found.state == State.CONFIRMED,
        "due": _due(found, at),
    }
    return page(request, "desk/ward.html", section="wards", **context)


def _registry(found: Representation) -> list[Task]:
    """Say what the register of civil status answered; empty where it is not asked."""
    if not asking.can_ask(found):
        return []
    said = asking.answer(found)
    title = "Запись акта о рождении"
    if said is None:
        text = "Реестр ещё не ответил. Спросим сами, страницу можно обновить"
        return [Task(title, "", text, "hourglass", "neutral", "Ждём")]
    if said.refused or not said.found:
        text = "Такого свидетельства в реестре нет. Сверьте серию и номер с документом"
        return [Task(title, "", text, "circle-x", "danger", "Нет")]
    return [
        Task(title, "", _agrees(said.child), "baby", *_verdict(said.is_child)),
        Task("Родитель в записи", "", _agrees(said.parent), "users", *_verdict(said.is_parent)),
    ]


def _agrees(fields: Mapping[str, bool]) -> str:
    wrong = [FIELDS.get(name, name) for name, same in fields.items() if not same]
    return f"Не совпало: {', '.join(wrong)}" if wrong else "Имя и дата рождения совпали"


def _verdict(same: bool) -> tuple[Tint, str]:
    return ("ok", "Совпало") if same else ("warn", "Сверьте")


def _find(request: HttpRequest, pk: int) -> Representation:
    rows = Representation.objects.visible_to(staff(request)).exclude(ward=staff(request))
    found = rows.select_related("representative", "ward").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _row(right: Representation, at: datetime) -> Row:
    days = (timezone.localdate(at) - timezone.localdate(right.asked_at)).days
    return Row(
        right=right,
        representative=_full(right.representative),
        ward=_name(right),
        what=_what(right),
        age="сегодня" if not days else f"{counted(days, 'день', 'дня', 'дней')} назад",
        due=_due(right, at),
        overdue=bool(right.due_at and right.due_at < at),
    )


def _what(right: Representation) -> str:
    if right.wanted:
        return "Расширить права"
    return "Новое право" if right.due_at else str(right.get_state_display())


def _due(right: Representation, at: datetime) -> str:
    if right.due_at is None:
        return "Ждём документ" if right.state == State.ASKED else ""
    day = dates.long(timezone.localdate(right.due_at))
    return f"Срок прошёл {day}" if right.due_at < at else f"до {day}"


def _name(right: Representation) -> str:
    ward = right.ward
    return names.full(ward.family_name, ward.given_name, ward.patronymic)


def _full(user: Any) -> str:
    return names.full(user.family_name, user.given_name, user.patronymic)


def _facts(right: Representation) -> list[Fact]:
    other = right.representative
    born = dates.long(other.birth_date) if other.birth_date else "не указана"
    facts = [
        Fact("Представитель", _full(other)),
        Fact("Дата рождения", born),
        Fact("Личность", str(other.get_level_display())),
        Fact("Кто это", str(right.get_kind_display())),
        Fact("Просит права", scope_words(right)),
        Fact("Последний день", dates.long(right.ends_on) if right.ends_on else "без срока"),
    ]
    if right.wanted:
        facts.append(Fact("Просит добавить", words_of(right.wanted)))
    if right.reason:
        facts.append(Fact("Сказано человеку", right.reason))
    return facts


def _basis(right: Representation) -> list[Fact]:
    basis = right.basis
    issued = dates.short(dates.parse(basis["issued_on"]))
    if basis["type"] == "act":
        rows = [("Акт или решение", f"№{NBSP}{basis['number']} от {issued}")]
    else:
        told = identity_documents.Document(basis["kind"], basis["series"], basis["number"])
        words = {"mother": "мать", "father": "отец"}
        rows = [
            (identity_documents.KINDS[basis["kind"]].name, identity_documents.display(told)),
            ("Выдано", issued),
            ("Представитель в нём", words.get(basis.get("parent", ""), "")),
            ("Записан как", basis.get("named_as", "")),
        ]
    rows.append(("Кем выдан документ", basis["issued_by"]))
    if basis.get("until"):
        rows.append(("Действует до", dates.short(dates.parse(basis["until"]))))
    return [Fact(title, value) for title, value in rows if value]


def _compared(right: Representation, snils: str, best: Match | None) -> list[Compared]:
    ward, person = right.ward, best.person if best else None
    labels = {
        "family_name": "Фамилия",
        "given_name": "Имя",
        "patronymic": "Отчество",
        "birth_place": "Место рождения",
    }
    rows = [
        Compared(label, getattr(ward, name), getattr(person, name) if person else "")
        for name, label in labels.items()
    ]
    born = dates.short(ward.birth_date) if ward.birth_date else ""
    known = dates.short(person.birth_date) if person else ""
    rows.insert(3, _Exact("Дата рождения", born, known))
    known_sex = str(person.get_sex_display()) if person else ""
    rows.insert(4, Compared("Пол", str(ward.get_sex_display() or ""), known_sex))
    number = law_snils.display(snils) if snils else ""
    held = law_snils.display(person.snils) if person and person.snils else ""
    rows.append(_Exact("СНИЛС", number, held))
    return rows


class _Exact(Compared):
    """Compared sign by sign: folding drops digits."""

    @property
    def differs(self) -> bool:
        return bool(self.known) and bool(self.given) and self.given != self.known


def _found(match: Match) -> Found:
    person = match.person
    about = [f"дата рождения {dates.short(person.birth_date)}", str(person.get_state_display())]
    if person.enp:
        about.append(f"ЕНП …{person.enp[-4:]}")
    return Found(
        name=names.full(person.family_name, person.given_name, person.patronymic),
        about=", ".join(about),
        percent=round(match.score * 100),
        reasons=match.reasons,
    )


def _crumbs() -> list[Crumb]:
    return [Crumb("Представители", reverse("desk:wards"))]
