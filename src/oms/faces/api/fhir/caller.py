"""Who asks, when, and under which address."""

from dataclasses import dataclass
from datetime import datetime

from oms.domain.accounts.models import ApiClient


@dataclass(frozen=True)
class Caller:
    """One request's asker; `client` is None for who shows no token."""

    client: ApiClient | None
    at: datetime
    base: str
    is_strict: bool = False

    @property
    def known(self) -> ApiClient:
        """The program, where only programs come."""
        assert self.client is not None  # `door` asked
        return self.client
