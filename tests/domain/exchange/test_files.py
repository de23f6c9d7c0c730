"""A file is taken through: applied record by record, answered, and once only."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from lxml import etree
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import about, answers, content, op, processed, received

from oms.domain.exchange import actions, control, keeping, newcomers, processing, writing
from oms.domain.exchange.models import Answer, ExchangeFile, Feed
from oms.domain.journal.models import Entry
from oms.domain.register.models import InsuredPerson, Policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _insurer() -> None:
    sample.insurer()


def test_somebody_new_is_entered_and_insured() -> None:
    make.region()
    file = processed([op("a-1", SS="112-233-445 95", NPOLIS="12345678901", FPOLIS=1)])
    assert answers(file) == [("a-1", "AA", "")]
    person = InsuredPerson.objects.get()
    policy = person.policies.get()
    assert (person.snils, person.insurer_id, person.name_key) == (
        "11223344595", "77001", "НОВИКОВА ОЛЬГА ПЕТРОВНА",
    )  # fmt: skip
    assert (policy.form, policy.blank_number, policy.begins_on) == (
        "П",
        "12345678901",
        sample.VISIT,
    )
    assert person.addresses.get().text == "г. Москва, ул. Тестовая, д. 5"
    assert person.versions.get().author == file.key
    assert person.versions.get().basis == f"{file.key}:1"
    entry = Entry.objects.filter(act="policy.give").get()
    assert (entry.actor, entry.organization) == (file.key, "insurer:77001")
    assert Feed.objects.get(code="insurer:77001").succeeded_at == file.finished_at


def own(**values):
    return make.insured(by=sample.insurer(), **values)


OPERATIONS = {
    "П021": ({"DSTOP": sample.VISIT}, "closed"),
    "П022": ({"DDEATH": sample.VISIT}, "closed"),
    "П023": ({"DSTOP": sample.VISIT}, "closed"),
    "П024": ({"DSTOP": sample.VISIT}, "closed"),
    "П025": ({"DSTOP": sample.VISIT}, "suspended"),
    "П040": ({"PHONE": "+79001112233"}, "active"),
    "П060": ({"NPOLIS": "111"}, "active"),
    "П061": ({"NPOLIS": "111"}, "active"),
    "П062": ({"NPOLIS": "111"}, "active"),
    "П063": ({"NPOLIS": "111", "DEND": sample.VISIT + timedelta(days=300)}, "active"),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_about_ones_own_person(operation: str) -> None:
    changes, state = OPERATIONS[operation]
    person = own()
    strangers = make.insured(by=make.insurer("77002"), family_name="Чужова")
    file = processed(
        [
            about(person, 1, operation, **changes),
            about(strangers, 2, operation, **changes),
        ]
    )
    assert answers(file) == [
        ("1", "AA", ""), ("2", "AE", "SMOCOD: человека страхует другая организация"),
    ]  # fmt: skip
    policy = person.policies.order_by("-pk").first()
    assert policy
    assert policy.state == state
    assert person.policies.count() == (2 if operation > "П050" else 1)
    assert policy.enp == person.enp
    person.refresh_from_db()
    assert person.state == {"П022": "died", "П025": "suspended"}.get(operation, "active")
    if operation == "П040":
        assert person.phone == "+79001112233"
    if operation > "П050":
        assert policy.blank_number == "111"
        assert person.insurances.filter(valid_until=None).count() == 1
    strangers.refresh_from_db()
    assert strangers.insurer_id == "77002"


@pytest.mark.parametrize(
    ("operation", "ground"), [("П031", 2), ("П032", 3), ("П034", 2), ("П035", 3)]
)
def test_a_change_of_insurer_obeys_the_law(operation: str, ground: int) -> None:
    person = make.insured(by=make.insurer("77002"))
    enp = person.enp
    told = {"G": "г. Москва, ул. Новая, д. 1", "RSMO": ground}
    file = processed([about(person, 1, operation, **told), about(person, 2, operation, **told)])
    first, second = answers(file)
    assert first[1] == "AA"
    assert second[1] == "AE"
    assert "RSMO: " in second[2]
    person.refresh_from_db()
    assert (person.insurer_id, person.enp) == ("77001", enp)
    assert person.policies.filter(state="active").count() == 1
    assert person.insurances.get(valid_until=None).ground == ground


def test_a_contract_that_did_not_end_is_no_ground() -> None:
    person = make.insured(by=make.insurer("77002"))
    file = processed([about(person, n, f"П03{n}", RSMO=4) for n in (3, 6)])
    assert [code for _, code, _ in answers(file)] == ["AE", "AE"]


def test_a_name_changes_for_whom_was_known_by_the_old_one() -> None:
    person = own()
    old = [("FAM", "Проверкина"), ("IM", "Анна"), ("OT", "Викторовна"), ("W", 2),
           ("DR", person.birth_date)]  # fmt: skip
    file = processed(
        [
            about(person, 1, "П061", FAM="Замужняя"),
            about(person, 2, "П061", FAM="Замужняя", OLD=old),
        ]
    )
    refused, accepted = answers(file)
    assert refused[1:] == (
        "AE", "ENP: по этому номеру записан человек с другим именем или датой рождения",
    )  # fmt: skip
    assert accepted[1] == "AA"
    person.refresh_from_db()
    assert person.family_name == "Замужняя"


def test_numbers_that_cannot_be_are_named_and_change_nothing() -> None:
    person = own()
    before = InsuredPerson.objects.values().get()
    wrong = {
        "SS: СНИЛС неправильный, проверьте цифры": {"SS": "112-233-445 96"},
        "ENP: номер полиса неправильный, проверьте цифры": {"ENP": "7756410835999916"},
        "ENP: такого номера в реестре нет": {"ENP": "7756410835999915"},
        "OGRNSMO: это не ОГРН вашей организации": {"OGRNSMO": "1027700000002"},
        "TER_ST: это не регион вашей организации": {"TER_ST": "40000"},
        "DVIZIT: день ещё не наступил": {"DVIZIT": make.TODAY + timedelta(days=1)},
        "DOCNUM: серия и номер не подходят к виду документа": {"DOCSER": "X"},
        "MCOD: такой поликлиники нет в справочнике": {"MCOD": "770999"},
    }
    file = processed([about(person, n, "П040", **told) for n, told in enumerate(wrong.values())])
    assert [(code, text) for _, code, text in answers(file)] == [("AE", text) for text in wrong]
    assert InsuredPerson.objects.values().get() == before


def test_format_control_names_the_field_and_the_rest_goes_on() -> None:
    records = [
        op(1, W=3),
        op(2, IM=None),
        op(3, FAM=""),
        op(4, operation="П999"),
        op(5, DR="17.05.1990"),
        list(reversed(op(6))),
        op(7),
        op(7),
        op("8 8"),
    ]
    file = processed(records)
    rows = list(file.answers.order_by("place"))
    assert [row.code for row in rows] == ["AE"] * 6 + ["AA", "AE", "AE"]
    told = [[(one["error"], one["field"], one["within"]) for one in row.faults] for row in rows]
    assert told[0] == [(904, "W", "PERSON")]
    assert told[1] == [(901, "IM", "PERSON")]
    assert told[2] == [(902, "FAM", "PERSON")]
    assert told[3] == [(904, "TIP_OP", "OP")]
    assert told[4] == [(903, "DR", "PERSON")]
    assert told[5][0][0] == 901
    assert told[7] == [(905, "N_REC", "OP")]
    assert rows[7].is_double
    assert told[8] == [(903, "N_REC", "OP")]
    assert InsuredPerson.objects.count() == 1
    for kind, made in (("p", writing.protocol(file)), ("f", writing.format_control(file))):
        tree = etree.fromstring(b"".join(made))
        assert control.faults(tree, kind=kind) == []
        assert tree.get("NRECORDS") == str(len(tree))
        assert tree.get("FILENAME") == kind + file.name[1:]
    assert len(tree) == 8


def test_the_same_file_again_is_the_first_and_another_of_its_name_is_refused() -> None:
    data = content([op(1)])
    file = received(data)
    actions.process(file=file, at=make.NOON)
    again = received(data)
    assert again.pk == file.pk
    assert actions.process(file=again, at=make.NOON)
    assert (InsuredPerson.objects.count(), Answer.objects.count()) == (1, 1)
    with pytest.raises(actions.NameTaken):
        received(content([op(2)]))
    assert ExchangeFile.objects.count() == 1


def test_what_no_act_foresaw_is_one_records_answer(monkeypatch) -> None:
    people = [op(n) for n in range(3)]
    real, many = processing.apply, newcomers.enter

    def apply(record):
        real(record)
        if record.place == 2:
            raise LookupError("synthetic")

    def enter(run, told):
        told = list(told)
        many(run, told)
        if any(one.basis.endswith(":2") for one in told):
            raise LookupError("synthetic")

    monkeypatch.setattr(processing, "apply", apply)
    monkeypatch.setattr(newcomers, "enter", enter)
    file = processed(people)
    assert [code for _, code, _ in answers(file)] == ["AA", "AE", "AA"]
    assert InsuredPerson.objects.count() == Policy.objects.count() == 2


def test_the_bytes_are_sealed_and_go_in_time() -> None:
    data = content([op(1, FAM="Секретная")])
    file = received(data)
    assert b"".join(keeping.read(file.stored_as)) == data
    store = keeping._store()
    with store.open(file.stored_as) as sealed:
        blob = sealed.read()
    assert "Секретная".encode("windows-1251") not in blob
    store.delete(file.stored_as)
    for broken in (blob[:-40], blob[:30] + b"x" + blob[31:], b""):
        store.save(file.stored_as, ContentFile(broken))
        with pytest.raises(keeping.Gone):
            b"".join(keeping.read(file.stored_as))
        store.delete(file.stored_as)
    store.save(file.stored_as, ContentFile(blob))
    actions.process(file=file, at=make.NOON)
    assert actions.erase_old(at=make.NOON + timedelta(days=29)) == 0
    assert actions.erase_old(at=make.NOON + timedelta(days=31)) == 1
    assert not store.exists(file.stored_as)
    assert b"".join(writing.protocol(file)).count(b"<REP>") == 1
