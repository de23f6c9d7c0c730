"""Extract about the last change of the register's record (выписка об изменении), made at once."""

from datetime import datetime

from oms.catalog import checks, outcomes
from oms.catalog.declaration import AUTOMATIC, Application, Outcome, PublicService
from oms.catalog.steps import Confirmation
from oms.domain.accounts.models import Level
from oms.domain.journal.actions import Actor


class Request(Confirmation):
    """The only page: ask for the extract."""

    code = "request"
    title = "Получите выписку о последнем изменении"
    lead = "Покажем, что изменили в вашей записи реестра последним, когда и на каком основании."


def extract(application: Application, *, by: Actor, at: datetime) -> Outcome:
    """Nothing changes in the register: the extract is the result."""
    text = "Выдаём выписку с электронной подписью."
    return outcomes.paper(application, kind="change-extract", text=text)


SERVICE = PublicService(
    code="change-extract",
    version="1",
    title="Выписка о последнем изменении",
    summary="Что последним изменили в вашей записи реестра, когда и на каком основании.",
    basis="326-ФЗ, ст. 44; Правила ОМС, приказ Минздрава № 108н",
    for_whom="Все, кто есть в реестре застрахованных",
    result="Выписка в PDF с электронной подписью и кодом для проверки",
    category="Справки и выписки",
    icon="history",
    keywords="изменение изменили сменили замена фамилия компания подтверждение справка когда",
    level=Level.STANDARD,
    open_to=(checks.account_open, checks.on_record),
    steps=(Request,),
    checks=(checks.on_record,),
    decided_by=AUTOMATIC,
    term="certificate",
    on_approval=extract,
)
