"""Pages of the portal: two citizens, their records, papers and messages."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from tests import factories

from oms.domain.accounts.models import User
from oms.domain.journal.actions import SYSTEM
from oms.domain.notifications.models import Message
from oms.domain.papers.actions import issue
from oms.domain.papers.models import Paper
from oms.domain.register.models import InsuredPerson


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_not_collected() -> Iterator[None]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture
def _papers_of_our_own(tmp_path: Path, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "papers"}}
    settings.STORAGES = {**settings.STORAGES, "papers": own}


@pytest.fixture
def anna(db: None) -> User:
    return factories.user(family_name="Климова", email="anna@example.org")


@pytest.fixture
def insured_anna(anna: User) -> InsuredPerson:
    return factories.insured(anna)


@pytest.fixture
def boris(db: None) -> User:
    return factories.user(
        family_name="Шереметьевский", given_name="Борислав", patronymic="Всеволодович", sex=1
    )


@pytest.fixture
def insured_boris(boris: User) -> InsuredPerson:
    return factories.insured(boris)


@pytest.fixture
def entered() -> Callable[[User], Client]:
    """A browser in which the user is signed in."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def paper_of(_papers_of_our_own: None) -> Callable[..., Paper]:
    def give(person: InsuredPerson, key: str = "case:1") -> Paper:
        return issue(
            kind="policy-extract", person=person, basis=key, key=f"{key}:{person.pk}",
            by=SYSTEM, at=timezone.now(),
        )  # fmt: skip

    return give


@pytest.fixture
def message_to(db: None) -> Callable[..., Message]:
    def tell(user: User, number: int = 1, **values: Any) -> Message:
        told = {
            "kind": "case-approved",
            "title": f"Новость {number}",
            "body": f"Текст новости {number}",
            "key": f"told:{user.pk}:{number}",
            "at": timezone.now() - timedelta(minutes=number),
        }
        return Message.objects.create(user=user, **{**told, **values})

    return tell
