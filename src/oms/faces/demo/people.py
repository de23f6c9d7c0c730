"""Who is who in the demo world: one account for each role and each story."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password

from oms.domain.accounts import synthetic
from oms.domain.accounts.models import Role, Sex, User
from oms.domain.register.invented import snils

PASSWORD = "Polis-2026-demo"  # noqa: S105  printed by the demo on purpose
CAST_FROM = 97_000_000
"""Numbers of invented papers of the cast; those of the register begin with 0."""


@dataclass(frozen=True)
class Character:
    """One account of the demo: `number` gives phone, e-mail, СНИЛС; `story` is for the page."""

    number: int
    code: str
    role: Role
    family_name: str
    given_name: str
    patronymic: str
    title: str
    story: str
    sex: int = Sex.FEMALE
    birth_date: date | None = None
    organization: str = ""

    @property
    def phone(self) -> str:
        """E.164."""
        return f"+7900{self.number:07}"

    @property
    def email(self) -> str:
        """Of a domain that cannot exist."""
        return f"{self.code}@people.example"

    @property
    def is_staff(self) -> bool:
        """Whether a second factor is asked for."""
        return self.role != Role.INSURED


def _citizen(number: int, code: str, name: str, born: date, sex: int, *words: str) -> Character:
    surname, given, patronymic = name.split()
    title, story = words
    return Character(
        number, code, Role.INSURED, surname, given, patronymic, title, story, sex, born
    )


def _staff(number: int, code: str, role: Role, name: str, sex: int, *words: str) -> Character:
    surname, given, patronymic = name.split()
    organization, title, story = words
    born = date(1984, 2, 1)
    return Character(
        number, code, role, surname, given, patronymic, title, story, sex, born, organization
    )


CITIZENS: tuple[Character, ...] = (
    _citizen(
        1, "klimova", "Климова Анна Викторовна", date(1985, 3, 14), Sex.FEMALE,
        "Полис действует",
        "В этом году уже сменила страховую организацию. Есть выписки: новая и заменённая.",
    ),
    _citizen(
        2, "orlov", "Орлов Дмитрий Сергеевич", date(1998, 7, 2), Sex.MALE,
        "Полиса ещё нет",
        "Только что зарегистрировался. Может подать заявление на полис с самого начала.",
    ),
    _citizen(
        3, "belova", "Белова Мария Андреевна", date(1991, 11, 25), Sex.FEMALE,
        "От неё ждут ответа",
        "Заявление на полис остановлено: оператор задал вопрос и просит исправить поле.",
    ),
    _citizen(
        4, "zaharov", "Захаров Павел Игоревич", date(1979, 5, 30), Sex.MALE,
        "Получил отказ",
        "В решении две причины и что делать дальше. Может подать повторно, всё уже заполнено.",
    ),
    _citizen(
        5, "gromova", "Громова Ольга Петровна", date(2003, 1, 18), Sex.FEMALE,
        "Полис готов",
        "Заявление одобрено, выписку с подписью можно скачать и проверить.",
    ),
    _citizen(
        6, "tihonov", "Тихонов Николай Олегович", date(1956, 9, 4), Sex.MALE,
        "Его страховая закрылась",
        "Может выбрать новую организацию в любой день года: прежняя исключена из реестра.",
    ),
    _citizen(
        7, "vlasov", "Власов Артём Денисович", date(2002, 12, 9), Sex.MALE,
        "Полис приостановлен",
        "Проходит военную службу. Выписку ему пока не дадут и объяснят почему.",
    ),
    _citizen(
        8, "romanova", "Романова Ирина Львовна", date(1988, 4, 21), Sex.FEMALE,
        "Не закончила заявление",
        "Черновик на середине: введённое сохранено, можно продолжить с любого устройства.",
    ),
    _citizen(
        10, "lebedeva", "Лебедева Софья Ильинична", date(1994, 2, 11), Sex.FEMALE,
        "Ещё не подтвердила личность",
        "В реестре она есть. Пройдите любой способ, и полис появится в кабинете сам.",
    ),
    _citizen(
        14, "melnikov", "Мельников Игорь Тимофеевич", date(1983, 8, 27), Sex.MALE,
        "Прислал видео с паспортом",
        "Видео ждёт оператора фонда: решите сами от имени Егорова.",
    ),
    _citizen(
        17, "tsygankov", "Цыганков Глеб Аркадьевич", date(1997, 1, 30), Sex.MALE,
        "Его документы проверяют",
        "Паспорт у оператора Петровой. Среди своих файлов: нерезкий, с вирусом и не принятый.",
    ),
    _citizen(
        16, "filatov", "Филатов Егор Андреевич", date(1996, 6, 15), Sex.MALE,
        "Входит через Госуслуги",
        "На странице входа нажмите «Войти через Госуслуги» и выберите его. Пароль не понадобится.",
    ),
    _citizen(
        11, "demin", "Дёмин Глеб Романович", date(1993, 8, 17), Sex.MALE,
        "Кабинет заблокирован",
        "Видит причину при входе и может её оспорить. Решит другой сотрудник, не тот, кто закрыл.",
    ),
    _citizen(
        15, "somova", "Сомова Елена Аркадьевна", date(1971, 2, 6), Sex.FEMALE,
        "Потеряла телефон и почту",
        "Её обращение ждёт поддержку. После проверки ссылка откроется через сутки: так безопаснее.",
    ),
)  # fmt: skip
CITIZENS += (
    _citizen(
        9, "sokolova", "Соколова Елена Андреевна", date(1990, 6, 12), Sex.FEMALE,
        "Мама",
        "Действует за сына: у него полис. Для новорождённой дочери право проверяет фонд.",
    ),
    _citizen(
        12, "drozdov", "Дроздов Виктор Павлович", date(1975, 1, 9), Sex.MALE,
        "Опекуну отказали",
        "Фонд не подтвердил право представлять: на акте нет печати. Можно добавить снова.",
    ),
    _citizen(
        13, "daria", "Соколова Дарья Игоревна", date(2010, 4, 2), Sex.FEMALE,
        "Ей 16 лет",
        "Есть свой кабинет. За неё действует мама, она это видит и может отозвать.",
    ),
)  # fmt: skip
CITIZENS += (
    _citizen(
        41, "borisova", "Борисова Нина Сергеевна", date(1968, 10, 3), Sex.FEMALE,
        "Решение опаздывает",
        "Срок по её заявлению прошёл. Может пожаловаться: срок пересчитан, решит фонд.",
    ),
    _citizen(
        42, "nefedov", "Нефёдов Олег Иванович", date(1987, 7, 19), Sex.MALE,
        "Меняет организацию с выбранного дня",
        "Смену одобрили заранее, она наступит сама. До этого дня её можно отменить.",
    ),
    _citizen(
        46, "kotov", "Котов Игнат Павлович", date(1990, 2, 27), Sex.MALE,
        "Не согласен с отказом",
        "Может обжаловать отказ: решат двое из фонда, и при ошибке заявление вернётся в работу.",
    ),
)  # fmt: skip
LOST: tuple[Character, ...] = (
    _citizen(
        131, "arhipova", "Архипова Нина Егоровна", date(1968, 5, 3), Sex.FEMALE,
        "Идёт сбой обмена",
        "Её страховая не обменивается с фондом. Проверка скажет об этом первой.",
    ),
    _citizen(
        132, "bykova", "Быкова Полина Артёмовна", date(1992, 9, 17), Sex.FEMALE,
        "Запись не связана с кабинетом",
        "Проверка свяжет сама: номер, имя и дата рождения совпали.",
    ),
    _citizen(
        133, "vdovin", "Вдовин Степан Ильич", date(1986, 1, 29), Sex.MALE,
        "Похожая запись на другую фамилию",
        "Сама не откроется: поможет заявление «Прикрепить полис».",
    ),
    _citizen(
        134, "gusev", "Гусев Роман Павлович", date(1974, 12, 2), Sex.MALE,
        "Записи объединили",
        "Кабинет смотрел на прежнюю. Проверка перейдёт на основную.",
    ),
    _citizen(
        135, "dolgova", "Долгова Алина Маратовна", date(1999, 3, 8), Sex.FEMALE,
        "В реестре её нет",
        "Откроется заявление на полис, уже начатое.",
    ),
    _citizen(
        136, "ershov", "Ершов Вадим Олегович", date(1959, 10, 21), Sex.MALE,
        "Ошибочная отметка",
        "В записи по ошибке стоит смерть. Исправит фонд.",
    ),
    _citizen(
        137, "zhukova", "Жукова Светлана Юрьевна", date(1987, 6, 14), Sex.FEMALE,
        "Две записи на один паспорт",
        "Полис во второй.",
    ),
    _citizen(
        138, "zimin", "Зимин Борис Львович", date(1970, 2, 26), Sex.MALE,
        "Старая копия записи",
        "Проверка обновит её сама.",
    ),
    _citizen(
        139, "isaeva", "Исаева Лидия Марковна", date(1964, 8, 5), Sex.FEMALE,
        "Давно не сверяли",
        "Последний раз двенадцать дней назад. Проверка сверит.",
    ),
    _citizen(
        140, "krylov", "Крылов Антон Игоревич", date(1990, 4, 11), Sex.MALE,
        "В записи нет номера полиса",
        "Сообщить об ошибке можно сразу.",
    ),
    _citizen(
        141, "ladina", "Ладина Вера Геннадьевна", date(1987, 11, 1), Sex.FEMALE,
        "Отчество записано иначе",
        "Проверка назовёт поле и откроет «Обновление данных».",
    ),
    _citizen(
        142, "markov", "Марков Илья Денисович", date(1999, 5, 25), Sex.MALE,
        "В реестре старый паспорт",
        "Паспорт меняли в 20 лет и не сообщили.",
    ),
    _citizen(
        143, "noskova", "Носкова Инна Вадимовна", date(1977, 7, 7), Sex.FEMALE,
        "Полис аннулирован",
        "Видна причина и что делать.",
    ),
    _citizen(
        144, "osmonov", "Осмонов Азамат Бакирович", date(1995, 1, 19), Sex.MALE,
        "Срок полиса истёк",
        "Приехал из Киргизии, полис был до конца прошлого года.",
    ),
    _citizen(
        145, "panina", "Панина Жанна Олеговна", date(1984, 3, 30), Sex.FEMALE,
        "Полис прекращён",
        "Уезжала за границу и вернулась.",
    ),
    _citizen(
        146, "rybin", "Рыбин Тимур Ренатович", date(1979, 9, 9), Sex.MALE,
        "Заменён, а нового нет",
        "Ошибка реестра.",
    ),
    _citizen(
        147, "sergeeva", "Сергеева Мира Антоновна", date(2001, 2, 13), Sex.FEMALE,
        "Запись без полиса",
        "В реестре есть, полис не оформляли.",
    ),
    _citizen(
        148, "trofimov", "Трофимов Лев Данилович", date(1993, 12, 24), Sex.MALE,
        "Полис начнётся позже",
        "Ещё неделя.",
    ),
    _citizen(
        149, "ulanova", "Уланова Яна Руслановна", date(1989, 6, 6), Sex.FEMALE,
        "Застрахована в другом регионе",
        "Переехала: можно сменить страховую.",
    ),
    _citizen(
        150, "frolov", "Фролов Макар Андреевич", date(1972, 8, 18), Sex.MALE,
        "Меняет страховую",
        "Заявление рассматривают.",
    ),
)  # fmt: skip
"""Whose policy is not in the cabinet, each for another reason (`lost.py`)."""
CITIZENS += LOST
CITIZENS += (
    _citizen(
        51, "uvarova", "Уварова Дарья Андреевна", date(1994, 5, 23), Sex.FEMALE,
        "Вышла замуж",
        "Может обновить фамилию, сообщить об ошибке в любой строке, выбрать поликлинику.",
    ),
    _citizen(
        52, "sychev", "Сычёв Михаил Романович", date(1981, 12, 1), Sex.MALE,
        "Сменил паспорт",
        "Обновление данных ждёт решения: новое и прежнее рядом у оператора Петровой.",
    ),
    _citizen(
        53, "tarasov", "Тарасов Юрий Викторович", date(1977, 3, 9), Sex.MALE,
        "Полис есть, в кабинете его нет",
        "Запись в реестре не связана с кабинетом. Можно добавить полис по фото.",
    ),
    _citizen(
        54, "harlamov", "Харламов Денис Ильич", date(2006, 6, 30), Sex.MALE,
        "Уходит служить",
        "Может приостановить полис на время службы, потом он возобновится сам.",
    ),
    _citizen(
        55, "efremova", "Ефремова Галина Львовна", date(1962, 1, 14), Sex.FEMALE,
        "Выбрала поликлинику в этом году",
        "Полис подтверждён фондом, номер на карточке. Снова выбрать можно через год.",
    ),
)  # fmt: skip
STAFF = (
    _staff(
        21, "petrova", Role.INSURER, "Петрова Ирина Олеговна", Sex.FEMALE, "insurer:77901",
        "Оператор «Северной звезды», Москва", "Дела на каждой стадии: срочные, просроченные.",
    ),
    _staff(
        22, "sedov", Role.INSURER, "Седов Константин Юрьевич", Sex.MALE, "insurer:77901",
        "Второй оператор «Северной звезды»", "Войдите вдвоём и решите одно дело одновременно.",
    ),
    _staff(
        23, "lukina", Role.INSURER, "Лукина Вера Павловна", Sex.FEMALE, "insurer:77902",
        "Оператор «Ладога-Мед», Москва", "Чужих дел и чужих застрахованных не видит.",
    ),
    _staff(
        24, "egorov", Role.FUND, "Егоров Леонид Борисович", Sex.MALE, "fund:77",
        "Оператор фонда, Москва", "Видит всех застрахованных своего региона.",
    ),
    _staff(
        43, "frolova", Role.FUND, "Фролова Инна Аркадьевна", Sex.FEMALE, "fund:77",
        "Второй оператор фонда", "Подтверждает решения по жалобам: их принимают вдвоём.",
    ),
    _staff(
        44, "ageev", Role.FUND, "Агеев Роман Петрович", Sex.MALE, "fund:77",
        "Третий оператор фонда", "Решает повторные жалобы: не тот, кто решал первую.",
    ),
    _staff(
        45, "markova", Role.FUND, "Маркова Алла Денисовна", Sex.FEMALE, "fund:77",
        "Четвёртый оператор фонда", "Подтверждает решения по повторным жалобам.",
    ),
    _staff(
        25, "mironova", Role.REGISTRAR, "Миронова Зоя Ивановна", Sex.FEMALE, "clinic:779901",
        "Регистратор поликлиники", "Учебная городская поликлиника №\N{NO-BREAK SPACE}901.",
    ),
    _staff(
        26, "fomin", Role.SUPPORT, "Фомин Даниил Романович", Sex.MALE, "",
        "Специалист поддержки", "Помогает людям, данных реестра не видит.",
    ),
    _staff(
        27, "zueva", Role.SUPERVISOR, "Зуева Маргарита Ильинична", Sex.FEMALE, "insurer:77901",
        "Руководитель «Северной звезды»", "Сроки, нагрузка и причины отказов без лишних данных.",
    ),
    _staff(
        28, "kozlov", Role.ADMINISTRATOR, "Козлов Григорий Степанович", Sex.MALE, "",
        "Администратор", "Справочники и состояние портала.",
    ),
)  # fmt: skip
CAST = (*CITIZENS, *STAFF)


def account(one: Character, *, at: datetime) -> tuple[User, bool]:
    """Return the character's account and whether it was made now."""
    known = User.objects.filter(phone=one.phone).first()
    if known:
        return known, False
    details: dict[str, Any] = {"sex": one.sex}
    if not one.is_staff:
        details |= {"snils": snils(CAST_FROM + one.number), "birth_place": "г. Москва"}
    user = synthetic.make_user(
        role=one.role,
        phone=one.phone,
        email=one.email,
        password=None,
        at=at - timedelta(days=300),
        family_name=one.family_name,
        given_name=one.given_name,
        patronymic=one.patronymic,
        birth_date=one.birth_date,
        organization=one.organization,
        totp_secret=synthetic.DEMO_SECRET if one.is_staff else None,
        **details,
    )
    user.password = _hashed()
    user.save(update_fields=["password"])
    return user, True


@cache
def _hashed() -> str:
    """The one password hashed once: sixteen times would take seconds."""
    return make_password(PASSWORD)
