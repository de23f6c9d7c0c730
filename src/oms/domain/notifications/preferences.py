"""Changing how one is told, and subscribing browsers to push."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction

from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.notifications.models import Preferences, Subscription
from oms.domain.notifications.templates import TEMPLATES
from oms.domain.notifications.wishes import DEFAULTS, ZONES, Channel, Group, Wish
from oms.gateways import push
from oms.kit.denied import Denied

MOST_BROWSERS = 10
ALLOWED: Mapping[str, tuple[Wish, ...]] = {
    Channel.EMAIL: (Wish.NOW, Wish.DAILY, Wish.OFF),
    Channel.SMS: (Wish.NOW, Wish.OFF),
    Channel.PUSH: (Wish.NOW, Wish.OFF),
}
"""A day's messages can be put together in a letter only."""


class StrangeBrowser(Denied):
    """A subscription with wrong keys, or of a push service we do not know."""

    status = 422
    text = (
        "Служба уведомлений этого браузера нам не известна. Попробуйте другой браузер: "
        "Chrome, Firefox, Яндекс или Safari."
    )


@transaction.atomic
def choose(
    *,
    user: User,
    chosen: Mapping[str, Mapping[str, str]],
    quiet: bool,
    quiet_from: time,
    quiet_to: time,
    time_zone: str,
    at: datetime,
) -> Preferences:
    """Keep what a person wants; what is not allowed or is the default is left out."""
    Preferences.objects.get_or_create(user=user)
    kept = Preferences.objects.select_for_update().get(pk=user.pk)
    kept.chosen = {
        group.value: said
        for group in Group
        if (said := _sound(chosen.get(group, {})))
    }  # fmt: skip
    kept.quiet, kept.quiet_from, kept.quiet_to = quiet, quiet_from, quiet_to
    kept.time_zone = time_zone if time_zone in ZONES else ""
    kept.at = at
    kept.save()
    record(
        act="message.preferences",
        subject=user.key,
        by=user.actor,
        at=at,
        person=user.key,
        details={"chosen": kept.chosen, "quiet": quiet},
    )
    return kept


@transaction.atomic
def subscribe(
    *, user: User, endpoint: str, p256dh: str, auth: str, agent: str, at: datetime
) -> Subscription:
    """Let a browser be woken; one that was somebody else's is now this person's.

    Raises `StrangeBrowser`.
    """
    if not push.Browser(endpoint, p256dh, auth).is_sound:
        raise StrangeBrowser
    before = Subscription.objects.filter(endpoint=endpoint).exclude(user=user).first()
    if before is not None:
        unsubscribe(user=before.user, pk=before.pk, at=at)
    row, new = Subscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={"user": user, "p256dh": p256dh, "auth": auth, "agent": agent[:80]},
        create_defaults={
            "user": user, "p256dh": p256dh, "auth": auth, "agent": agent[:80], "created_at": at,
        },
    )  # fmt: skip
    kept = Subscription.objects.filter(user=user).values_list("pk", flat=True)[:MOST_BROWSERS]
    Subscription.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    Preferences.objects.update_or_create(user=user, defaults={"has_push": True})
    if new:
        _journal("message.subscribe", user, row, at)
    return row


@transaction.atomic
def unsubscribe(*, user: User, pk: int, at: datetime) -> bool:
    """Wake a browser no more; return whether it was this person's."""
    row = Subscription.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        return False
    _journal("message.unsubscribe", user, row, at)
    row.delete()
    left = Subscription.objects.filter(user=user).exists()
    Preferences.objects.filter(pk=user.pk).update(has_push=left)
    return True


def always(group: Group) -> list[str]:
    """Return the titles of what is sent in a group whatever was chosen."""
    own = (one for one in TEMPLATES.values() if one.group == group and one.must_send)
    return sorted(one.title for one in own)


def _sound(said: Mapping[str, str]) -> dict[str, str]:
    return {
        str(channel): said[channel]
        for channel, wishes in ALLOWED.items()
        if said.get(channel) in wishes and said[channel] != DEFAULTS[channel]
    }


def _journal(act: str, user: User, row: Subscription, at: datetime) -> None:
    details = {"agent": row.agent}
    record(act=act, subject=user.key, by=user.actor, at=at, person=user.key, details=details)
