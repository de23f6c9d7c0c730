"""One's own file by the code of its address."""

from django.http import Http404, HttpRequest

from oms.domain.accounts.access import subject
from oms.domain.accounts.models import User
from oms.domain.documents.models import Document


def own_document(request: HttpRequest, code: str) -> Document:
    """The document of whose cabinet is open, or of who acts; 404 for any other. One query.

    Who acts for a ward brings a passport of their own to the ward's application.
    """
    own = Document.objects.visible_to(acting(request))
    rows = (own | Document.objects.visible_to(subject(request))).select_related("file", "user")
    found = rows.filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Http404
    return found


def acting(request: HttpRequest) -> User:
    """Who is signed in and acts."""
    assert isinstance(request.user, User)
    return request.user
