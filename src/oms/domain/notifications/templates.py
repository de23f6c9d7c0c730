"""What people are told, kind by kind: versioned texts.

A title holds nothing personal: it becomes the subject of an e-mail. An SMS holds a case number
at most. Whoever changes a text raises its version; a message keeps the text it was made with.
An administrator may put another text in its place: `texts.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from oms.domain.notifications.wishes import Group

_CASE = "№\u00a0{number} ({service})"
_GROUPS = {
    "case": Group.CASES,
    "ward": Group.CASES,
    "represented": Group.CASES,
    "request": Group.CASES,
    "answer": Group.CASES,
    "appointment": Group.APPOINTMENTS,
    "slot": Group.APPOINTMENTS,
    "document": Group.PAPERS,
    "export": Group.PAPERS,
    "paper": Group.PAPERS,
    "policy": Group.PAPERS,
    "certificate": Group.PAPERS,
    "news": Group.NEWS,
    "works": Group.NEWS,
    "review": Group.NEWS,
    "licence": Group.CASES,
}
"""By the first word of a kind; what is not named here concerns the account."""


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
    reminds_itself: bool = False
    """Who tells of it also reminds of the term (or it is a reminder): we do not."""
    by_day: bool = False
    """Must be sent, but not at night: SMS and push wait out the quiet hours."""

    @property
    def group(self) -> Group:
        """What the event is about: people choose channels by it."""
        return _GROUPS.get(self.kind.partition("-")[0], Group.SECURITY)

    @property
    def sms(self) -> str:
        """The words of an SMS; what need not be sent by SMS has its title said there."""
        return self.short or f"{self.title.lower()}. Подробности в кабинете."

    @property
    def needs(self) -> frozenset[str]:
        """Names the context must hold."""
        texts = (self.body, self.sms)
        return frozenset(
            name for text in texts for _, name, _, _ in Formatter().parse(text) if name
        )

    def fill(self, context: Mapping[str, str]) -> "Filled":
        """The texts of one event. Raises `KeyError` for a name the context lacks."""
        return filled(self.body.format_map(context), self.sms.format_map(context))


@dataclass(frozen=True)
class Filled:
    """Texts ready to be sent."""

    body: str
    short: str


def filled(body: str, short: str) -> Filled:
    """Return both texts; a date that ends with «г.» ends the sentence too."""
    return Filled(body.replace("\u00a0г..", "\u00a0г."), short.replace("\u00a0г..", "\u00a0г."))


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
        kind="export-ready",
        title="Архив ваших данных готов",
        body="Мы собрали всё, что храним о вас. Скачайте архив за семь дней: потом он удалится.",
        link_title="Скачать архив",
    ),
    Template(
        kind="erasure-asked",
        title="Кабинет будет удалён",
        body="Вы попросили удалить кабинет. Мы сделаем это {when}.\n\n"
        "Если передумали или это были не вы, войдите до этого дня и отмените удаление.",
        short="кабинет будет удалён {when}. Это не вы? Войдите и отмените.",
        link_title="Отменить удаление",
        must_send=True,
    ),
    Template(
        kind="erasure-undone",
        title="Удаление кабинета отменено",
        body="Кабинет остаётся, данные на месте. Если это были не вы, смените пароль.",
        short="удаление кабинета отменено. Это не вы? Смените пароль.",
        link_title="Открыть «Ваши данные»",
        must_send=True,
    ),
    Template(
        kind="paper-mailed",
        title="Документ отправлен вам на почту",
        body="По вашей просьбе отправили документ №\u00a0{number} на вашу подтверждённую почту. "
        "Если просили не вы, смените пароль.",
        link_title="Открыть документ",
    ),
    Template(
        kind="paper-handed",
        title="Документ на бумаге вручён",
        body="Документ №\u00a0{number} вручён: {when}. Если его забрали не вы и не ваш "
        "представитель, сразу напишите в поддержку.",
        link_title="Открыть документ",
    ),
    Template(
        kind="paper-returned",
        title="Документ на бумаге не вручён",
        body="Документ №\u00a0{number} вернулся к нам: {text}. В электронном виде он действует. "
        "Если бумага ещё нужна, закажите её снова.",
        link_title="Открыть документ",
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
        reminds_itself=True,
    ),
    Template(
        kind="case-question-reminder",
        title="Срок ответа по заявлению заканчивается",
        body=f"Ответьте до {{answer_by}} на вопрос по заявлению {_CASE}. "
        "Без ответа заявление закроется.",
        short="ответьте до {answer_by}, иначе заявление №\u00a0{number} закроется.",
        link_title="Ответить",
        must_send=True,
        reminds_itself=True,
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
        body=f"Откройте заявление {_CASE}: результат готов и ждёт вас в кабинете.",
        version=2,
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
    Template(
        kind="case-breached",
        title="Срок решения по заявлению прошёл",
        body=f"Решение по заявлению {_CASE} не принято в срок. Вы вправе подать жалобу: откройте "
        "заявление и нажмите «Пожаловаться на срок». Решение по нему всё равно примут.",
        short="срок по заявлению №\u00a0{number} прошёл. Жалобу можно подать в кабинете.",
        link_title="Открыть заявление и пожаловаться",
        must_send=True,
    ),
    Template(
        kind="case-planned",
        title="Заявление одобрено, действует с выбранной даты",
        body=f"Заявление {_CASE} одобрено. {{text}} До этого дня его можно отменить в кабинете.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-plan-done",
        title="Наступил день, который вы выбрали",
        body=f"Мы исполнили заявление {_CASE} в выбранный вами день. Сообщим, когда документы "
        "будут готовы.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-plan-returned",
        title="Исполнить заявление в выбранный день не удалось",
        body=f"Заявление {_CASE} вернулось на рассмотрение. Причина в кабинете. Новый срок "
        "решения: до {due}. Ничего пока не изменилось.",
        short="заявление №\u00a0{number} не исполнено в выбранный день. Причина: в кабинете.",
        link_title="Узнать причину",
        must_send=True,
    ),
    Template(
        kind="case-plan-cancelled",
        title="Решение отменено по вашей просьбе",
        body=f"Вы отменили заявление {_CASE} до начала действия. Ничего не изменится. Подать новое "
        "можно в любой день.",
        link_title="Открыть заявление",
    ),
    Template(
        kind="case-returned",
        title="Отказ отменён по вашей жалобе",
        body=f"Отказ по заявлению {_CASE} отменён. Его рассмотрят заново до {{due}}.",
        short="отказ по заявлению №\u00a0{number} отменён, его рассмотрят заново.",
        link_title="Открыть заявление",
        must_send=True,
    ),
    Template(
        kind="identity-confirmed",
        title="Личность подтверждена",
        body="Вы подтвердили личность {day}, способ: «{method}». Вам открыты все услуги кабинета.",
        link_title="Посмотреть",
    ),
    Template(
        kind="identity-data-confirmed",
        title="Документы проверены",
        body="Ваши документы совпали с реестрами. Остался один шаг: подтвердите номер телефона "
        "кодом из СМС.",
        link_title="Продолжить",
    ),
    Template(
        kind="identity-fix",
        title="Уточните данные для подтверждения личности",
        body="Ответьте до {answer_by}, иначе попытка закроется. Причина вопроса:\n\n{reason}\n\n"
        "То, что уже совпало, второй раз вводить не нужно.",
        short="уточните до {answer_by} данные для подтверждения личности в кабинете.",
        link_title="Уточнить",
        must_send=True,
        reminds_itself=True,
    ),
    Template(
        kind="identity-fix-reminder",
        title="Срок уточнения данных заканчивается",
        body="Уточните данные до {answer_by}: иначе подтверждение личности придётся начать заново.",
        short="уточните до {answer_by} данные для подтверждения личности.",
        link_title="Уточнить",
        must_send=True,
        reminds_itself=True,
    ),
    Template(
        kind="identity-refused",
        title="Личность пока не подтверждена",
        body="Способ «{method}» не подошёл. {reason}\n\nВыберите другой способ: всё, что уже "
        "совпало, мы запомнили.",
        link_title="Выбрать другой способ",
    ),
    Template(
        kind="identity-expired",
        title="Срок уточнения данных прошёл",
        body="Мы не дождались уточнения и закрыли попытку. Способ: «{method}». Начать снова можно "
        "в любой день.",
        link_title="Начать снова",
    ),
    Template(
        kind="document-infected",
        title="В загруженном файле найден вирус",
        body="Антивирус нашёл вирус в файле, который вы загрузили: {document}. Мы не открываем "
        "этот файл и никому его не показываем.\n\n"
        "Проверьте своё устройство антивирусом и загрузите другой файл.",
        short="в загруженном файле найден вирус. Загрузите другой файл.",
        link_title="Загрузить другой файл",
        must_send=True,
    ),
    Template(
        kind="document-refused",
        title="Документ не принят",
        body="Мы не приняли документ: {document}. Причина: {reason}\n\n"
        "Загрузите новый документ в кабинете.",
        short="документ не принят. Причина и что делать: в кабинете.",
        link_title="Открыть документ",
        must_send=True,
    ),
    Template(
        kind="access-recovery",
        title="Восстанавливают доступ к вашему кабинету",
        body="Кто-то подтвердил код и задаёт новый пароль от вашего кабинета: {when}.\n\n"
        "Если это вы, ничего делать не нужно. Если нет, восстановите доступ сами и проверьте "
        "телефон и почту в «Моих данных».",
        short="{when} кто-то задаёт новый пароль от кабинета. Это не вы? Восстановите доступ.",
        link_title="Восстановить доступ",
        must_send=True,
    ),
    Template(
        kind="contact-changed",
        title="Контакт в кабинете изменён",
        body="В вашем кабинете изменили контакт ({what}): {when}.\n\n"
        "Если это вы, ничего делать не нужно. Если нет, отмените смену: как это сделать, "
        "мы написали на прежний контакт.",
        short="в кабинете изменили контакт ({what}) {when}.",
        link_title="Проверить контакты",
        must_send=True,
    ),
    Template(
        kind="contact-undone",
        title="Смена контакта отменена",
        body="Вы вернули прежний контакт ({what}): {when}. Прежний пароль больше не действует, "
        "все сеансы завершены.\n\nЗадайте новый пароль, чтобы войти.",
        short="смена контакта отменена, пароль больше не действует. Задайте новый.",
        link_title="Задать новый пароль",
        must_send=True,
    ),
    Template(
        kind="question-changed",
        title="Контрольный вопрос изменён",
        body="Контрольный вопрос вашего кабинета {what}: {when}.\n\nЕсли это сделали не вы, "
        "смените пароль.",
        link_title="Проверить защиту",
    ),
    Template(
        kind="account-blocked",
        title="Кабинет заблокирован",
        body="Мы закрыли вход в ваш кабинет: {when}. Причина:\n\n{reason}\n\n"
        "Полис продолжает действовать. Если вы не согласны, войдите с паролем и нажмите "
        "«Оспорить»: решение проверит другой сотрудник.",
        short="вход в кабинет закрыт {when}. Причина и как оспорить: на странице входа.",
        link_title="Войти и оспорить",
        must_send=True,
    ),
    Template(
        kind="account-unblocked",
        title="Кабинет снова открыт",
        body="Вход в ваш кабинет снова открыт: {when}.\n\n{answer}",
        short="вход в кабинет снова открыт {when}.",
        link_title="Войти",
        must_send=True,
    ),
    Template(
        kind="sessions-ended",
        title="Все сеансы завершены",
        body="Сотрудник поддержки завершил все сеансы вашего кабинета: {when}. Пароль прежний. "
        "Чтобы продолжить, войдите снова.\n\nЕсли вы об этом не просили, напишите в поддержку.",
        short="сотрудник поддержки завершил все сеансы вашего кабинета {when}.",
        link_title="Проверить защиту",
        must_send=True,
    ),
    Template(
        kind="request-decided",
        title="Ответ на ваше обращение",
        body="Мы ответили на обращение №\u00a0{number}. Решение: {result}.\n\n{answer}",
        link_title="Мои обращения",
    ),
    Template(
        kind="review-published",
        title="Ваш отзыв опубликован",
        body="Отзыв об организации {organization} опубликован. Изменить или снять его "
        "можно в любой день.",
        link_title="Открыть отзыв",
    ),
    Template(
        kind="review-refused",
        title="Ваш отзыв не опубликован",
        body="Отзыв об организации {organization} мы не опубликовали.\n\n{reason}.\n\nИсправьте "
        "текст и отправьте его заново.",
        link_title="Исправить отзыв",
    ),
    Template(
        kind="review-answered",
        title="Организация ответила на ваш отзыв",
        body="{organization} ответила на ваш отзыв. Ответ виден всем под отзывом.",
        link_title="Прочитать ответ",
    ),
    Template(
        kind="licence-ending",
        title="Заканчивается срок документа организации",
        body="{paper} организации {organization} действует до {until}. Осталось: {left}.\n\n"
        "Проверьте, продлён ли срок, и загрузите новый справочник.",
        link_title="Открыть организацию",
    ),
    Template(
        kind="licence-ended",
        title="Закончился срок документа организации",
        body="{paper} организации {organization}: срок закончился {until}.\n\nНа портале это "
        "отмечено. Если срок продлён, загрузите новый справочник.",
        link_title="Открыть организацию",
    ),
    Template(
        kind="access-stopped",
        title="Возврат доступа остановлен",
        body="Вы сообщили, что не просили вернуть доступ. Мы остановили его: {when}. Ваш пароль "
        "и контакты прежние.",
        short="возврат доступа остановлен {when}. Ваш пароль и контакты прежние.",
        link_title="Проверить защиту",
        must_send=True,
    ),
    Template(
        kind="ward-handed-in",
        title="Проверяем право представлять",
        body="Мы получили документы и проверим право действовать за другого человека: {name}. "
        "Ответим до {due}",
        link_title="Посмотреть, на чём остановилось",
    ),
    Template(
        kind="ward-question",
        title="Приложите другой документ",
        body="Чтобы подтвердить право представлять ({name}), приложите другой документ. {text}",
        short="приложите другой документ о праве представлять ребёнка или подопечного.",
        link_title="Приложить документ",
        must_send=True,
    ),
    Template(
        kind="ward-confirmed",
        title="Право представлять подтверждено",
        body="Теперь вы можете действовать за другого человека: {name}. Право действует {until}\n\n"
        "Откройте кабинет в разделе «Дети и подопечные».",
        short="право представлять ребёнка или подопечного подтверждено. Откройте кабинет.",
        link_title="Открыть",
        must_send=True,
    ),
    Template(
        kind="ward-refused",
        title="Право представлять не подтверждено",
        body="Право представлять ({name}) не подтверждено. {text}",
        short="право представлять не подтверждено. Причина: в кабинете.",
        link_title="Узнать, что делать",
        must_send=True,
    ),
    Template(
        kind="ward-widened",
        title="Права представителя расширены",
        body="Фонд согласился: {name}. Теперь вы можете {scope}.",
        link_title="Посмотреть права",
    ),
    Template(
        kind="ward-scope-refused",
        title="Права представителя не расширены",
        body="Права остались прежними: {name}. {text}",
        link_title="Посмотреть права",
    ),
    Template(
        kind="ward-narrowed",
        title="Права представителя сокращены",
        body="С этой минуты вы можете только {scope}. За кого: {name}.",
        link_title="Посмотреть права",
    ),
    Template(
        kind="ward-revoked",
        title="Право представлять отозвано",
        body="Вы больше не можете действовать за другого человека: {name}. {text}",
        short="право представлять ребёнка или подопечного отозвано.",
        link_title="Посмотреть",
        must_send=True,
    ),
    Template(
        kind="ward-ending",
        title="Право представлять скоро закончится",
        body="Право действовать за другого человека ({name}) закончится: последний день {until} "
        "Если срок акта продлили, добавьте новый акт заранее.",
        link_title="Посмотреть",
    ),
    Template(
        kind="ward-ended",
        title="Право представлять закончилось",
        body="Вы больше не действуете за другого человека: {name}. {text}",
        link_title="Посмотреть",
    ),
    Template(
        kind="represented",
        title="У вас появился представитель",
        body="Фонд подтвердил, что за вас может действовать {by}. Право действует {until}\n\n"
        "Вы видите всё, что делает представитель. С 14 лет право можно отозвать.",
        short="за вас теперь может действовать представитель. Подробности в кабинете.",
        link_title="Посмотреть права представителя",
        must_send=True,
    ),
    Template(
        kind="represented-scope",
        title="Права вашего представителя изменились",
        body="{by} теперь может {scope}.",
        link_title="Посмотреть права представителя",
    ),
    Template(
        kind="represented-ending",
        title="Право вашего представителя скоро закончится",
        body="{by} действует за вас последний день {until} Потом все услуги будете получать сами.",
        link_title="Посмотреть права представителя",
    ),
    Template(
        kind="represented-no-more",
        title="Представитель больше не действует за вас",
        body="{by} больше не может действовать за вас. {text}",
        link_title="Посмотреть",
    ),
    Template(
        kind="appointment-booked",
        title="Вы записаны к врачу",
        body="Приём {when}. Врач: {doctor}.\n\nГде: {place}.\n\nНомер записи: {number}. Возьмите "
        "паспорт и полис или его номер. Если опоздать больше чем на 15\u00a0минут, запись "
        "отменится.",
        link_title="Открыть запись",
    ),
    Template(
        kind="appointment-moved",
        title="Запись к врачу перенесена",
        body="Новое время приёма: {when}. Врач: {doctor}.\n\nГде: {place}.\n\n"
        "Номер записи прежний: {number}. Прежнее время ({before}) отдали другим.",
        link_title="Открыть запись",
    ),
    Template(
        kind="appointment-cancelled",
        title="Запись к врачу отменена",
        body="Вы отменили запись {number}: {when}. Врач: {doctor}. Время отдали другим. "
        "Записаться снова можно в любой день.",
        link_title="Открыть «Мои записи»",
    ),
    Template(
        kind="appointment-called-off",
        title="Поликлиника отменила приём",
        body="Приём {when} отменён. Врач: {doctor}. Номер записи: {number}.\n\n"
        "Причина: {reason}.\n\nВыберите другое время в кабинете или позвоните в регистратуру.",
        short="приём {when} отменён поликлиникой. Другое время выберите в кабинете.",
        link_title="Выбрать другое время",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="appointment-closed",
        title="Приёма в этот день не будет",
        body="Приём {when} не состоится. Врач: {doctor}. Номер записи: {number}.\n\nПричина: "
        "{reason}.\n\nПодходящего времени пока нет. Встаньте в очередь: предложим первое, что "
        "освободится.",
        short="приём {when} не состоится. Что делать: в кабинете.",
        link_title="Выбрать, что делать",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="appointment-closed-offer",
        title="Приёма не будет, есть другое время",
        body="Приём {when} не состоится. Причина: {reason}.\n\n"
        "Держим для вас другое время: {other}. Врач: {doctor}. Где: {place}.\n\n"
        "Ответьте до {until}. Не подойдёт, выберите время сами.",
        short="приём {when} не состоится. Другое время держим до {until}: ответьте в кабинете.",
        link_title="Посмотреть другое время",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="appointment-missed",
        title="Приём отменён: вы не отметились",
        body="Прошло 15\u00a0минут после начала приёма ({when}), а регистратура вас не отметила. "
        "Запись {number} отменилась. Врач: {doctor}.\n\nЕсли вы уже в поликлинике, подойдите "
        "в регистратуру: вас ещё могут принять.",
        link_title="Записаться снова",
    ),
    Template(
        kind="appointment-late-done",
        title="Регистратура выполнила вашу просьбу",
        body="Вы просили {what} приём {when}. Регистратура согласилась. Номер записи: {number}."
        "\n\n{answer}",
        short="регистратура согласилась {what} приём {when}.",
        link_title="Открыть запись",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="appointment-late-refused",
        title="Регистратура ответила на вашу просьбу",
        body="Вы просили {what} приём {when}. Регистратура не согласилась: вас ждут. "
        "Номер записи: {number}.\n\n{answer}",
        short="регистратура не согласилась {what} приём {when}. Вас ждут.",
        link_title="Открыть запись",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="appointment-day-reminder",
        title="Скоро приём у врача",
        body="Напоминаем: приём {when}. Врач: {doctor}.\n\nГде: {place}. Возьмите паспорт и полис "
        "или его номер.\n\nЕсли придёте, отвечать не нужно. Отменить или перенести запись можно "
        "по ссылке, без входа в кабинет.",
        link_title="Приду, отменить или перенести",
        reminds_itself=True,
    ),
    Template(
        kind="appointment-hours-reminder",
        title="Сегодня приём у врача",
        body="Напоминаем: приём {when}. Врач: {doctor}.\n\nГде: {place}.\n\nНе получается прийти? "
        "Скажите об этом по ссылке, без входа в кабинет.",
        link_title="Приду, отменить или перенести",
        reminds_itself=True,
    ),
    Template(
        kind="slot-offered",
        title="Освободилось время у врача",
        body="Есть время, которого вы ждали: {when}. Врач: {doctor}. Где: {place}.\n\nДержим его "
        "для вас до {until}. Не подойдёт, откажитесь: место в очереди останется за вами.",
        short="есть время к врачу: {when}. Держим его до {until}. Ответьте в кабинете.",
        link_title="Согласиться или отказаться",
        must_send=True,
        by_day=True,
        reminds_itself=True,
    ),
    Template(
        kind="slot-lapsed",
        title="Время у врача больше не держим",
        body="Ответа не было, и мы перестали держать время: {when}. Врач: {doctor}. {text}",
        link_title="Открыть лист ожидания",
    ),
    Template(
        kind="slot-waiting-ended",
        title="Место в очереди к врачу закрыто",
        body="Вы больше не в очереди. К кому ждали: {doctor}. {text}",
        link_title="Открыть «Мои записи»",
    ),
    Template(
        kind="contact-unreachable",
        title="Сообщения до вас не доходят",
        body="Контакт ({what}) не принимает наши сообщения: {reason}. Мы больше не шлём туда "
        "сообщения, пока вы не исправите контакт.\n\n"
        "Проверьте его в «Моих данных». Если он верен, нажмите там «Контакт верный».",
        short="контакт ({what}) не принимает сообщения. Исправьте его в «Моих данных».",
        link_title="Исправить контакт",
        must_send=True,
    ),
    Template(
        kind="answer-reminder",
        title="Срок ответа заканчивается",
        body="Мы ждём вашего ответа до {answer_by} Сообщение: «{about}».",
        short="ответьте до {answer_by} Сообщение ждёт вас в кабинете.",
        link_title="Ответить",
        must_send=True,
        reminds_itself=True,
    ),
    Template(
        kind="record-merged",
        title="Фонд объединил ваши записи в реестре",
        body="{on} фонд объединил две ваши записи в реестре застрахованных. Полис действует, "
        "заявления и бумаги сохранились.\n\n"
        "Если вторая запись была не ваша, напишите в поддержку: объединение можно отменить.",
        short="фонд объединил ваши записи в реестре. Подробности в кабинете.",
        link_title="Открыть кабинет",
        must_send=True,
    ),
    Template(
        kind="appointment-doubled",
        title="Из двух записей к врачу осталась одна",
        body="Фонд объединил ваши записи в реестре, и на одно время оказалось два приёма. Остался "
        "тот, на который вы записались раньше: {other}.\n\nОтменён приём {when}. Врач: {doctor}. "
        "Номер записи: {number}. Если нужен и он, выберите другое время.",
        short="из двух приёмов на одно время остался один: {other}.",
        link_title="Открыть «Мои записи»",
        must_send=True,
        by_day=True,
    ),
    Template(
        kind="record-parted",
        title="Фонд отменил объединение записей",
        body="{on} фонд разделил записи в реестре, которые раньше объединил. "
        "Каждая снова отдельная. Проверьте свои данные и полис.",
        short="фонд отменил объединение записей в реестре. Проверьте свои данные.",
        link_title="Проверить данные",
        must_send=True,
    ),
)

TEMPLATES: Mapping[str, Template] = {template.kind: template for template in _ALL}
