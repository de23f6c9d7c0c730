from collections.abc import Iterator

import pytest
from tests.simulated import World, outside_world


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with outside_world(tmp_path_factory.mktemp("outbox")) as world:
        yield world


@pytest.fixture
def world(_world: World) -> World:
    _world.forget()
    return _world
