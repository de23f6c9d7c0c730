import random
from datetime import date, timedelta

import pytest

from oms.domain.accounts.models import Role, Source
from oms.domain.journal.actions import SYSTEM
from oms.domain.register import actions, comparing, matching
from oms.domain.register.data import name_key
from oms.domain.register.models import InsuredPerson, Policy

BIRTH = date(1985, 3, 4)
PASSPORT = actions.DocumentData(kind="14", series="45 10", number="123456")

FAMILIES = [
    "Алёхин", "Белов", "Воробьёв", "Григорьев", "Дёмин", "Ершов", "Журавлёв", "Зайцев", "Ильин",
    "Климов", "Лебедев", "Медведев", "Никитин", "Орлов", "Пономарёв", "Романов", "Соколов",
    "Тихонов", "Уваров", "Фёдоров", "Харитонов", "Цветков", "Чернов", "Шестаков", "Щербаков",
    "Юдин", "Яковлев", "Кузнецов", "Морозов", "Степанов",
]  # fmt: skip
MEN = [
    "Алексей", "Борис", "Виктор", "Георгий", "Дмитрий", "Евгений", "Захар", "Игорь", "Кирилл",
    "Леонид", "Максим", "Николай", "Олег", "Павел", "Роман", "Сергей", "Тимофей", "Фёдор",
    "Юрий", "Ярослав",
]  # fmt: skip
WOMEN = [
    "Алёна", "Виктория", "Галина", "Дарья", "Екатерина", "Зоя", "Ирина", "Кристина", "Людмила",
    "Маргарита", "Наталья", "Ольга", "Полина", "Раиса", "Светлана", "Тамара", "Ульяна", "Фаина",
    "Эльвира", "Юлия",
]  # fmt: skip
FATHERS = [
    "Алексеев", "Борисов", "Викторов", "Георгиев", "Дмитриев", "Евгеньев", "Захаров", "Игорев",
    "Кириллов", "Леонидов", "Максимов", "Николаев", "Олегов", "Павлов", "Романов", "Сергеев",
    "Тимофеев", "Фёдоров", "Юрьев", "Ярославов",
]  # fmt: skip


def find(**told):
    asked = {"family_name": "Соколова", "given_name": "Алёна", "patronymic": "Сергеевна"}
    return matching.find(**(asked | {"birth_date": BIRTH} | told))


def nobody(**told):
    return {"family_name": "", "given_name": "", "patronymic": "", "birth_date": None} | told


@pytest.fixture
def sokolova(enter, insure):
    person = enter(snils="11223344595", document=PASSPORT)
    insure(person)
    enter(given_name="Борис", patronymic="Ильич", sex=1)
    return person


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"snils": "112-233-445 95"}, "СНИЛС совпал"),
        ({"document": actions.DocumentData(kind="14", number="4510123456")}, "Документ совпал"),
    ],
)
def test_a_number_finds_its_holder(sokolova, told, reason):
    (match,) = find(**nobody(**told))
    assert (match.person, match.reasons) == (sokolova, (reason,))
    assert match.score >= 0.95
    (match,) = find(**told)
    assert match.reasons == (reason, "Имя и дата рождения совпали")


def test_an_enp_finds_its_holder_by_person_and_by_policy(sokolova):
    assert find(**nobody(enp=sokolova.enp))[0].reasons == ("ЕНП совпал",)
    number = sokolova.enp
    InsuredPerson.objects.filter(pk=sokolova.pk).update(enp=None)
    assert find(**nobody(enp=number))[0].person == sokolova


def test_a_document_replaced_long_ago_still_finds_its_holder(sokolova, at):
    renewed = actions.DocumentData(kind="14", series="45 20", number="654321")
    actions.set_identity_document(
        person=sokolova, document=renewed, on=date(2026, 6, 1),
        by=SYSTEM, at=at, source=Source.DOCUMENT,
    )  # fmt: skip
    assert [match.person for match in find(**nobody(document=PASSPORT))] == [sokolova]
    assert [match.person for match in find(**nobody(document=renewed))] == [sokolova]


