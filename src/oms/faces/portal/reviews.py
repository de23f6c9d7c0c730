"""Reviews of insurers, clinics and doctors: read by all, left by who may, complained of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.catalog.fields import readable
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import User
from oms.domain.booking import reviewing
from oms.domain.directory import opinions
from oms.domain.directory import queries as directory
from oms.domain.directory import reviews as domain
from oms.domain.directory.models import (
    Doctor,
    Insurer,
    MedicalOrganization,
    Rating,
    Review,
)
from oms.domain.directory.review_models import LONGEST
from oms.domain.journal.actions import VISITOR
from oms.faces.design.parts import Bar, Chip, Crumb
from oms.faces.portal import tries
from oms.faces.portal.account.browser import origin
from oms.faces.portal.pages import address, page
from oms.kit.denied import Denied
from oms.law.plural import counted
from oms.law.typed import NBSP

PAGE = 10
LAST_PAGE = 500
SORTS = (("new", "Сначала новые"), ("best", "Сначала хорошие"), ("worst", "Сначала плохие"))
REPORTS = tries.limit("review-report", tries=10)
Found = Insurer | MedicalOrganization | Doctor
WORDS = {5: "отлично", 4: "хорошо", 3: "нормально", 2: "плохо", 1: "ужасно"}


@dataclass(frozen=True)
class House:
    """Where an organisation of a kind is found and shown; doctors are such a kind."""

    find: Callable[[str], Found | None]
    section: str
    title: str
    may_review: Callable[[User, Any], None]
    leave: Callable[[User, Any, domain.Wording, datetime], Any]
    hint: str = (
        "Не называйте врачей и сотрудников по фамилии, не пишите телефоны и диагнозы: "
        "такой отзыв мы не опубликуем"
    )


@dataclass(frozen=True)
class Organization:
    """What is reviewed, as the pages name it."""

    key: str
    code: str
    short_name: str
    region_id: str = ""


def _may(user: User, _: Any) -> None:
    domain.may_review(user=user)


def _leave(user: User, found: Any, wording: domain.Wording, at: datetime) -> None:
    domain.leave(user=user, organization=found.key, wording=wording, at=at)


HOUSES = {
    "insurer": House(
        lambda code: directory.insurer(code=code[:5]), "insurers", "Страховые организации",
        _may, _leave,
    ),
    "clinic": House(
        lambda code: directory.clinic(code=code[:6]), "clinics", "Поликлиники", _may, _leave
    ),
    "doctor": House(
        lambda code: directory.doctor(code=code), "doctors", "Врачи",
        lambda user, found: reviewing.may_review(user=user, doctor=found),
        lambda user, found, wording, at: reviewing.leave(
            user=user, doctor=found, wording=wording, at=at
        ),
        "Не пишите диагнозы, телефоны и фамилии: такой отзыв мы не опубликуем",
    ),
}  # fmt: skip


class ReviewForm(forms.Form):
    """Stars, words, and whether the name stands under them."""

    stars = forms.TypedChoiceField(
        label="Ваша оценка",
        coerce=int,
        choices=[(n, f"{counted(n, 'звезда', 'звезды', 'звёзд')}, {WORDS[n]}") for n in WORDS],
        widget=forms.RadioSelect(),
        error_messages={
            "required": "Ваша оценка: выберите от 1 до 5 звёзд",
            "invalid_choice": "Ваша оценка: выберите из списка",
        },
    )
    text = forms.CharField(
        label="Что произошло",
        widget=forms.Textarea(attrs={"rows": 6, "data-count": LONGEST}),
        error_messages={"required": "Что произошло: напишите несколько слов"},
    )
    named = forms.ChoiceField(
        label="Как подписать отзыв",
        widget=forms.RadioSelect(),
        initial="yes",
        error_messages={
            "required": "Как подписать отзыв: выберите один вариант",
            "invalid_choice": "Как подписать отзыв: выберите из списка",
        },
    )

    def __init__(self, *args: Any, user: User, hint: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = hint
        own: forms.ChoiceField = self.fields["named"]  # type: ignore[assignment]
        short = f"{user.given_name} {user.family_name[:1]}."
        own.choices = [("yes", short), ("no", "Без имени")]

    def clean_text(self) -> str:
        """Refuse what cannot be read or is too long."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()
        return readable(text, label="Что произошло", longest=LONGEST)

    @property
    def wording(self) -> domain.Wording:
        """What the person says, as the domain takes it."""
        data = self.cleaned_data
        return domain.Wording(data["stars"], data["text"], data["named"] == "yes")


class ReportForm(forms.Form):
    """What is wrong with somebody's review."""

    reason = forms.ChoiceField(
        label="Что не так",
        choices=tuple(domain.REPORTS.items()),
        widget=forms.RadioSelect(),
        error_messages={
            "required": "Что не так: выберите причину",
            "invalid_choice": "Что не так: выберите из списка",
        },
    )
    text = forms.CharField(
        label="Пояснение",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": 500}),
        help_text="Необязательно. Его прочитает только сотрудник поддержки",
    )

    def clean_text(self) -> str:
        """Refuse what cannot be read or is too long."""
        return readable(str(self.cleaned_data["text"]).strip(), label="Пояснение", longest=500)


