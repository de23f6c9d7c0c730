"""What one may do about a late or a refused application: complain, appeal, follow what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from oms.cases import about
from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.states import TITLES, State
from oms.catalog import appeals
from oms.catalog.catalogue import SERVICES
from oms.catalog.services import appeal, deadline_complaint
from oms.faces.portal.pages import address
from oms.law import dates
from oms.law.typed import NBSP

COMPLAINT, APPEAL = deadline_complaint.CODE, appeal.CODE
CHOOSE = {
    COMPLAINT: ("open", "Откройте заявление, по которому прошёл срок, и нажмите «Пожаловаться»."),
    APPEAL: (State.REJECTED.value, "Откройте отклонённое заявление и нажмите «Обжаловать отказ»."),
}


@dataclass(frozen=True)
class Offer:
    """One way on: what it is, its button."""

    title: str
    text: str
    url: str
    action: str


def offers(case: Case, *, at: datetime) -> list[Offer]:
    """Return what may be sent about this application, or what was sent. At most two queries."""
    late = about.is_late(case, on=cases.day(at))
    if not (late or case.state == State.REJECTED or case.instruction):
        return []
    sent = {service: (number, state) for service, number, state in reversed(about.followers(case))}
    return list(_offers(case, sent, late=late, on=cases.day(at)))


def choose_first(request: HttpRequest, code: str) -> HttpResponse | None:
    """Lead to the list where the application to write about is chosen; None for other services."""
    if code not in CHOOSE:
        return None
    state, words = CHOOSE[code]
    messages.info(request, words)
    return redirect(f"{address('portal:applications')}?{urlencode({'state': state})}")


def _offers(
    case: Case, sent: dict[str, tuple[str, str]], *, late: bool, on: date
) -> Iterator[Offer]:
    if COMPLAINT in sent:
        yield _sent("Жалоба на срок подана", *sent[COMPLAINT])
    elif late:
        yield Offer(
            "Срок решения прошёл",
            "Пересчитаем срок вместе с вами и попросим фонд ответить. Заявление при этом решают "
            "дальше.",
            _start(COMPLAINT, case),
            "Пожаловаться на срок",
        )
    if APPEAL in sent:
        yield _sent("Отказ обжалован", *sent[APPEAL])
    elif case.state == State.REJECTED and not _is_last(case):
        yield _against(case, on)


def _against(case: Case, on: date) -> Offer:
    """The way to appeal while it may be done, then the way to apply anew."""
    last = appeals.last_day(case.decided_at or case.state_since)
    if on > last:
        return Offer(
            "Срок обжалования прошёл",
            f"Обжаловать отказ можно было до {dates.long(last)}. Подайте заявление заново: если "
            "снова откажут, обжалуйте новый отказ.",
            address("portal:service", case.service) if case.service in SERVICES else "/services/",
            "К услуге",
        )
    return Offer(
        "Не согласны с отказом?",
        "Фонд проверит отказ. Если он неверный, заявление рассмотрят заново. Обжаловать можно до "
        f"{dates.long(last)}.",
        _start(APPEAL, case),
        "Обжаловать отказ",
    )


def _is_last(case: Case) -> bool:
    """Whether it is an appeal against the answer to an appeal: the court comes next."""
    if case.service != APPEAL:
        return False
    above = about.concerned(case)
    return above is not None and above.service == APPEAL


def _sent(title: str, number: str, state: str) -> Offer:
    text = f"№{NBSP}{number}, {TITLES[State(state)].lower()}"
    return Offer(title, text, address("portal:case", number), "Открыть")


def _start(code: str, case: Case) -> str:
    assert code in SERVICES
    return f"{address('portal:start', code)}?{urlencode({'about': case.number})}"
