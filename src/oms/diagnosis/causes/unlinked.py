"""The record is there, it is certainly the person's, and the cabinet is not bound to it."""

from datetime import datetime

from django.db import transaction

from oms.diagnosis.declaration import Cause, Finding, Mended, Stage, WayOn
from oms.diagnosis.situation import Situation
from oms.domain.identity import linking
from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register.matching import Match


class _Changed(Exception):  # noqa: N818  no error: the record changed
    """The record changed between the look and the lock."""


def detect(situation: Situation) -> Finding | None:
    """Whether one record agrees by a proven number, the whole name and the birth date."""
    if situation.person is not None or situation.certain is None:
        return None
    return Finding(
        text="Запись о вас в реестре есть, но с кабинетом она не была связана.",
        todo="Если запись не появилась, прикрепите полис по номеру.",
        ways=(WayOn("Прикрепить полис", service="attach-policy"),),
    )


def mend(situation: Situation, *, by: Actor, at: datetime) -> Mended | None:
    """Bind the cabinet to the record, which must still be certain once it is locked."""
    match = situation.certain
    if match is None:
        return None
    try:
        with transaction.atomic():
            person = register.link_account(person=match.person, user=situation.user, by=by, at=at)
            again = Match(person, match.score, match.reasons)
            if not linking.is_certain(again, situation.user):
                raise _Changed
    except (_Changed, register.AccountTaken, register.NotOnRecord):
        return None
    return Mended("Связали кабинет с вашей записью в реестре.")


CAUSE = Cause(
    code="unlinked",
    title="Связан ли кабинет с вашей записью",
    stage=Stage.RECORD,
    order=15,
    detect=detect,
    mend=mend,
    changes=frozenset({"register_insuredperson"}),
    leads_to=("attach-policy",),
)
