"""A document added ahead of need: to be taken from «Мои документы» when it is asked for."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required, subject
from oms.domain.documents import queries
from oms.domain.documents.models import Document
from oms.faces.design.parts import Chip, Crumb
from oms.faces.portal.pages import address, page
from oms.faces.portal.uploads.component import slot
from oms.faces.portal.uploads.places import place

NOT_AHEAD = {Document.Kind.FACE}


@require_safe
@sign_in_required
def add(request: HttpRequest) -> HttpResponse:
    """Choose what it is, then bring it."""
    kinds = [kind for kind in Document.Kind if kind not in NOT_AHEAD]
    chosen = next((kind for kind in kinds if kind == request.GET.get("kind")), kinds[0])
    known = queries.mine(user=subject(request))
    files = [one for one in known if one.kind == chosen and not one.about]
    own = place(request, about="", slot="", kind=chosen)
    return page(
        request,
        "portal/uploads/add.html",
        section="documents",
        title="Добавить документ",
        crumbs=[Crumb("Документы", address("portal:documents")), Crumb("Добавить")],
        chips=[Chip(str(kind.label), f"?kind={kind}", current=kind == chosen) for kind in kinds],
        slot=slot(request, own, title=str(chosen.label), files=files, offered=()),
    )
