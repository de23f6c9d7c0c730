"""How long the session still lives: asked by the page before it warns, and put off by a press."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from oms.domain.accounts import idle
from oms.domain.accounts.models import User


@never_cache
@require_GET
def left(request: HttpRequest) -> JsonResponse:
    """Tell the seconds left; `?stay` counts as a request of the person, the look alone does not."""
    user = request.user
    if not isinstance(user, User):
        return JsonResponse({"left": 0, "final": True}, status=401)
    told = idle.left(session=request.session, user=user, at=timezone.now())
    return JsonResponse({"left": told.seconds, "final": told.final})
