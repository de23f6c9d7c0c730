"""What the papers keep about a person: each as issued, for ever."""

from functools import partial

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import File, Keeper, Portion, rows
from oms.domain.papers import queries
from oms.domain.papers.models import Delivery, Paper


def _collect(user: User) -> Portion:
    found = list(Paper.objects.filter(person__user=user).order_by("issued_at"))
    files = [File(f"{one.number}.pdf", partial(queries.content, one)) for one in found]
    signed = Paper.objects.filter(person__user=user, detached__isnull=False).order_by("issued_at")
    files += [
        File(f"{one.number}.pdf.sig", partial(queries.detached_signature, one)) for one in signed
    ]
    names = ("number", "kind", "scope", "issued_at", "state", "state_at", "state_reason", "data")
    return Portion(rows(found, *names), files)


def _copies(user: User) -> Portion:
    found = Delivery.objects.filter(paper__person__user=user).order_by("prepared_at")
    names = ("way", "address", "state", "state_at", "taken_by", "taken_by_document", "note")
    return Portion(rows(found, *names))


KEEPERS = (
    Keeper(
        code="papers",
        title="Выданные документы",
        basis="326-ФЗ, ст. 44",
        order=20,
        count=lambda user: Paper.objects.filter(person__user=user).count(),
        collect=_collect,
        kept_because="Выданную выписку можно проверить всегда, поэтому она хранится",
    ),
    Keeper(
        code="copies",
        title="Бумажные экземпляры",
        basis="326-ФЗ, ст. 44",
        order=21,
        count=lambda user: Delivery.objects.filter(paper__person__user=user).count(),
        collect=_copies,
        kept_because="Кому и когда вручили документ, доказывает эта запись",
    ),
)
