"""Reviews at the desk: the support reads before anybody else does, insurers answer their own.

Clinics have no people at the desk: what they answer, the fund enters with the letter it came by.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.catalog import fields
from oms.domain.accounts.access import staff_required
from oms.domain.accounts.models import Role, User
from oms.domain.directory import opinions
from oms.domain.directory import queries as directory
from oms.domain.directory import reviews as domain
from oms.domain.directory.hints import hints
from oms.domain.directory.models import Review
from oms.domain.directory.review_models import LONGEST
from oms.domain.notifications import opinions as notices
from oms.faces.design.parts import Chip, Crumb
from oms.faces.design.parts import State as Tint
from oms.faces.desk.forms import Words
from oms.faces.desk.pages import HELPERS, OPERATORS, page, staff
from oms.kit.denied import Denied

READERS = (*HELPERS, *OPERATORS)
QUEUES = (("waiting", "Ждут проверки"), ("reported", "С жалобами"), ("decided", "Проверены"))
OWN_QUEUES = (("unanswered", "Без ответа"), ("decided", "Все"))
TINTS: dict[str, Tint] = {
    "waiting": "warn", "published": "ok", "refused": "danger", "withdrawn": "neutral",
}  # fmt: skip
EMPTY = {
    "waiting": ("Все отзывы проверены", "Новые появятся здесь сами."),
    "reported": ("Жалоб на отзывы нет", "Здесь появятся отзывы, на которые пожаловались."),
    "decided": ("Отзывов пока нет", "Здесь останутся проверенные отзывы."),
    "unanswered": ("На все отзывы есть ответ", "Новые отзывы появятся здесь."),
}
LAST_PAGE = 500


class DecideForm(forms.Form):
    """Publish or refuse, and why."""

    verdict = forms.ChoiceField(
        label="Решение",
        choices=(("publish", "Опубликовать"), ("refuse", "Не публиковать")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
        error_messages={
            "required": "Решение: выберите одно из двух",
            "invalid_choice": "Решение: выберите из списка",
        },
    )
    reason = forms.ChoiceField(
        label="Причина, если не публиковать",
        required=False,
        choices=(("", "Выберите причину"), *domain.REASONS.items()),
        help_text="Автор прочитает её слово в слово",
        error_messages={"invalid_choice": "Причина: выберите из списка"},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A refusal needs its reason."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("verdict") == "refuse" and not data.get("reason") and "reason" in data:
            self.add_error("reason", "Причина: выберите, почему отзыв не опубликован")
        return data


class AnswerForm(forms.Form):
    """What the organisation answers."""

    text = Words(
        label="Ответ организации",
        longest=LONGEST,
        required=False,
        help_text="Его увидят все под отзывом. Без личных данных. Пустой ответ снимает прежний",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class LetterForm(AnswerForm):
    """The same, sent by a clinic and entered by the fund."""

    letter = fields.TextField(
        label="Письмо организации",
        longest=domain.LONGEST_LETTER,
        empty="укажите номер и дату",
        help_text="Номер и дата: «№ 12 от 20.11.2026». Запишем в журнал, на сайте не покажем",
    )


@require_safe
@staff_required(*READERS)
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits, was complained of, or was decided. A fixed number of queries."""
    user = staff(request)
    queues = OWN_QUEUES if user.role in OPERATORS else QUEUES
    asked = request.GET.get("filter", "")
    chosen = asked if asked in dict(queues) else queues[0][0]
    number = _page_number(request.GET.get("page", ""))
    if chosen == "unanswered":
        portion = opinions.unanswered(by=user, page=number)
    else:
        portion = opinions.queue(by=user, which=chosen, page=number)
    names = directory.organization_names(keys={one.organization for one in portion.rows})
    base = reverse("desk:reviews")
    return page(
        request,
        "desk/reviews.html",
        section="reviews",
        title="Отзывы",
        label="Отборы отзывов",
        chips=[Chip(title, f"{base}?filter={key}", current=key == chosen) for key, title in queues],
        rows=[(one, names.get(one.organization, ""), TINTS[one.state]) for one in portion.rows],
        empty=EMPTY[chosen],
        page_words=f"Страница {number}",
        previous_url=f"{base}?filter={chosen}&page={number - 1}" if number > 1 else "",
        next_url=f"{base}?filter={chosen}&page={number + 1}" if portion.more else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*READERS)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review with what to look out for; the decision or the answer is sent here."""
    user, at = staff(request), timezone.now()
    found = opinions.readable(by=user, pk=pk)
    if found is None:
        raise Http404
    answers = user.role in OPERATORS
    form = _form(request, found, user)
    no: Denied | None = None
    if request.method == "POST" and form.is_valid():
        no = _answered(request, found, form, at) if answers else _decided(request, found, form, at)
        if no is None:
            return redirect("desk:reviews")
    names = directory.organization_names(keys={found.organization})
    return page(
        request,
        "desk/review.html",
        section="reviews",
        status=no.status if no else 422 if form.errors else 200,
        title="Отзыв",
        crumbs=[Crumb("Отзывы", reverse("desk:reviews")), Crumb("Отзыв")],
        review=found,
        organization=names.get(found.organization, ""),
        public_url=_public_url(found),
        tint=TINTS[found.state],
        hints=() if answers else hints(found.text),
        reports=() if answers else _reports(found),
        reason=domain.REASONS.get(found.reason, ""),
        form=form,
        open=answers or found.state in {"waiting", "published"},
        answers=answers,
        no=no,
    )


def _form(request: HttpRequest, found: Review, user: User) -> forms.Form:
    typed = request.POST or None
    if user.role in OPERATORS:
        kind = LetterForm if user.role == Role.FUND else AnswerForm
        return kind(typed, initial={"text": found.answer, "revision": found.revision})
    return DecideForm(typed, initial={"revision": found.revision})


def _decided(request: HttpRequest, found: Review, form: forms.Form, at: datetime) -> Denied | None:
    data = form.cleaned_data
    publish = data["verdict"] == "publish"
    try:
        with transaction.atomic():
            review, changed = domain.decide(
                pk=found.pk, publish=publish, reason=data["reason"], revision=data["revision"],
                by=staff(request), at=at,
            )  # fmt: skip
            if changed:
                notices.decided(review, at=at)
    except Denied as no:
        return no
    messages.success(request, "Отзыв опубликован." if publish else "Отзыв не опубликован.")
    return None


def _answered(request: HttpRequest, found: Review, form: forms.Form, at: datetime) -> Denied | None:
    data = form.cleaned_data
    try:
        with transaction.atomic():
            review = domain.answer(
                pk=found.pk, text=data["text"], revision=data["revision"],
                letter=data.get("letter", ""), by=staff(request), at=at,
            )  # fmt: skip
            notices.answered(review, at=at)
    except Denied as no:
        return no
    messages.success(request, "Ответ виден под отзывом." if data["text"] else "Ответ снят.")
    return None


def _reports(found: Review) -> list[tuple[str, str, datetime]]:
    rows = found.reports.filter(settled_at=None).order_by("sent_at")[:50]
    return [(domain.REPORTS.get(one.reason, ""), one.text, one.sent_at) for one in rows]


def _public_url(found: Review) -> str:
    kind, _, code = found.organization.partition(":")
    return reverse(f"portal:{kind}_reviews", args=[code])


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1
