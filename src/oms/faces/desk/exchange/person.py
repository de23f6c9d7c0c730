"""A person held against ФЕРЗЛ: asked on a click, shown field by field, nothing applied."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from oms.domain.accounts.access import staff_required
from oms.domain.exchange import reconciling
from oms.faces.design.parts import Crumb
from oms.faces.desk.looks import look_at_person
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.people import find_person, purpose_told
from oms.kit.denied import Denied
from oms.law import names


@require_POST
@staff_required(*OPERATORS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare the person with ФЕРЗЛ, once it was said why their data are opened."""
    at, found = timezone.now(), find_person(request, pk)
    purpose = purpose_told(request, pk, at)
    if not purpose:
        return redirect("desk:person", pk)
    look_at_person(request, found, purpose=purpose, at=at)
    try:
        made = reconciling.compare(person=found, by=staff(request).actor, at=at)
    except Denied as no:
        messages.warning(request, no.text)
        return redirect("desk:person", pk)
    name = names.full(found.family_name, found.given_name, found.patronymic)
    card = reverse("desk:person", args=[pk])
    return page(
        request,
        "desk/exchange/person.html",
        section="people",
        title="Сверка с ФЕРЗЛ",
        crumbs=[
            Crumb("Люди", reverse("desk:people")),
            Crumb(name, card),
            Crumb("Сверка с ФЕРЗЛ"),
        ],
        person=found,
        name=name,
        card_url=card,
        made=made,
        at=at,
    )
