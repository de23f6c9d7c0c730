"""The organisation's own words for questions and refusals, kept and thrown away."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from oms.cases import phrases as kept
from oms.domain.accounts.access import staff_required
from oms.faces.design.parts import Crumb
from oms.faces.desk.forms import PhraseForm
from oms.faces.desk.pages import OPERATORS, page, staff
from oms.faces.desk.queue import crumb
from oms.kit.denied import Denied


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*OPERATORS)
def phrases(request: HttpRequest) -> HttpResponse:
    """List them; a POST keeps another."""
    user = staff(request)
    form = PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept.add(**form.cleaned_data, by=user, at=timezone.now())
        except Denied as no:
            form.add_error(None, no.text)
        else:
            messages.success(request, "Заготовка сохранена.")
            return redirect("desk:phrases")
    return page(
        request,
        "desk/phrases.html",
        section="cases",
        status=422 if form.errors else 200,
        title="Заготовки ответов",
        crumbs=[crumb(), Crumb("Заготовки")],
        form=form,
        rows=kept.of(user),
    )


@require_POST
@staff_required(*OPERATORS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one away."""
    user = staff(request)
    if pk not in {one.pk for one in kept.of(user)}:
        raise Http404
    kept.remove(pk=pk, by=user, at=timezone.now())
    messages.success(request, "Заготовки больше нет.")
    return redirect("desk:phrases")
