"""A doctor everybody wants: people, slots, sessions; and what the database says afterwards.

    python benchmarks/contest_world.py make PEOPLE SLOTS
    python benchmarks/contest_world.py tell

Prints JSON. The database is the one the environment names.
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

LENGTH = timedelta(minutes=15)
OF_A_DAY = 52
FIRST = timedelta(hours=7)


def main() -> None:
    django.setup()
    if sys.argv[1] == "make":
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        print(json.dumps(make(people=int(sys.argv[2]), slots=int(sys.argv[3]))))
    else:
        print(json.dumps(tell()))


def make(*, people: int, slots: int, with_sessions: bool = True) -> dict[str, Any]:
    """People with a policy and an open session each; slots of one doctor, from the fifth day on."""
    users = [one_person(number) for number in range(people)]
    position = one_doctor()
    times = free_times(position, slots)
    return {
        "people": [one.insured_person.pk for one in users],
        "sessions": [session(one) for one in users] if with_sessions else [],
        "slots": [one.pk for one in times],
        "doctor": position.doctor_id,
        "place": position.pk,
        "day": f"{times[0].starts_at + timedelta(hours=3):%Y-%m-%d}",
    }


def one_person(number: int) -> Any:
    from oms.domain.accounts.models import Consent, Level, User
    from oms.domain.directory.models import Insurer, Region
    from oms.domain.journal.actions import SYSTEM
    from oms.domain.register import actions as register
    from oms.domain.register.data import NewPerson
    from oms.law import snils

    at = datetime.now(UTC)
    region, _ = Region.objects.get_or_create(code="77", defaults={"name": "Москва"})
    insurer, _ = Insurer.objects.get_or_create(
        code="77001",
        defaults={
            "region": region, "full_name": "Страховая", "short_name": "Страховая",
            "included_on": date(2012, 1, 1),
        },
    )  # fmt: skip
    name = {"family_name": "Спешнева", "given_name": "Анна", "patronymic": "Олеговна"}
    told = {**name, "birth_date": date(1985, 3, 14), "sex": 2}
    user = User.objects.create(
        phone=f"+7900{number:07}", phone_confirmed_at=at, created_at=at, level=Level.CONFIRMED,
        **told,
    )  # fmt: skip
    for kind in Consent.Kind:
        Consent.objects.create(user=user, kind=kind, version="1", text_hash="0" * 64, given_at=at)
    nine = f"{300_000_000 + number}"
    data = NewPerson(region="77", snils=nine + snils.check_digits(nine), **told)
    person = register.register_person(data=data, by=SYSTEM, at=at, source="register", user=user)
    register.give_policy(
        person=person, insurer=insurer, ground=1, on=date(2020, 1, 1), by=SYSTEM, at=at
    )
    user.insured_person = person
    return user


def one_doctor() -> Any:
    from oms.domain.directory.models import Doctor, MedicalOrganization, Position

    clinic = MedicalOrganization.objects.create(
        code="770001", region_id="77", full_name="Поликлиника", short_name="Поликлиника"
    )
    doctor = Doctor.objects.create(
        code="D1", family_name="Врачева", given_name="Ольга", patronymic="Петровна", sex=2
    )
    return Position.objects.create(doctor=doctor, clinic=clinic, speciality="therapy")


def free_times(position: Any, number: int) -> list[Any]:
    from oms.domain.booking.models import Slot

    moscow = timedelta(hours=3)
    today = (datetime.now(UTC) + moscow).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - moscow + timedelta(days=5) + FIRST
    starts = [
        first + timedelta(days=n // OF_A_DAY) + LENGTH * (n % OF_A_DAY) for n in range(number)
    ]
    return Slot.objects.bulk_create(
        Slot(position=position, doctor_id=position.doctor_id, starts_at=at, ends_at=at + LENGTH)
        for at in starts
    )


def session(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


def tell() -> dict[str, Any]:
    """What stands, and what must not be."""
    from collections import Counter

    from oms.domain.booking.models import Appointment, Slot
    from oms.domain.booking.schedule_models import FOR_GOOD
    from oms.domain.journal import queries as journal
    from oms.domain.journal.models import Entry
    from oms.domain.journal.verify import verify

    rows = list(Appointment.objects.filter(state__in=Appointment.IN_PLACE))
    booked = [row for row in rows if row.state == "booked"]
    taken = Slot.objects.filter(taken_until=FOR_GOOD).values_list("pk", flat=True)
    acts = Counter(Entry.objects.values_list("act", flat=True))
    cancelled = Appointment.objects.filter(state="cancelled").count()
    return {
        "booked": sorted(row.number for row in booked),
        "held": sum(row.state == "held" for row in rows),
        "distinct_slots": len({row.slot_id for row in booked}),
        "distinct_people": len({row.person_id for row in booked}),
        "slots_taken": len(taken),
        "doubled_slots": len(rows) - len({row.slot_id for row in rows}),
        "taken_without_visit": len(set(taken) - {row.slot_id for row in rows}),
        "in_place": len(rows),
        "ever_booked": len(booked) + cancelled,
        "told_by_journal": acts["appointment.book"],
        "journal_faults": len(verify(journal.export(), journal.heads()).findings),
    }


if __name__ == "__main__":
    main()
