"""Expected noes of the cases: each says plainly why, and what to do instead."""

from collections.abc import Sequence
from typing import Any

from oms.kit.denied import Denied
from oms.law.refusal import Refusal


class NoSuchService(Denied):
    """No such public service."""

    status = 404
    text = "Такой услуги нет. Выберите услугу в каталоге."


class NothingAbout(Denied):
    """The service concerns an earlier application or a value, and none of theirs is named."""

    status = 404
    text = "Откройте эту услугу со страницы заявления или сведений, о которых она."


class ClosedTo(Denied):
    """The law or the account does not let this person begin; `refusals` say why."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(" ".join(f"{r.text} {r.remedy}".strip() for r in refusals))
        self.refusals = tuple(refusals)


class AlreadyOpen(Denied):
    """Another application for the same is on its way: `number` and `link` lead to it."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"По этой услуге уже есть заявление №\N{NO-BREAK SPACE}{number}. "
            "Дождитесь решения по нему или отзовите его."
        )
        self.number = number
        self.link = link(number)


class TooManyNumbers(Denied):
    """Somebody tries one number after another; the text tells until when to wait."""

    status = 429
    text = "Вы проверили много номеров. Подождите час и попробуйте снова."


class NotReady(Denied):
    """An application with gaps or errors cannot be submitted; `review` shows each."""

    status = 422
    text = "В заявлении есть незаполненные поля или ошибки. Исправьте отмеченное."

    def __init__(self, review: Any) -> None:
        lacking = [row.lacks for row in review.lacking]
        super().__init__(f"Не хватает документов. {'; '.join(lacking)}." if lacking else "")
        self.review = review


class NotAnswered(Denied):
    """The answer to a question is empty or has errors: `errors` by field."""

    status = 422

    def __init__(self, text: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(text)
        self.errors = errors or {}


class NotYours(Denied):
    """The move belongs to somebody else."""

    status = 403
    text = "Это действие доступно не вам."


class WrongState(Denied):
    """The case is in a state from which this move does not lead."""


class AlreadyDecided(WrongState):
    """A colleague was first; the text says who and when."""


class Changed(Denied):
    """The case changed since the page was opened."""

    text = "Дело изменилось, пока страница была открыта. Посмотрите новое и повторите."


class Unfounded(Denied):
    """A decision without what it needs: a reason, a question, a field to name."""

    status = 422


class NeedsSecond(Denied):
    """The service wants two operators: one proposes, another confirms."""

    text = "Решение по этой услуге принимают двое: предложите его, второй сотрудник подтвердит."


class SameHands(NotYours):
    """The one who proposed may not confirm, the one who decided may not judge the appeal."""

    text = "Решение подтверждает другой сотрудник вашей организации."


class ReplyNeeded(Unfounded):
    """The service asks the decider for an answer on approval."""


class NotYet(WrongState):
    """An approval that begins to count later is a plan."""

    text = "Желаемая дата ещё не наступила: такое решение становится планом."


class AgainstLaw(Denied):
    """The checks stand against an approval; `refusals` say why."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        texts = " ".join(refusal.text for refusal in refusals)
        super().__init__(f"Одобрить нельзя. {texts}")
        self.refusals = tuple(refusals)


def link(number: str) -> str:
    """The path of a case's page within the portal."""
    return f"/cases/{number}/"
