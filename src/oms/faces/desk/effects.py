"""What approval will do, said before it is done.

A service without words of its own says its result.
"""

from collections.abc import Callable, Iterator, Sequence

from oms.catalog import checks
from oms.catalog.applicants import in_register
from oms.catalog.declaration import Application, PublicService
from oms.law import dates, names
from oms.law.insurer_choice import takes_effect


def effect_words(service: PublicService, known: Application) -> Sequence[str]:
    """Return the changes of an approval, a sentence each."""
    own = _WORDS.get(service.code)
    return own(known) if own else (*_changes(service, known), f"{service.result}.")


def _changes(service: PublicService, known: Application) -> Iterator[str]:
    """What the application tells otherwise than the register, line by line."""
    for label, told, registered in service.compare(known):
        if told != registered:
            yield f"{label}: {registered or 'не указано'} → {told or 'не указано'}"


def _insurer(known: Application) -> str:
    found = checks.named_insurer(known)
    return found.short_name if found else "выбранная организация"


def _issue(known: Application) -> Sequence[str]:
    told = known.answers
    who = names.full(told["family_name"], told["given_name"], told.get("patronymic") or "")
    if in_register(known):
        entered = f"{who}: запись в реестре свяжем с кабинетом, документ обновим."
    else:
        entered = f"{who}: в реестр внесём новую запись."
    return (
        entered,
        f"Будет выдан ЕНП и полис с {dates.long(known.today)}",
        f"Страховая организация: {_insurer(known)}.",
        "Заявитель получит сообщение и выписку с электронной подписью.",
    )


def _change(known: Application) -> Sequence[str]:
    starts = takes_effect(decided_on=known.today, desired_on=known.answers.get("desired_on"))
    lines = []
    if starts > known.today:
        lines.append(f"До {dates.long(starts)} ничего не изменится, потом исполним сами.")
    lines += [f"Новая страховая организация с {dates.long(starts)} {_insurer(known)}."]
    if known.answers.get("residence"):
        lines.append(f"Новый адрес проживания: {known.answers['residence']}.")
    lines.append("Прежняя выписка станет заменённой, заявитель получит новую.")
    return lines


_WORDS: dict[str, Callable[[Application], Sequence[str]]] = {
    "issue-policy": _issue,
    "change-insurer": _change,
}
