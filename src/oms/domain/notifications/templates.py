"""What people are told, kind by kind: versioned texts.

A title holds nothing personal: it becomes the subject of an e-mail. An SMS holds a case number
at most. Whoever changes a text raises its version; a message keeps the text it was made with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

_CASE = "№\u00a0{number} ({service})"


@dataclass(frozen=True)
class Template:
    """The text of one kind of message. Braces are filled from the context of the event."""

    kind: str
    title: str
    body: str
    link_title: str
    short: str = ""
    must_send: bool = False
    version: int = 1

    @property
    def needs(self) -> frozenset[str]:
        """Names the context must hold."""
        texts = (self.body, self.short)
        return frozenset(
            name for text in texts for _, name, _, _ in Formatter().parse(text) if name
        )

    def fill(self, context: Mapping[str, str]) -> "Filled":
        """The texts of one event. Raises `KeyError` for a name the context lacks."""
        return Filled(self.body.format_map(context), self.short.format_map(context))


@dataclass(frozen=True)
class Filled:
    """Texts ready to be sent."""

    body: str
    short: str


_ALL = (
    Template(
        kind="account-welcome",
        title="Кабинет открыт",
        body="Телефон и электронная почта подтверждены. Проверьте «Мои данные»: они сами встанут "
        "в каждое заявление.",
        link_title="Открыть «Мои данные»",
    ),
    Template(
        kind="login-new-device",
        title="Вход с нового устройства",
        body="В ваш кабинет вошли с нового устройства: {device}, {when}.\n\n"
        "Если это были вы, ничего делать не нужно. Если нет, смените пароль и завершите "
        "остальные сеансы.",
        short="вход с нового устройства {when}. Это не вы? Смените пароль.",
        link_title="Посмотреть сеансы",
        must_send=True,
    ),
    Template(
        kind="login-locked",
        title="Вход в кабинет временно закрыт",
        body="Кто-то несколько раз ввёл неверный пароль от вашего кабинета. Подождите до {until} "
        "и войдите снова. С устройства, которым вы уже пользовались, вход открыт.\n\n"
        "Если пароль вводили не вы, смените его.",
        short="вход закрыт до {until}: пароль несколько раз введён неверно.",
        link_title="Сменить пароль",
        must_send=True,
    ),
    Template(
        kind="password-changed",
        title="Пароль изменён",
        body="Пароль от вашего кабинета изменён: {when}. Остальные сеансы завершены.\n\n"
        "Если это были не вы, восстановите доступ и напишите в поддержку.",
        short="пароль изменён {when}. Это не вы? Восстановите доступ.",
        link_title="Восстановить доступ",
        must_send=True,
    ),
    Template(
        kind="registration-attempt",
        title="Ваши контакты указали при регистрации",
        body="Кто-то указал ваш телефон или электронную почту, чтобы создать кабинет: {when}. "
        "Новый кабинет не создан.\n\n"
        "Если это были вы, войдите в свой кабинет или восстановите пароль. Если нет, ничего "
        "делать не нужно.",
        short="с вашим номером пытались создать кабинет. Это вы? Войдите в свой кабинет.",
        link_title="Войти",
        must_send=True,
    ),
    Template(
        kind="case-submitted",
        title="Заявление принято",
        body=f"Мы приняли заявление {_CASE}. Рассмотрим его до {{due}}.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-taken",
        title="Заявление взято в работу",
        body=f"Специалист рассматривает заявление {_CASE}. Срок решения: до {{due}}.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-question",
        title="Ответьте на вопрос по заявлению",
        body=f"Ответьте до {{answer_by}}: у специалиста есть вопрос по заявлению {_CASE}. "
        "Пока мы ждём ответа, срок решения не идёт.",
        short="ответьте до {answer_by} на вопрос по заявлению №\u00a0{number}.",
        link_title="Прочитать вопрос и ответить",
        must_send=True,
    ),
    Template(
        kind="case-question-reminder",
        title="Срок ответа по заявлению заканчивается",
        body=f"Ответьте до {{answer_by}} на вопрос по заявлению {_CASE}. "
        "Без ответа заявление закроется.",
        short="ответьте до {answer_by}, иначе заявление №\u00a0{number} закроется.",
        link_title="Ответить",
        must_send=True,
    ),
    Template(
        kind="case-answered",
        title="Ответ получен",
        body=f"Мы получили ваш ответ по заявлению {_CASE} и продолжаем. Срок решения: до {{due}}.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-approved",
        title="Заявление одобрено",
        body=f"Заявление {_CASE} одобрено. Сообщим, когда результат будет готов.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-ready",
        title="Результат готов",
        body=f"Откройте заявление {_CASE}: результат готов, документы можно скачать.",
        short="результат по заявлению №\u00a0{number} готов. Он ждёт вас в кабинете.",
        link_title="Открыть результат",
        must_send=True,
    ),
    Template(
        kind="case-without-papers",
        title="Выписку выпустить нельзя",
        body=f"По заявлению {_CASE} выписку выпустить нельзя: полис больше не действует. "
        "Посмотрите состояние полиса в кабинете.",
        short="по заявлению №\u00a0{number} выписку выпустить нельзя. Причина: в кабинете.",
        link_title="Открыть заявление",
        must_send=True,
    ),
    Template(
        kind="case-rejected",
        title="По заявлению принят отказ",
        body=f"Откройте заявление {_CASE}: принят отказ. Там указаны причина, норма закона и что "
        "можно исправить. Исправленное заявление можно подать повторно.",
        short="по заявлению №\u00a0{number} принят отказ. Причина и что делать: в кабинете.",
        link_title="Узнать причину",
        must_send=True,
    ),
    Template(
        kind="case-withdrawn",
        title="Заявление отозвано",
        body=f"Вы отозвали заявление {_CASE}. Мы прекратили рассмотрение. Подать новое можно "
        "в любой день.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-expired",
        title="Заявление закрыто без ответа",
        body=f"Мы не получили ответ на вопрос по заявлению {_CASE} и закрыли его. Возобновите "
        "заявление в кабинете, если услуга ещё нужна.",
        short="заявление №\u00a0{number} закрыто: ответа не было. Его можно возобновить.",
        link_title="Открыть заявление",
        must_send=True,
    ),
)

TEMPLATES: Mapping[str, Template] = {template.kind: template for template in _ALL}
