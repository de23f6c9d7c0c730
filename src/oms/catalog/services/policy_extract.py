"""Extract about the policy (выписка о полисе ОМС), made at once."""

from datetime import datetime

from oms.catalog import checks, outcomes
from oms.catalog.declaration import AUTOMATIC, Application, Outcome, PublicService
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level
from oms.domain.journal.actions import Actor


class Request(Confirmation):
    """The only page: ask for the extract."""

    code = "request"
    title = "Получите выписку о полисе"
    lead = "Выписка заменит прежнюю. Она будет готова за несколько минут."


def extract(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Nothing changes in the register: the extract is the result."""
    text = "Выдаём выписку с электронной подписью."
    return outcomes.paper(application, kind="policy-extract", text=text)


SERVICE = PublicService(
    code="policy-extract",
    version="1",
    title="Выписка о полисе ОМС",
    summary="Документ с номером полиса, страховой организацией и электронной подписью.",
    basis="Правила ОМС, приказ Минздрава № 108н, п. 28–30",
    for_whom="Все застрахованные",
    result="Выписка в PDF с электронной подписью и кодом для проверки",
    category="Справки и выписки",
    icon="file-text",
    keywords="справка скачать распечатать номер pdf подтверждение копия",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.insured, checks.not_suspended),
    steps=(Request,),
    checks=(checks.insured, checks.not_suspended),
    decided_by=AUTOMATIC,
    term="certificate",
    on_approval=extract,
)
