"""Files of insurers: sent here, seen on their way, their protocols read and fetched."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from oms.domain.accounts.access import staff_required
from oms.domain.exchange import actions, freshness, queries, reconciling, writing
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.naming import SUFFIX, answer_name
from oms.faces.design.parts import Chip, Crumb, Fact
from oms.faces.design.parts import State as Tint
from oms.faces.desk.exchange.forms import UploadForm
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.kit.denied import Denied

TINTS: dict[str, Tint] = {"waiting": "info", "running": "info", "done": "ok", "refused": "danger"}
NOTES = 10
PROTOCOLS = {"p": writing.protocol, "f": writing.format_control}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def files(request: HttpRequest) -> HttpResponse:
    """List the files and how fresh each source is; a POST brings a file.

    While files are on their way the page asks for the list alone.
    """
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "desk/exchange/rows.html", _list(request))
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = _received(request, form)
        if made is not None:
            return redirect("desk:exchange_file", made.pk)
    user, at = staff(request), timezone.now()
    sources = freshness.sources(user=user, at=at)
    return page(
        request,
        "desk/exchange/files.html",
        section="exchange",
        status=422 if form.errors else 200,
        title="Обмен",
        form=form,
        troubled=[one for one in sources if one.is_troubled],
        fine=[one for one in sources if not one.is_troubled],
        notes=reconciling.notes(user=user, at=at)[:NOTES],
        **_list(request),
    )


def _received(request: HttpRequest, form: UploadForm) -> ExchangeFile | None:
    sent, user, at = form.cleaned_data["file"], staff(request), timezone.now()
    try:
        made = actions.receive(
            name=sent.name,
            pieces=sent.chunks(),
            origin=ExchangeFile.Origin.DESK,
            by=user.actor,
            user=user,
            at=at,
            largest=actions.LARGEST_UPLOAD,
        )
    except Denied as no:
        form.add_error("file", no.text)
        return None
    repeated = made.received_at != at
    words = "Этот файл уже приходил: вот его протокол." if repeated else "Файл принят в обработку."
    messages.success(request, words)
    return made


def _list(request: HttpRequest) -> dict[str, Any]:
    before = _number(request, "before")
    found = queries.files(user=staff(request), before=before)
    shown = found[: queries.FILES]
    more = f"?before={shown[-1].pk}" if len(found) > len(shown) else ""
    return {
        "rows": [(one, TINTS[one.state]) for one in shown],
        "under_way": any(not one.is_over for one in shown) and not before,
        "next_url": f"{reverse('desk:exchange')}{more}" if more else "",
        "previous_url": reverse("desk:exchange") if before else "",
        "previous_title": "К новым",
    }


@require_safe
@staff_required(*OPERATORS)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one file's protocol: the counts, the answers, why it was refused."""
    found = _find(request, pk)
    all_of_them = request.GET.get("answers") == "all"
    after = _number(request, "after")
    answers = queries.answers(file=found, refused=not all_of_them, after=after)
    shown = answers[: queries.ANSWERS]
    people = queries.told_of(answers=shown, user=staff(request)) if found.is_answer else set()
    base = reverse("desk:exchange_file", args=[pk])
    kept = "answers=all&" if all_of_them else ""
    more = f"{base}?{kept}after={shown[-1].place}" if len(answers) > len(shown) else ""
    context: dict[str, Any] = {
        "file": found,
        "tint": TINTS[found.state],
        "facts": _facts(found),
        "answers": [(one, one.number if one.number in people else "") for one in shown],
        "chips": [
            Chip("Отклонённые", base, found.refused, current=not all_of_them),
            Chip("Все записи", f"{base}?answers=all", found.done, current=all_of_them),
        ],
        "next_url": more,
        "previous_url": f"{base}?{kept}".rstrip("?&") if after else "",
        "previous_title": "К началу",
    }
    if request.headers.get("HX-Request"):
        return render(request, "desk/exchange/state.html", context)
    crumbs = [Crumb("Обмен", reverse("desk:exchange")), Crumb(found.name)]
    title = f"{found.title}: {found.name}"
    return page(
        request,
        "desk/exchange/file.html",
        section="exchange",
        title=title,
        crumbs=crumbs,
        **context,
    )


@require_safe
@staff_required(*OPERATORS)
def protocol(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Give a protocol as the exchange wants it: p answers, f faults of form."""
    found = _find(request, pk)
    ready = found.is_over if kind == "f" else found.state == ExchangeFile.State.DONE
    if kind not in PROTOCOLS or found.is_answer or not ready:
        raise Http404
    name = answer_name(found.name, kind) + SUFFIX
    return sent(PROTOCOLS[kind](found), name)


def sent(pieces: Any, name: str) -> HttpResponse:
    """Answer with an XML file that nothing in a browser opens."""
    answer = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, answer)  # views and their guards know only this shape


def _facts(file: ExchangeFile) -> list[Fact]:
    counts = (("Записей", file.records), ("Принято", file.accepted), ("Отклонено", file.refused))
    return [Fact(title, f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")) for title, count in counts]


def _find(request: HttpRequest, pk: int) -> ExchangeFile:
    found = queries.find(user=staff(request), pk=pk)
    if found is None:
        raise Http404
    return found


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return min(int(text), 2**62) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
