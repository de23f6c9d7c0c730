"""What complaints and appeals share: the earlier application, and who looks into it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from oms.catalog.declaration import Application, Earlier
from oms.domain.directory import queries as directory
from oms.domain.directory.models import TerritorialFund
from oms.kit.denied import Denied
from oms.law import dates, terms
from oms.law.refusal import Refusal

REFUSED = "rejected"
STILL_DECIDED = frozenset({"draft", "awaiting", "in_work", "clarification", "planned", "approved"})


class NoFund(Denied):
    """No fund is known for the region of the earlier application."""

    text = "Не нашли фонд вашего региона в справочнике. Напишите в поддержку."


def fund_of(application: Application) -> TerritorialFund | None:
    """The fund that looks into it: the one it was sent to, else that of the region."""
    found = application.earlier
    if found is None:
        return None
    if found.fund is not None:
        return found.fund
    facts = application.facts
    region = found.insurer.region_id if found.insurer else (facts.region if facts else "")
    return directory.fund(region=region or settings.REGION)


def last_day(decided_at: datetime) -> date:
    """The last day on which a refusal of that moment may be appealed against."""
    return terms.last_day("appeal-window", since=timezone.localdate(decided_at))


def too_late(application: Application) -> Sequence[Refusal]:
    """Refuse an appeal sent after its last day; an application sent anew is the way out."""
    found = application.earlier
    if found is None or found.decided_at is None:
        return ()
    last = last_day(found.decided_at)
    if application.on <= last:
        return ()
    return (
        Refusal(
            "appeal-late",
            f"Обжаловать этот отказ можно было до {dates.long(last)}.",
            remedy="Подайте заявление заново: если снова откажут, обжалуйте новый отказ.",
        ),
    )


def has_fund(application: Application) -> Sequence[Refusal]:
    """Refuse where there is nobody to send it to."""
    if fund_of(application) is not None:
        return ()
    return (Refusal("no-fund", NoFund.text),)


def not_again(application: Application, *, code: str) -> Sequence[Refusal]:
    """Refuse what was submitted about the same earlier application before."""
    found = application.earlier
    for service, number, state in found.followed_by if found else ():
        if service == code and number != application.number and state != "withdrawn":
            where = "рассматривают" if state in STILL_DECIDED else "уже рассмотрели"
            return (
                Refusal(
                    "already-complained",
                    f"Об этом вы уже писали: №\N{NO-BREAK SPACE}{number}, его {where}.",
                    remedy="Если вам отказали, обжалуйте тот отказ со страницы обращения."
                    if state == REFUSED
                    else "Откройте его в списке заявлений.",
                ),
            )
    return ()


def facts_of(found: Earlier | None) -> list[tuple[str, str]]:
    """The earlier application in two lines."""
    if found is None:
        return []
    decider = found.insurer or found.fund
    return [
        ("Заявление", f"№\N{NO-BREAK SPACE}{found.number}, {found.title}"),
        ("Кто решает", str(decider) if decider else "Кабинет ОМС, автоматически"),
    ]
