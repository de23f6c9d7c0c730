"""The first page: a landing for visitors, the cabinet for citizens, the desk for staff."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from oms.domain.accounts.models import User
from oms.faces.portal.pages import called, page


def home(request: HttpRequest) -> HttpResponse:
    """Show who comes what is theirs."""
    user = request.user
    if isinstance(user, User) and user.is_staff_member:
        return redirect("/desk/")
    title = f"Здравствуйте, {called(user)}" if isinstance(user, User) else "Полис ОМС без визитов"
    return page(request, "portal/home.html", section="home", title=title)
