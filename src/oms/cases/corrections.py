"""Answers corrected at the decider's request: the fields asked about, and no other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from oms.cases import answers as kept
from oms.cases import clock
from oms.cases.models import Case
from oms.cases.refused import NotAnswered
from oms.cases.review import Walk, begun, pinned_form, service_of, walk
from oms.catalog.declaration import Application, PublicService
from oms.domain.directory.models import Insurer
from oms.law import names


def corrected(
    case: Case, typed: Mapping[str, Mapping[str, Any]], *, at: datetime
) -> dict[str, list[Any]]:
    """Take in the asked fields; return field → [before, after]. The caller saves the case.

    Errors of other fields do not count: they were right when submitted. Raises `NotAnswered`
    with the errors by field.
    """
    asked, own = set(case.question_fields), service_of(case)
    joined = {code: dict(values) for code, values in case.typed.items()}
    for code, values in typed.items():
        mine = kept.own_values(own.step(code), values)
        told = {name: v for name, v in mine.items() if name in asked and name in values}
        joined[code] = {**joined.get(code, {}), **told}
    if joined == case.typed:
        return {}
    assert case.submitted_at is not None
    on = clock.day(case.submitted_at)
    base = begun(case.applicant, on=on, by=case.representative, about=case.about)
    walked = walk(case, on=on, seen_on=clock.day(at), typed=joined, base=base)
    errors = {
        name: [str(e) for e in found]
        for form in walked.forms.values()
        for name, found in form.errors.items()
        if name in asked
    }
    if errors:
        raise NotAnswered("Исправьте отмеченные поля.", errors)
    return _take_in(case, own, walked, joined, asked)


def _take_in(
    case: Case, own: PublicService, walked: Walk, typed: dict[str, Any], asked: set[str]
) -> dict[str, list[Any]]:
    known = walked.application
    before, after = case.answers, kept.fixed(known.answers)
    decider = own.decider(known)
    if isinstance(decider, Insurer) and decider.pk != case.insurer_id:
        raise NotAnswered("Чтобы выбрать другую организацию, отзовите заявление и подайте новое.")
    case.typed, case.answers = typed, {**before, **{n: after.get(n) for n in asked}}
    case.pinned = {**case.pinned, "form": pinned_form(case, walked)}
    if any(name in asked for name in ("family_name", "given_name", "patronymic")):
        case.applicant_name = applicant_name(known)
    changed = (n for n in sorted(asked) if before.get(n) != after.get(n))
    return {name: [before.get(name), after.get(name)] for name in changed}


def applicant_name(known: Application) -> str:
    """The whole name as in the answers, else as in the account."""
    source = known.answers if known.answers.get("family_name") else vars(known.user)
    parts = (str(source.get(n) or "") for n in ("family_name", "given_name", "patronymic"))
    return names.full(*parts)