@pytest.mark.parametrize(
    ("told", "reasons", "least"),
    [
        ({}, ("Имя и дата рождения совпали",), 0.94),
        ({"given_name": "АЛЕНА"}, ("Имя и дата рождения совпали",), 0.94),
        (
            {"family_name": "Сокоолва"},
            ("Фамилия отличается: Сокоолва / Соколова", "Дата рождения совпала"),
            0.9,
        ),
        (
            {"family_name": "Климова"},
            ("Фамилия отличается: Климова / Соколова", "Дата рождения совпала"),
            0.8,
        ),
        (
            {"patronymic": ""},
            ("Отчество отличается: не указано / Сергеевна", "Дата рождения совпала"),
            0.85,
        ),
        (
            {"family_name": "Алёна", "given_name": "Соколова"},
            ("Части имени переставлены", "Дата рождения совпала"),
            0.85,
        ),
        (
            {"birth_date": date(1985, 4, 3)},
            ("Имя совпало", "День и месяц рождения переставлены: 03.04.1985 / 04.03.1985"),
            0.8,
        ),
        (
            {"birth_date": date(1986, 3, 4)},
            ("Имя совпало", "Дата рождения отличается одной цифрой: 04.03.1986 / 04.03.1985"),
            0.7,
        ),
        (
            {"snils": "112-233-445 96"},
            ("Имя и дата рождения совпали", "СНИЛС отличается одной цифрой"),
            0.9,
        ),
        ({"snils": "98765432100"}, ("Имя и дата рождения совпали", "СНИЛС отличается"), 0.6),
        ({"birth_date": None}, ("Имя совпало",), 0.5),
    ],
)
def test_reasons_say_what_agrees_and_what_differs(sokolova, told, reasons, least):
    match = find(**told)[0]
    assert (match.person, match.reasons) == (sokolova, reasons)
    assert least <= match.score < 0.95


def test_a_holder_of_the_number_with_other_data_is_shown_and_doubted(sokolova):
    (match,) = find(
        snils="11223344595", family_name="Уваров", given_name="Пётр", patronymic="Ильич",
        birth_date=date(1950, 1, 1),
    )  # fmt: skip
    assert match.score < 0.7
    assert match.reasons == (
        "СНИЛС совпал",
        "Фамилия отличается: Уваров / Соколова",
        "Имя отличается: Пётр / Алёна",
        "Отчество отличается: Ильич / Сергеевна",
        "Дата рождения отличается: 01.01.1950 / 04.03.1985",
    )


def test_a_twin_is_no_match_and_a_merged_record_is_not_shown(sokolova):
    assert find(given_name="Виктория") == ()
    InsuredPerson.objects.update(state="merged")
    assert find(snils="11223344595") == ()


# A seeded truth set: what people really do to a name and a date.

KINDS = ("yo", "transposed", "lost letter", "married", "no patronymic", "swapped",
         "day and month", "year")  # fmt: skip


def no_yo(person):
    return {n: person[n].replace("ё", "е").replace("й", "и") for n in matching_names(person)}


def transposed(person, rng):
    name = rng.choice([n for n in matching_names(person) if len(person[n]) > 4])
    at = rng.randrange(1, len(person[name]) - 2)
    text = person[name]
    return {name: text[:at] + text[at + 1] + text[at] + text[at + 2 :]}


def lost_letter(person, rng):
    name = rng.choice([n for n in matching_names(person) if len(person[n]) > 4])
    at = rng.randrange(1, len(person[name]) - 1)
    return {name: person[name][:at] + person[name][at + 1 :]}


def matching_names(person):
    return [name for name in ("family_name", "given_name", "patronymic") if person[name]]


def distorted(person, kind, rng):
    born = person["birth_date"]
    return (
        person
        | {
            "yo": lambda: no_yo(person),
            "transposed": lambda: transposed(person, rng),
            "lost letter": lambda: lost_letter(person, rng),
            "married": lambda: {"family_name": rng.choice(FAMILIES) + "а"},
            "no patronymic": lambda: {"patronymic": ""},
            "swapped": lambda: {
                "family_name": person["given_name"],
                "given_name": person["family_name"],
            },
            "day and month": lambda: {"birth_date": comparing.swapped(born) or born},
            "year": lambda: {"birth_date": born.replace(year=born.year + 1)},
        }[kind]()
    )


