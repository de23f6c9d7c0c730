"""A question one asks oneself: one more hurdle of recovery, never the only one (ACC-7)."""

import re
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from oms.domain.accounts import limits
from oms.domain.accounts.models import ControlQuestion, User
from oms.domain.journal.actions import record

LONGEST = 120
TRIES = limits.Limit(
    "question", timedelta(hours=24), lambda n: timedelta(hours=24) if n >= 5 else timedelta(0)
)


def of(*, user: User) -> ControlQuestion | None:
    """Return the user's question, if they set one."""
    return ControlQuestion.objects.filter(user=user).first()


@transaction.atomic
def set_question(*, user: User, question: str, answer: str, at: datetime) -> None:
    """Keep a question and the hash of its answer; another one is replaced."""
    values = {"question": question, "answer": make_password(plain(answer)), "set_at": at}
    ControlQuestion.objects.update_or_create(user=user, defaults=values)
    limits.clear(limit=TRIES, key=user.key)
    record(act="user.question-set", subject=user.key, by=user.actor, at=at, person=user.key)


@transaction.atomic
def remove(*, user: User, at: datetime) -> bool:
    """Drop the question; tell whether there was one."""
    gone = bool(ControlQuestion.objects.filter(user=user).delete()[0])
    if gone:
        record(act="user.question-off", subject=user.key, by=user.actor, at=at, person=user.key)
    return gone


def fits(*, user: User, answer: str) -> bool:
    """Tell whether this is the answer. Whoever asks counts the tries first."""
    known = of(user=user)
    return known is not None and check_password(plain(answer), known.answer)


def plain(answer: str) -> str:
    """Return an answer as it is compared: letter case, ё, spaces and signs do not matter.

    >>> plain("  Рыжик-Ёж, 3 ") == plain("рыжик еж 3")
    True
    """
    return " ".join(re.findall(r"\w+", answer.lower().replace("ё", "е")))
