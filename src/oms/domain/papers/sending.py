"""Sending an issued paper to its holder's own e-mail: the signed file itself."""

from datetime import datetime

from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.notifications import enclosing
from oms.domain.notifications.actions import keep
from oms.domain.papers import queries
from oms.domain.papers.models import Paper
from oms.gateways import mail
from oms.kit.denied import Denied
from oms.kit.tasks import retrying, task
from oms.law.typed import NBSP

SUBJECT = "Документ из вашего кабинета"


class NoAddress(Denied):
    """There is no confirmed address to send to."""

    text = "Подтвердите почту в разделе «Мои данные», и мы пришлём документ."


@transaction.atomic
def send(*, paper: Paper, to: User, by: User, at: datetime) -> None:
    """Queue a letter with the signed PDF; a second press within the minute is the same letter."""
    if not to.email or not to.email_confirmed_at:
        raise NoAddress
    record(
        act="paper.send",
        subject=f"paper:{paper.number}",
        by=by.actor,
        at=at,
        person=paper.person.key,
        details={"kind": paper.kind},
    )
    deliver.enqueue(paper.pk, to.pk, f"paper:{paper.pk}/mail/{at:%Y%m%d%H%M}", at.isoformat())


@task()
@retrying()
def deliver(paper_id: int, user_id: int, key: str, wished_at: str) -> None:
    """Hand the letter over, if the address is still confirmed. The key drops a double."""
    paper, user = Paper.objects.get(pk=paper_id), User.objects.get(pk=user_id)
    at = datetime.fromisoformat(wished_at)
    went = enclosing.send(
        user=user,
        title=SUBJECT,
        body=f"Вы просили прислать документ №{NBSP}{paper.number}. Он в приложенном файле PDF. "
        "Подпись электронная: её проверит любой, кому вы перешлёте файл.",
        link="/verify/",
        link_title="Проверить документ",
        file=lambda: mail.File(
            f"{paper.get_kind_display()} {paper.number}.pdf", queries.content(paper)
        ),
        key=key,
        at=at,
    )
    if went:
        keep(
            user=user,
            kind="paper-mailed",
            context={"number": paper.number},
            key=key,
            at=at,
            subject=f"paper:{paper.pk}",
            link=f"/documents/{paper.number}/",
        )
