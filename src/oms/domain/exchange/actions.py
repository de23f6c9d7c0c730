"""What is done with files of the exchange: received, brought on, erased in time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from oms.domain.accounts.models import Role, User
from oms.domain.directory.models import Insurer
from oms.domain.exchange import keeping
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.naming import BadName, answer_name, parse
from oms.domain.exchange.processing import process
from oms.domain.exchange.queries import was_sent
from oms.domain.journal.actions import Actor, record
from oms.kit.denied import Denied

__all__ = ["KEEP", "NameTaken", "NotYours", "erase_old", "may_bring", "process", "receive"]

KEEP = timedelta(days=30)
"""How long the bytes are kept once every record has its answer; the answers stay."""
LARGEST_UPLOAD = 100 * 1024 * 1024


class NameTaken(Denied):
    """Another file has come under this name."""

    text = "Файл с таким именем уже приходил, и в нём было другое. Дайте файлу новый номер."


class NotYours(Denied):
    """The name tells an insurer the sender does not speak for."""

    status = 403
    text = "Код СМО в имени файла не ваш. Проверьте имя файла."


class WrongKind(Denied):
    """A kind that is not taken in: the format control (f) repeats what the protocol (p) says."""

    status = 422
    text = "Здесь принимают файлы i, s, k и p. Протокол f приложите к обращению в фонд."


class NeverSent(Denied):
    """A protocol (p) of a file that was not written here."""

    status = 422
    text = "Файла, на который отвечает этот протокол, отсюда не отправляли. Проверьте имя."


def may_bring(*, user: User, insurer: Insurer) -> bool:
    """Tell whether the user may bring files of the insurer: its own, or of the fund's region."""
    if user.role == Role.INSURER:
        return user.organization_code == insurer.pk
    return user.role == Role.FUND and user.organization_code == insurer.region_id


def receive(
    *,
    name: str,
    pieces: Iterable[bytes],
    origin: str,
    by: Actor,
    at: datetime,
    user: User | None = None,
    largest: int = keeping.LARGEST,
) -> ExchangeFile:
    """Take a file in and order its processing; the same file again is the one there is.

    `user` is judged (`may_bring`) when a person brings it; a folder and the command line are the
    administrator's. Raises `BadName`, `WrongKind`, `NotYours`, `NeverSent`, `NameTaken`,
    `keeping.TooLarge`.
    """
    from oms.domain.exchange.tasks import process_file

    told = parse(name)
    if told.kind not in ExchangeFile.KINDS:
        raise WrongKind
    insurer = Insurer.objects.filter(pk=told.insurer).first()
    if user is not None and (insurer is None or not may_bring(user=user, insurer=insurer)):
        raise NotYours
    if insurer is None:
        raise BadName("В имени файла код СМО, которой нет в справочнике.")
    if told.kind == "p" and not was_sent(name=answer_name(told.stem, "i"), insurer=insurer):
        raise NeverSent
    stored = keeping.keep(pieces, largest=largest)
    try:
        with transaction.atomic():
            known = ExchangeFile.objects.filter(name=told.stem).first()
            if known is None:
                made = ExchangeFile.objects.create(
                    name=told.stem,
                    digest=stored.digest,
                    size=stored.size,
                    insurer=insurer,
                    point=told.point,
                    origin=origin,
                    brought_by=by.key,
                    stored_as=stored.name,
                    received_at=at,
                )
                details = {"name": made.name, "digest": stored.digest, "size": stored.size}
                record(act="exchange.receive", subject=made.key, by=by, at=at, details=details)
                process_file.enqueue(made.pk)
                return made
    except IntegrityError:  # it came twice at once
        known = ExchangeFile.objects.get(name=told.stem)
    except BaseException:
        keeping.erase(stored.name)
        raise
    keeping.erase(stored.name)
    if known.digest != stored.digest:
        raise NameTaken
    return known


def erase_old(*, at: datetime) -> int:
    """Erase the bytes of files answered long ago; return how many."""
    count = 0
    for file in _old(at):
        keeping.erase(file.stored_as)
        ExchangeFile.objects.filter(pk=file.pk).update(stored_as="")
        count += 1
    return count


def _old(at: datetime) -> Iterator[ExchangeFile]:
    rows = ExchangeFile.objects.filter(finished_at__lte=at - KEEP).exclude(stored_as="")
    yield from rows.order_by("finished_at")[:500]
