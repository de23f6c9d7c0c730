"""What every test stands on: no network but this machine's."""

import pytest
from pytest_socket import socket_allow_hosts


@pytest.fixture(autouse=True)
def _no_outside_network() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
