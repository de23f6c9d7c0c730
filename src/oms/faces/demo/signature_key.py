"""A key to sign with for whoever is signed in, by the demo's own authority."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from oms.domain.accounts import queries
from oms.domain.accounts.access import sign_in_required
from oms.domain.accounts.models import User
from oms.faces.demo.people import PASSWORD
from oms.gateways import personal_signature_demo as authority


@never_cache
@require_POST
@sign_in_required
def signature_key(request: HttpRequest) -> HttpResponse:
    """Make a PKCS#12 file for the person signed in; its password is the demo's."""
    if not (settings.DEMO or settings.ENV.is_test):
        raise Http404
    user = request.user
    assert isinstance(user, User)
    known = queries.profile(user)
    snils = known["snils"].value if "snils" in known else user.snils
    folder = Path(settings.SIGNER["folder"])
    content = authority.issue(
        authority.load_or_create(folder, password=settings.SIGNER["demo_ca_password"]),
        family_name=user.family_name,
        given_names=f"{user.given_name} {user.patronymic}".strip(),
        snils=snils or "",
        inn=user.inn or "",
        password=PASSWORD,
    )
    return HttpResponse(
        content,
        content_type="application/x-pkcs12",
        headers={"Content-Disposition": 'attachment; filename="uchebnaya-podpis.p12"'},
    )
