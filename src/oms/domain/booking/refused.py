"""Expected noes of booking: each says plainly why, and what to do instead."""

from oms.kit.denied import Denied


class Taken(Denied):
    """Somebody else was first, or the slot was never free."""

    text = "Это время уже занято. Выберите другое."


class Gone(Denied):
    """The slot has begun."""

    text = "Это время уже прошло. Выберите другое."


class HoldOver(Denied):
    """The hold ended before it was confirmed."""

    text = "Время больше не держим: прошло десять минут. Выберите время ещё раз."


class OfferOver(Denied):
    """The time that was kept for the person is no longer kept."""

    text = "Срок предложения прошёл. Выберите другое время."


class TooLate(Denied):
    """The visit is near: the clinic decides."""

    text = (
        "До приёма меньше суток: отменить или перенести запись сможет только регистратура. "
        "Отправьте просьбу или позвоните в поликлинику."
    )


class NotLate(Denied):
    """A request where none is needed."""

    text = "До приёма больше суток. Отмените или перенесите запись сами."


class Overlap(Denied):
    """The person has another visit at this time."""

    text = "На это время уже есть другая запись. Выберите другое время или отмените ту запись."


class OneASpeciality(Denied):
    """A visit to such a doctor is booked already."""

    text = "К такому врачу запись уже есть. Перенесите её на это время или сначала отмените."


class TooMany(Denied):
    """As many visits ahead as one person may have."""

    text = "Впереди уже пять записей: больше нельзя. Отмените ту, что не нужна."


class NoPolicy(Denied):
    """No policy in force on the day of the visit."""

    status = 422
    text = "На день приёма нет действующего полиса. Оформите полис или позвоните в поликлинику."


class NotOnRecord(Denied):
    """The person's record is closed: died, annulled, merged."""

    text = "Запись о человеке в реестре закрыта. Если это ошибка, сообщите в фонд."


class WrongAge(Denied):
    """The doctor does not see people of this age."""

    status = 422

    def __init__(self, *, from_age: int, below_age: int) -> None:
        limits = f"с {from_age} лет" if from_age else f"до {below_age} лет"
        super().__init__(f"Этот врач принимает {limits}. Выберите другого врача.")


class WrongSex(Denied):
    """The doctor sees the other sex only."""

    status = 422

    def __init__(self, *, sex: int) -> None:
        whom = "мужчин" if sex == 1 else "женщин"
        super().__init__(f"Этот врач принимает только {whom}. Выберите другого врача.")


class NeedsReferral(Denied):
    """Booked by a referral only."""

    status = 422
    text = "К этому врачу нужно направление. Укажите его номер или сначала запишитесь к терапевту."


class WrongQuota(Denied):
    """The slot is not given out this way."""

    text = "Это время через интернет не выдают. Выберите другое или позвоните в регистратуру."


class Settled(Denied):
    """The visit is not in the state the act needs."""

    text = "Состояние записи уже изменилось. Обновите страницу и посмотрите, что с ней сейчас."


class NotYours(Denied):
    """The act belongs to somebody else."""

    status = 403
    text = "Это действие доступно не вам."


class KeyUsed(Denied):
    """The key of a request came with another slot or person."""

    status = 422
    text = "Эта форма уже отправлена с другим временем. Откройте страницу заново."


class AlreadyAsked(Denied):
    """One request about a visit at a time."""

    text = "Просьба уже отправлена. Регистратура ответит до приёма."


class NoTimeToday(Denied):
    """The doctor sees nobody today, or no time is left."""

    text = "Сегодня этот врач больше не принимает. Выберите другого врача или другой день."


class NeedsSlot(Denied):
    """A move without the time it goes to."""

    status = 422
    text = "Выберите новое время."


class NotToday(Denied):
    """Check-in on another day than the visit's."""

    text = "Приём не сегодня. Отметить приход можно только в день приёма."
