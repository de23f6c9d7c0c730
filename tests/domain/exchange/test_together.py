"""Merges, un-merges, edits and files of insurers at once, again and again on the same people.

A state machine of hypothesis: each step lets several hands loose, every one in a connection of its
own; what must always hold is looked at between the steps. `OMS_DRILL_EXAMPLES=100` tries more.
"""

import os
import threading
from datetime import date, timedelta
from itertools import count

import pytest
from django.db import OperationalError, connection, connections
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests import factories as make
from tests.domain.exchange import sample

from oms.domain.duplicates import merging
from oms.domain.duplicates.models import Merge
from oms.domain.exchange import actions
from oms.domain.exchange.models import Answer, ExchangeFile
from oms.domain.journal import queries as journal
from oms.domain.journal.actions import SYSTEM, Actor
from oms.domain.journal.models import Entry
from oms.domain.journal.verify import verify
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson, PersonVersion, Policy
from oms.kit.denied import Denied

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]
PEOPLE, NEWCOMERS, TRIES = 4, 3, 20
FUND = Actor("user:9", "fund", "fund:77")
INSURERS = ("77001", "77002", "77003")
NAMES = count(1)
WHO = st.integers(0, PEOPLE - 1)
DEEDS = st.tuples(
    st.sampled_from(("merge", "unmerge", "edit", "insurer", "suspend", "resume")), WHO, WHO
)
RECORDS = st.one_of(
    st.tuples(st.sampled_from(("П025", "П031", "П032", "П040", "П062")), WHO),
    st.tuples(st.just("П010"), st.integers(0, NEWCOMERS - 1)),
)
HANDS = st.one_of(
    st.tuples(st.just("desk"), st.lists(DEEDS, min_size=2, max_size=5)),
    st.tuples(st.sampled_from(INSURERS), st.lists(RECORDS, min_size=2, max_size=5)),
)


@pytest.fixture
def direct(transactional_db, monkeypatch):
    """A connection each, no pool; who waits for each other is found out at once."""
    if connection.vendor != "postgresql":
        pytest.skip("writers meet on PostgreSQL")
    options = {"options": "-c synchronous_commit=off -c deadlock_timeout=20ms"}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)