@pytest.fixture
def world(region, at):
    """Three thousand persons born in 600 days: crowded days, brothers and sisters among them."""
    rng = random.Random("world")
    persons = {}
    while len(persons) < 3000:
        sex = rng.choice([1, 2])
        ending = "" if sex == 1 else "а"
        person = {
            "family_name": rng.choice(FAMILIES) + ending,
            "given_name": rng.choice(MEN if sex == 1 else WOMEN),
            "patronymic": rng.choice(FATHERS) + ("ич" if sex == 1 else "на"),
            "birth_date": date(1985, 1, 1) + timedelta(days=rng.randrange(600)),
            "sex": sex,
        }
        key = name_key(**{n: person[n] for n in matching_names(person)})
        persons[key, person["birth_date"]] = person
    InsuredPerson.objects.bulk_create(
        InsuredPerson(
            region_id="77", name_key=key, created_at=at, updated_at=at, synced_at=at, **person
        )
        for (key, _), person in persons.items()
    )
    return list(persons.values())


def ask(person):
    return matching.find(**{name: value for name, value in person.items() if name != "sex"})


def same(found, person):
    return all(getattr(found, name) == value for name, value in person.items())


def test_people_are_found_through_what_people_do_to_names(world):
    women = [person for person in world if person["sex"] == 2]
    shares = {}
    for kind in KINDS:
        rng = random.Random(kind)
        asked = rng.sample(women if kind == "married" else world, 150)
        found = [ask(distorted(person, kind, rng)) for person in asked]
        first = [
            bool(matches) and same(matches[0].person, person)
            for matches, person in zip(found, asked, strict=True)
        ]
        shares[kind] = sum(first) / len(first)
        assert all(len(matches) <= 20 for matches in found)
    assert {kind: share for kind, share in shares.items() if share < 0.98} == {}


def test_strangers_are_not_found(world):
    """Persons not in the register: nobody comes near to certain, hardly anybody is shown.

    Each shares surname and birthday with somebody; one in twenty, by luck, the given name too.
    """
    rng = random.Random("strangers")
    on_record = {(p["family_name"], p["given_name"], p["patronymic"]) for p in world}
    best = []
    while len(best) < 150:
        stranger = rng.choice(world) | {
            "given_name": rng.choice(MEN + WOMEN),
            "patronymic": rng.choice(FATHERS) + "ич",
        }
        name = (stranger["family_name"], stranger["given_name"], stranger["patronymic"])
        if name not in on_record:
            best.append(max((match.score for match in ask(stranger)), default=0))
    assert max(best) < 0.9
    assert sum(score >= matching.WORTH_SHOWING for score in best) <= 0.1 * len(best)


# One box of the desk.


@pytest.fixture
def desk(sokolova, enter, insure, other_insurer, member):
    """Two insurers, their clerks, and a few people."""
    mine = sokolova
    insure(enter(family_name="Соколовский", given_name="Иван", patronymic="", sex=1))
    theirs = enter(family_name="Соколова", given_name="Яна", patronymic="", region="50")
    insure(theirs, insurer=other_insurer, form=Policy.Form.TEMPORARY, blank_number="123456789")
    birth = actions.DocumentData(kind="3", series="II-АК", number="123456")
    child = enter(
        family_name="Лебедь", given_name="Пётр", sex=1, document=birth,
        birth_date=date(2020, 5, 6),
    )  # fmt: skip
    insure(child)
    clerk = member(Role.INSURER, "insurer:77001")
    return mine, theirs, child, clerk


@pytest.mark.parametrize(
    "text",
    [
        "соколова алена",
        "Соколова Ален",
        "Алёна Соколова",
        "Соколова Алёна Сергеевна",
        "соколова 04.03.1985",
        "Соколова Алёна, 4 марта 1985",
        "Сокалова Алена Сергеевна 04.03.1985",
        "Климова Алёна Сергеевна 04.03.1985",
        "112-233-445 95",
        "11223344595",
        "45 10 № 123456",
        "4510123456",
    ],
)
def test_one_box_understands(desk, text):
    mine, _, _, clerk = desk
    assert [person.pk for person in matching.search(text, clerk)] == [mine.pk]


