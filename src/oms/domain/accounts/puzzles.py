"""A puzzle that a person solves and a simple program does not (captcha, ACC-5).

A picture of five characters and, for those who do not see it, a question in words; either
answer will do. What is asked follows from the key by a keyed hash, so pictures need no store;
the rows keep hashes of both answers and let them work once, right or wrong, for ten minutes.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import QuerySet

from oms.domain.accounts import puzzle_pictures, puzzle_questions
from oms.domain.accounts.identifiers import fingerprint
from oms.domain.accounts.models import Puzzle

LIFE = timedelta(minutes=10)
LONGEST = 60
_PICTURE, _WORDS = "p:", "w:"


@dataclass(frozen=True)
class Asked:
    """A fresh puzzle: `picture` draws what belongs to the key, `question` says the other."""

    key: str
    question: str


@transaction.atomic
def new(*, at: datetime) -> Asked:
    """Make a puzzle and remember the hashes of its answers."""
    key = secrets.token_urlsafe(24)
    question, answer = puzzle_questions.ask(_dice(_WORDS + key))
    answers = {_PICTURE: puzzle_pictures.text(_dice(_PICTURE + key)), _WORDS: answer}
    Puzzle.objects.bulk_create(
        Puzzle(key=kind + key, answer_hash=_hash(kind + key, text), created_at=at)
        for kind, text in answers.items()
    )
    return Asked(key, question)


def picture(*, key: str, at: datetime) -> bytes | None:
    """Return the PNG of a puzzle that still waits; always the same for the same key."""
    if not _is_key(key) or not _waiting([_PICTURE + key], at).exists():
        return None
    dice = _dice(_PICTURE + key)
    return puzzle_pictures.draw(puzzle_pictures.text(dice), dice)


@transaction.atomic
def solve(*, key: str, answer: str, at: datetime) -> bool:
    """Tell whether an answer is right; the puzzle is used up by it either way."""
    if not answer.strip() or not _is_key(key):
        return False
    rows = list(_waiting([_PICTURE + key, _WORDS + key], at).order_by("key").select_for_update())
    for row in rows:
        row.solved_at = at
    Puzzle.objects.bulk_update(rows, ["solved_at"])
    return any(
        hmac.compare_digest(row.answer_hash, _hash(row.key, answer[:LONGEST])) for row in rows
    )


def forget_old(*, before: datetime) -> int:
    """Delete puzzles made before the moment; return how many."""
    return Puzzle.objects.filter(created_at__lt=before).delete()[0]


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[\w-]{32}", text, re.ASCII) is not None


def _waiting(keys: list[str], at: datetime) -> QuerySet[Puzzle]:
    return Puzzle.objects.filter(key__in=keys, solved_at=None, created_at__gt=at - LIFE)


def _dice(key: str) -> Random:
    """Dice that fall for a key always alike, and for nobody without our secret."""
    return Random(fingerprint(f"puzzle:{key}"))  # noqa: S311  the seed is the secret


def _hash(key: str, answer: str) -> str:
    plain = puzzle_pictures.plain if key.startswith(_PICTURE) else puzzle_questions.plain
    return fingerprint(f"puzzle:{key}:{plain(answer)}")
