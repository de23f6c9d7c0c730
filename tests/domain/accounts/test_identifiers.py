"""What people type to sign in is recognised however they write it."""

import pytest

from oms.domain.accounts.identifiers import recognize


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("8 (900) 123-45-67", ("phone", "+79001234567")),
        ("+7 900 123 45 67", ("phone", "+79001234567")),
        ("9001234567", ("phone", "+79001234567")),
        (" Anna.Klimova@Example.ORG ", ("email", "anna.klimova@example.org")),
        ("112-233-445 95", ("snils", "11223344595")),
        ("11223344595", ("snils", "11223344595")),
        ("500100732259", ("inn", "500100732259")),
        ("5001 0073 2259", ("inn", "500100732259")),
        ("robert'); drop table", ("unknown", "robert'); drop table")),
        ("", ("unknown", "")),
        ("@", ("unknown", "@")),
        ("1" * 5000, ("unknown", "1" * 254)),
    ],
)
def test_first_reading(typed: str, reading: tuple[str, str]) -> None:
    assert recognize(typed).readings[0] == reading


def test_eleven_digits_may_be_a_phone_and_a_snils() -> None:
    both = next(
        found
        for tail in range(1000)
        if len((found := recognize(f"8900123{tail:04}")).readings) == 2
    )
    assert [kind for kind, _ in both.readings] == ["phone", "snils"]
