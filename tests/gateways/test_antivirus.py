"""The antivirus: the simulator and a real clamd are asked in the same words."""

import shutil
import socket
import subprocess
import threading
import time

import pytest
from tests.domain.documents import honest

from oms.gateways import antivirus
from oms.gateways.antivirus import EICAR, Clamd, Verdict
from oms.gateways.errors import Temporary
from oms.gateways.simulators.clamd import VERSION

BIG = 5 * 1024 * 1024


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A clamd of our own on a socket of our own, with one signature: EICAR anywhere in a file."""
    program = shutil.which("clamd") or shutil.which("/usr/sbin/clamd")
    if not program:
        pytest.fail("clamd is missing: apt-get install clamav-daemon")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    line = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {line}\nDatabaseDirectory {folder}\nForeground yes\nStreamMaxLength 25M\n"
        "TemporaryDirectory /tmp\n"
    )
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [program, f"--config-file={folder / 'clamd.conf'}"],
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        deadline = time.monotonic() + 60
        while not line.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield Clamd(f"unix:{line}")
        process.terminate()


@pytest.fixture(params=["real", "simulated"])
def clamd(request):
    if request.param == "real":
        return request.getfixturevalue("real")
    return Clamd(request.getfixturevalue("world").clamd_url)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, BIG])
def test_clean_files_of_every_size_are_clean(clamd, size) -> None:
    assert clamd.scan(bytes(size)) == Verdict.CLEAN


@pytest.mark.parametrize(
    "infected",
    [
        EICAR,
        honest.jpeg(comment=EICAR),
        honest.png(chunk=(b"tEXt", b"Comment\0" + EICAR)),
        honest.pdf(head=b"%" + EICAR + b"\n"),
        bytes(BIG) + EICAR,
    ],
    ids=["text", "JPEG", "PNG", "PDF", "behind 5 MB"],
)
def test_a_virus_is_found_wherever_it_lies(clamd, infected) -> None:
    assert clamd.scan(infected) == Verdict.INFECTED


def test_an_antivirus_names_itself(clamd) -> None:
    assert clamd.version().startswith("ClamAV ")


def test_the_simulator_says_that_it_is_one(world) -> None:
    assert Clamd(world.clamd_url).version() == VERSION


@pytest.mark.parametrize("kind", ["refuse", "lost", "temporary"])
def test_a_fault_is_no_verdict(world, kind) -> None:
    world.fail(kind, channel="clamd")
    with pytest.raises(Temporary):
        Clamd(world.clamd_url).scan(b"x")
    assert Clamd(world.clamd_url).scan(b"x") == Verdict.CLEAN


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:9", "unix:/nowhere/clamd.sock"])
def test_an_antivirus_that_is_down_can_be_asked_later(url) -> None:
    with pytest.raises(Temporary):
        Clamd(url).scan(b"x")


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"stream: OK FOUND?\0", b"x" * 9000, b"INSTREAM ERROR\0"]
)
def test_a_strange_answer_is_no_verdict(answer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                while line.recv(65536)[-4:] != bytes(4):
                    pass
                line.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(Temporary):
            Clamd(f"tcp://127.0.0.1:{server.getsockname()[1]}").scan(b"x" * 100)


def test_a_silent_antivirus_is_not_waited_for_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(antivirus, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Temporary):
        Clamd(f"tcp://127.0.0.1:{server.getsockname()[1]}").scan(b"x")


def test_without_an_antivirus_nobody_says_clean(settings) -> None:
    settings.CLAMD_URL = ""
    settings.ENV = settings.ENV.model_copy(update={"profile": "production"})
    assert antivirus.gateway().scan(EICAR) == Verdict.NOT_SCANNED
    assert antivirus.gateway().version() == ""
