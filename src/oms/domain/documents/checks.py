"""Quality of every page of a file, for the examining child process: no Django here."""

import time
from collections.abc import Mapping
from typing import Any

import cv2

from oms.domain.documents import pages, quality
from oms.domain.documents.limits import MAX_PAGES

SECONDS = 8
"""Of processor time for one file; pages after that stay unmeasured and a specialist sees them."""


def examine_pages(
    content: bytes,
    *,
    media_type: str,
    kind: str,
    thresholds: Mapping[str, float] = quality.THRESHOLDS,
) -> dict[str, Any]:
    """Return `measures` (page → name → number) and `problems` of a file that opens."""
    cv2.setNumThreads(1)
    began = time.process_time()
    measures: dict[str, dict[str, Any]] = {}
    problems: list[dict[str, Any]] = []
    for number, page in enumerate(pages.of(content, media_type=media_type, most=MAX_PAGES), 1):
        found = quality.measure(
            page.image, kind=kind, from_camera=quality.is_from_camera(page.image), dpi=page.dpi
        )
        told = quality.problems(
            found, kind=kind, page=number, thresholds=thresholds, is_drawn=page.is_drawn
        )
        measures[str(number)] = found.as_dict()
        problems += [problem.as_dict() for problem in told]
        if time.process_time() - began > SECONDS:
            break
    return {"measures": measures, "problems": problems}
