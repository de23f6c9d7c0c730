"""What every test stands on: the test profile, a folder of its own, no outside network."""

import os
import tempfile

import pytest
from pytest_socket import socket_allow_hosts

os.environ["OMS_PROFILE"] = "test"
os.environ["OMS_VAR"] = tempfile.mkdtemp(prefix="oms-test-")
os.environ.setdefault("OMS_REGION", "77")


@pytest.fixture(autouse=True)
def _no_outside_network() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
