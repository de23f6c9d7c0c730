"""The link of a letter that lets the owner past a stopped sign-in (ACC-5).

Opening it only shows a button: programs that look into letters follow links, but send no forms.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.accounts import unlock
from oms.faces.portal.account import browser


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def past_the_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Make this browser one of the owner's; a link that is over says what else there is."""
    at = timezone.now()
    user = unlock.use(token=token, at=at) if request.method == "POST" else None
    if user is not None:
        response = redirect("account_login")
        browser.remember(request, response, user)
        messages.success(request, "Вход снова открыт. Введите пароль")
        return response
    context = {"title": "Вход без ожидания", "good": unlock.is_good(token=token, at=at)}
    return render(
        request, "portal/account/unlock.html", context, status=200 if context["good"] else 404
    )
