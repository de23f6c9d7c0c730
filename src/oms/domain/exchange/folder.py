"""The folder of the exchange: files put into `in/` are taken, their protocols appear in `out/`.

`OMS_EXCHANGE_FOLDER` names it. A file is taken when its size and time have stayed the same since
the look before, a minute earlier: one still being written waits. What was taken is moved to
`done/`, what could not be to `refused/`, beside a note that says why. Moves and protocols are
renames within the folder, so each appears whole or not at all.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.core.cache import cache

from oms.domain.exchange import writing
from oms.domain.exchange.actions import receive
from oms.domain.exchange.models import ExchangeFile
from oms.domain.exchange.naming import SUFFIX, answer_name
from oms.domain.journal.actions import Actor
from oms.kit import files
from oms.kit.denied import Denied

FOLDER = Actor("folder")
PARTS = ("in", "out", "done", "refused")
MOST = 50
"""Files taken in one look."""
_REMEMBERED_S = 600
_PIECE = 1024 * 1024
log = structlog.get_logger(__name__)


def look(*, at: datetime) -> int:
    """Take in what is ready and put out the answers that are; return how many files came."""
    if not settings.EXCHANGE_FOLDER:
        return 0
    root = Path(settings.EXCHANGE_FOLDER)
    for part in PARTS:
        (root / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    ready = [path for path in _waiting(root) if _is_still(path)]
    for path in ready[:MOST]:
        _take(root, path, at)
    _put_out(root, at)
    return len(ready[:MOST])


def _waiting(root: Path) -> list[Path]:
    """Plain files named *.xml; what begins with a dot is somebody's draft."""
    found = [
        path
        for path in (root / "in").iterdir()
        if path.suffix.lower() == SUFFIX and not path.name.startswith(".")
        and path.is_file() and not path.is_symlink()
    ]  # fmt: skip
    return sorted(found)


def _is_still(path: Path) -> bool:
    """Whether the file is as it was at the look before; remember how it is now."""
    now = path.stat()
    told, key = f"{now.st_size}:{now.st_mtime_ns}:{now.st_ino}", f"exchange:folder:{path.name}"
    if cache.get(key) == told:
        return True
    cache.set(key, told, _REMEMBERED_S)
    return False


def _take(root: Path, path: Path, at: datetime) -> None:
    try:
        file = receive(
            name=path.name,
            pieces=pieces(path),
            origin=ExchangeFile.Origin.FOLDER,
            by=FOLDER,
            at=at,
        )
    except Denied as no:
        files.replace(root / "refused" / f"{path.name}.txt", [no.text.encode(), b"\n"])
        path.replace(root / "refused" / path.name)
        log.info("exchange.folder.refused", code=no.code)
        return
    path.replace(root / "done" / path.name)
    if file.is_over:  # the same file again: the first protocol is the answer
        ExchangeFile.objects.filter(pk=file.pk).update(put_out_at=None)


def _put_out(root: Path, at: datetime) -> None:
    rows = ExchangeFile.objects.filter(
        origin=ExchangeFile.Origin.FOLDER, put_out_at=None, finished_at__isnull=False
    )
    for file in rows.order_by("finished_at")[:MOST]:
        if file.kind == "i":  # nobody asked for protocols of the others: the desk shows them
            write_protocols(root / "out", file)
        ExchangeFile.objects.filter(pk=file.pk).update(put_out_at=at)


def write_protocols(out: Path, file: ExchangeFile) -> None:
    """Put the protocols of a file into a folder: f, and p when its records were answered."""
    files.replace(out / (answer_name(file.name, "f") + SUFFIX), writing.format_control(file))
    if file.state == ExchangeFile.State.DONE:
        files.replace(out / (answer_name(file.name, "p") + SUFFIX), writing.protocol(file))


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
