"""Programs that speak for an organisation, by a token of their own."""

from typing import Any, ClassVar

from django.db import models

from oms.domain.accounts.models.users import Role
from oms.domain.journal.actions import Actor


class ApiClient(models.Model):
    """A program of an organisation and what it may do; of its token only the digest is kept."""

    name = models.CharField(max_length=120, help_text="«МИС поликлиники № 1»")
    organization = models.CharField(
        max_length=32, blank=True, help_text="clinic:779901; empty: of no organisation here"
    )
    scopes: models.JSONField[list[Any]] = models.JSONField(
        default=list, help_text="[system/Slot.read, …]"
    )
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256, in hex")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the hour")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The program's key in the journal."""
        return f"client:{self.pk}"

    @property
    def clinic(self) -> str:
        """The clinic's code; empty for programs of others."""
        kind, _, code = self.organization.partition(":")
        return code if kind == "clinic" else ""

    @property
    def actor(self) -> Actor:
        """The program as the journal knows actors: a clinic's stands at its registrar's place."""
        role = Role.REGISTRAR if self.clinic else "client"
        return Actor(self.key, role=role, organization=self.organization)

    def may(self, act: str, kind: str) -> bool:
        """Tell whether it was given the right to `read` or `write` resources of a kind."""
        wanted = {f"system/{one}.{what}" for one in (kind, "*") for what in (act, "*")}
        return not wanted.isdisjoint(self.scopes)
