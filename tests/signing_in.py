"""Signing a test client in without the pages of sign-in."""

from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from oms.domain.accounts.models import User


def sign_in(client: Client, user: User, *, factor: bool = True) -> Client:
    """Sign `user` in with password and, unless told otherwise, a proven second factor."""
    client.force_login(user)
    session = client.session
    request: HttpRequest = SimpleNamespace(session=session)  # type: ignore[assignment]
    record_authentication(request, user, "password")
    if factor:
        record_authentication(request, user, "mfa")
    session.save()
    return client
