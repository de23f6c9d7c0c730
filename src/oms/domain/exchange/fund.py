"""What the fund tells an insurer: ends of insurance (s), corrections (k), answers (p).

The insurer takes it over in its own name and for its own people only, so whoever brings such a file
can do no more by it than by a file of changes.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from oms.domain.accounts.models import Source
from oms.domain.exchange import acts
from oms.domain.exchange.acts import Line, Run
from oms.domain.exchange.control import MISSING
from oms.domain.exchange.told import Correction, Reply, Stop, Tells, Told, Wrong
from oms.domain.register import actions as register
from oms.domain.register import queries
from oms.domain.register.data import document_key
from oms.domain.register.models import Address, InsuredPerson
from oms.kit.denied import Denied

ENDED = "Страхование прекращено по сообщению фонда"


class Refused(Denied):
    """The fund did not accept a record of ours."""

    text = "Фонд отклонил запись и не написал почему."


def apply(line: Line[Any]) -> None:
    """Do what a record of any kind of file tells; raise `Denied`."""
    _ACTS[type(line.told)](line)


def stop(line: Line[Stop]) -> None:
    """End the insurance on DSTOP; ended on that day already, nothing changes."""
    told, run = line.told, line.run
    person = acts.surely(_bearer(told.enp), [told.identity], "ENP")
    if _ended(run, person, told.stops_on):
        return
    acts.refuse_foreign(run, person)
    _end(line, person, told.stops_on)


def correct(line: Line[Correction]) -> None:
    """Bring the person in line with what the fund holds; what it does not tell stays."""
    told, run = line.told, line.run
    acts.refuse_elsewhere(run, ogrn=told.ogrn, region=told.region)
    person = _meant(told)
    acts.refuse_foreign(run, person)
    acts.change(line, person, told.own | _death(run, told), on=run.today)
    if told.document:
        register.set_identity_document(
            person=person, document=told.document, on=run.today, by=run.actor, at=run.at,
            source=Source.OPERATOR, basis=line.basis,
        )  # fmt: skip
    acts.put_address(line, person, Address.Kind.REGISTRATION, told.registration, on=run.today)
    acts.put_address(line, person, Address.Kind.RESIDENCE, told.residence, on=run.today)
    if told.stops_on:
        _end(line, person, told.stops_on)


def reply(line: Line[Reply]) -> None:
    """Keep the fund's answer as it is; nothing of the register changes. Raises `Refused`."""
    if not line.told.accepted:
        raise Refused(line.told.comment or Refused.text)


def _bearer(number: str) -> InsuredPerson:
    if not number:
        raise Wrong("ENP", "без номера полиса человека не узнать", error=MISSING)
    found = acts.bearer(number)
    if found is None:
        raise Wrong("ENP", "такого номера в реестре нет")
    return found


def _meant(told: Correction) -> InsuredPerson:
    """The bearer of the ЕНП, who must agree in one thing more: any of them may be corrected."""
    person = _bearer(told.enp)
    key = document_key(told.document) if told.document else ""
    agrees = (
        told.identity.key == person.name_key
        or told.identity.birth_date == person.birth_date
        or bool(person.snils and told.own.get("snils") == person.snils)
        or bool(key and person.identity_documents.filter(number_key=key).exists())
    )
    if not agrees:
        raise Wrong("ENP", "ни имя, ни дата рождения, ни СНИЛС, ни документ не сходятся с реестром")
    return person


def _death(run: Run, told: Correction) -> dict[str, object]:
    if told.died_on is None:
        return {}
    if not told.own["birth_date"] <= told.died_on <= run.today:
        raise Wrong("DDEATH", "день смерти невозможен")
    return {"state": InsuredPerson.State.DIED, "died_on": told.died_on}


def _ended(run: Run, person: InsuredPerson, on: date) -> bool:
    """Whether the person left this insurer on the day, as is known already."""
    if person.insurer_id == run.insurer.pk:
        return False
    return person.insurances.filter(insurer=run.insurer, valid_until=on).exists()


def _end(line: Line[Any], person: InsuredPerson, on: date) -> None:
    run, current = line.run, queries.policy_in_force(person)
    if on > run.today:
        raise Wrong("DSTOP", "день ещё не наступил")
    if current and on < current.begins_on:
        raise Wrong("DSTOP", "раньше начала полиса, который действует")
    register.close_policy(
        person=person, on=on, reason=ENDED, by=run.actor, at=run.at, basis=line.basis
    )


_ACTS: Mapping[type[Tells], Callable[[Line[Any]], None]] = {
    Told: acts.apply,
    Stop: stop,
    Correction: correct,
    Reply: reply,
}
