"""Questions and answers, accessibility, personal data: pages of words."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from oms.domain.accounts import consents
from oms.domain.accounts.models import Consent
from oms.faces.portal.pages import page
from oms.faces.portal.questions import QUESTIONS, find

LONGEST_SEARCH = 200


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answers to what people ask about the insurance; a search over them."""
    text = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    found = find(text)
    return page(
        request,
        "portal/help.html",
        title="Вопросы и ответы",
        text=text,
        questions=found,
        open_all=bool(text) and len(found) <= 3,
        total=len(QUESTIONS),
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say for whom the portal is made to work, and how to tell us where it does not."""
    return page(request, "portal/accessibility.html", title="Доступность")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept, why, for how long, who sees it; with the text people agree to."""
    consent = consents.current(kind=Consent.Kind.PERSONAL_DATA)
    return page(
        request,
        "portal/privacy.html",
        title="Обработка персональных данных",
        consent=consent,
        today=timezone.localdate(),
    )
