"""Expected noes of representation: each says plainly why, and what to do instead."""

from collections.abc import Sequence

from oms.kit.denied import Denied
from oms.law.refusal import Refusal


class AgainstLaw(Denied):
    """The law does not give this person that right; `refusals` say why."""

    status = 422

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(f"{r.text} {r.remedy}".strip() for r in refusals))
        self.refusals = tuple(refusals)


class AlreadyAdded(Denied):
    """The same child or ward is on this person's list."""

    text = (
        "Этот человек у вас уже добавлен. Откройте его в разделе «Дети и подопечные»: "
        "там видно, на чём остановилась проверка."
    )


class TooMany(Denied):
    """More children and wards than one person may have here."""

    text = "Больше добавить нельзя. Отзовите те права, что уже не нужны, или обратитесь в фонд."


class NoDocument(Denied):
    """Nothing to prove the right by was brought."""

    status = 422
    text = "Приложите документ: без него право представлять не проверить."


class NotYours(Denied):
    """The act belongs to somebody else."""

    status = 403
    text = "Это действие доступно не вам."


class Settled(Denied):
    """The request or the right is not in the state the act needs."""

    text = "Состояние уже изменилось. Обновите страницу и посмотрите, что происходит сейчас."


class Own(Denied):
    """Nobody decides about themself."""

    status = 403
    text = "Решать о себе и о своих близких нельзя. Передайте коллеге."


class Unfounded(Denied):
    """A decision without the words it needs."""

    status = 422


class TwoCabinets(Denied):
    """The child is known under two accounts, and a machine must not choose."""

    text = (
        "Этот человек связан с двумя разными кабинетами: по реестру и по документу. "
        "Сначала объедините их через поддержку, потом подтвердите право."
    )
