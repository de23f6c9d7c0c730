"""The portal's addresses, and the floor: an empty view on the same server and middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from oms.config.urls import handler400, handler403, handler404, handler500, urlpatterns
from oms.faces.portal import policy_check, tries

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("empty/", empty), *urlpatterns]
# Tries are still counted, with their write to the database; only the ceiling is out of reach.
policy_check.LIMIT = tries.limit("policy-check", tries=10**9)
policy_check.OF_NUMBER = tries.limit("policy-number", tries=10**9)
