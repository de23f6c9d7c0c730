"""The door of the FHIR face: who comes in, how often, in which format; and every no on the way out.

No cookies and no forms: a program shows its token with each request. Browsers of other sites
get nothing, for no CORS header is ever sent.
"""

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from oms.domain.accounts import clients, limits
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import ApiClient
from oms.faces.api.fhir import outcome
from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.outcome import Problem
from oms.faces.api.fhir.systems import Resource
from oms.kit.denied import Denied

JSON = "application/fhir+json"
BASE = "/fhir/r4"
PROGRAM = limits.Pace("fhir-client", a_minute=1200)
ANYBODY = limits.Pace("fhir-address", a_minute=120)
_FORMATS = frozenset({JSON, "application/json", "json", "text/json"})
_WIDE = frozenset({"*/*", "application/*", *_FORMATS})
_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "Vary": "Accept, Authorization"}
_log = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Caller, P], HttpResponse]


def door(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let requests in to a view, and turn whatever stops them into an OperationOutcome."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, _enter(request), *args, **kwargs)
        except Problem as problem:
            return refusal(problem)
        except Denied as no:
            return refusal(outcome.of_denied(no), detail=no.code)
        except TooManyFieldsSent:
            return refusal(Problem(400, "Слишком много параметров. Разбейте запрос на несколько."))
        except RequestDataTooBig:
            return refusal(Problem(413, "Запрос слишком велик. Пришлите один ресурс за раз."))
        except Exception:
            _log.exception("fhir request failed")
            return refusal(
                Problem(500, "На нашей стороне сбой. Повторите позже.", code="exception")
            )

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def answer(
    resource: Resource, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a resource."""
    body = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, status=status, content_type=f"{JSON}; charset=utf-8")
    for name, value in {**_HEADERS, **(headers or {})}.items():
        response.headers[name] = value
    return response


def refusal(problem: Problem, *, detail: str = "") -> HttpResponse:
    """Return a no as an OperationOutcome."""
    said = outcome.resource(problem, detail=detail)
    return answer(said, status=problem.status, headers=problem.headers)


def allow(request: HttpRequest, *methods: str) -> str:
    """Return the method, HEAD as GET. Raises `Problem` for others."""
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method not in methods:
        text = f"Метод {method} здесь не поддерживается. Можно: {', '.join(methods)}."
        raise Problem(405, text, headers={"Allow": ", ".join(methods)})
    return method


def need(caller: Caller, act: str, kind: str) -> None:
    """Ask for the right to `read` or `write` a kind of resources. Raises `Problem`."""
    if caller.client is None:
        raise _unknown("Нужен токен доступа: заголовок Authorization: Bearer …", error="")
    if not caller.client.may(act, kind):
        raise Problem(403, f"Программе не дано право system/{kind}.{act}. Обратитесь в фонд.")


def body(request: HttpRequest, *formats: str) -> Any:
    """Return the JSON of a request's body. Raises `Problem`."""
    told = request.content_type or ""
    if told not in formats:
        text = f"Формат «{told[:60]}» не принимаем. Пришлите {formats[0]}."
        raise Problem(415, text)
    try:
        read = json.loads(request.body.decode(), parse_constant=_no_such_number)
        _refuse_unwritable(json.dumps(read, ensure_ascii=False))
        return read
    except (ValueError, RecursionError):
        raise Problem(400, "Тело запроса — не JSON. Проверьте скобки и кавычки.") from None


def _refuse_unwritable(text: str) -> None:
    """Raise `ValueError` for what no database keeps: halves of signs, the zero sign."""
    text.encode()
    if "\\u0000" in text:
        raise ValueError


def _no_such_number(_text: str) -> Any:
    raise ValueError


def _enter(request: HttpRequest) -> Caller:
    at = timezone.now()
    token = _token(request)
    client = clients.find(token=token, at=at) if token else None
    _pace(request, client, at)
    if token and client is None:
        raise _unknown("Токен не подходит или отозван. Попросите новый.", error="invalid_token")
    _negotiate(request)
    prefers = request.headers.get("Prefer", "").replace(" ", "")
    return Caller(client, at, settings.BASE_URL + BASE, "handling=strict" in prefers)


def _token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme and scheme.lower() != "bearer":
        raise _unknown("Вход только по токену: Authorization: Bearer …", error="invalid_request")
    if scheme and not token.strip():
        raise _unknown("Токен не указан: Authorization: Bearer …", error="invalid_request")
    return token.strip()


def _unknown(text: str, *, error: str) -> Problem:
    challenge = 'Bearer realm="fhir"' + (f', error="{error}"' if error else "")
    return Problem(401, text, headers={"WWW-Authenticate": challenge})


def _pace(request: HttpRequest, client: ApiClient | None, at: Any) -> None:
    """Count the request: a program's own, or the network address's of who shows no good token."""
    if client:
        until = limits.spend(pace=PROGRAM, key=client.key, at=at)
    else:
        origin = str(get_adapter().get_client_ip(request))
        until = limits.spend(pace=ANYBODY, key=fingerprint(f"origin:{origin}"), at=at)
    if until:
        seconds = max(1, round((until - at).total_seconds()))
        text = f"Слишком много запросов за минуту. Повторите через {seconds} с."
        raise Problem(429, text, headers={"Retry-After": str(seconds)})


def _negotiate(request: HttpRequest) -> None:
    """Answer in JSON only; say so to who wants something else."""
    told = request.GET.get("_format", "").replace(" ", "+")
    if told:
        accepted = told.partition(";")[0].lower() in _FORMATS
    else:
        ranges = request.headers.get("Accept", "*/*").lower().split(",")
        named = [one.replace(" ", "").partition(";") for one in ranges]
        accepted = any(name in _WIDE and "q=0;" not in f"{rest};" for name, _, rest in named)
    if not accepted:
        raise Problem(406, f"Отвечаем только в формате {JSON}.")
