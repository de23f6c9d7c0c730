"""A captcha in a form: shown when a name or a place was tried too often (ACC-5).

form = SomeForm(browser.posted(request))
if request.method == "POST" and form.is_valid() and puzzle.passed(request, form, wanted=…, at=at):
…
puzzle.show(request, form, wanted=…, at=at)
"""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms.domain.accounts import puzzles
from oms.domain.accounts.puzzles import Asked

FIELD = "puzzle"
_KEY = "puzzle_key"
WRONG = "Ответ не подошёл. Введите знаки с новой картинки или ответьте на новый вопрос"
MISSING = "Введите знаки с картинки или ответьте на вопрос: так мы защищаемся от программ"


class PuzzleWidget(forms.TextInput):
    """The picture, the question and one box for either answer."""

    template_name = "portal/puzzle.html"

    def __init__(self, asked: Asked, again_url: str, *, fresh: bool = False) -> None:
        super().__init__(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "class": "medium",
                **({"autofocus": True} if fresh else {}),
            }
        )
        self.asked, self.again_url = asked, again_url

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Never show a former answer: it belongs to a puzzle that is used up."""
        context = super().get_context(name, None, attrs)
        return context | {"asked": self.asked, "again_url": self.again_url, "key_name": _KEY}


def passed(request: HttpRequest, form: forms.Form, *, wanted: bool, at: datetime) -> bool:
    """Tell whether the sent form may go on; else the field appears in it with what is wrong."""
    if not wanted:
        return True
    answer = request.POST.get(FIELD, "")
    if puzzles.solve(key=request.POST.get(_KEY, ""), answer=answer, at=at):
        return True
    show(request, form, wanted=True, at=at)
    form.add_error(FIELD, WRONG if answer.strip() else MISSING)
    return False


def show(request: HttpRequest, form: forms.Form, *, wanted: bool, at: datetime) -> None:
    """Put a fresh puzzle into a form that is going to be shown, if one is wanted."""
    if FIELD not in form.fields and (wanted or FIELD in request.GET):
        form.fields[FIELD] = _field(request.path, at, fresh=False)


@never_cache
@require_safe
def another(request: HttpRequest) -> HttpResponse:
    """Another puzzle, as a piece of the page it stands on."""
    form = forms.Form()
    form.fields[FIELD] = _field(reverse("account_login"), timezone.now(), fresh=True)
    return HttpResponse(form[FIELD].as_field_group())


@never_cache
@require_safe
def picture(request: HttpRequest, key: str) -> HttpResponse:
    """The picture of a puzzle that waits for its answer."""
    found = puzzles.picture(key=key, at=timezone.now())
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="image/png")


def _field(path: str, at: datetime, *, fresh: bool) -> forms.Field:
    return forms.CharField(
        label="Знаки с картинки",
        help_text="Буквы и цифры, большие или маленькие",
        widget=PuzzleWidget(puzzles.new(at=at), f"{path}?{FIELD}=1", fresh=fresh),
    )
