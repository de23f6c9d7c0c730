"""Visits of the demo's citizens, booked by the acts themselves, each at its own time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from oms.domain.accounts.models import User
from oms.domain.booking import actions, finding
from oms.domain.booking.models import Appointment, Quota, Slot
from oms.domain.journal.actions import Actor
from oms.domain.register.models import InsuredPerson
from oms.faces.demo.doctors import RICH
from oms.kit.denied import Denied


@dataclass
class Stories:
    """Citizens' visits; a story whose citizen or time is missing is left out."""

    citizens: Mapping[str, User]
    desk: Actor
    at: datetime

    def play(self) -> None:
        """All of them."""
        day = timedelta(days=1)
        self.past("klimova", "cardiology", 19 * day)
        self.ahead("klimova", "therapy", 2 * day, complaint="Продлить рецепт от давления")
        self.ahead("klimova", "ophthalmology", 6 * day)
        self.past("tihonov", "therapy", 12 * day)
        self.ahead("tihonov", "cardiology", 4 * day, complaint="Одышка на лестнице")
        self.past("uvarova", "neurology", 9 * day)
        cancelled = self.ahead("uvarova", "therapy", 3 * day)
        if cancelled is not None:
            by = self.citizens["uvarova"].actor
            because = "Уезжаю в отпуск"
            actions.cancel(appointment=cancelled, by=by, at=self.at - day / 8, because=because)
        self.past("efremova", "therapy", 6 * day, came=False)
        self.ahead("efremova", "surgery", 5 * day)
        self.late("gromova", "move", "Задерживают на работе. Можно завтра или позже?")
        self.late("sychev", "cancel", "Заболел ребёнок, прийти не смогу.")
        self.today("harlamov")
        self.today("nefedov")
        self.children()

    def children(self) -> None:
        """A mother's visits are her children's; a girl of sixteen has one of her own."""
        mother = self.citizens.get("sokolova")
        son = InsuredPerson.objects.filter(
            family_name="Соколов", given_name="Михаил", birth_date__year=2021
        ).first()
        if mother and son:
            self.book(mother, son, "paediatrics", 2, clinic="779904", complaint="Справка в сад")
            self.book(mother, son, "otolaryngology", 5, clinic="779904")
        daria = self.citizens.get("daria")
        if daria and hasattr(daria, "insured_person"):
            self.book(daria, daria.insured_person, "ophthalmology", 3, clinic="779904")

    def past(self, code: str, what: str, ago: timedelta, *, came: bool = True) -> None:
        """A visit that was, or was missed."""
        slot = self.first(what, self.at - ago)
        visit = self.made(code, slot, at=slot.starts_at - timedelta(days=3)) if slot else None
        if slot is None or visit is None:
            return
        if not came:
            late = slot.starts_at + timedelta(minutes=16)
            actions.miss(appointment=visit, by=self.desk, at=late)
            return
        come = slot.starts_at - timedelta(minutes=7)
        actions.arrive(appointment=visit, by=self.desk, at=come)
        actions.fulfil(appointment=visit, by=self.desk, at=slot.ends_at)

    def ahead(self, code: str, what: str, wait: timedelta, **told: str) -> Appointment | None:
        """A visit to come."""
        slot = self.first(what, self.at + wait)
        return self.made(code, slot, at=self.at - timedelta(days=1), **told) if slot else None

    def today(self, code: str) -> None:
        """A visit within the next hours, if the clinic still works."""
        slot = self.first("therapy", self.at + timedelta(minutes=40), within=timedelta(hours=5))
        if slot:
            self.made(code, slot, at=self.at - timedelta(days=2))

    def late(self, code: str, wish: str, words: str) -> None:
        """A visit so near that the clinic is asked."""
        slot = self.first("therapy", self.at + timedelta(hours=1), within=timedelta(hours=22))
        visit = self.made(code, slot, at=self.at - timedelta(days=2)) if slot else None
        if visit is not None:
            by, then = self.citizens[code].actor, self.at - timedelta(minutes=25)
            actions.ask_late(appointment=visit, wish=wish, words=words, by=by, at=then)

    def first(
        self, what: str, since: datetime, *, within: timedelta = timedelta(days=5)
    ) -> Slot | None:
        """The rich clinic's first time from a moment on that a person may take by oneself."""
        rows = Slot.objects.filter(
            position__clinic=RICH, position__speciality=what, quota=Quota.INTERNET, is_open=True,
            starts_at__gt=since, starts_at__lt=since + within, taken_until__lte=self.at,
        )  # fmt: skip
        return rows.order_by("starts_at", "pk").first()

    def made(
        self, code: str, slot: Slot, *, at: datetime, complaint: str = ""
    ) -> Appointment | None:
        """The citizen books; None for one who may not."""
        user = self.citizens.get(code)
        person = InsuredPerson.objects.filter(user=user).first() if user else None
        if user is None or person is None:
            return None
        return self.try_to(user, person, slot, at=at, complaint=complaint)

    def book(
        self, user: User, person: InsuredPerson, what: str, ahead: int, *, clinic: str,
        complaint: str = "",
    ) -> None:  # fmt: skip
        """Somebody books for oneself or for a child at another clinic."""
        then = self.at + timedelta(days=ahead)
        found = finding.positions(at=then, clinic=clinic, speciality=what, only_free=True)
        if found and found[0].nearest:
            slot = Slot.objects.get(position=found[0].position, starts_at=found[0].nearest)
            self.try_to(user, person, slot, at=self.at - timedelta(days=1), complaint=complaint)

    def try_to(
        self, user: User, person: InsuredPerson, slot: Slot, *, at: datetime, complaint: str
    ) -> Appointment | None:
        """Book by the act itself; who may not (no policy, say) has no such story."""
        try:
            return actions.book(
                slot=slot, person=person, by=user.actor, user=user, channel=Quota.INTERNET,
                key=f"demo:{user.pk}:{slot.pk}", at=at, complaint=complaint,
            )  # fmt: skip
        except Denied:
            return None
