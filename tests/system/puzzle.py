"""A captcha's question in words, answered as a person would: by reading it."""

import re

from oms.domain.accounts import puzzle_questions

PLACES = ("первым", "вторым", "третьим", "четвёртым")


def answer_to(question: str) -> str:
    """What a person answers."""
    read = puzzle_questions.plain
    if question.startswith("Сколько"):
        one, other = re.findall(r"будет (.+) плюс (.+)\?", question)[0]
        return str(int(read(one)) + int(read(other)))
    if question.startswith("Напишите"):
        return read(re.findall("«(.+)»", question)[0])
    asked, _, listed = question.rstrip("?").partition(": ")
    words = listed.split(", ")
    for place, word in zip(PLACES, words, strict=True):
        if asked.endswith(place):
            return word
    if "самое большое" in asked:
        return max(words, key=lambda word: int(read(word)))
    kinds = [next(n for n, kind in enumerate(puzzle_questions._KINDS) if w in kind) for w in words]
    return next(word for word, kind in zip(words, kinds, strict=True) if kinds.count(kind) == 1)
