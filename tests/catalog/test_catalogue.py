"""Every service, whatever it is: well declared; and the search finds it."""

import pytest
from tests.factories import TODAY

from oms.catalog.catalogue import SERVICES, find, stem
from oms.catalog.checks import WAYS_ON
from oms.catalog.declaration import AUTOMATIC
from oms.domain.accounts.models import Role
from oms.domain.papers.models import Paper
from oms.law import terms
from oms.law.refusal import REASONS

ALL = SERVICES.values()


@pytest.mark.parametrize("service", ALL, ids=SERVICES)
def test_a_declaration_answers_all_questions(service) -> None:
    assert terms.term_at(service.term, on=TODAY).amount > 0
    assert service.decided_by in {AUTOMATIC, Role.INSURER, Role.FUND}
    for text in (service.title, service.summary, service.basis, service.for_whom, service.result):
        assert text.strip()
    assert [step.signs for step in service.steps].index(True) == len(service.steps) - 1
    assert service.open_to
    assert service.checks


@pytest.mark.parametrize("service", ALL, ids=SERVICES)
def test_no_two_steps_or_fields_share_a_name(service) -> None:
    codes = [step.code for step in service.steps]
    names = [name for step in service.steps for name in step.base_fields]
    assert len(codes) == len(set(codes))
    assert len(names) == len(set(names))
    assert all(field.label for step in service.steps for field in step.base_fields.values())


def test_ways_on_lead_from_known_refusals_to_known_services() -> None:
    assert set(WAYS_ON) <= set(REASONS)
    assert {code for codes in WAYS_ON.values() for code in codes} <= set(SERVICES)
    assert "policy-extract" in Paper.Kind.values


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("полис", "issue-policy"),
        ("оформить полис", "issue-policy"),
        ("офрмление полиса", "issue-policy"),
        ("ПОЛИСЫ", "issue-policy"),
        ("сменить страховую", "change-insurer"),
        ("замены страховых организаций", "change-insurer"),
        ("переехала", "change-insurer"),
        ("выписка", "policy-extract"),
        ("выпиской о полисе", "policy-extract"),
        ("вписка", "policy-extract"),
        ("«Выписка о полисе ОМС»", "policy-extract"),
        ('"замена страховой"', "change-insurer"),
        ("потеряла полис", "policy-replacement"),
        ("потерял полис", "policy-replacement"),
        ("полис порвался", "policy-replacement"),
        ("украли полис", "policy-replacement"),
        ("дубликат полиса", "policy-replacement"),
        ("сменила фамилию после свадьбы", "data-update"),
        ("вышла замуж", "data-update"),
        ("новый паспорт", "data-update"),
        ("поменять адрес", "data-update"),
        ("сменил телефон", "data-update"),
        ("изменить данные", "data-update"),
        ("устроился на работу", "data-update"),
        ("полис новорожденному", "issue-policy"),
        ("получить полис ребенку", "issue-policy"),
        ("сделать медицинскую страховку", "issue-policy"),
        ("полис иностранцу", "issue-policy"),
        ("внж полис", "issue-policy"),
        ("беженец", "issue-policy"),
        ("другая страховая компания", "change-insurer"),
        ("переехал в другой город", "change-insurer"),
        ("смена смо", "change-insurer"),
        ("прикрепиться к поликлинике", "clinic-attachment"),
        ("сменить поликлинику", "clinic-attachment"),
        ("выбрать участкового врача", "clinic-attachment"),
        ("справка о страховании", "insurance-certificate"),
        ("справка за год", "insurance-certificate"),
        ("справка для работы", "insurance-certificate"),
        ("скачать полис", "policy-extract"),
        ("распечатать полис", "policy-extract"),
        ("номер полиса", "policy-extract"),
        ("что изменилось в полисе", "change-extract"),
        ("последнее изменение", "change-extract"),
        ("не согласен с отказом", "appeal"),
        ("обжаловать отказ", "appeal"),
        ("апелляция", "appeal"),
        ("отказали в полисе", "appeal"),
        ("жалоба на срок", "deadline-complaint"),
        ("долго рассматривают заявление", "deadline-complaint"),
        ("просрочили", "deadline-complaint"),
        ("нарушен срок", "deadline-complaint"),
        ("ошибка в данных", "error-report"),
        ("опечатка в фамилии", "error-report"),
        ("неправильная дата рождения", "error-report"),
        ("призвали в армию", "policy-suspension"),
        ("военная служба", "policy-suspension"),
        ("приостановить полис", "policy-suspension"),
        ("служу по контракту", "policy-suspension"),
        ("добавить полис", "attach-policy"),
        ("привязать полис", "attach-policy"),
        ("у меня уже есть полис", "attach-policy"),
        ("ввести номер старого полиса", "attach-policy"),
        ("подтвердить полис", "confirm-policy"),
        ("действует ли полис", "confirm-policy"),
        ("доставка", "paper-delivery"),
        ("получить на бумаге", "paper-delivery"),
        ("забрать в мфц", "paper-delivery"),
        ("бумажный полис", "paper-delivery"),
        ("по почте", "paper-delivery"),
        ("прекрепление поликлинека", "clinic-attachment"),
        ("замина страховой", "change-insurer"),
        ("палис", "issue-policy"),
        ("gjnthzk gjkbc", "policy-replacement"),
        ("Ghbrhtgbnmcz r gjkbrkbybrt", "clinic-attachment"),
        ("справка за прошлый год", "insurance-certificate"),
        ("распечатать на бумаге", "paper-delivery"),
    ],
)
def test_the_search_forgives(typed, first) -> None:
    found = find(typed)
    assert found, typed
    assert found[0].code == first


@pytest.mark.parametrize("typed", ["«полис выписка»", "самолёт", "!!!", "\x00", "я" * 100_000])
def test_what_is_not_there_is_not_found(typed) -> None:
    assert find(typed) == ()


def test_an_empty_search_shows_all() -> None:
    assert len(find("  ")) == len(SERVICES) >= 3


def test_word_forms_meet_in_one_stem() -> None:
    for forms in ("полис полиса полисом полисы", "выписка выписки выпиской выписку"):
        assert len({stem(word) for word in forms.split()}) == 1
