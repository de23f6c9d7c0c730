"""Who of the staff looked at a person's data, when and why: the person sees every look."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import Role, User
from oms.domain.register import queries as register
from oms.faces.portal.pages import page


@require_safe
@sign_in_required
def readers(request: HttpRequest) -> HttpResponse:
    """Return the last looks, newest first. Two queries."""
    assert isinstance(request.user, User)
    person = register.person_of(request.user)
    looks = register.readers(person) if person else ()
    roles = dict(Role.choices)
    return page(
        request,
        "portal/readers.html",
        title="Кто смотрел мои данные",
        looks=[(look, roles.get(look.role, "Сотрудник")) for look in looks],
    )
