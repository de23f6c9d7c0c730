"""How well faults of scans are found, and how well good scans are read: on specimens of our own.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_scans.py               1 000 images, seed 20
    PYTHONPATH=src .venv/bin/python benchmarks/bench_scans.py --images 200 --seed 3

Half of the images are good, the others have one fault of a strength between just bad and worst.
A good image with any code, or a bad one with another code beside its own, counts against that
code. Thresholds were tuned on seeds 1 and 2 only. No database, no network.
"""

import argparse
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2

from oms.domain.documents import quality, recognition, specimens
from oms.domain.documents import specimens_scanning as scanning

EACH = 5  # shots of one drawing
COLOURED = ("passport", "birth-certificate")
GOOD = "good"


@dataclass
class Tally:
    """What was found of what there was."""

    right: Counter
    wrong: Counter
    missed: Counter
    read: Counter
    asked: Counter
    sure: Counter
    offered: Counter
    seconds: list

    def add(self, other: "Tally") -> None:
        for name, value in vars(self).items():
            if isinstance(value, Counter):
                value.update(getattr(other, name))
        self.seconds += other.seconds


def empty() -> Tally:
    return Tally(*(Counter() for _ in range(7)), [])


def one_drawing(order: tuple[int, int]) -> Tally:
    """Shoot one drawing five times and judge each shot."""
    seed, number = order
    cv2.setNumThreads(1)
    chance = random.Random(f"{seed}:{number}")
    kind = specimens.KINDS[number % len(specimens.KINDS)]
    code = chance.choice(("pdf417", "pdf417", "qr", ""))
    drawing = specimens.draw(
        kind=kind, seed=seed * 100_000 + number, code=code, with_mrz=number % 4 != 0
    )
    tally = empty()
    for shot in range(EACH):
        place = number * EACH + shot
        fault = "" if place % 2 else scanning.FAULTS[place // 2 % len(scanning.FAULTS)]
        judge(drawing, fault=fault, seed=seed * 100_000 + place, chance=chance, tally=tally)
    return tally


def judge(drawing, *, fault, seed, chance, tally) -> None:
    if fault == "no-colour" and drawing.kind not in COLOURED:
        fault = "low-resolution"
    way = chance.choice(("scan", "photo") if fault == "skewed" else ("scan", "feed", "photo"))
    picture = specimens.blank_page() if fault == "blank" else drawing.picture
    shot = scanning.shoot(picture, way=way, seed=seed, fault=fault, strength=chance.random())
    image = quality.opened(shot.content)
    image.load()
    begin = cv2.getTickCount()
    measures = quality.measure(image, kind=drawing.kind, from_camera=quality.is_from_camera(image))
    codes = [problem.code for problem in quality.problems(measures, kind=drawing.kind)]
    spent = (cv2.getTickCount() - begin) / cv2.getTickFrequency()
    tally.seconds.append(spent * 12e6 / (image.width * image.height))
    for found in codes or [GOOD]:
        (tally.right if found == (fault or GOOD) else tally.wrong)[found] += 1
    if (fault or GOOD) not in (codes or [GOOD]):
        tally.missed[fault or GOOD] += 1
    if not fault and drawing.fields:
        read(drawing, shot, tally)


def read(drawing, shot, tally) -> None:
    reading = recognition.of_document(shot.content, "image/jpeg", drawing.kind)
    for name, value in drawing.fields.items():
        tally.asked[drawing.kind] += 1
        found = reading.fields.get(name)
        if found is None:
            continue
        is_right = found.value == value
        tally.read[drawing.kind] += is_right
        tally.offered["sure" if found.confidence > 0.9 else "unsure"] += 1
        tally.sure["sure" if found.confidence > 0.9 else "unsure"] += not is_right


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    orders = [(wanted.seed, number) for number in range(-(-wanted.images // EACH))]
    total = empty()
    with ProcessPoolExecutor(wanted.processes) as pool:
        for tally in pool.map(one_drawing, orders, chunksize=5):
            total.add(tally)
    show(total, images=len(orders) * EACH, seed=wanted.seed)


def show(total: Tally, *, images: int, seed: int) -> None:
    print(f"## Quality: {images} images, seed {seed}\n")
    print("| code | right | wrong | missed | precision | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    codes = sorted(set(total.right) | set(total.wrong) | set(total.missed))
    for code in [*codes, "all faults"]:
        right, wrong, missed = (
            sum(part[one] for one in (scanning.FAULTS if code == "all faults" else (code,)))
            for part in (total.right, total.wrong, total.missed)
        )
        precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
        print(f"| {code} | {right} | {wrong} | {missed} | {precision:.3f} | {recall:.3f} |")
    times = sorted(total.seconds)
    middle, late = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"\nSeconds for 12 megapixels: median {middle:.2f}, p95 {late:.2f}\n")
    print("## Recognition: fields of the good images read exactly\n")
    print("| kind | fields | exact |")
    print("| --- | --- | --- |")
    for kind, asked in sorted(total.asked.items()):
        print(f"| {kind} | {asked} | {total.read[kind] / asked:.3f} |")
    for degree in ("sure", "unsure"):
        offered, wrong = total.offered[degree], total.sure[degree]
        words = "above 0.9" if degree == "sure" else "0.9 and below"
        print(
            f"\nConfidence {words}: {offered} values, {wrong} wrong ({wrong / max(offered, 1):.2%})"
        )


if __name__ == "__main__":
    main()
