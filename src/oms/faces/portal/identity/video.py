"""A video with the passport: recording in the browser, two pictures where there is no camera."""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Level, User
from oms.domain.documents import actions as documents
from oms.domain.documents import queries as files
from oms.domain.documents.models import Document
from oms.domain.identity import queries, recordings
from oms.domain.identity.methods import video as method
from oms.domain.identity.models import Confirmation
from oms.faces.portal.account.browser import posted
from oms.faces.portal.identity.people import identity_page, me
from oms.faces.portal.uploads.component import Slot, slot
from oms.faces.portal.uploads.places import place
from oms.kit.denied import Denied

Kept = Confirmation.State
PICTURES = (
    (method.FACE, Document.Kind.FACE, "Фотография лица", "Сегодняшняя, анфас, без очков и шапки"),
    (method.PASSPORT, Document.Kind.PASSPORT, "Паспорт", "Разворот с фотографией, целиком"),
)


@csp_update({"media-src": ["blob:"]})  # the recording is looked at before it is sent
@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def video(request: HttpRequest) -> HttpResponse:
    """Show the camera and what is recorded; hand it in (POST)."""
    user, at = me(request), timezone.now()
    own = queries.mine(user=user, method=method.METHOD.code)
    if own and own.state == Kept.WAITING:
        context = {"title": "Видео на проверке", "own": own}
        return identity_page(request, "video_waiting", context)
    if user.level == Level.CONFIRMED:
        return redirect("identity_menu")
    own = method.begin(user=user, at=at)
    error = ""
    if posted(request) is not None:
        try:
            method.submit(confirmation=own, at=at)
            return redirect("identity_video")
        except (method.NothingToShow, method.OldDigits) as no:
            error = no.text
    return identity_page(request, "video", _context(request, own, user, error))


@never_cache
@sign_in_required
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Take a recording and its still from the page's script; answer in JSON."""
    user, at = me(request), timezone.now()
    given, still = request.FILES.get("video"), request.FILES.get("still")
    if given is None:
        return _no("Видео не пришло. Запишите его ещё раз.", 422)
    if (given.size or 0) > recordings.LARGEST:
        return _no(recordings.TooLarge.text, 413)
    try:
        own = method.begin(user=user, at=at)
        said = request.POST.get("digits", "").replace(" ", "")[:20]
        method.keep_video(confirmation=own, content=given.read(), said=said, at=at)
        if still is not None:
            _keep_still(own, user, still.read(), at)
    except Denied as no:
        return _no(no.text, no.status)
    return JsonResponse({"text": "Видео загружено. Отправьте его на проверку."})


def _keep_still(own: Confirmation, user: User, content: bytes, at: Any) -> None:
    """Keep the picture of the face beside the video; the one before goes."""
    before = list(files.of(about=own.key, slot=method.FACE))
    try:
        kept = documents.receive(
            user=user, by=user, kind=Document.Kind.FACE, content=content, name="Кадр из видео.jpg",
            at=at, about=own.key, slot=method.FACE,
        )  # fmt: skip
    except documents.Unfit:
        return  # the video itself is what counts
    for one in before:
        if one.pk != kept.pk:
            documents.remove(document=one, by=user, at=at)


def _context(request: HttpRequest, own: Confirmation, user: User, error: str) -> dict[str, Any]:
    recording, _ = method.shown(own)
    fresh = recording and recording.stored_at.isoformat() >= own.details.get("digits_at", "")
    return {
        "title": "Видео с паспортом",
        "own": own,
        "digits": method.digits(own),
        "recording": recording if fresh else None,
        "slots": _slots(request, own, user),
        "error": error,
        "is_fix": own.state == Kept.FIX,
        "availability": method.available(user, timezone.now()),
    }


def _slots(request: HttpRequest, own: Confirmation, user: User) -> list[Slot]:
    known, offered = files.of(about=own.key), files.mine(user=user)
    return [
        slot(
            request,
            place(request, about=own.key, slot=code, kind=kind, back=request.path),
            title=title,
            hint=hint,
            files=[one for one in known if one.slot == code],
            offered=offered,
        )
        for code, kind, title, hint in PICTURES
    ]


def _no(text: str, status: int) -> JsonResponse:
    return JsonResponse({"text": text}, status=status)
