import re
from dataclasses import FrozenInstanceError

import pytest

from oms.law.refusal import REASONS, Refusal, choices, refuse

CODES_OF_THE_REQUIREMENT = {
    "data-differ", "number-not-found", "policy-expired", "policy-annulled", "right-not-confirmed",
    "document-missing", "document-unreadable", "document-expired", "contributions-unpaid",
    "duplicate-case", "insurer-not-in-register", "account-blocked", "already-insured",
    "yearly-limit", "after-first-november", "person-died", "not-insured-category",
    "wrong-representative", "application-incomplete",
}  # fmt: skip


def test_the_catalogue_holds_what_the_requirement_lists():
    assert set(REASONS) >= CODES_OF_THE_REQUIREMENT
    assert [code for code, _ in choices()] == list(REASONS)


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS)
def test_every_reason_is_plain_and_short(reason):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", reason.code)
    for text in (reason.text, reason.remedy):
        assert text.endswith(".")
        sentences = re.split(r"(?<=[.!?])\s", text)
        assert all(len(sentence.split()) <= 20 for sentence in sentences)
        assert not re.search(r"осуществл|надлежащ|вышеуказан|в связи с|данн(ый|ого) ", text)
    assert ("{about}" in reason.text) is bool(reason.about)
    assert not reason.title.endswith(".")


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_becomes_a_refusal_without_gaps(code):
    refusal = refuse(code, about="СНИЛС", field="snils", basis="326-ФЗ")
    assert "{" not in refusal.text + refusal.remedy
    assert (refusal.code, refusal.field, refusal.basis) == (code, "snils", "326-ФЗ")


def test_a_reason_about_a_field_needs_its_name():
    with pytest.raises(ValueError, match="needs the name of a field"):
        refuse("data-differ")
    with pytest.raises(KeyError):
        refuse("unknown")


def test_braces_typed_by_an_operator_stay_text():
    assert refuse("document-missing", about="{x} {0}").text == "Не приложен документ «{x} {0}»."


def test_refusals_are_values():
    assert Refusal("a", "б") == Refusal("a", "б")
    with pytest.raises(FrozenInstanceError):
        Refusal("a", "б").code = "c"
