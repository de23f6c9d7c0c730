"""What the papers keep about a person: each as issued, for ever."""

from functools import partial

from oms.domain.accounts.models import User
from oms.domain.accounts.personal_data import File, Keeper, Portion, rows
from oms.domain.papers import queries
from oms.domain.papers.models import Paper


def _collect(user: User) -> Portion:
    found = list(Paper.objects.filter(person__user=user).order_by("issued_at"))
    files = [File(f"{one.number}.pdf", partial(queries.content, one)) for one in found]
    names = ("number", "kind", "issued_at", "state", "state_at", "state_reason", "data")
    return Portion(rows(found, *names), files)


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
)
