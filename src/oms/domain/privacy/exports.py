"""Everything stored about a person in one ZIP, made by the worker, kept encrypted for a week."""

import io
import json
import zipfile
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from oms.domain.accounts.adapter import box
from oms.domain.accounts.models import Export, User
from oms.domain.accounts.personal_data import Keeper, keepers
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.notifications.actions import tell
from oms.kit.denied import Denied

KEPT = timedelta(days=7)
PAUSE = timedelta(hours=1)
LINK = "/account/data/"
_READ_ME = """Всё, что хранит о вас кабинет ОМС, на {when}.

{parts}

Файлы .json открываются любым текстовым редактором. Время указано по Гринвичу.
Коды из СМС, пароли и ключи второго шага мы не храним в открытом виде, поэтому их здесь нет.
"""


class TooSoon(Denied):
    """An export an hour is enough."""

    status = 429
    text = "Вы уже собирали данные меньше часа назад. Скачайте готовый архив или подождите."


class NotReady(Denied):
    """The file is not there: being made, expired, failed."""

    status = 404
    text = "Архива нет: он ещё собирается или удалён по сроку. Соберите данные заново."


def ask(*, user: User, at: datetime) -> Export:
    """Order an export, or return the one under way. Raises `TooSoon`."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        latest = user.exports.order_by("-pk").first()
        if latest and latest.state in {Export.State.WAITING, Export.State.GATHERING}:
            return latest
        if latest and latest.state == Export.State.READY and at - latest.asked_at < PAUSE:
            raise TooSoon
        try:
            with transaction.atomic():
                made = Export.objects.create(user=user, asked_at=at, parts=len(keepers()))
        except IntegrityError:  # another request was first
            return user.exports.get(state__in=[Export.State.WAITING, Export.State.GATHERING])
        record(act="export.ask", subject=user.key, by=user.actor, at=at, person=user.key)
        import_string("oms.domain.privacy.tasks.gather").enqueue(made.pk)
        return made


def make(*, export: Export, at: datetime) -> None:
    """Gather all portions; done already, or gone, nothing happens. May be run again."""
    if export.state not in {Export.State.WAITING, Export.State.GATHERING}:
        return
    content = _zip(export, at)
    name = storages["exports"].save(f"{export.pk}.zip", ContentFile(box().encrypt(content)))
    with transaction.atomic():
        own = Export.objects.select_for_update().get(pk=export.pk)
        if own.state == Export.State.READY:
            storages["exports"].delete(name)
            return
        own.state, own.file, own.size = Export.State.READY, name, len(content)
        own.done, own.ready_at, own.expires_at = own.parts, at, at + KEPT
        own.save()
        record(act="export.ready", subject=own.user.key, by=SYSTEM, at=at, person=own.user.key)
        tell(
            user=own.user, kind="export-ready", context={}, key=f"export:{own.pk}", link=LINK, at=at
        )


def fail(*, export: Export) -> None:
    """Say that the export could not be made."""
    Export.objects.filter(pk=export.pk).exclude(state=Export.State.READY).update(
        state=Export.State.FAILED
    )


def latest(*, user: User) -> Export | None:
    """Return the last export of a person."""
    return user.exports.order_by("-pk").first()


def content(*, export: Export, by: User, at: datetime) -> bytes:
    """Return the ZIP to its owner; the journal keeps that it was taken. Raises `NotReady`."""
    over = export.expires_at is None or export.expires_at <= at
    if export.user_id != by.pk or export.state != Export.State.READY or over:
        raise NotReady
    with storages["exports"].open(export.file) as file:
        found = box().decrypt(file.read())
    with transaction.atomic():
        record(act="export.take", subject=by.key, by=by.actor, at=at, person=by.key)
    return bytes(found)


def forget_old(*, at: datetime) -> int:
    """Delete files whose time is over; return how many."""
    old = list(Export.objects.filter(state=Export.State.READY, expires_at__lte=at))
    for one in old:
        drop(export=one)
    return len(old)


def drop(*, export: Export) -> None:
    """Delete the file of an export now."""
    if export.file:
        storages["exports"].delete(export.file)
    Export.objects.filter(pk=export.pk).update(state=Export.State.GONE, file="")


def _zip(export: Export, at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, keeper in enumerate(keepers(), start=1):
            _add(archive, keeper, export.user)
            Export.objects.filter(pk=export.pk).update(state=Export.State.GATHERING, done=number)
        parts = "\n".join(f"{one.code}.json: {one.title}" for one in keepers())
        archive.writestr("Прочтите.txt", _READ_ME.format(when=f"{at:%d.%m.%Y %H:%M}", parts=parts))
    return out.getvalue()


def _add(archive: zipfile.ZipFile, keeper: Keeper, user: User) -> None:
    portion = keeper.collect(user)
    text = json.dumps(portion.data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    archive.writestr(f"{keeper.code}.json", text)
    for file in portion.files:
        archive.writestr(f"{keeper.code}/{file.name}", file.content())
