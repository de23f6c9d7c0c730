"""Taking files in: a form of many files without the script, one file at a time with it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from oms.domain.accounts import limits
from oms.domain.accounts.access import sign_in_required
from oms.domain.documents.limits import MAX_SIZE
from oms.domain.documents.models import Document
from oms.domain.documents.unfit import REASONS, Unfit
from oms.faces.portal.uploads.component import Failure, keep_failures, row
from oms.faces.portal.uploads.finding import own_document
from oms.faces.portal.uploads.places import Place, bring, opened, reuse
from oms.kit.denied import Denied
from oms.law.plural import counted

MOST_FILES = 20
BY_SCRIPT = "upload"
HOURLY = limits.Limit(
    scope="uploads",
    quiet=timedelta(hours=1),
    wait=lambda count: timedelta(hours=1) if count >= 120 else timedelta(0),
)


class TooOften(Denied):
    """More files than a person has."""

    status = 429
    text = "Вы загрузили очень много файлов. Подождите час и продолжите."


@require_POST
@sign_in_required
def receive(request: HttpRequest) -> HttpResponse:
    """Take what was sent for one place; the same file sent twice is one."""
    one = opened(request, request.POST.get("place", ""))
    files = request.FILES.getlist("files")[:MOST_FILES]
    done = [_take(request, one, file, at=timezone.now()) for file in files]
    if by_script(request):
        return answer(request, done[0] if done else nothing_chosen())
    failures = [found for found in done if isinstance(found, Failure)]
    keep_failures(request, one, failures if files else [nothing_chosen()])
    taken = len(done) - len(failures)
    if taken:
        messages.success(request, f"Загрузили: {counted(taken, 'файл', 'файла', 'файлов')}.")
    return redirect(f"{one.back}#slot-{one.key}")


@require_POST
@sign_in_required
def again(request: HttpRequest) -> HttpResponse:
    """«Взять из моих документов»: the same file for another purpose."""
    one = opened(request, request.POST.get("place", ""))
    source = own_document(request, request.POST.get("document", ""))
    try:
        found: Document | Failure = reuse(request, one, source, at=timezone.now())
    except Denied as no:
        found = failure(no, source.name)
    if by_script(request):
        return answer(request, found)
    if isinstance(found, Failure):
        keep_failures(request, one, [found])
    return redirect(f"{one.back}#slot-{one.key}")


def answer(request: HttpRequest, found: Document | Failure) -> HttpResponse:
    """A row or an error for the script, as a piece of the page."""
    if isinstance(found, Failure):
        status = 429 if found.code == TooOften.__name__ else 422
        return render(request, "portal/uploads/failure.html", {"failure": found}, status=status)
    shown = row(found, at=timezone.now())
    return render(request, "portal/uploads/row.html", {"row": shown}, status=201)


def by_script(request: HttpRequest) -> bool:
    """Whether our script sent this, not a form by itself."""
    return request.headers.get("X-Requested-With") == BY_SCRIPT


def read(file: "UploadedFile[Any]") -> bytes:
    """The bytes of a file of a bearable size. Raises `Unfit` before reading any other."""
    if (file.size or 0) > MAX_SIZE:
        raise Unfit("too-large")
    return bytes(file.read())


def charge(request: HttpRequest, *, at: datetime) -> None:
    """Count a file against the hour's limit. Raises `TooOften`."""
    if limits.take(limit=HOURLY, key=f"user:{request.user.pk}", at=at):
        raise TooOften


def nothing_chosen() -> Failure:
    """What is said of an empty form."""
    return Failure("", "nothing-chosen", "Файл не выбран.", "Выберите фото или скан документа.")


def _take(
    request: HttpRequest, one: Place, file: "UploadedFile[Any]", *, at: datetime
) -> Document | Failure:
    try:
        charge(request, at=at)
        return bring(request, one, content=read(file), name=file.name or "", at=at)
    except Denied as no:
        return failure(no, file.name or "")


def failure(no: Denied, name: str) -> Failure:
    """An expected no as it is shown at its file."""
    remedy = REASONS[no.code].remedy if no.code in REASONS else ""
    return Failure(name[:120], no.code, no.text, remedy)