def test_one_box_understands_policies_and_other_documents(desk, member):
    mine, theirs, child, clerk = desk
    fund = member(Role.FUND, "fund:50")
    assert matching.search(f"{mine.enp[:8]} {mine.enp[8:]}", clerk) == (mine,)
    assert matching.search("123 456 789", fund) == (theirs,)
    for text in ("II-АК 123456", "11ак123456", "II-AK № 123456"):
        assert matching.search(text, clerk) == (child,)
    assert matching.search("06.05.2020", clerk) == (child,)


def test_one_box_finds_by_beginning_in_order_and_no_more_than_asked(desk):
    _, _, _, clerk = desk
    found = [str(person.family_name) for person in matching.search("сокол", clerk)]
    assert found == ["Соколова", "Соколовский"]
    assert len(matching.search("сокол", clerk, limit=1)) == 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "№", "—", "%", "' OR 1=1", "С_к%", "\x00", "я" * 500, "Сокол Яна 01.02.0999"],
)
def test_nonsense_finds_nobody(desk, text):
    assert matching.search(text, desk[3]) == ()


def test_one_box_shows_only_what_the_user_may_see(desk, member):
    _, theirs, _, clerk = desk
    texts = ["соколова яна", "Сокалова Яна 04.03.1985", "04.03.1985", theirs.enp, "123456789"]
    assert all(theirs not in matching.search(text, clerk) for text in texts)
    other_clerk = member(Role.INSURER, "insurer:50002")
    assert all(matching.search(text, other_clerk) == (theirs,) for text in texts)
    for role in (Role.REGISTRAR, Role.SUPPORT, Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert matching.search("соколова", member(role)) == ()


# Ways in beside the current name.


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Cjrjkjdf Fktyf Cthuttdyf", "Имя набрано в другой раскладке"),
        ("Sokolova Alena Sergeevna", "Имя написано латиницей"),
        ("Климова Алёна Сергеевна", "Прежнее имя совпало"),
        ("Клемова Алёна Сергеевна", "Прежнее имя похоже"),
        ("Ким Алёна Сергеевна", "Часть двойной фамилии: Ким / Соколова-Ким"),
        ("Алёна Сокалова-Ким Сергеевна", "Части имени переставлены"),
    ],
)
@pytest.mark.parametrize("born", [BIRTH, None])
def test_every_way_of_telling_a_name_finds_its_bearer(sokolova, at, text, reason, born):
    for name, on in (("Климова", date(2026, 4, 1)), ("Соколова-Ким", date(2026, 5, 1))):
        actions.update_person(
            person=sokolova, changes={"family_name": name}, on=on,
            by=SYSTEM, at=at, source=Source.DOCUMENT,
        )  # fmt: skip
    words = dict(zip(("family_name", "given_name", "patronymic"), text.split(), strict=True))
    match = matching.find(**words, birth_date=born)[0]
    assert match.person == sokolova
    assert match.reasons[0] == reason
    assert match.score < 0.94


@pytest.mark.parametrize(
    "text",
    [
        "Сокалова Алена",
        "Сокалова",
        "Cfrjkjdf Fktyf",
        "Sokolova Alyona",
        "Алена Сокалова",
        "Соколова Алена 03.04.1985",
        "Соколова Алёна Сергеевна 04.03.1986",
    ],
)
def test_one_box_forgives(desk, text):
    mine, theirs, _, clerk = desk
    assert mine in matching.search(text, clerk)
    assert theirs not in matching.search(text, clerk)


def test_a_corrected_birth_date_still_finds_and_a_slip_in_a_number_is_told(sokolova, at):
    actions.update_person(
        person=sokolova, changes={"birth_date": date(1971, 9, 9)}, on=date(2026, 4, 1),
        by=SYSTEM, at=at, source=Source.DOCUMENT,
    )  # fmt: skip
    assert find(patronymic="")[0].person == sokolova
    slipped = actions.DocumentData(kind="14", series="4510", number="123465")
    match = find(birth_date=None, snils="11223344596", document=slipped)[0]
    assert match.reasons == (
        "Имя совпало", "СНИЛС отличается одной цифрой", "Документ отличается одной цифрой",
    )  # fmt: skip


def test_who_is_known_is_left_out(sokolova, enter):
    again = enter(family_name="Сокалова")
    assert [match.person for match in find(besides=sokolova.pk)] == [again]