class Together(RuleBasedStateMachine):
    """The same few people under many hands."""

    def __init__(self):
        super().__init__()
        for code in INSURERS:
            sample.insurer(code)
        self.keys = [make.insured(snils=None, document=None).pk for _ in range(PEOPLE)]
        self.snils = [make.snils() for _ in range(NEWCOMERS)]
        self.files = []

    @rule(hands=st.lists(HANDS, min_size=3, max_size=4))
    def at_once(self, hands):
        note(str(hands))
        work = [
            self._deeds(told) if who == "desk" else self._file(who, told) for who, told in hands
        ]
        start, errors = threading.Barrier(len(work)), []
        threads = [threading.Thread(target=_run, args=(one, start, errors)) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        assert errors == []

    @invariant()
    def nobody_is_lost_or_insured_twice(self):
        rows = {one.pk: one for one in InsuredPerson.objects.filter(pk__in=self.everybody())}
        assert set(self.keys) <= set(rows)
        for row in rows.values():
            assert len(set(_chain(row, rows))) <= len(rows)
            in_force = Policy.objects.filter(person=row, state__in=("active", "suspended"))
            merged = row.state == "merged"
            assert merged == bool(row.merged_into_id)
            assert in_force.count() == (0 if merged else 1)
            open_ones = row.insurances.filter(valid_until=None)
            assert list(open_ones.values_list("insurer", flat=True)) == (
                list(in_force.values_list("insurer", flat=True))
            )
            assert merged or row.insurer_id == open_ones.get().insurer_id
            assert Merge.objects.filter(other=row, undone_at=None).count() == merged
            assert row.versions.get(valid_until=None).data["state"] == row.state

    @invariant()
    def every_record_has_its_answer_and_what_was_accepted_is_there(self):
        entered = {}
        for file in ExchangeFile.objects.filter(pk__in=self.files):
            answers = list(file.answers.order_by("place"))
            assert file.state == ExchangeFile.State.DONE
            assert [one.place for one in answers] == list(range(1, file.records + 1))
            for one in answers:
                traces = Entry.objects.filter(
                    payload__data__basis=f"{file.key}:{one.place}", actor=file.key
                )
                assert traces.exists() == (one.code == Answer.Code.ACCEPTED), one.comment
                if one.operation == "П010" and one.code == Answer.Code.ACCEPTED:
                    basis = f"{file.key}:{one.place}"
                    version = PersonVersion.objects.filter(basis=basis).earliest("pk")
                    entered[version.data["snils"]] = entered.get(version.data["snils"], 0) + 1
        assert all(number == 1 for number in entered.values())
        known = InsuredPerson.objects.filter(snils__in=self.snils).values_list("snils", flat=True)
        assert sorted(known) == sorted(entered)

    def teardown(self):
        report = verify(journal.export(), journal.heads())
        assert (report.findings, report.rows) == ([], Entry.objects.count())

    def everybody(self):
        entered = InsuredPerson.objects.filter(snils__in=self.snils).values_list("pk", flat=True)
        return [*self.keys, *entered]

    def _deeds(self, deeds):
        """A desk: each deed is tried once; a deadlock broken up or a no leaves it undone."""

        def work():
            for number, deed in enumerate(deeds):
                try:
                    _do(deed, self.keys, number)
                except (Denied, OperationalError):
                    continue

        return work

    def _file(self, insurer, records):
        """An insurer's file: a run that was broken off goes on, as the worker's does."""
        name = f"i{insurer}_01_{next(NAMES)}"
        told = [self._record(number, one) for number, one in enumerate(records, 1)]
        file = sample.received(sample.content(told, name=name), name=name)
        self.files.append(file.pk)

        def work():
            for _ in range(TRIES):
                own = ExchangeFile.objects.get(pk=file.pk)
                try:
                    if actions.process(file=own, at=make.NOON + timedelta(minutes=5)):
                        return
                except OperationalError:
                    continue
            raise AssertionError("the file never ended")

        return work

    def _record(self, number, told):
        operation, who = told
        fresh = next(make._numbers)
        if operation == "П010":
            born = date(1990, 1, 1) + timedelta(days=who)
            return sample.op(number, SS=self.snils[who], DR=born)
        one = InsuredPerson.objects.get(pk=self.keys[who])
        return sample.op(
            number, operation, FAM=one.family_name, IM=one.given_name, OT=one.patronymic,
            DR=one.birth_date, SS="", ENP=one.enp, PHONE=f"+7901{fresh:07}",
            G=f"г. Москва, ул. Новая, д. {fresh}", DVIZIT=make.TODAY, DBEG=make.TODAY,
            RSMO=3 if operation == "П032" else 2,
            DSTOP=make.TODAY if operation == "П025" else None,
        )  # fmt: skip


def _run(work, start, errors):
    try:
        start.wait()
        work()
    except Exception as error:
        errors.append(error)
    finally:
        connections.close_all()


def _do(deed, keys, number):
    name, first, second = deed
    one = InsuredPerson.objects.get(pk=keys[first])
    told = {"by": SYSTEM, "at": make.NOON + timedelta(minutes=number)}
    if name == "merge":
        other = InsuredPerson.objects.get(pk=keys[second])
        merging.merge(kept=one, other=other, by=FUND, at=told["at"], reason="Одно лицо")
    elif name == "unmerge":
        standing = Merge.objects.filter(other__in=keys, undone_at=None).order_by("pk")
        for own in standing[first : first + 1] or standing[:1]:
            merging.unmerge(merge=own, by=FUND, at=told["at"], reason="Двое")
    elif name == "edit":
        changes = {"phone": f"+7900{next(make._numbers):07}"}
        register.update_person(
            person=one, changes=changes, on=make.TODAY, source="operator", **told
        )
    elif name == "insurer":
        insurer = make.insurer(INSURERS[second % len(INSURERS)])
        register.change_insurer(person=one, insurer=insurer, ground=2, on=make.TODAY, **told)
    elif name == "suspend":
        register.suspend(person=one, on=make.TODAY, until=None, source="operator", **told)
    else:
        register.resume(person=one, on=make.TODAY, **told)


def _chain(row, rows):
    """The records a merged one leads to, itself the first; a cycle fails."""
    found = [row.pk]
    while row.merged_into_id:
        row = rows[row.merged_into_id]
        assert row.pk not in found, "a cycle"
        found.append(row.pk)
    return found


def test_whoever_is_quicker_the_register_stays_whole(direct):
    run_state_machine_as_test(
        Together,
        settings=settings(
            max_examples=int(os.environ.get("OMS_DRILL_EXAMPLES", "3")),
            stateful_step_count=3,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
