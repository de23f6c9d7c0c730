"""Opens strangers' files in a process of its own, short-lived and poor in memory and time.

A codec that crashes, hangs or swells takes only this process with it. The child reads one line
of JSON and the file from standard input, and answers one line of JSON and bytes. It knows
neither Django nor the database, and no secret reaches it.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oms.domain.documents.unfit import Unfit

SECONDS = 20
"""Of processor time. By the clock it may take twice as long: others work here too."""
MEMORY = 1536 * 1024 * 1024
SOURCE = Path(__file__).resolve().parents[3]


def call(
    job: str, content: bytes, *, seconds: int = SECONDS, **options: Any
) -> tuple[dict[str, Any], bytes]:
    """Do a job of `JOBS` in a child; raise `Unfit`, also when the child dies or takes too long."""
    order = json.dumps({"job": job, "seconds": seconds, "options": options}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "oms.domain.documents.examiner"],
            input=order + b"\n" + content,
            capture_output=True,
            timeout=2 * seconds,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        raise _died(job, content, "timeout") from None
    head, _, blob = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise _died(job, content, str(done.returncode))
    answer: dict[str, Any] = json.loads(head)
    if "unfit" in answer:
        raise Unfit(answer["unfit"])
    return answer, blob


def _died(job: str, content: bytes, how: str) -> Unfit:
    """A codec gave up its life for us: the file is at fault."""
    import structlog  # the child has no use for it, and it takes long to load

    log = structlog.get_logger(__name__)
    log.warning("document.examiner_died", job=job, how=how, size=len(content))
    return Unfit("pdf-too-complex" if content.startswith(b"%PDF-") else "unreadable")


def _environment() -> dict[str, str]:
    """Only what the interpreter needs: no secret of ours reaches a stranger's file."""
    return {
        "PYTHONPATH": str(SOURCE),
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
    }


def _inspect(content: bytes, *, kind: str = "", **options: Any) -> tuple[dict[str, object], bytes]:
    """What the file is; for a `kind` of document also how well its pages can be read."""
    from oms.domain.documents import inspection

    found = inspection.examine(content)
    if kind:
        from oms.domain.documents import checks

        found |= checks.examine_pages(content, media_type=found["media_type"], kind=kind, **options)
    return found, b""


def _preview(content: bytes, **options: Any) -> tuple[dict[str, object], bytes]:
    from oms.domain.documents import previews

    return {}, previews.draw(content, **options)


def _read(content: bytes, **options: Any) -> tuple[dict[str, object], bytes]:
    from oms.domain.documents import recognition

    return recognition.of_document(content, **options).as_dict(), b""


JOBS: dict[str, Callable[..., tuple[dict[str, object], bytes]]] = {
    "inspect": _inspect,
    "preview": _preview,
    "read": _read,
}


def main() -> None:
    """Be the child."""
    order = json.loads(sys.stdin.buffer.readline())
    _confine(seconds=order["seconds"])
    content = sys.stdin.buffer.read()
    try:
        answer, blob = JOBS[order["job"]](content, **order["options"])
    except Unfit as no:
        answer, blob = {"unfit": no.code}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + blob)


def _confine(*, seconds: int) -> None:
    """Take away what a decoder does not need: memory, time, writing files, core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
