"""Is a paper real and in force: by the code on it, by its number, by the file (PAP-1, BEY-10)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.papers.models import Paper
from oms.domain.papers.queries import PaperAnswer, check
from oms.domain.papers.verification import FileAnswer, verify_file
from oms.faces.design.parts import Crumb
from oms.faces.portal import puzzle, tries
from oms.faces.portal.forms import CodeForm, FileForm
from oms.faces.portal.pages import address, page
from oms.law.typed import compact

LIMIT = tries.limit("paper-check", tries=30)
PUZZLE_AFTER = 10
LONGEST_CODE = 40
UNKNOWN = "Такого документа мы не выдавали. Проверьте знаки: они как на бумаге под QR-кодом"
TITLES = {
    Paper.State.ISSUED: "Документ подлинный и действует",
    Paper.State.SUPERSEDED: "Документ подлинный, но заменён более новым",
    Paper.State.REVOKED: "Документ отозван",
}


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code or a file; a code leads on to its own address, as the QR code does."""
    if request.method != "POST":
        return _ask(request)
    if "code" in request.POST:
        return _check_code(request)
    return _check_file(request)


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Say what is known of the paper with this check code or number."""
    now = timezone.now()
    if _many(request, now):
        return _ask(request, code_form=CodeForm(initial={"code": code[:LONGEST_CODE]}))
    return _look_up(request, code, at=now)


def _check_code(request: HttpRequest) -> HttpResponse:
    """A typed code leads to its own address; after many, a puzzle is asked and answered here."""
    now = timezone.now()
    form, many = CodeForm(request.POST), _many(request, now)
    if not form.is_valid() or not puzzle.passed(request, form, wanted=many, at=now):
        return _ask(request, code_form=form)
    code = _tidy(form.cleaned_data["code"])
    return _look_up(request, code, at=now) if many else redirect("portal:verify_code", code=code)


def _look_up(request: HttpRequest, code: str, *, at: datetime) -> HttpResponse:
    until = tries.charge(request, LIMIT, at=at)
    if until:
        return tries.told(_ask(request, status=429, wait=tries.words(until, at=at)), until, at=at)
    answer = check(code) if len(code) <= LONGEST_CODE and "\0" not in code else None
    if answer is None:
        form = CodeForm({"code": code[:LONGEST_CODE]})
        form.full_clean()
        form.add_error("code", UNKNOWN)
        return _ask(request, code_form=form, status=404)
    return _told(request, answer)


def _many(request: HttpRequest, at: datetime) -> bool:
    return tries.many(request, LIMIT, after=PUZZLE_AFTER, at=at)


def _check_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, file_form=form)
    now = timezone.now()
    until = tries.charge(request, LIMIT, at=now)
    if until:
        return tries.told(_ask(request, status=429, wait=tries.words(until, at=now)), until, at=now)
    given = form.cleaned_data.get("signature")
    detached = given.read() if given else b""
    found = verify_file(form.cleaned_data["paper"].read(), at=now, detached=detached)
    if found.code in ("not-pdf", "too-large"):
        form.add_error("paper", f"{found.title}. {found.text}")
        return _ask(request, file_form=form)
    return _told(request, found.paper, file=found)


def _told(
    request: HttpRequest, paper: PaperAnswer | None, *, file: FileAnswer | None = None
) -> HttpResponse:
    """Show the answer: a title, what to do, and what little may be told of the paper."""
    beside = file.detached if file else None
    said = beside.title if file and beside and not beside.ok else file.title if file else ""
    title = said or (TITLES[Paper.State(paper.state)] if paper else "")
    return page(
        request,
        "portal/verified.html",
        title=title,
        crumbs=[Crumb("Проверка документа", address("portal:verify")), Crumb("Ответ")],
        ok=file.ok if file else bool(paper and paper.is_in_force),
        replaced=bool(paper and paper.state == Paper.State.SUPERSEDED),
        text=file.text if file else paper.text if paper else "",
        detached=beside,
        paper=paper,
        file=file,
    )


def _ask(
    request: HttpRequest,
    *,
    code_form: CodeForm | None = None,
    file_form: FileForm | None = None,
    status: int = 200,
    wait: str = "",
) -> HttpResponse:
    code_form, now = code_form or CodeForm(), timezone.now()
    puzzle.show(request, code_form, wanted=_many(request, now), at=now)
    return page(
        request,
        "portal/verify.html",
        status=status,
        title="Проверка документа",
        code_form=code_form,
        file_form=file_form or FileForm(),
        wait=wait,
    )


def _tidy(typed: str) -> str:
    """Return what was typed without spaces, dashes and slashes, to be a part of an address."""
    return compact(typed).replace("/", "") or "-"
