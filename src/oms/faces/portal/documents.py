"""«Мои документы»: papers issued to a person, each as a page and as a file."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import User
from oms.domain.papers import codes
from oms.domain.papers import queries as papers
from oms.domain.papers.models import Paper
from oms.faces.design.parts import Crumb, State
from oms.faces.portal.pages import address, page

PAGE = 20
LAST = 2**63 - 1
TINTS: dict[str, State] = {
    Paper.State.ISSUED: "ok",
    Paper.State.SUPERSEDED: "neutral",
    Paper.State.REVOKED: "danger",
}


@require_safe
@sign_in_required
def documents(request: HttpRequest) -> HttpResponse:
    """Everything issued to the person, newest first."""
    assert isinstance(request.user, User)
    rows = Paper.objects.visible_to(request.user).order_by("-pk")
    before = _number(request.GET.get("before", ""))
    found = list(rows.filter(pk__lt=before)[: PAGE + 1] if before else rows[: PAGE + 1])
    shown = found[:PAGE]
    return page(
        request,
        "portal/documents.html",
        section="documents",
        title="Документы",
        papers=[(paper, TINTS[paper.state]) for paper in shown],
        first_url=address("portal:documents") if before else "",
        next_url=f"?before={shown[-1].pk}" if len(found) > PAGE else "",
    )


@require_safe
@sign_in_required
def document(request: HttpRequest, number: str) -> HttpResponse:
    """The paper as a page: the same words as in the file."""
    found = _paper(request, number)
    kind = found.get_kind_display()
    return page(
        request,
        "portal/document.html",
        section="documents",
        title=f"{kind} № {found.number}",
        crumbs=[Crumb("Документы", address("portal:documents")), Crumb(found.number)],
        paper=found,
        kind=kind,
        twin=papers.twin(found),
        tint=TINTS[found.state],
        qr=codes.qr(codes.check_address(found.check_code)),
        verify_url=address("portal:verify_code", found.check_code),
    )


@require_safe
@sign_in_required
def document_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The signed file, byte for byte as issued, to be saved rather than opened in place."""
    found = _paper(request, number)
    response = HttpResponse(papers.content(found), content_type="application/pdf")
    name = f"{found.get_kind_display()} {found.number}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _paper(request: HttpRequest, number: str) -> Paper:
    assert isinstance(request.user, User)
    if "\0" in number:
        raise Http404
    try:
        return Paper.objects.visible_to(request.user).get(number=number)
    except ObjectDoesNotExist:
        raise Http404 from None


def _number(typed: str) -> int:
    right = typed.isascii() and typed.isdigit() and len(typed) < 20
    return min(int(typed), LAST) if right else 0
