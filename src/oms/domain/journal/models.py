"""Who did what, when, to what: append-only, hash-chained. Keys, not foreign keys.

A row's hash covers the previous row of its chain, so an edit, a deletion or a swap shows.
What may name a person lies apart in `Payload`; the chain holds only its hash, so a person
can be forgotten without breaking the chain. There are several chains, so that two writers
need not wait for each other: each transaction takes a free one (see `actions.record`).
"""

from typing import Any

from django.db import models


class Entry(models.Model):
    """One act or one look at personal data."""

    chain = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField(help_text="Counts from 1 within the chain")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64, help_text="user:12, system, visitor")
    role = models.CharField(max_length=32, blank=True)
    organization = models.CharField(max_length=32, blank=True)
    act = models.CharField(max_length=64, help_text="noun.verb, e.g. case.approve, person.read")
    subject = models.CharField(max_length=64, help_text="case:17, person:5, paper:3")
    person = models.CharField(
        max_length=64, blank=True, help_text="Whose data: person:5 or user:12"
    )
    payload_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="journal_chain_number"),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="journal_person"),
            models.Index(fields=["subject", "-at"], name="journal_subject"),
            models.Index(fields=["actor", "-at"], name="journal_actor"),
            models.Index(fields=["-at", "-id"], name="journal_at"),
            models.Index(fields=["act", "-at"], name="journal_act"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.number} {self.act} {self.subject}"


class Payload(models.Model):
    """What an entry says beyond its keys: purpose, changed fields, text. May be erased."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="payload")
    data: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"payload of {self.entry_id}"


class Forgotten(models.Model):
    """That an entry's payload was erased lawfully: without this row the database keeps it."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="forgotten")

    def __str__(self) -> str:
        return f"forgotten payload of {self.entry_id}"
