"""Whether the public check of a policy tells by its time what it does not tell in words.

Right, wrong and unknown are asked for in turn; the order of any two is told as the chance that one
answer takes longer than another (0.5: nothing to learn).
"""

import random
from bisect import bisect_left
from datetime import date

from times import at, took


def check(asked: int) -> None:
    """Ask for so many policies each way; the settings have to be those of `benchmarks.settings`."""
    from django.test import Client

    people = holders(asked)
    client = Client()
    times: dict[str, list[float]] = {"right": [], "wrong date": [], "unknown": []}
    names = list(times)
    for n, (enp, born) in enumerate(people):
        tries = {
            "right": (enp, born), "wrong date": (enp, date(1930, 1, 1 + n % 28)),
            "unknown": (f"{enp[:-6]}{n:06}", born),
        }  # fmt: skip
        for step in range(3):  # each kind is first, second and third equally often
            name = names[(n + step) % 3]
            number, day = tries[name]
            told = {"number": number, "birth_date": day.isoformat()}
            place, pages = f"10.{step}.{n // 250}.{n % 250}", []
            spent = took(
                lambda told=told, place=place, pages=pages: pages.append(
                    client.post("/check-policy/", told, REMOTE_ADDR=place)
                )
            )
            times[name].append(spent)
            assert pages[0].status_code == 200
            assert ("не нашли" in pages[0].content.decode()) == (name != "right"), name
    print(f"\n{'public check, ms':28}{'p50':>8}{'p95':>8}")
    for name, values in times.items():
        print(f"{name:28}{at(values, 50):8.2f}{at(values, 95):8.2f}")
    for one, two in (("wrong date", "unknown"), ("right", "unknown")):
        print(f"  {one} takes longer than {two}: {chance(times[one], times[two]):.3f}", flush=True)


def holders(count: int) -> list[tuple[str, date]]:
    """ENP and birth date of people with a policy in force, spread over the register."""
    from oms.domain.register.models import Policy

    last = Policy.objects.order_by("-pk").values_list("pk", flat=True)[0]
    keys = random.Random(5).sample(range(1, last + 1), min(count * 4, last))
    rows = Policy.objects.filter(pk__in=keys, state=Policy.State.ACTIVE).exclude(enp="")
    return list(rows.values_list("enp", "person__birth_date")[:count])


def chance(one: list[float], two: list[float]) -> float:
    """The chance that a time of the one is above a time of the other."""
    ordered = sorted(two)
    return sum(bisect_left(ordered, value) for value in one) / (len(one) * len(two))
