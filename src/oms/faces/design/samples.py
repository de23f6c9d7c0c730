"""What the style guide shows: synthetic people, cases and forms in every state."""

from datetime import timedelta
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from oms.faces.design import icons
from oms.faces.design.parts import (
    Bar,
    Chip,
    Crumb,
    Difference,
    Fact,
    Link,
    MenuItem,
    Moment,
    NavItem,
    PersonChip,
    PolicyCard,
    Task,
)
from oms.faces.design.widgets import (
    CheckboxCards,
    CodeInput,
    DateText,
    DigitsInput,
    PhoneInput,
    RadioCards,
)

GROUNDS = (
    ("choice", "Хочу другую организацию"),
    ("move", "Переезд"),
    ("closing", "Моя организация прекращает работу"),
)
HINTS = {
    "choice": "Можно один раз в год, до 1 ноября. В этом году срок прошёл",
    "move": "Можно в любое время. Нужен документ о новом адресе",
    "closing": "Мы проверим это сами",
}
DATE = "Укажите дату в виде ДД.ММ.ГГГГ, например 05.11.2026"


class GroundForm(forms.Form):
    """The step of the sketch: why the insurer changes."""

    show_good = True
    ground = forms.ChoiceField(
        label="Причина",
        choices=GROUNDS,
        widget=RadioCards(hints=HINTS, closed=frozenset({"choice"})),
    )
    moved_on = forms.DateField(
        label="Дата переезда",
        help_text="Как в документе о регистрации",
        widget=DateText(),
        error_messages={"invalid": DATE, "required": DATE},
    )
    phone = forms.CharField(
        label="Телефон для связи", help_text="Взят из профиля. Можно исправить", widget=PhoneInput()
    )


