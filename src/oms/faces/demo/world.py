"""The demo world: made at the first start, only added to later.

Every step can be stopped and begun again: an account with its story is one transaction, people
of the register come in batches. The journal keeps how far the world was made, so a start that
has nothing to do asks one question.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from oms.domain.accounts.checks import DEMO_WORLD
from oms.domain.accounts.models import User
from oms.domain.directory import synthetic as directory
from oms.domain.identity import synthetic as identity
from oms.domain.journal.actions import SYSTEM, record
from oms.domain.journal.models import Entry
from oms.domain.notifications.synthetic import consider_sent
from oms.domain.register import synthetic as register
from oms.faces.demo import (
    booking,
    crowd,
    disputes,
    doctors,
    doubles,
    exchange,
    flaws,
    lost,
    opinions,
    programs,
)
from oms.faces.demo.people import CAST, CITIZENS, LOST, PASSWORD, STAFF, Character, account
from oms.faces.demo.scenes import CONFIRMED, SCENES
from oms.law import phone

VERSION = 2


def create(*, persons: int, progress: bool) -> None:
    """Make the demo world with at least `persons` in the register; nothing that is there changes.

    `progress` draws a bar on a terminal (stderr).
    """
    if _is_made(persons):
        return
    at = timezone.now()
    _begin(at)
    directory.seed(at=at)
    missing = max(persons - register.made(), 0)
    with _bar(missing, "Люди реестра", progress) as bar:
        register.people(count=persons, at=at, progress=bar.update)
    with _bar(len(CAST) + crowd.size(persons), "Учебные истории", progress) as bar:
        staff = _play(at, bar.update)
        crowd.gather(persons=persons, staff=staff, at=at, step=bar.update)
    disputes.plant(staff=staff, at=at)
    with transaction.atomic():
        citizens = {one.code: account(one, at=at)[0] for one in CITIZENS}
        opinions.play(citizens=citizens, staff=staff, at=at)
        doubles.plant(staff=staff, citizens=citizens, at=at)
        consider_sent(users=[*citizens.values(), *staff.values()])
    flaws.plant(by=staff["petrova"], at=at)
    exchange.bring(at=at)
    doctors.open_clinics(at=at)
    booking.fill(citizens=citizens, staff=staff, at=at)
    opinions.of_doctors(citizens=citizens, staff=staff, at=at)
    programs.let_in(at=at)
    with transaction.atomic():
        register.confirm(at=at)
        details = {"persons": persons, "version": VERSION}
        record(act="demo.create", subject=DEMO_WORLD, by=SYSTEM, at=at, details=details)


def log_ins() -> list[str]:
    """Return aligned lines for the terminal: who, phone; then password, code, the easy way."""
    shown = [one for one in CAST if one not in LOST]
    width = max(len(one.title) for one in shown)
    lines = [f"{one.title:<{width}}  {phone.display(one.phone)}" for one in shown]
    return [
        *lines,
        f"{'Пароль у всех':<{width}}  {PASSWORD}",
        f"{'Код сотрудника':<{width}}  ./oms demo-code",
        f"{'Полис пропал: причины':<{width}}  {len(LOST)} кабинетов на /demo/",
        f"{'Войти без пароля':<{width}}  {settings.BASE_URL}/demo/",
    ]


def _is_made(persons: int) -> bool:
    entries = Entry.objects.filter(subject=DEMO_WORLD, act="demo.create")
    made = entries.values_list("payload__data", flat=True)
    return any(one["version"] == VERSION and one["persons"] >= persons for one in made if one)


def _begin(at: datetime) -> None:
    """Mark the data as a demo's before the first account: a start may be stopped half way."""
    if not Entry.objects.filter(subject=DEMO_WORLD).exists():
        with transaction.atomic():
            record(act="demo.begin", subject=DEMO_WORLD, by=SYSTEM, at=at)


def _play(at: datetime, step: Callable[[int], object]) -> dict[str, User]:
    """Make the staff, then each citizen with what had happened to them; return the staff."""
    staff: dict[str, User] = {}
    for one in STAFF:
        staff[one.code], _ = account(one, at=at)
        step(1)
    for one in CITIZENS:
        _citizen(one, staff, at)
        step(1)
    return staff


@transaction.atomic
def _citizen(one: Character, staff: Mapping[str, User], at: datetime) -> None:
    user, is_new = account(one, at=at)
    if is_new:
        if one.code in CONFIRMED | lost.CONFIRMED:
            identity.confirm(user=user, at=user.created_at)
        story = SCENES.get(one.code) or lost.STORIES[one.code]
        story(user, staff, at)
        consider_sent(users=[user])


def _bar(length: int, label: str, shown: bool) -> Any:
    """A progress bar on a terminal, the label alone elsewhere."""
    return click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not shown or not length
    )
