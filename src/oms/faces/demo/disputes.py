"""Appeals and complaints for the fund's queue: about applications of the crowd, told later."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.cases.states import State
from oms.domain.accounts.models import User
from oms.domain.notifications.synthetic import consider_sent
from oms.faces.demo.applications import Times, Typed, submitted, taken

APPEALS = (
    ("В паспорте и в заявлении всё одинаково, проверьте ещё раз", "Рассмотреть заявление заново"),
    ("Паспорт действует до замены в 45 лет, он не просрочен", ""),
    ("Снимок был чётким, приложу его ещё раз", "Принять паспорт и выдать полис"),
)
COMPLAINTS = (
    ("Не могу записаться к врачу без полиса", ""),
    ("Пришлось заплатить за приём", "Вернуть 1800 рублей за приём терапевта"),
)
NOTE = "Снимок паспорта читается, причина отказа не подтвердилась"
REPLY = "Сверьте паспорт с реестром документов ещё раз и примите решение заново"


@transaction.atomic
def plant(*, staff: Mapping[str, User], at: datetime) -> None:
    """Let some of those refused appeal and some of those who wait too long complain, once."""
    own = Case.objects.filter(applicant__email__startswith="applicant")
    if own.filter(service__in=("appeal", "deadline-complaint")).exists():
        return
    crowd = own.filter(service="issue-policy").select_related("applicant")
    refused = crowd.filter(state=State.REJECTED, decided_at__gt=at - timedelta(days=60))
    late = crowd.filter(state__in=[State.AWAITING, State.IN_WORK], due_at__lt=at)
    for told, case, stage in zip(APPEALS, refused.order_by("-pk"), _OF_APPEALS, strict=False):
        stage(*_written(case, "appeal", _appeal(*told), at), staff)
        consider_sent(users=[case.applicant])
    for told, case, stage in zip(COMPLAINTS, late.order_by("pk"), _OF_COMPLAINTS, strict=False):
        stage(*_written(case, "deadline-complaint", _complaint(*told), at), staff)
        consider_sent(users=[case.applicant])


def _written(case: Case, service: str, pages: Typed, at: datetime) -> tuple[Case, Times]:
    """Hand in what the applicant writes about the case, some hours after there was reason to."""
    since = case.decided_at or case.due_at
    assert since
    times = Times(max(since + timedelta(hours=3), at - timedelta(days=4)), now=at)
    return submitted(case.applicant, service, pages, times, about=case.number), times


def _appeal(words: str, wish: str) -> Typed:
    return {"reasons": {"words": words, "wish": wish}, "confirm": {"truth": "on"}}


def _complaint(words: str, wish: str) -> Typed:
    wanted = {"wanted": "yes" if wish else "no", "wish": wish}
    return {"term": {"words": words}, "compensation": wanted, "confirm": {"truth": "on"}}


def _waits(case: Case, times: Times, staff: Mapping[str, User]) -> None:
    """Nobody of the fund has taken it."""


def _worked_at(case: Case, times: Times, staff: Mapping[str, User]) -> None:
    taken(case, by=staff["egorov"], times=times)


def _proposed(case: Case, times: Times, staff: Mapping[str, User]) -> None:
    """Decided by one of the fund; another has to confirm."""
    case = taken(case, by=staff["frolova"], times=times)
    cases.perform(
        "propose_approval", case, by=staff["frolova"], at=times.at_work(hours=3), note=NOTE,
        reply=REPLY,
    )  # fmt: skip


_OF_APPEALS = (_proposed, _worked_at, _waits)
_OF_COMPLAINTS = (_worked_at, _waits)
