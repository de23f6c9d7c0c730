"""CPU milliseconds of one signed extract, and how many plain typst compiles that makes.

    PYTHONPATH=src .venv/bin/python benchmarks/bench_papers.py
    PYTHONPATH=src .venv/bin/python benchmarks/bench_papers.py --bulk 500

Each round draws other words, as in life: typst caches what it has drawn before. No database; with
`--bulk` a database of its own (SQLite in a temporary folder), a register of that many people and
one worker that issues an extract to each, as `issue_many` orders it.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

ROUNDS, EACH = 3, 40
AT = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
FACTS = {
    "family_name": "Климова",
    "given_name": "Анна",
    "patronymic": "Викторовна",
    "birth_date": "1985-03-14",
    "birth_date_exactness": 1,
    "sex": 2,
    "enp": "7756410835999915",
    "blank_number": "",
    "form": "Цифровой полис",
    "begins_on": "2024-03-12",
    "ends_on": None,
    "region": "Москва",
    "insurer": {
        "code": "77001",
        "full_name": 'ООО "Страховая компания "Северная звезда"',
        "short_name": 'СМО "Северная звезда"',
        "hot_line": "8 800 100-00-01",
        "phone": "",
        "email": "info@zvezda.example",
        "site": "zvezda.example",
        "address": "101000, г. Москва, ул. Примерная, д. 4",
    },
    "insured_since": "2024-03-12",
    "synced_at": "2026-11-22T06:40:00+00:00",
    "is_demo": True,
}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--bulk", type=int, default=0, metavar="PEOPLE")
    people = asked.parse_args().bulk
    os.environ["OMS_PROFILE"] = "test"
    os.environ["OMS_VAR"] = tempfile.mkdtemp(prefix="oms-bench-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "oms.config.settings"
    import django

    django.setup()
    if people:
        bulk(people)
    else:
        measure()


def measure() -> None:
    from oms.domain.papers import codes, policy_extract, rendering, wording
    from oms.gateways import signature

    signer = signature.signer()
    turn = iter(range(10**6))

    def draw() -> bytes:
        n, code = next(turn), codes.new()
        facts = FACTS | {
            "family_name": f"Климова-{'абвгдежзик'[n % 10]}{'лмнопрстуф'[n // 10 % 10]}"
        }
        moment = AT + timedelta(minutes=n)
        stamp = wording.Stamp(f"В-26-000-{n:03}-3", code, moment, signer.subject)
        words = policy_extract.wording(facts=facts, stamp=stamp)
        pictures = {
            "qr": codes.qr(codes.check_address(code)),
            "barcode": codes.barcode(facts["enp"][:11] + f"{n:05}"),
        }
        return rendering.render(words=words, codes=pictures, at=AT)

    def whole() -> bytes:
        return signer.sign_pdf(draw(), reason=policy_extract.TITLE, at=AT)

    whole()  # fonts, keys and sources are read once per process
    signed, plain, checked = [], [], []
    file = whole()
    for _ in range(ROUNDS):
        signed.append(cpu(whole))
        plain.append(cpu(draw))
        checked.append(cpu(lambda: signature.validate_pdf(file, at=AT)))
    one, drawn = statistics.median(signed), statistics.median(plain)
    print(f"signed extract     {one:6.1f} ms CPU, {1000 / one:.0f} per second and core")
    print(f"plain typst compile{drawn:6.1f} ms CPU; ratio {one / drawn:.2f}")
    print(f"check of a file    {statistics.median(checked):6.1f} ms CPU")
    print(f"size               {len(file) / 1024:6.1f} KiB")


def bulk(people: int) -> None:
    """Papers a second and core through the worker, and where a paper's time goes."""
    from django.core.management import call_command
    from django.utils import timezone

    from oms.domain.directory import synthetic as directory
    from oms.domain.journal.actions import SYSTEM
    from oms.domain.papers import actions
    from oms.domain.papers.bulk import issue_many
    from oms.domain.register import synthetic as register
    from oms.domain.register.models import Policy
    from oms.kit.tasks import run_all_now

    call_command("migrate", verbosity=0, interactive=False)
    at = timezone.now()
    directory.seed(at=at)
    register.people(count=people * 2, at=at)
    insured = Policy.objects.filter(state=Policy.State.ACTIVE, ends_on=None).exclude(enp="")
    persons = list(insured.order_by("person_id").values_list("person_id", flat=True)[:people])
    spent = {"drawing": Spent(actions, "render"), "keeping": Spent(actions.storage, "keep")}
    signer = actions.signature.signer()
    spent["signing"] = Spent(signer, "sign_pdf")
    issue_many(key="warm", kind="policy-extract", persons=persons[:1], by=SYSTEM, at=at)
    run_all_now()
    for one in spent.values():
        one.ms = 0.0
    began, used = time.perf_counter(), time.process_time()
    batch = issue_many(key="all", kind="policy-extract", persons=persons, by=SYSTEM, at=at)
    run_all_now()
    wall, used = time.perf_counter() - began, time.process_time() - used
    batch.refresh_from_db()
    assert batch.done == len(persons), batch.refused
    done = len(persons)
    print(
        f"{done} papers by one worker: {done / wall:.1f} a second, {done / used:.1f} a CPU second"
    )
    total = used * 1000 / done
    print(f"one paper          {total:6.1f} ms CPU, of these")
    for name, one in spent.items():
        print(f"  {name:16} {one.ms / done:6.1f}")
    rest = total - sum(one.ms for one in spent.values()) / done
    print(f"  rest             {rest:6.1f} (facts and rows, journal, codes, task)")


class Spent:
    """CPU milliseconds of every call of a function, from now on."""

    def __init__(self, place, name: str) -> None:
        self.ms, work = 0.0, getattr(place, name)

        def timed(*args, **kwargs):
            begin = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.ms += (time.process_time() - begin) * 1000

        setattr(place, name, timed)


def cpu(work) -> float:
    """Milliseconds of this process's CPU per call."""
    begin = time.process_time()
    for _ in range(EACH):
        work()
    return (time.process_time() - begin) * 1000 / EACH


if __name__ == "__main__":
    main()