@require_safe
def reviews(request: HttpRequest, code: str | int, kind: str) -> HttpResponse:
    """Show a page of what people say of an organisation, and how it adds up."""
    house, found, _ = _organization(kind, code)
    sort = request.GET.get("sort", "")
    sort = sort if sort in opinions.SORTS else "new"
    typed = request.GET.get("stars", "")
    stars = int(typed) if typed in {"1", "2", "3", "4", "5"} else 0
    number = _page_number(request.GET.get("page", ""))
    portion = opinions.reviews(
        organization=found.key, sort=sort, stars=stars, size=PAGE, page=number
    )
    asked = {"sort": sort if sort != "new" else "", "stars": str(stars or "")}
    rating = opinions.rating(organization=found.key)
    return page(
        request,
        "portal/reviews.html",
        section=house.section,
        title=f"Отзывы: {found.short_name}",
        crumbs=[*_crumbs(house, kind, found), Crumb("Отзывы")],
        organization=found,
        write_url=address(f"portal:{kind}_review", found.code),
        reviews=portion.rows,
        **summary(rating),
        chips=[
            Chip(title, _url(asked | {"sort": key if key != "new" else ""}), current=key == sort)
            for key, title in SORTS
        ],
        label="Порядок отзывов",
        stars=stars,
        all_url=_url(asked | {"stars": ""}),
        page_words=f"Страница {number}",
        previous_url=_url(asked, number - 1) if number > 1 else "",
        next_url=_url(asked, number + 1) if portion.more and number < LAST_PAGE else "",
    )


def summary(rating: Rating) -> dict[str, Any]:
    """Return how the reviews of an organisation add up: mean, number, bars."""
    count = rating.count
    mean = f"{rating.total / count:.1f}".replace(".", ",") if count else ""
    return {
        "mean": f"{mean} из{NBSP}5" if mean else "",
        "count": count,
        "count_words": counted(count, "отзыв", "отзыва", "отзывов"),
        "bars": [
            Bar(counted(stars, "звезда", "звезды", "звёзд"), amount)
            for stars, amount in sorted(rating.counts.items(), reverse=True)
        ],
    }


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, code: str | int, kind: str) -> HttpResponse:
    """Leave a review, change it or take it back."""
    user, at = _me(request), timezone.now()
    house, found, row = _organization(kind, code)
    house.may_review(user, row)
    own = opinions.own(user=user, organization=found.key)
    if request.method == "POST" and "withdraw" in request.POST:
        domain.withdraw(user=user, organization=found.key, at=at)
        messages.success(request, "Отзыв снят. Его больше никто не видит")
        return redirect(f"portal:{kind}_reviews", found.code)
    form = ReviewForm(request.POST or None, user=user, hint=house.hint, initial=_initial(own))
    if request.method == "POST" and form.is_valid():
        house.leave(user, row, form.wording, at)
        messages.success(request, "Отзыв отправлен на проверку. Ответим в сообщениях")
        return redirect(f"portal:{kind}_review", found.code)
    return page(
        request,
        "portal/review.html",
        section=house.section,
        of_oneself=True,
        status=422 if form.errors else 200,
        title=f"Ваш отзыв: {found.short_name}",
        crumbs=[
            *_crumbs(house, kind, found),
            Crumb("Отзывы", address(f"portal:{kind}_reviews", found.code)),
            Crumb("Ваш отзыв"),
        ],
        form=form,
        own=own,
        reason=domain.REASONS.get(own.reason, "") if own else "",
        back_url=address(f"portal:{kind}_reviews", found.code),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Complain of a review; limited by the place it comes from."""
    at, found = timezone.now(), opinions.published(pk=pk)
    if found is None:
        raise Http404
    kind, _, code = found.organization.partition(":")
    form = ReportForm(request.POST or None)
    no: Denied | None = None
    if request.method == "POST" and form.is_valid():
        until = tries.charge(request, REPORTS, at=at)
        if until is None:
            _report(request, found, form, at)
            messages.success(request, "Спасибо. Сотрудник проверит отзыв")
            return redirect(f"portal:{kind}_reviews", code)
        no = Denied(tries.words(until, at=at))
    house, organization, _ = _organization(kind, code)
    return page(
        request,
        "portal/review_report.html",
        section=house.section,
        status=429 if no else 422 if form.errors else 200,
        title="Пожаловаться на отзыв",
        crumbs=[
            *_crumbs(house, kind, organization),
            Crumb("Отзывы", address(f"portal:{kind}_reviews", code)),
            Crumb("Жалоба"),
        ],
        form=form,
        review=found,
        wait=no.text if no else "",
        back_url=address(f"portal:{kind}_reviews", code),
    )


def _report(request: HttpRequest, found: Review, form: ReportForm, at: datetime) -> None:
    user = request.user if isinstance(request.user, User) else None
    place = f"place:{fingerprint(tries.network(origin(request)))[:40]}"
    domain.report(
        pk=found.pk,
        reporter=user.key if user else place,
        reason=form.cleaned_data["reason"],
        text=form.cleaned_data["text"],
        by=user.actor if user else VISITOR,
        at=at,
    )


def _initial(own: Review | None) -> dict[str, Any]:
    if own is None:
        return {}
    return {"stars": own.stars, "text": own.text, "named": "yes" if own.signature else "no"}


def _organization(kind: str, code: str | int) -> tuple[House, Organization, Found]:
    house, code = HOUSES[kind], str(code)
    found = house.find(code)
    if found is None or str(found.pk) != code:
        raise Http404
    if isinstance(found, Doctor):
        return house, Organization(found.key, code, found.name), found
    return house, Organization(found.key, code, found.short_name, found.region_id), found


def _crumbs(house: House, kind: str, found: Organization) -> list[Crumb]:
    return [
        Crumb(
            house.title,
            address(f"portal:{house.section}")
            + (f"?region={found.region_id}" if found.region_id else ""),
        ),
        Crumb(found.short_name, address(f"portal:{kind}", found.code)),
    ]


def _page_number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 4
    return min(max(int(typed), 1), LAST_PAGE) if right else 1


def _url(asked: dict[str, str], number: int = 1) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return "?" + urlencode({**kept, **({"page": str(number)} if number > 1 else {})})


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
