"""Work on files of the exchange, in pieces, so that other work of the queue has its turn."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from oms.domain.exchange import actions, folder, freshness, reconciling
from oms.domain.exchange.models import ExchangeFile
from oms.domain.journal.actions import SYSTEM
from oms.domain.register.models import InsuredPerson
from oms.gateways import ferzl
from oms.gateways.registers import breaker
from oms.gateways.registers.asking import TITLES
from oms.kit.denied import Denied
from oms.kit.tasks import periodic, queued_arguments, retrying, task

AN_HOUR = 500
"""People held against ФЕРЗЛ in an hour at most: a look-up may take a second."""
SECONDS = 120
"""How long one turn lasts; a large file takes many, each going on after the last answer."""


@task(queue_name="bulk")
@retrying()
def process_file(pk: int) -> None:
    """Bring a file on for a turn; order the next turn while records are left."""
    file = ExchangeFile.objects.filter(pk=pk).first()
    if file is None or actions.process(file=file, at=timezone.now(), seconds=SECONDS):
        return
    if [pk] not in queued_arguments(process_file)[1:]:
        process_file.enqueue(pk)


@periodic(every=timedelta(minutes=10))
def go_on(*, at: datetime) -> None:
    """Order again what is neither done nor ordered: a task that failed for good, say."""
    waiting = {args[0] for args in queued_arguments(process_file)}
    open_states = [ExchangeFile.State.WAITING, ExchangeFile.State.RUNNING]
    rows = ExchangeFile.objects.filter(state__in=open_states, received_at__lt=at)
    for pk in rows.exclude(pk__in=waiting).values_list("pk", flat=True)[:100]:
        process_file.enqueue(pk)


@periodic(every=timedelta(minutes=1))
def look_into_folder(*, at: datetime) -> None:
    """Take in what lies in the folder of the exchange, put out the answers."""
    folder.look(at=at)


@periodic(every=timedelta(minutes=5))
def hear_of_registers(*, at: datetime) -> None:
    """Keep which state registers answered or fell silent since the last time."""
    for register in TITLES:
        news = breaker.news(register)
        if news == breaker.ANSWERED:
            freshness.succeeded(code=freshness.code_of(register), at=at)
        elif news == breaker.SILENT:
            freshness.failed(code=freshness.code_of(register), error="Не отвечает", at=at)


@task(queue_name="bulk")
def reconcile(pk: int) -> None:
    """Hold a person against ФЕРЗЛ. Silent or puzzled, it is asked again another hour."""
    person = InsuredPerson.objects.filter(pk=pk).first()
    if person is None:
        return
    with suppress(Denied):  # the source is marked, the person's row stays as stale as it was
        reconciling.compare(person=person, by=SYSTEM, at=timezone.now())


@periodic(every=timedelta(hours=1))
def reconcile_stale(*, at: datetime) -> None:
    """Order comparisons of those whose row is stale, where ФЕРЗЛ is configured."""
    if not ferzl.is_configured():
        return
    waiting = {args[0] for args in queued_arguments(reconcile)}
    for key in reconciling.due(at=at, most=AN_HOUR):
        if key not in waiting:
            reconcile.enqueue(key)


@periodic(every=timedelta(days=1))
def forget_old(*, at: datetime) -> None:
    """Erase the bytes of files answered a month ago."""
    actions.erase_old(at=at)
