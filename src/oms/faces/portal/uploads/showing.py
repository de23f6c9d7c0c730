"""One uploaded document: its page, its picture, its file; replacing and removing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.documents.keeping import keep_as_is
from oms.domain.documents.limits import WIDTHS
from oms.domain.documents.models import Document
from oms.domain.documents.serving import file_response, preview_response
from oms.faces.design.parts import Crumb
from oms.faces.portal.pages import address, page
from oms.faces.portal.uploads import places, receiving
from oms.faces.portal.uploads.component import Failure, row
from oms.faces.portal.uploads.finding import own_document
from oms.kit.denied import Denied


@require_safe
@sign_in_required
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Show one document page by page, how it stands, and what may be done with it."""
    return _page(request, own_document(request, code))


@require_safe
@sign_in_required
def state(request: HttpRequest, code: str) -> HttpResponse:
    """The document's row as it stands now, for the page that waits for it."""
    document = own_document(request, code)
    fixed = request.GET.get("fixed") == "1"
    shown = row(document, at=timezone.now(), fixed=fixed)
    return render(request, "portal/uploads/row.html", {"row": shown})


@require_safe
@sign_in_required
def preview(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One page as a picture drawn anew."""
    width = request.GET.get("width", "")
    known = [one for one in WIDTHS if str(one) == width]
    return preview_response(
        own_document(request, code), page=number, width=known[0] if known else WIDTHS[1]
    )


@require_safe
@sign_in_required
def file(request: HttpRequest, code: str) -> HttpResponse:
    """The file as it came, to be saved."""
    return file_response(own_document(request, code), download=True)


@require_POST
@sign_in_required
def replace(request: HttpRequest, code: str) -> HttpResponse:
    """Put another file in its place."""
    document, at = own_document(request, code), timezone.now()
    sent = request.FILES.get("files")
    if sent is None:
        found: Document | Failure = receiving.nothing_chosen()
    else:
        try:
            receiving.charge(request, at=at)
            found = places.replace(
                request, document, content=receiving.read(sent), name=sent.name or "", at=at
            )
        except Denied as no:
            found = receiving.failure(no, sent.name or "")
    if receiving.by_script(request):
        return receiving.answer(request, found)
    if isinstance(found, Failure):
        return _page(request, document, failure=found)
    messages.success(request, "Файл заменили.")
    return redirect("portal:upload", found.code)


@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether to delete it, and do it."""
    document = own_document(request, code)
    if request.method != "POST":
        return page(
            request,
            "portal/uploads/remove.html",
            section="documents",
            title="Удалить документ?",
            crumbs=_crumbs(document, Crumb("Удаление")),
            document=document,
            kept=places.why_kept(request, document),
            back=_back(request) or address("portal:upload", document.code),
        )
    places.remove(request, document, at=timezone.now())
    if receiving.by_script(request):
        return HttpResponse(status=204)
    messages.success(request, "Документ удалили.")
    return redirect(_back(request) or address("portal:documents"))


@require_POST
@sign_in_required
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """«Оставить так»: a poor scan that a person will look at."""
    document = own_document(request, code)
    kept = keep_as_is(document=document, by=places.acting(request), at=timezone.now())
    if receiving.by_script(request):
        return receiving.answer(request, kept)
    messages.success(request, "Оставили как есть: документ проверит специалист.")
    return redirect(_back(request) or address("portal:upload", document.code))


def _page(
    request: HttpRequest, document: Document, *, failure: Failure | None = None
) -> HttpResponse:
    wanted = request.GET.get("page", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 1
    number = min(max(number, 1), document.pages)
    return page(
        request,
        "portal/uploads/document.html",
        section="documents",
        status=422 if failure else 200,
        title=str(document.get_kind_display()),
        crumbs=_crumbs(document),
        document=document,
        row=row(document, at=timezone.now()),
        number=number,
        numbers=range(1, document.pages + 1),
        kept=places.why_kept(request, document),
        about=places.about_words(request, document),
        failure=failure,
        may_send=bool(places.acting(request).email_confirmed_at),
    )


def _crumbs(document: Document, *more: Crumb) -> list[Crumb]:
    own = address("portal:upload", document.code) if more else ""
    return [
        Crumb("Документы", address("portal:documents")),
        Crumb(str(document.get_kind_display()), own),
        *more,
    ]


def _back(request: HttpRequest) -> str:
    """Where a press came from: a path of ours only."""
    back = str(request.POST.get("back") or request.GET.get("back") or "")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""
