from collections.abc import Iterator

import pytest
from tests.simulated import TOKEN, World, outside_world


@pytest.fixture(scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside_world(tmp_path_factory.mktemp("outbox")) as world:
        yield world


@pytest.fixture
def world(_world: World, settings) -> World:
    _world.forget()
    settings.OUTBOX_URL = _world.url
    settings.SMS_URL = f"{_world.url}/sms"
    settings.SMS_TOKEN = TOKEN
    settings.SMTP_URL = _world.smtp_url
    return _world
