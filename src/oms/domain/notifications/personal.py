"""What the messages keep about a person."""

from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import Keeper, Portion, rows
from oms.domain.notifications.models import Delivery, Message, Preferences, Subscription


def _collect(user: User) -> Portion:
    told = Message.objects.filter(user=user).order_by("at")
    sent = Delivery.objects.filter(user=user, secret=False).order_by("created_at")
    wanted = Preferences.objects.filter(user=user)
    browsers = Subscription.objects.visible_to(user)
    return Portion(
        {
            "preferences": rows(
                wanted, "chosen", "quiet", "quiet_from", "quiet_to", "time_zone", "bad"
            ),
            "browsers": rows(browsers, "agent", "created_at", "sent_at"),
            "messages": rows(
                told, "kind", "template_version", "title", "body", "answer_by", "at", "read_at"
            ),
            "deliveries": rows(
                sent,
                "channel",
                "address",
                "title",
                "text",
                "state",
                "sent_at",
                "error",
                "receipt",
                "receipt_at",
            ),
        }
    )


def _erase(user: User, _at: datetime) -> None:
    Delivery.objects.filter(user=user).delete()
    Message.objects.filter(user=user).delete()
    Subscription.objects.filter(user=user).delete()
    Preferences.objects.filter(user=user).delete()


KEEPERS = (
    Keeper(
        code="messages",
        title="Сообщения, письма и СМС вам",
        basis="По вашему согласию",
        order=40,
        count=lambda user: Message.objects.filter(user=user).count(),
        collect=_collect,
        erase=_erase,
    ),
)
