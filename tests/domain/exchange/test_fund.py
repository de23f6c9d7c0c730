"""What the fund tells an insurer: ends of insurance (s), corrections (k), answers (p)."""

from datetime import date, timedelta

import pytest
from lxml import etree
from tests import factories as make
from tests.domain.exchange import sample
from tests.domain.exchange.sample import answers, content, received

from oms.domain.exchange import actions, exports, writing
from oms.domain.exchange.models import Answer, ExchangeFile, Feed
from oms.domain.exchange.writing import Parts
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson, PersonVersion

pytestmark = pytest.mark.django_db
ON = date(2026, 9, 30)
LATER = make.NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _insurer() -> None:
    sample.insurer()


def taken(records: list[Parts], kind: str, number: str = "261001") -> ExchangeFile:
    name = f"{kind}77001_01_{number}"
    file = received(content(records, name=name), name=name)
    assert actions.process(file=file, at=LATER)
    return file


def named(person: InsuredPerson, **changes: object) -> Parts:
    told = {
        "FAM": person.family_name, "IM": person.given_name, "OT": person.patronymic,
        "W": person.sex, "DR": person.birth_date, "TRUE_DR": 1, "C_OKSM": "RUS",
        "SS": person.snils or "", "DDEATH": None,
    }  # fmt: skip
    return list({**told, **changes}.items())  # type: ignore[arg-type]


def stop(number: object, person: InsuredPerson, *, on: date = ON, **changes: object) -> Parts:
    return [
        ("N_REC", str(number)),
        ("PERSON", named(person, **{k: v for k, v in changes.items() if k != "ENP"})),
        ("ENP", str(changes.get("ENP", person.enp))),
        ("DSTOP", on),
        ("COMMENT", "Застрахован в другой организации"),
    ]


def correction(
    number: object, person: InsuredPerson, *, document: Parts | None = None, place: str = "",
    stops_on: date | None = None, ogrn: str = sample.OGRN, **changes: object,
) -> Parts:  # fmt: skip
    policy: Parts = [("VPOLIS", "3"), ("DBEG", date(2020, 1, 1)), ("DSTOP", stops_on)]
    enp = str(changes.pop("ENP", person.enp))
    return [
        ("N_REC", str(number)), ("PERSON", named(person, **changes)), ("DOC", document),
        ("ADDRES_G", [("BOMG", 0), ("NPNAME", place)]), ("ADDRES_P", [("BOMG", 0)]),
        ("INSURANCE", [("TER_ST", "45000"), ("ENP", enp), ("OGRNSMO", ogrn), ("ERP", 1),
                       ("POLIS", policy)]),
    ]  # fmt: skip


def test_an_end_of_insurance_closes_it_once_and_only_ones_own() -> None:
    gone = make.insured()
    foreign = make.insured(by=make.insurer("77002"))
    file = taken(
        [
            stop(1, gone),
            stop(2, gone),
            stop(3, foreign),
            stop(4, gone, FAM="Другая"),
            stop(5, gone, ENP=""),
            stop(6, make.insured(), on=make.TODAY + timedelta(days=1)),
            stop(7, make.insured(), on=date(2019, 1, 1)),
        ],
        "s",
    )
    assert [(code, text) for _, code, text in answers(file)] == [
        ("AA", ""),
        ("AA", ""),
        ("AE", "SMOCOD: человека страхует другая организация"),
        ("AE", "ENP: по этому номеру записан человек с другим именем или датой рождения"),
        ("AE", "ENP: без номера полиса человека не узнать"),
        ("AE", "DSTOP: день ещё не наступил"),
        ("AE", "DSTOP: раньше начала полиса, который действует"),
    ]
    gone.refresh_from_db()
    assert (gone.insurer_id, gone.policies.get().state) == (None, "closed")
    assert gone.insurances.get().valid_until == ON
    closed = Entry.objects.get(act="policy.close")
    assert (closed.actor, closed.organization) == (file.key, "insurer:77001")
    assert Feed.objects.get(code="fund:77").error == ""
    assert not Feed.objects.filter(code="insurer:77001").exists()
    for kind, made in (("p", writing.protocol(file)), ("f", writing.format_control(file))):
        assert etree.fromstring(b"".join(made)).get("FILENAME") == kind + file.name[1:]


def test_a_correction_goes_through_the_acts_and_keeps_what_it_does_not_tell() -> None:
    person = make.insured(phone="+79001234567", registration="г. Москва, ул. Старая, д. 1")
    document: Parts = [("DOCTYPE", "14"), ("DOCSER", "45 20"), ("DOCNUM", "123456")]
    file = taken(
        [correction(1, person, FAM="Исправленная", document=document, place="г. Москва, д. 9")],
        "k",
    )
    assert answers(file) == [("1", "AA", "")]
    person.refresh_from_db()
    assert (person.family_name, person.phone) == ("Исправленная", "+79001234567")
    assert person.addresses.get(valid_until=None).text == "г. Москва, д. 9"
    assert person.addresses.count() == 2
    assert person.identity_documents.get(valid_until=None).number == "123456"
    version = PersonVersion.objects.get(person=person, valid_until=None)
    assert (version.author, version.basis) == (file.key, f"{file.key}:1")
    before = InsuredPerson.objects.values().get(pk=person.pk)
    again = taken([correction(1, person, place="г. Москва, д. 9")], "k", "261002")
    assert answers(again)[0][1] == "AA"
    assert InsuredPerson.objects.values().get(pk=person.pk) == before
    assert person.versions.count() == 2


