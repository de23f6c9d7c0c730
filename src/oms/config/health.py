"""Is it alive, is it ready, what does it measure: three addresses for machines."""

import hmac
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_prometheus.exports import ExportToDjangoView

from oms.domain.accounts.checks import has_forbidden_demo
from oms.kit.tasks import last_heartbeat

WORKER_SILENCE = timedelta(seconds=60)
_complete: set[str] = set()
"""What this process has seen to be complete."""


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all. Touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, schema, cache and worker are in order, else 503 with what is not.

    Production on data of a demo is never ready: its accounts have a public password.
    """
    parts = {
        "database": _database,
        "schema": _schema,
        "cache": _cache,
        "worker": _worker,
        "no_demo_data": _no_demo_data,
    }
    state = {name: _holds(check) for name, check in parts.items()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for who knows the token (`Authorization: Bearer …`)."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False  # whatever failed, the answer is "not ready"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _schema() -> bool:
    """Whether every migration of this code is applied.

    Read once it is so: it stays so while the code is the same, and reading all migrations
    anew at each question would cost more than most pages.
    """
    if not _complete:
        _complete.update({"schema"} if _is_migrated() else ())
    return bool(_complete)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _cache() -> bool:
    cache.set("readyz", "1", 10)
    return bool(cache.get("readyz") == "1")


def _worker() -> bool:
    beat = last_heartbeat()
    return beat is not None and timezone.now() - beat < WORKER_SILENCE


def _no_demo_data() -> bool:
    return not has_forbidden_demo()


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
