"""Django's authentication backend: who a password belongs to."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from oms.domain.accounts import queries, sign_in
from oms.domain.accounts.models import User


class AnyIdentifier(BaseBackend):
    """Signs in by phone, e-mail, СНИЛС or ИНН and a password, within the limits of `sign_in`."""

    def authenticate(
        self,
        request: HttpRequest | None,
        identifier: str = "",
        password: str = "",
        origin: str = "",
        at: datetime | None = None,
        **other: Any,
    ) -> User | None:
        """Return the active user, or None; without a moment and a place nothing is tried."""
        if at is None or not identifier or not password:
            return None
        answer = sign_in.check_password(
            identifier=identifier, password=password, origin=origin, device=None, at=at
        )
        return answer.user if answer.user and answer.user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session, unless blocked."""
        return queries.active_user(pk=user_id)
