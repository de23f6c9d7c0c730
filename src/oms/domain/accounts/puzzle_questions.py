"""Questions in words for those who do not see a captcha's picture: easy to hear, easy to answer."""

from collections.abc import Callable
from random import Random

from oms.law.typed import NBSP


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONES = _words(
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать "
    "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
_TENS = _words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
_KINDS = (
    _words("кошка собака лошадь корова коза овца лиса медведь волк заяц"),
    _words("роза тюльпан ромашка василёк лилия пион мак астра нарцисс фиалка"),
    _words("Москва Казань Пермь Омск Тула Самара Рязань Томск Калуга Псков"),
    _words("чашка тарелка ложка вилка кастрюля чайник стакан миска сковорода блюдце"),
    _words("рубашка пальто шапка шарф юбка куртка свитер платье брюки варежки"),
    _words("поезд автобус трамвай самолёт теплоход велосипед троллейбус метро"),
)
_PLACES = ("первым", "вторым", "третьим", "четвёртым")


def ask(dice: Random) -> tuple[str, str]:
    """Return a question and its answer."""
    question: Callable[[Random], tuple[str, str]] = dice.choice(
        (_sum, _largest, _odd_one, _nth_word, _digits)
    )
    return question(dice)


def plain(typed: str) -> str:
    """Return an answer as we compare it: numbers in words or digits, ё as е, any case.

    >>> plain(" Двадцать  один. "), plain("21"), plain("Самолёт")
    ('21', '21', 'самолет')
    """
    words = typed.lower().replace("ё", "е").replace("-", " ").strip(" .,!?«»\"'").split()
    number = _number(words)
    return number or "".join(words)


def _number(words: list[str]) -> str:
    """A number of up to two words, in digits; else an empty text."""
    if len(words) == 1 and words[0] in _ONES:
        return str(_ONES.index(words[0]))
    if not words or words[0] not in _TENS or len(words) > 2:
        return ""
    ones = words[1] if len(words) == 2 else "ноль"
    return str(20 + 10 * _TENS.index(words[0]) + _ONES.index(ones)) if ones in _ONES[:10] else ""


def _said(number: int) -> str:
    if number < 20:
        return _ONES[number]
    ones = f"{NBSP}{_ONES[number % 10]}" if number % 10 else ""
    return f"{_TENS[number // 10 - 2]}{ones}"


def _sum(dice: Random) -> tuple[str, str]:
    one, other = dice.randint(2, 19), dice.randint(2, 9)
    return f"Сколько будет {_said(one)} плюс {_said(other)}?", str(one + other)


def _largest(dice: Random) -> tuple[str, str]:
    numbers = dice.sample(range(11, 100), 4)
    said = ", ".join(_said(n) for n in numbers)
    return f"Какое число самое большое: {said}?", str(max(numbers))


def _digits(dice: Random) -> tuple[str, str]:
    number = dice.randint(21, 99)
    return f"Напишите цифрами число «{_said(number)}»", str(number)


def _odd_one(dice: Random) -> tuple[str, str]:
    kind, other = dice.sample(_KINDS, 2)
    odd = dice.choice(other)
    words = [*dice.sample(kind, 3), odd]
    dice.shuffle(words)
    return f"Какое слово лишнее: {', '.join(words)}?", odd


def _nth_word(dice: Random) -> tuple[str, str]:
    words = dice.sample([word for kind in _KINDS for word in kind], 4)
    place = dice.randrange(4)
    return f"Какое слово стоит {_PLACES[place]}: {', '.join(words)}?", words[place]
