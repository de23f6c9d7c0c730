"""What stands beside a form: the steps, and the facts of the service."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from oms.cases.documents import Asked, asked
from oms.cases.models import Case
from oms.cases.review import Walk
from oms.catalog.declaration import AUTOMATIC, PublicService
from oms.catalog.fields import InsurerField, shown
from oms.domain.accounts.models import Role
from oms.faces.design.parts import Fact, Moment, Stage
from oms.faces.design.templatetags.design import datetime_words
from oms.faces.portal.applications.finding import documents_url, step_url
from oms.faces.portal.services import DECIDERS
from oms.law import terms
from oms.law.typed import NBSP

KEPT_ANYWHERE = "Можно закрыть и вернуться с любого устройства"


def stepper(
    case: Case,
    service: PublicService,
    walked: Walk,
    *,
    current: str,
    documents: Sequence[Asked] | None = None,
) -> list[Moment]:
    """Return the steps with those done, which lead back to their pages.

    `documents` are those asked for, if the page has read them; else one query does.
    """
    if documents is None:
        documents = asked(case, service, walked.application)
    moments = []
    for step in walked.steps:
        if step.signs and documents:
            moments.append(_documents(case, documents, is_current=not current))
        stage: Stage = "done" if walked.is_done(step.code) and not step.signs else "next"
        stage = "now" if step.code == current else stage
        moments.append(Moment(step.title, stage, url=step_url(case, step)))
    return moments


def _documents(case: Case, documents: Sequence[Asked], *, is_current: bool) -> Moment:
    done = all(row.standing or (row.optional and not row.lacks) for row in documents)
    stage: Stage = "now" if is_current else "done" if done else "next"
    return Moment("Документы", stage, url=documents_url(case))


def facts(service: PublicService, walked: Walk, *, on: date) -> list[Fact]:
    """Return the organisation chosen, who decides, how soon, the price."""
    decided_by = service.decided_for(walked.application)
    decider = "" if decided_by == AUTOMATIC else DECIDERS.get(Role(decided_by), "")
    rows = [
        Fact("Организация", chosen_insurer(walked)),
        Fact("Решит", decider or "Автоматически"),
        Fact("Срок", terms.in_words(terms.term_at(service.term, on=on))),
        Fact("Цена", service.price),
    ]
    return [fact for fact in rows if fact.value]


def chosen_insurer(walked: Walk) -> str:
    """Return the name of the insurer chosen so far, or an empty text."""
    for form in walked.forms.values():
        for name, field in form.fields.items():
            if isinstance(field, InsurerField):
                return shown(field, walked.application.answers.get(name))
    return ""


def place(walked: Walk, code: str, *, documents: bool) -> str:
    """Say which step of how many this is: «Шаг 2 из 4.». No code means that of documents."""
    codes = [step.code for step in walked.steps]
    if documents:
        codes.insert(-1, "")
    return f"Шаг{NBSP}{codes.index(code) + 1} из{NBSP}{len(codes)}." if len(codes) > 1 else ""


def saved_words(case: Case, *, at: datetime) -> str:
    """Say when the draft was saved: «Черновик сохранён в 18:04. …»; empty before anything was."""
    if not case.revision:
        return ""
    saved, today = timezone.localtime(case.saved_at), timezone.localtime(at).date()
    when = f"в{NBSP}{saved:%H:%M}" if saved.date() == today else datetime_words(case.saved_at)
    return f"Черновик сохранён {when}. {KEPT_ANYWHERE}"
