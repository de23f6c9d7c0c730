"""Expected noes of this room, with their words."""

from oms.kit.denied import Denied


class NothingToCertify(Denied):
    """The register holds nothing a paper of this kind could say."""

    text = "Действующего полиса в реестре нет, поэтому выписку выдать нельзя."


class NeverInsured(NothingToCertify):
    """Nobody insured the person on any day of the period."""

    text = "По реестру в этот период вас никто не страховал. Выберите другой период."


class NothingChanged(NothingToCertify):
    """The register holds no change of the person's record."""

    text = "Изменений в вашей записи реестра не было, поэтому выписывать нечего."


class WrongScope(Denied):
    """The period asked for cannot be read or makes no sense."""

    text = "Период указан неверно. Укажите первый и последний день."


class EmptyList(Denied):
    """A list without a line."""

    text = "Список пуст. Вставьте номера ЕНП или СНИЛС, каждый с новой строки."


class LongList(Denied):
    """A list of more lines than one order takes."""

    text = "Строк слишком много. Разделите список."


class NotFinished(Denied):
    """The worker is still at the order."""

    text = "Документы ещё готовятся. Архив появится, когда все будут готовы."


class Unsettled(Denied):
    """The register kept changing under our hands."""

    text = "Сведения в реестре прямо сейчас меняются. Попробуйте ещё раз через минуту."
