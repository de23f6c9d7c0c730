"""Solving a captcha in a test, as only code inside the house can."""

import re

from oms.domain.accounts import puzzle_pictures, puzzle_questions, puzzles


def answers(key: str) -> tuple[str, str]:
    """What the picture shows and what answers the question of a puzzle."""
    words = puzzle_questions.ask(puzzles._dice(f"w:{key}"))[1]
    return puzzle_pictures.text(puzzles._dice(f"p:{key}")), words


def key_in(page: str) -> str:
    """The key of the puzzle on a page; empty when there is none."""
    found = re.search(r'name="puzzle_key" value="([^"]+)"', page)
    return found[1] if found else ""


def solved(page: str) -> dict[str, str]:
    """What a person would send for the puzzle on a page, nothing when there is none."""
    key = key_in(page)
    return {"puzzle_key": key, "puzzle": answers(key)[0]} if key else {}