class EveryField(forms.Form):
    """One field of each kind."""

    show_good = True
    surname = forms.CharField(
        label="Фамилия",
        help_text="Как в паспорте",
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label="Электронная почта", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(label="Телефон", widget=PhoneInput())
    snils = forms.CharField(label="СНИЛС", help_text="11 цифр", widget=DigitsInput())
    birth = forms.DateField(
        label="Дата рождения",
        help_text="ДД.ММ.ГГГГ, например 14.03.1985",
        widget=DateText(birthday=True),
        error_messages={"invalid": DATE, "required": DATE},
    )
    code = forms.CharField(
        label="Код из SMS", help_text="Шесть цифр. Код действует 10 минут", widget=CodeInput()
    )
    password = forms.CharField(
        label="Пароль",
        help_text="Не короче 8 знаков. Подойдут несколько слов подряд",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-strength": 8}),
    )
    children = forms.IntegerField(label="Сколько детей в заявлении", min_value=0)
    region = forms.ChoiceField(
        label="Регион",
        choices=(("", "Выберите регион"), ("50", "Московская область"), ("77", "Москва")),
    )
    ground = forms.ChoiceField(label="Причина", choices=GROUNDS, widget=RadioCards(hints=HINTS))
    sex = forms.ChoiceField(
        label="Пол",
        choices=(("F", "Женский"), ("M", "Мужской")),
        widget=forms.RadioSelect(attrs={"class": "inline"}),
    )
    channels = forms.MultipleChoiceField(
        label="Куда сообщать о заявлении",
        choices=(("email", "Электронная почта"), ("sms", "SMS")),
        widget=CheckboxCards(hints={"sms": "Только самое важное"}),
    )
    comment = forms.CharField(
        label="Что ещё нам знать",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": 500}),
    )
    scan = forms.FileField(label="Скан документа", help_text="PDF, JPG или PNG, не больше 10 МБ")
    consent = forms.BooleanField(
        label="Согласен на обработку персональных данных",
        help_text="Без согласия мы не сможем принять заявление",
    )


def _bad() -> forms.Form:
    """Give one field of each kind, all wrong."""
    data = {"bad-birth": "5 ноября", "bad-email": "anna@", "bad-children": "два"}
    return EveryField(data=data, prefix="bad")


def _good() -> forms.Form:
    """Give a form with right answers marked, and a closed field."""
    data = {
        "good-surname": "Климова",
        "good-email": "anna@example.org",
        "good-phone": "+7 900 123-45-67",
        "good-snils": "112-233-445 95",
        "good-birth": "14.03.1985",
        "good-code": "481 906",
        "good-region": "50",
        "good-ground": "move",
        "good-sex": "F",
        "good-channels": ["email", "sms"],
        "good-children": "2",
    }
    return EveryField(data=data, prefix="good")


NAV = (
    ("Главная", "home"),
    ("Услуги", "folder"),
    ("Заявления", "file-text"),
    ("Врачи", "stethoscope"),
    ("Документы", "id-card"),
    ("Сообщения", "mail"),
)


def _portal_nav(current: str) -> list[NavItem]:
    return [
        NavItem(
            title,
            "#main",
            icon,
            current=title == current,
            count=2 if title == "Сообщения" else 0,
            tab=title != "Заявления",
        )
        for title, icon in NAV
    ]


CITIZEN = PersonChip(
    "АВ",
    "Анна Викторовна",
    menu=(
        MenuItem("Профиль", "#main", "user"),
        MenuItem("Вход и безопасность", "#main", "key-round"),
        MenuItem("Выйти", "#main", "log-out", post=True),
    ),
)
OPERATOR = PersonChip(
    "ИП",
    "И.\N{NO-BREAK SPACE}Петрова",
    "Оператор СМО «Северная звезда»",
    menu=(MenuItem("Выйти", "#main", "log-out", post=True),),
)
POLICY = PolicyCard(
    number="7756410835999915",
    word="Действует",
    facts=(
        Fact("Страховая организация", "СМО «Северная звезда»"),
        Fact("Выбрана", "12 марта 2024 г."),
        Fact("Поликлиника", "Городская поликлиника № 4"),
        Fact("Сведения на", "сегодня, 09:40"),
    ),
    links=(Link("Показать код", "#main", "qr-code"), Link("Выписка", "#main", "download")),
)
MOMENTS = (
    Moment("Подано", "done", "19 ноября, 18:02"),
    Moment("Проверено по реестру", "done", "19 ноября, 18:03", "Данные совпали, кроме фамилии"),
    Moment(
        "Ждём документ",
        "now",
        "с 20 ноября",
        "Приложите свидетельство о браке. Срок решения приостановлен, пока ждём",
    ),
    Moment("Решение", "next", "до 2 декабря"),
)
STEPS = (
    Moment("Новая организация", "done", url="#main"),
    Moment("Причина", "now"),
    Moment("Документы"),
    Moment("Проверка и подпись"),
)
CHOSEN = (
    Fact("Организация", "«Медполис»"),
    Fact("Решит", "новая СМО"),
    Fact("Срок", "до 5 рабочих дней"),
    Fact("Цена", "бесплатно"),
)
ANSWERS = (
    Fact("Фамилия", "Климова", "#main"),
    Fact("Дата рождения", "14.03.1985", "#main"),
    Fact("Телефон", "+7 900 123-45-67", "#main"),
    Fact("Отчество", "", "#main", "Указать"),
)
TASKS = (
    Task(
        "Свидетельство о браке",
        "#main",
        "Читается, 300 dpi, вирусов нет",
        "file-text",
        "ok",
        "Проверено",
    ),
    Task("Паспорт", "#main", "Загрузите разворот с фотографией", "id-card", "warn", "Нужен скан"),
    Task("Заявление", "", "Соберём сами из ответов", "pen-line", "neutral", "Позже"),
    Task("СНИЛС", "#main", "Проверьте цифры номера", "badge-check", "danger", "Не сошлось"),
)
DIFFERENCES = (
    Difference("Фамилия", "Климова", "Соколова"),
    Difference("Имя, отчество", "Анна Викторовна", "Анна Викторовна"),
    Difference("Дата рождения", "14.03.1985", "14.03.1985"),
    Difference("СНИЛС", "112-233-445 95", "112-233-445 95"),
    Difference("Паспорт", "77 26 104233", "45 06 771020"),
)
CHIPS = (
    Chip("Мои", "#main", 12, current=True),
    Chip("Без исполнителя", "#main", 30),
    Chip("Срок сегодня", "#main", 4),
    Chip("Ждут заявителя", "#main", 9),
    Chip("Просрочены", "#main", 0),
)
TABS = (
    Chip("Ход дела", "#main", current=True),
    Chip("Документы", "#main", 3),
    Chip("Сообщения", "#main", 1),
    Chip("История", "#main"),
)
BARS = (
    Bar("Смена СМО", 412),
    Bar("Оформление полиса", 268),
    Bar("Изменение данных", 97),
    Bar("Просрочено", 6, state="danger"),
)
STATS = (
    Fact("Решено в срок", "98,6\N{NO-BREAK SPACE}%"),
    Fact("В работе", "42"),
    Fact("Среднее время решения", "2,4\N{NO-BREAK SPACE}дня"),
    Fact("Взносы за месяц", "1\N{NO-BREAK SPACE}234,56\N{NO-BREAK SPACE}₽"),
)
TILES = (
    {"title": "Записаться к врачу", "url": "#main", "icon": "calendar-days"},
    {"title": "Сменить страховую организацию", "url": "#main", "icon": "refresh-cw"},
    {"title": "Получить справку или выписку", "url": "#main", "icon": "file-text"},
    {"title": "Полиса нет в кабинете", "url": "#main", "icon": "life-buoy"},
)


class Row(NamedTuple):
    """One row of the sample queue."""

    number: str
    what: str
    who: str
    due: str
    share: int


ROWS = (
    Row("26-004-117-3", "Изменение фамилии", "Климова А. В.", "сегодня, 18:00", 96),
    Row("26-004-093-8", "Смена СМО, переезд", "Назаров И. О.", "завтра", 78),
    Row("26-004-120-7", "Оформление полиса, ребёнок", "Юсупова Д. Р.", "25 ноября", 45),
    Row("26-004-121-5", "Замена, утрата", "Орлов П. С.", "25 ноября", 41),
    Row("26-004-125-6", "Прикрепление", "Белова М. К.", "27 ноября", 20),
)
KEYS = (("A", "Одобрить"), ("Q", "Запросить документ"), ("R", "Отказать"))


class SignIn(forms.Form):
    """The form of the sign-in sample."""

    login = forms.CharField(
        label="Телефон, почта или СНИЛС",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Пароль", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


def guide(request: HttpRequest) -> dict[str, Any]:
    """Give everything the style guide draws."""
    now = timezone.now()
    return {
        **globals_of_guide(),
        "title": "Кабинет ОМС: из чего он сделан",
        "nav": _portal_nav("Главная"),
        "person_chip": CITIZEN,
        "fresh": EveryField(initial={"surname": "Климова"}),
        "bad": _bad(),
        "good": _good(),
        "icons": icons.names(),
        "now": now,
        "tomorrow": now + timedelta(days=1),
        "long_ago": now - timedelta(days=400),
    }


def globals_of_guide() -> dict[str, Any]:
    """Give the records shared by guide and sample pages."""
    return {
        "policy": POLICY,
        "moments": MOMENTS,
        "steps": STEPS,
        "chosen": CHOSEN,
        "answers": ANSWERS,
        "tasks": TASKS,
        "differences": DIFFERENCES,
        "chips": CHIPS,
        "tabs": TABS,
        "bars": BARS,
        "stats": STATS,
        "tiles": TILES,
        "rows": ROWS,
        "counts": (1, 2, 5, 11, 21, 111),
        "states": ("ok", "warn", "danger", "info", "neutral", "brand"),
    }


def page(request: HttpRequest, name: str) -> dict[str, Any]:
    """Give what one whole sample page draws."""
    data = {"moved_on": "5 ноября", "phone": "+7 900 123-45-67", "ground": "move"}
    own: dict[str, dict[str, Any]] = {
        "home": {"nav": _portal_nav("Главная"), "person_chip": CITIZEN, "title": "Главная"},
        "step": {
            "nav": _portal_nav("Услуги"),
            "person_chip": CITIZEN,
            "title": "Почему вы меняете организацию?",
            "lead": "Шаг 2 из 4. От причины зависят дата и документы.",
            "crumbs": (Crumb("Услуги", "#main"), Crumb("Смена страховой организации")),
            "form": GroundForm(data=data),
        },
        "desk": {
            "title": "Дела",
            "keys": KEYS,
            "person_chip": OPERATOR,
            "nav": (
                NavItem("Дела", "#main", "inbox", current=True, count=42),
                NavItem("Люди", "#main", "users"),
                NavItem("Сообщения", "#main", "mail"),
                NavItem("Отчёты", "#main", "chart-column"),
            ),
        },
        "sign-in": {"title": "Вход", "form": SignIn(), "sign_in_url": ""},
    }
    return {**globals_of_guide(), **own[name]}
