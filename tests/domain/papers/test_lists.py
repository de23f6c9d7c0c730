"""Papers by a list: whom it means, which lines mean nobody, the archive, the journal."""

import zipfile

import pytest
from tests import factories as make
from tests.domain.papers.conftest import AT

from oms.domain.journal.models import Entry
from oms.domain.papers import bulk, lists
from oms.domain.papers.models import Paper, PaperBatch
from oms.domain.papers.refused import EmptyList, LongList, NotFinished
from oms.domain.register.models import Policy
from oms.kit.tasks import run_all_now
from oms.law import enp, snils

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make.operator()


def order(by, text, **changes):
    told = {"key": "one", "kind": "policy-extract", "purpose": "Запрос №\N{NO-BREAK SPACE}17"}
    return lists.order(**{**told, **changes}, text=text, by=by, at=AT)


def test_each_line_is_a_paper_or_a_reason(clerk):
    anna, boris = make.insured(), make.insured()
    closed, strangers = make.insured(), make.insured(by=make.insurer("77002"))
    Policy.objects.filter(person=closed).update(state=Policy.State.CLOSED)
    text = "\n".join((
        "Номер;Кто", f"{enp.group(anna.enp)};Анна", f'"Борис",{snils.display(boris.snils)}', "",
        "12345;никто", strangers.enp, anna.snils, closed.enp,
    ))  # fmt: skip
    batch = order(clerk, text)
    with pytest.raises(NotFinished):
        lists.archive(batch=batch, by=clerk.actor, at=AT)
    run_all_now()

    batch.refresh_from_db()
    assert (batch.done, batch.organization) == (2, "insurer:77001")
    told = lists.problems(batch)
    assert told[:3] == [(5, lists.UNREADABLE), (6, lists.NOBODY), (7, lists.TWICE)]
    assert told[3][0] == 8
    file = lists.archive(batch=batch, by=clerk.actor, at=AT)
    with file, zipfile.ZipFile(file) as packed:
        files = {name for name in packed.namelist() if name.endswith(".pdf")}
        assert files == {f"{one.number}.pdf" for one in Paper.objects.all()}
        assert all(packed.read(name).startswith(b"%PDF") for name in files)
        assert packed.read(lists.PROBLEMS).decode("utf-8-sig").count("\n") == 5
    numbers = {anna.enp, boris.snils, strangers.enp}
    assert not any(number in str(vars(batch)) for number in numbers)


def test_looks_orders_and_archives_are_journaled_with_the_purpose(clerk):
    anna = make.insured()
    batch = order(clerk, anna.enp)
    run_all_now()
    bulk.work(batch_id=batch.pk, first=0, at=AT)  # a chunk done again writes nothing twice
    batch.refresh_from_db()
    lists.archive(batch=batch, by=clerk.actor, at=AT).close()
    rows = Entry.objects.filter(act__in=("batch.order", "person.read", "batch.take"))
    assert list(rows.order_by("pk").values_list("act", "actor")) == [
        ("batch.order", clerk.key), ("person.read", clerk.key), ("batch.take", clerk.key),
    ]  # fmt: skip
    assert rows.get(act="person.read").person == anna.key


def test_the_same_list_again_is_the_same_order(clerk):
    anna, boris = make.insured(), make.insured()
    first = order(clerk, anna.enp)
    assert order(clerk, f" {anna.enp}\n").pk == first.pk
    with pytest.raises(bulk.OtherBatch):
        order(clerk, boris.enp)
    assert PaperBatch.objects.count() == 1
    stranger = make.operator(make.insurer("77002"))
    assert lists.orders(clerk) == [first]
    assert lists.orders(stranger) == []


def test_lists_without_a_line_or_with_too_many(clerk, monkeypatch):
    for text in ("", "\n;;\n", "ЕНП;СНИЛС"):
        with pytest.raises(EmptyList):
            order(clerk, text)
    monkeypatch.setattr(lists, "MOST", 2)
    with pytest.raises(LongList, match="Строк 3, а за раз можно 2"):
        order(clerk, "1\n2\n3")
