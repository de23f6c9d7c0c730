"""The captcha: either answer, once, for ten minutes; forgiving to people, hard on guessing."""

import io
from datetime import timedelta
from random import Random

from PIL import Image
from tests.domain.accounts.conftest import NOW, Together
from tests.puzzles import answers

from oms.domain.accounts import puzzle_pictures, puzzle_questions, puzzles
from oms.domain.accounts.models import Puzzle


def solve(key: str, answer: str, after: timedelta = timedelta(0)) -> bool:
    return puzzles.solve(key=key, answer=answer, at=NOW + after)


def test_either_answer_opens_once(db: None) -> None:
    for which in (0, 1):
        asked = puzzles.new(at=NOW)
        right = answers(asked.key)
        assert solve(asked.key, right[which])
        assert not solve(asked.key, right[which])
        assert not solve(asked.key, right[1 - which])


def test_a_wrong_answer_uses_it_up(db: None) -> None:
    asked = puzzles.new(at=NOW)
    assert not solve(asked.key, "не знаю")
    assert not solve(asked.key, answers(asked.key)[0])


def test_an_empty_answer_is_no_try(db: None) -> None:
    asked = puzzles.new(at=NOW)
    assert not solve(asked.key, "  ")
    assert solve(asked.key, answers(asked.key)[0])


def test_ten_minutes(db: None) -> None:
    asked = puzzles.new(at=NOW)
    assert puzzles.picture(key=asked.key, at=NOW)
    assert not solve(asked.key, answers(asked.key)[0], after=puzzles.LIFE)
    assert puzzles.picture(key=asked.key, at=NOW + puzzles.LIFE) is None
    assert puzzles.forget_old(before=NOW + timedelta(seconds=1)) == 2


def test_made_up_keys_open_nothing(db: None) -> None:
    for key in ("", "x", "\0" * 32, "a" * 32, "p:" + "a" * 30):
        assert not solve(key, answers(key)[0])
        assert puzzles.picture(key=key, at=NOW) is None


def test_answers_are_not_kept(db: None) -> None:
    asked = puzzles.new(at=NOW)
    kept = " ".join(Puzzle.objects.values_list("answer_hash", flat=True))
    assert not any(answer in kept for answer in answers(asked.key) if len(answer) > 3)


def test_people_may_type_as_they_like(db: None) -> None:
    shown = "AEKMHPTX235679"
    for typed in ("аекмнртх235679", " AEK MHP-TX2 35679 ", "AEKMHPTXZзS6.79".replace(".", "")):
        assert puzzle_pictures.plain(typed)[:12] == shown[:12]
    for typed in ("21", "двадцать один", " Двадцать  Один. ", "двадцать\u00a0один"):
        assert puzzle_questions.plain(typed) == "21"
    assert puzzle_questions.plain("САМОЛЁТ") == puzzle_questions.plain("самолет")


def test_every_question_is_answered_by_what_it_says() -> None:
    seen = set()
    for n in range(2000):
        question, answer = puzzle_questions.ask(Random(n))
        seen.add(question)
        said = puzzle_questions.plain(question.split("«")[-1].rstrip("»"))
        if question.startswith("Напишите"):
            assert said == answer
        elif question.startswith("Какое"):
            options = question.rstrip("?").partition(": ")[2].split(", ")
            assert puzzle_questions.plain(answer) in map(puzzle_questions.plain, options)
            assert len(set(options)) == 4
        else:
            one, other = question.removeprefix("Сколько будет ").rstrip("?").split(" плюс ")
            total = sum(int(puzzle_questions.plain(word)) for word in (one, other))
            assert total == int(answer)
    assert len(seen) > 1200


def test_pictures_differ_are_small_and_leave_ink(db: None) -> None:
    drawn = set()
    for n in range(20):
        dice = Random(n)
        picture = puzzle_pictures.draw(puzzle_pictures.text(dice), dice)
        drawn.add(picture)
        image = Image.open(io.BytesIO(picture))
        assert image.size == puzzle_pictures.SIZE
        assert len(picture) < 16_000
        dark = sum(image.convert("L").histogram()[:110])
        assert 0.03 < dark / (280 * 96) < 0.3
    assert len(drawn) == 20


def test_ten_at_once_pass_once(together: Together) -> None:
    [asked] = together(lambda _: puzzles.new(at=NOW), [0])
    right = answers(asked.key)[0]
    assert sum(together(lambda _: solve(asked.key, right), range(10))) == 1