def test_a_correction_tells_of_a_death_and_of_an_end() -> None:
    dead, gone = make.insured(), make.insured()
    file = taken(
        [correction(1, dead, DDEATH=ON), correction(2, gone, stops_on=ON),
         correction(3, gone, DDEATH=make.TODAY + timedelta(days=1))],
        "k",
    )  # fmt: skip
    assert [code for _, code, _ in answers(file)] == ["AA", "AA", "AE"]
    dead.refresh_from_db()
    gone.refresh_from_db()
    assert (dead.state, dead.died_on) == ("died", ON)
    assert (gone.insurer_id, gone.insurances.get().valid_until) == (None, ON)


def test_a_correction_of_somebody_else_changes_nothing() -> None:
    """A wrong ЕНП must not give one person another's name: one thing more has to agree."""
    person, other = make.insured(), make.insured(by=make.insurer("77002"))
    stranger = {"FAM": "Чужая", "DR": date(1960, 1, 1), "SS": make.snils()}
    before = list(InsuredPerson.objects.order_by("pk").values())
    file = taken(
        [correction(1, person, **stranger), correction(2, other), correction(3, person, ENP=""),
         correction(4, person, ogrn="1027700000009"), correction(5, person, FAM="")],
        "k",
    )  # fmt: skip
    assert [(code, text) for _, code, text in answers(file)] == [
        ("AE", "ENP: ни имя, ни дата рождения, ни СНИЛС, ни документ не сходятся с реестром"),
        ("AE", "SMOCOD: человека страхует другая организация"),
        ("AE", "ENP: без номера полиса человека не узнать"),
        ("AE", "OGRNSMO: это не ОГРН вашей организации"),
        ("AE", "FAM: поле не заполнено"),
    ]
    assert list(InsuredPerson.objects.order_by("pk").values()) == before


def test_what_the_fund_writes_told_back_changes_nothing() -> None:
    """A register that serves both sides: its own s and k come back accepted, without effect."""
    stays = make.insured(registration="г. Москва, ул. Ё, д. 1")
    moved = make.insured()
    new = make.insurer("77002")
    register.change_insurer(
        person=moved, insurer=new, ground=2, on=ON, by=SYSTEM, at=make.NOON, basis="case:1"
    )
    rows = list(InsuredPerson.objects.order_by("pk").values())
    clerk = make.operator()
    for kind, person in (("s", moved), ("k", stays)):
        written = exports.export(
            kind=kind, insurer=make.insurer(), since=ON, until=make.TODAY, by=clerk, at=LATER
        )
        data = b"".join(written.content)
        assert etree.fromstring(data)[0].findtext("PERSON/SS") == person.snils
        file = received(data, name=written.name)
        assert actions.process(file=file, at=LATER + timedelta(minutes=1))
        assert [code for _, code, _ in answers(file)] == ["AA"]
    assert list(InsuredPerson.objects.order_by("pk").values()) == rows


def test_the_funds_answers_to_what_we_sent_are_kept_record_by_record() -> None:
    persons = [make.insured() for _ in range(3)]
    clerk = make.operator()
    written = exports.export(
        kind="i", insurer=make.insurer(), since=ON, until=make.TODAY, by=clerk, at=LATER
    )
    sent = etree.fromstring(b"".join(written.content))
    assert [one.text for one in sent.iterfind("OP/N_REC")] == [str(one.pk) for one in persons]
    name = f"p{written.name[1:]}"
    replies: list[Parts] = [
        [("N_REC", str(persons[0].pk)), ("CODE_ERP", "AA"), ("COMMENT", None)],
        [("N_REC", str(persons[1].pk)), ("CODE_ERP", "AE"), ("COMMENT", "Нет такого")],
        [("N_REC", str(persons[2].pk)), ("CODE_ERP", "AR"), ("COMMENT", None)],
    ]
    before = list(InsuredPerson.objects.order_by("pk").values())
    file = received(content(replies, name=name), name=name)
    assert actions.process(file=file, at=LATER)
    assert answers(file) == [
        (str(persons[0].pk), "AA", ""),
        (str(persons[1].pk), "AE", "Нет такого"),
        (str(persons[2].pk), "AE", "Фонд отклонил запись и не написал почему."),
    ]
    assert list(InsuredPerson.objects.order_by("pk").values()) == before
    assert received(content(replies, name=name), name=name).pk == file.pk
    assert Answer.objects.count() == 3


def test_an_answer_to_what_was_never_sent_is_not_taken() -> None:
    with pytest.raises(actions.NeverSent):
        received(b"", name="p77001_01_261001")
    assert ExchangeFile.objects.count() == 0
