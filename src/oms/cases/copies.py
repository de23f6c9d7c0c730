"""A copy of an application to keep: what was said and brought, when and under which number."""

from datetime import datetime

from django.db import transaction

from oms.cases import clock
from oms.cases.documents import submitted
from oms.cases.models import Case
from oms.cases.printing import Section, Sheet, pdf
from oms.cases.refused import NotYours, WrongState
from oms.cases.review import review, service_title
from oms.cases.rights import acts_for
from oms.cases.story import state_title
from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.notifications import enclosing
from oms.gateways import mail
from oms.kit.denied import Denied
from oms.kit.tasks import retrying, task
from oms.law import phone
from oms.law.typed import NBSP

SUBJECT = "Копия вашего заявления"


class NoAddress(Denied):
    """There is no confirmed address to send to."""

    text = "Подтвердите почту в разделе «Мои данные», и мы пришлём копию."


def copy(case: Case, *, at: datetime) -> bytes:
    """Return the PDF of a submitted application as it stands at the moment.

    Raises `WrongState` for a draft: there is nothing submitted to copy.
    """
    if case.submitted_at is None:
        raise WrongState("Заявление ещё не подано: копии нет.")
    return pdf(_sheet(case, at=at), at=at)


def send(*, case: Case, to: User, at: datetime) -> None:
    """Queue a letter with the copy to who asks; twice within a minute is one letter.

    Raises `NotYours`, `NoAddress`, `WrongState`.
    """
    if not acts_for(to, case.applicant_id, at=at):
        raise NotYours
    if case.submitted_at is None:
        raise WrongState("Заявление ещё не подано: копии нет.")
    if not to.email or not to.email_confirmed_at:
        raise NoAddress
    with transaction.atomic():
        record(
            act="case.send_copy",
            subject=case.key,
            by=to.actor,
            at=at,
            person=f"user:{case.applicant_id}",
        )
        key = f"{case.key}/copy/{to.pk}/{at:%Y%m%d%H%M}"
        deliver_copy.enqueue(case.pk, to.pk, key, at.isoformat())


@task()
@retrying()
def deliver_copy(case_id: int, user_id: int, key: str, wished_at: str) -> None:
    """Hand the letter over, if the address is still confirmed. The key drops a double."""
    rows = Case.objects.select_related("applicant", "insurer", "fund", "representative")
    case, user = rows.get(pk=case_id), User.objects.get(pk=user_id)
    at = datetime.fromisoformat(wished_at)
    enclosing.send(
        user=user,
        title=SUBJECT,
        body=f"Вы просили прислать копию заявления №{NBSP}{case.number}. Она в приложенном файле.",
        link=f"/cases/{case.number}/",
        link_title="Открыть заявление",
        file=lambda: mail.File(name(case), copy(case, at=at)),
        key=key,
        at=at,
    )


def name(case: Case) -> str:
    """The file's name: the number alone, nobody's data."""
    return f"Заявление {case.number}.pdf"


def _sheet(case: Case, *, at: datetime) -> Sheet:
    assert case.submitted_at is not None
    decider = case.insurer or case.fund
    facts = [
        ("Номер", case.number),
        ("Услуга", service_title(case)),
        ("Заявитель", case.applicant_name),
        ("Подано", clock.moment(case.submitted_at)),
        ("Кому", str(decider) if decider else "Кабинет ОМС, решается автоматически"),
        ("Состояние", state_title(case)),
    ]
    if case.due_at:
        facts.append(("Срок решения", f"до {clock.until(case.due_at)}"))
    if case.decided_at:
        facts.append(("Решение принято", clock.moment(case.decided_at)))
    return Sheet(
        title=f"Заявление №{NBSP}{case.number}",
        lead=service_title(case),
        footer=f"Копия из личного кабинета ОМС, {clock.moment(at)}",
        sections=[Section("", facts), *_answers(case), *_documents(case)],
        note=_signed(case),
    )


def _answers(case: Case) -> list[Section]:
    titles = {row["code"]: row["title"] for row in case.pinned.get("form", [])}
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in titles}
    for line in review(case, on=clock.day(case.submitted_at or case.started_at)).lines:
        groups[line.step].append((line.label, line.value or "не указано"))
    return [Section(titles[code], facts) for code, facts in groups.items() if facts]


def _documents(case: Case) -> list[Section]:
    facts = [
        (row.title, ", ".join(file.title for file in row.standing))
        for row in submitted(case)
        if row.standing
    ]
    return [Section("Документы", facts)] if facts else []


def _signed(case: Case) -> str:
    signature = case.pinned.get("signature") or {}
    if signature.get("kind") != "sms-code":
        return f"Основание услуги: {case.pinned.get('basis', '')}"
    by = f": {signature['by']}" if signature.get("by") else ""
    number = phone.display(signature["phone"]) if signature.get("phone") else "телефон"
    basis = case.pinned.get("basis", "")
    return f"Подписано кодом из СМС на {number}{by}. Основание услуги: {basis}"
