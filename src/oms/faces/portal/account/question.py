"""The control question: set, replaced or dropped (ACC-7)."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from oms.domain.accounts import control_question
from oms.domain.accounts.models import User
from oms.domain.notifications import security as notices
from oms.faces.portal.account import browser
from oms.faces.portal.account.page import account_page
from oms.faces.portal.account.recovery_forms import QuestionForm
from oms.faces.portal.account.sign_in import confirm_required


@never_cache
@sensitive_post_parameters("answer")
@confirm_required
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest) -> HttpResponse:
    """Set, replace or drop the control question."""
    assert isinstance(request.user, User)
    user, at = request.user, timezone.now()
    if "remove" in request.POST:
        with transaction.atomic():
            if control_question.remove(user=user, at=at):
                notices.question_changed(user, is_set=False, at=at)
        messages.success(request, "Контрольный вопрос удалён")
        return redirect("account_security")
    form = QuestionForm(browser.posted(request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            control_question.set_question(user=user, at=at, **form.cleaned_data)
            notices.question_changed(user, is_set=True, at=at)
        messages.success(request, "Контрольный вопрос сохранён")
        return redirect("account_security")
    known = control_question.of(user=user)
    context = {"title": "Контрольный вопрос", "form": form, "known": known}
    return account_page(request, "portal/account/question.html", context)
