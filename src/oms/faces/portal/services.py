"""The catalogue of services and a page for each."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.cases.models import Case
from oms.cases.review import begun
from oms.cases.states import OPEN
from oms.catalog.catalogue import SERVICES, find, stem
from oms.catalog.checks import WAYS_ON
from oms.catalog.declaration import PublicService
from oms.domain.accounts import wards
from oms.domain.accounts.access import representation, subject
from oms.domain.accounts.models import Level, Role, User
from oms.faces.design.parts import Crumb, Fact, Link
from oms.faces.portal.pages import address, cabinet_key, page
from oms.law import terms
from oms.law.refusal import Refusal

LONGEST_SEARCH = 200
IF_NEEDED = "Ещё вопросы, если они понадобятся"
_NOT_HERE = frozenset(
    stem(word)
    for word in ("пропал", "пропали", "исчез", "нет", "вижу", "видно", "виден", "найти", "кабинете")
)
"""Beside «полис» in a search, these mean: it is not in the cabinet."""
CONTACTS, IDENTITY = "contacts-not-confirmed", "identity-not-confirmed"
FREQUENT = (
    ("Потерялся или испортился полис", "policy-replacement"),
    ("Поменялись фамилия или паспорт", "data-update"),
    ("Родился ребёнок", "issue-policy"),
    ("Нужна справка за прошлый год", "insurance-certificate"),
    ("Хочу другую поликлинику", "clinic-attachment"),
    ("Переехали и меняем страховую", "change-insurer"),
    ("В данных ошибка", "error-report"),
    ("Отказали, не согласен", "appeal"),
)
"""What people come with, in their words → the service that helps."""
LEVELS = {
    Level.SIMPLE: "Подтверждать личность не нужно",
    Level.STANDARD: "Нужна проверка документов по реестрам",
    Level.CONFIRMED: "Нужна подтверждённая личность",
}
MINOR = "representative-needed"
DECIDERS = {
    Role.INSURER: "Страховая медицинская организация",
    Role.FUND: "Территориальный фонд ОМС",
}


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All services by category, or what was searched for, best first."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    found = find(text)
    return page(
        request,
        "portal/services.html",
        section="services",
        title="Услуги",
        text=text,
        found=found,
        is_missing=is_missing(text),
        categories=by_category(SERVICES.values()) if not text else [],
        frequent=[Link(words, address("portal:service", code)) for words, code in FREQUENT],
    )


def is_missing(text: str) -> bool:
    """Tell whether what was searched for is a policy that is not there («полис пропал»)."""
    words = {stem(word) for word in re.findall(r"[а-я]+", text.lower().replace("ё", "е"))}
    return stem("полис") in words and bool(words & _NOT_HERE)


def by_category(services: Iterable[PublicService]) -> list[tuple[str, list[PublicService]]]:
    """Put the services under their categories, in the order of the catalogue."""
    found = list(services)
    order = list(dict.fromkeys(service.category for service in found))
    rows = sorted(found, key=lambda service: order.index(service.category))
    return [(title, list(group)) for title, group in groupby(rows, lambda row: row.category)]


@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """Who, what is needed, how long, price, result; one button."""
    found = SERVICES.get(code)
    if found is None:
        raise Http404
    closed: Sequence[Refusal] = ()
    opened = None
    user = request.user
    may_start = isinstance(user, User) and not user.is_staff_member
    right = representation(request)
    if isinstance(user, User) and may_start:
        holder = subject(request)
        application = begun(holder, on=timezone.localdate(), by=user)
        closed = found.closed_to(application)
        rows = Case.objects.visible_to(holder).filter(service=code, state__in=sorted(OPEN))
        opened = rows.first()
    may_apply = right is None or wards.allows(right.scope, wards.Scope.APPLY)
    return page(
        request,
        "portal/service.html",
        section="services",
        title=found.title,
        crumbs=[Crumb("Услуги", address("portal:services")), Crumb(found.title)],
        service=found,
        facts=facts(found),
        steps=way(found),
        documents=found.documents,
        closed=[(refusal, ways_on(refusal, back=request.path)) for refusal in closed],
        opened=opened,
        opened_url=address("portal:case", opened.number) if opened else "",
        may_start=may_start and may_apply,
        only_looks=not may_apply,
        for_whom=cabinet_key(request),
        start_url=address("portal:start", code),
    )


def way(found: PublicService) -> list[str]:
    """Return the titles of the pages; those that only some are asked become one line."""
    titles = [step.title if not step.is_conditional() else IF_NEEDED for step in found.steps]
    return [title for title, _group in groupby(titles)]


def facts(found: PublicService) -> list[Fact]:
    """Return what a person asks first: how long, how much, who decides, what comes out."""
    told = next(row for row in terms.DEFAULT_TERMS if row.term.code == found.term)
    term = terms.term_at(found.term, on=timezone.localdate())
    decider = DECIDERS.get(Role(found.decided_by)) if not found.is_automatic else ""
    return [
        Fact("Срок", terms.in_words(term)),
        Fact("Цена", found.price),
        Fact("Решение", decider or "Автоматически, без оператора"),
        Fact("Результат", found.result),
        Fact("Личность", LEVELS[found.level]),
        Fact("Основание срока", told.source),
    ]


def ways_on(refusal: Refusal, *, back: str = "") -> list[Link]:
    """Return where to go when a service is closed to a person, and come `back` from."""
    if refusal.code == CONTACTS:
        return [Link("Мои данные", address("account_profile"))]
    if refusal.code == MINOR:
        return [Link("Как родителю подать заявление", f"{address('portal:help')}#representative")]
    if refusal.code == IDENTITY:
        query = f"?{urlencode({'next': back})}" if back else ""
        return [Link("Подтвердить личность", address("identity_menu") + query)]
    codes = WAYS_ON.get(refusal.code, ())
    return [Link(SERVICES[code].title, address("portal:service", code)) for code in codes]
