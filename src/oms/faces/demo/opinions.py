"""Reviews of the demo: published, one with an answer, one that waits, one complained of."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from oms.domain.accounts.models import Role, User
from oms.domain.booking import reviewing
from oms.domain.booking.models import Appointment
from oms.domain.directory import opinions, reviews
from oms.domain.directory.models import Review
from oms.domain.directory.reviews import Wording
from oms.kit.denied import Denied

_Said = tuple[str, str, int, str, bool]
_SAID: tuple[_Said, ...] = (
    ("klimova", "insurer:77901", 5, "Позвонила вечером, записали к врачу за пять минут.", True),
    ("gromova", "insurer:77901", 4, "Ответили быстро, но письмо шло два дня.", True),
    ("tihonov", "insurer:77901", 3, "Дозвонился с третьего раза. Вопрос решили.", False),
    ("zaharov", "insurer:77901", 2, "Долго ждал ответа на жалобу.", True),
    ("klimova", "clinic:779901", 5, "Приняли вовремя, всё объяснили.", True),
    ("tihonov", "clinic:779901", 4, "В регистратуре очередь, врачи внимательные.", True),
)  # fmt: skip
_OF_DOCTORS = (
    (5, "Приняли минута в минуту. Объяснили, что принимать и когда прийти снова."),
    (5, "Очень внимательно посмотрели и ответили на все вопросы."),
    (4, "Всё хорошо, но ждать пришлось двадцать минут."),
)
"""In turn, to who has been to a doctor."""
_WAITS: _Said = (
    "gromova", "clinic:779901", 1,
    "Врач Смирнова А. Б. нагрубила. Позвоните мне: 8 900 000-00-05.", True,
)  # fmt: skip


def play(*, citizens: Mapping[str, User], staff: Mapping[str, User], at: datetime) -> None:
    """Leave the reviews that are missing; those whose author may not rate are left out."""
    moderator = staff["fomin"]
    for days, said in enumerate(_SAID, 3):
        made = _leave(citizens, said, at=at - timedelta(days=days))
        if made and made.state == Review.State.WAITING:
            reviews.decide(
                pk=made.pk, publish=True, revision=made.revision, by=moderator,
                at=at - timedelta(days=days - 1),
            )  # fmt: skip
    _leave(citizens, _WAITS, at=at - timedelta(hours=5))
    found = opinions.reviews(organization="insurer:77901", sort="worst", size=1).rows
    for one in found:
        if not one.reports_open:
            reviews.report(pk=one.pk, reporter="place:demo", reason="false", at=at)
        if one.answered_at is None:
            _answer(one, staff, at)


def of_doctors(*, citizens: Mapping[str, User], staff: Mapping[str, User], at: datetime) -> None:
    """Leave reviews of doctors by who has been there; one waits for moderation."""
    been = Appointment.objects.filter(state=Appointment.State.FULFILLED, person__user__isnull=False)
    seen = been.select_related("doctor", "person__user").order_by("starts_at", "pk")
    cast = {user.pk for user in citizens.values()}
    shown = [one for one in seen if one.person.user_id in cast]
    for visit, (stars, text) in zip(shown, _OF_DOCTORS, strict=False):
        made = _review(visit, Wording(stars, text, True), at=at - timedelta(hours=30))
        if made and made.state == Review.State.WAITING and visit != shown[-1]:
            reviews.decide(
                pk=made.pk, publish=True, revision=made.revision, by=staff["fomin"],
                at=at - timedelta(hours=20),
            )  # fmt: skip


def _review(visit: Appointment, wording: Wording, *, at: datetime) -> Review | None:
    user = visit.person.user
    if user is None or opinions.own(user=user, organization=visit.doctor.key):
        return None
    try:
        return reviewing.leave(user=user, doctor=visit.doctor, wording=wording, at=at)
    except Denied:
        return None


def _leave(citizens: Mapping[str, User], said: _Said, *, at: datetime) -> Review | None:
    who, organization, stars, text, named = said
    user = citizens.get(who)
    if user is None or opinions.own(user=user, organization=organization):
        return None
    wording = Wording(stars, text, named)
    try:
        return reviews.leave(user=user, organization=organization, wording=wording, at=at)
    except (reviews.NotConfirmed, reviews.NoOrganization):
        return None


def _answer(found: Review, staff: Mapping[str, User], at: datetime) -> None:
    operators = [one for one in staff.values() if one.role == Role.INSURER]
    own = next((one for one in operators if one.organization == found.organization), None)
    if own is not None:
        reviews.answer(
            pk=found.pk, text="Извините за ожидание. Мы добавили операторов.",
            revision=found.revision, by=own, at=at - timedelta(hours=2),
        )  # fmt: skip
