"""Programs with a token: made and withdrawn by administrators, known again by the token's digest.

A token is 256 bits by chance, so its plain SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from oms.domain.accounts.models import ApiClient
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied

SCOPE = re.compile(r"system/(?P<kind>\*|[A-Z][A-Za-z]{2,39})\.(?P<act>read|write|\*)")
"""As SMART Backend Services writes them (version 1)."""
PUBLIC = frozenset(
    {
        "Organization", "Location", "HealthcareService", "Practitioner", "PractitionerRole",
        "Schedule", "Slot",
    }
)  # fmt: skip
"""Kinds of resources that hold nothing personal."""
PERSONAL = frozenset({"Patient", "Appointment"})
"""Kinds only the clinic they belong to may be given."""
PREFIX = "oms_"
USED_TO_THE = timedelta(hours=1)


class BadScope(Denied):
    """A right that does not exist, or not for this organisation."""

    status = 422


class NoClient(Denied):
    """No such program, or its token was withdrawn before."""

    status = 404
    text = "Такой программы нет, или её доступ уже отозван."


@transaction.atomic
def make(
    *,
    name: str,
    organization: str,
    scopes: Collection[str],
    by: Actor,
    at: datetime,
    token: str = "",
) -> tuple[ApiClient, str]:
    """Let a program in; return it and its token, told this once. `token` is the demo's own.

    Raises `BadScope`.
    """
    told = token or PREFIX + secrets.token_urlsafe(32)
    client = ApiClient(
        name=name,
        organization=organization,
        scopes=sorted(set(scopes)),
        token_digest=digest(told),
        created_at=at,
    )
    for scope in client.scopes:
        _refuse_scope(scope, client)
    client.save()
    _tell("make", client, by=by, at=at, organization=organization, scopes=client.scopes)
    return client, told


@transaction.atomic
def revoke(*, pk: int, by: Actor, at: datetime) -> ApiClient:
    """Withdraw a program's token at once and for good. Raises `NoClient`."""
    client = ApiClient.objects.select_for_update().filter(pk=pk, revoked_at=None).first()
    if client is None:
        raise NoClient
    client.revoked_at = at
    client.save(update_fields=["revoked_at"])
    _tell("revoke", client, by=by, at=at)
    return client


def find(*, token: str, at: datetime) -> ApiClient | None:
    """Return whose token this is; None when nobody's. One query, once an hour another."""
    client = ApiClient.objects.filter(token_digest=digest(token), revoked_at=None).first()
    if client and (client.last_used_at is None or client.last_used_at < at - USED_TO_THE):
        ApiClient.objects.filter(pk=client.pk).update(last_used_at=at)
    return client


def every() -> list[ApiClient]:
    """Return all programs, those withdrawn too. One query."""
    return list(ApiClient.objects.all())


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_scope(scope: str, client: ApiClient) -> None:
    found = SCOPE.fullmatch(scope)
    if found is None or found["kind"] not in {"*", *PUBLIC, *PERSONAL}:
        raise BadScope(f"Нет такого права: «{scope}». Пример: system/Slot.read")
    if found["kind"] not in PUBLIC and not client.clinic:
        raise BadScope(f"Право «{scope}» можно дать только программе поликлиники.")
    if found["act"] == "write" and found["kind"] not in {"*", "Appointment"}:
        raise BadScope(f"«{scope}»: менять можно только записи, system/Appointment.write")


def _tell(act: str, client: ApiClient, *, by: Actor, at: datetime, **details: object) -> None:
    record(
        act=f"client.{act}",
        subject=client.key,
        by=by,
        at=at,
        details={"name": client.name, **details},
    )
