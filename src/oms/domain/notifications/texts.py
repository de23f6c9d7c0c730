"""The text in force of each kind of message: of the code, or an administrator's (NTF-5).

An administrator's text is a Django template without tags: names of the event and four filters
(`text_filters.py`). Every change is a new version; the title names nobody and holds no value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from string import Formatter

from django.db import IntegrityError, transaction
from django.template import Context, Engine, TemplateSyntaxError
from django.template import Template as Compiled
from django.template.base import TextNode, VariableNode

from oms.domain.accounts.models import User
from oms.domain.journal.actions import record
from oms.domain.notifications import letters
from oms.domain.notifications.models import Text
from oms.domain.notifications.templates import TEMPLATES, Filled, Template, filled
from oms.kit.denied import Denied

FIRST_EDITED = 1000
MAX_SMS_PARTS = 3
_KEEP = frozenset({"answer_by", "reason", "until"})
"""Names no text may drop: without them people miss terms and reasons."""
_PERSONAL = re.compile(r"\d{4,}|@|\{")
FIELDS = ("title", "body", "short", "link_title")


class _Engine(Engine):
    """Knows four filters and not one tag, loads nothing."""

    default_builtins = ["oms.domain.notifications.text_filters"]


_ENGINE = _Engine(autoescape=False)


class Changed(Denied):
    """Another administrator saved this text meanwhile."""

    text = "Пока вы правили, текст изменил другой администратор. Сравните и сохраните ещё раз."


class Wrong(Denied):
    """The text cannot be used; `problems` says why, field by field."""

    status = 422
    text = "Текст нельзя сохранить: исправьте отмеченное."

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True)
class Edited(Template):
    """An administrator's text in the place of the code's."""

    def fill(self, context: Mapping[str, str]) -> Filled:
        """Fill both texts. Raises `KeyError` for a name the context lacks."""
        values = {name: context[name] for name in TEMPLATES[self.kind].needs}
        body, sms = (_compiled(text) for text in (self.body, self.sms))
        return filled(body.render(Context(values)), sms.render(Context(values)))


def in_force(kind: str) -> Template:
    """Return the text that is sent now. Raises `KeyError` for an unknown kind. One query."""
    row = Text.objects.filter(kind=kind).order_by("-version").first()
    return TEMPLATES[kind] if row is None or row.is_built_in else edited(row)


def edited(row: Text) -> Template:
    """Return what a version says, ready to be filled."""
    own = TEMPLATES[row.kind]
    if row.is_built_in:
        return own
    return Edited(
        kind=row.kind,
        title=row.title,
        body=row.body,
        short=row.short,
        link_title=row.link_title,
        must_send=own.must_send,
        reminds_itself=own.reminds_itself,
        version=row.version,
    )


def built_in(kind: str) -> dict[str, str]:
    """Return the text of the code in the words of the editor: `{{ name }}` for each value."""
    own = TEMPLATES[kind]
    body, short = (_as_template(text) for text in (own.body, own.short))
    return {"title": own.title, "body": body, "short": short, "link_title": own.link_title}


def problems(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with a text, by field; empty when it may be used."""
    found: dict[str, str] = {}
    own = TEMPLATES[kind]
    for field in ("title", "link_title"):
        if _PERSONAL.search(values[field]):
            found[field] = (
                "Здесь не должно быть подстановок, номеров и адресов: заголовок виден "
                "в почте и на заблокированном экране."
            )
        elif not values[field].strip():
            found[field] = "Напишите текст."
    used: set[str] = set()
    for field in ("body", "short"):
        try:
            used |= _names(values[field])
        except Wrong as wrong:
            found[field] = wrong.problems[""]
    unknown = used - own.needs
    if unknown and "body" not in found:
        known = ", ".join(sorted(own.needs)) or "здесь подстановок нет"
        found["body"] = f"Нет такой подстановки: {', '.join(sorted(unknown))}. Можно: {known}."
    dropped = (own.needs & _KEEP) - used
    if dropped and "body" not in found:
        found["body"] = f"Оставьте подстановку: {', '.join(sorted(dropped))}."
    if not values["body"].strip():
        found["body"] = "Напишите текст."
    if own.short and not values["short"].strip():
        found["short"] = "Это сообщение уходит и по СМС: напишите короткий текст."
    if not found and letters.sms_parts(_sample_sms(kind, values)) > MAX_SMS_PARTS:
        found["short"] = f"СМС длиннее {MAX_SMS_PARTS} частей. Сократите текст."
    return found


def sample(kind: str, values: Mapping[str, str]) -> Filled:
    """Return the text filled as an example. Raises `Wrong`."""
    if wrong := problems(kind, values):
        raise Wrong(wrong)
    return _draft(kind, values).fill(SAMPLES)


@transaction.atomic
def save(
    *, kind: str, values: Mapping[str, str], note: str, seen: int, by: User, at: datetime
) -> Text:
    """Put an administrator's text in force. Raises `Wrong`, `Changed`.

    `seen` is the version the editor was drawn from (0: the code's).
    """
    if wrong := problems(kind, values):
        raise Wrong(wrong)
    texts = {field: values[field].strip() for field in FIELDS}
    return _add(kind, texts, is_built_in=False, note=note, seen=seen, by=by, at=at)


@transaction.atomic
def restore(*, kind: str, seen: int, by: User, at: datetime) -> Text:
    """Go back to the text of the code. Raises `Changed`."""
    return _add(kind, built_in(kind), is_built_in=True, note="", seen=seen, by=by, at=at)


def versions(kind: str) -> list[Text]:
    """Return what was ever saved, newest first, with who did it. One query."""
    return list(Text.objects.filter(kind=kind).select_related("by").order_by("-version"))


def latest() -> dict[str, Text]:
    """Return the newest version of each kind that was ever edited. One query."""
    rows = Text.objects.select_related("by").order_by("version")
    return {row.kind: row for row in rows}


def version_words(version: int) -> str:
    """Say a version as people read it.

    >>> version_words(2), version_words(1000)
    ('встроенный текст 2', 'правка 1')
    """
    if version < FIRST_EDITED:
        return f"встроенный текст {version}"
    return f"правка {version - FIRST_EDITED + 1}"


def _add(
    kind: str,
    texts: Mapping[str, str],
    *,
    is_built_in: bool,
    note: str,
    seen: int,
    by: User,
    at: datetime,
) -> Text:
    last = Text.objects.filter(kind=kind).order_by("-version").first()
    if (last.version if last else 0) != seen:
        raise Changed
    version = last.version + 1 if last else FIRST_EDITED
    try:
        with transaction.atomic():
            row = Text.objects.create(
                kind=kind, version=version, is_built_in=is_built_in, note=note.strip()[:200],
                by=by, at=at, **texts,
            )  # fmt: skip
    except IntegrityError:
        raise Changed from None
    record(
        act="message.text",
        subject=f"text:{kind}",
        by=by.actor,
        at=at,
        details={"version": version, "built_in": is_built_in},
    )
    return row


def _draft(kind: str, values: Mapping[str, str]) -> Template:
    own = TEMPLATES[kind]
    return Edited(
        kind=kind,
        title=values["title"],
        body=values["body"],
        short=values["short"],
        link_title=values["link_title"],
        must_send=own.must_send,
    )


def _sample_sms(kind: str, values: Mapping[str, str]) -> str:
    return letters.sms_text(short=_draft(kind, values).fill(SAMPLES).short)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Compiled:
    return Compiled(text, engine=_ENGINE)


def _names(text: str) -> set[str]:
    """Return the names a text uses. Raises `Wrong` for anything but names and filters."""
    try:
        nodes = Compiled(text, engine=_ENGINE).nodelist
    except TemplateSyntaxError:
        raise Wrong({"": _SYNTAX}) from None
    names = set()
    for node in nodes:
        if isinstance(node, TextNode):
            continue
        lookups = getattr(getattr(node, "filter_expression", None), "var", None)
        path = getattr(lookups, "lookups", None)
        if not isinstance(node, VariableNode) or path is None or len(path) != 1:
            raise Wrong({"": _SYNTAX})
        arguments = [one for _, given in node.filter_expression.filters for one in given]
        if any(is_variable for is_variable, _ in arguments):
            raise Wrong({"": _SYNTAX})
        names.add(path[0])
    return names


_SYNTAX = (
    "Можно писать только подстановки {{ имя }} и фильтры lower, upper, capfirst, default. "
    "Команды {% … %}, точки и вложения не работают."
)


def _as_template(text: str) -> str:
    return "".join(
        literal + (f"{{{{ {name} }}}}" if name else "")
        for literal, name, _, _ in Formatter().parse(text)
    )


class _Samples(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"«{name}»"


SAMPLES: Mapping[str, str] = _Samples(
    number="770000-123456-7",
    service="Замена страховой организации",
    due="22\u00a0декабря 2026\u00a0г.",
    answer_by="22\u00a0декабря 2026\u00a0г.",
    device="Chrome, Windows",
    when="22.12.2026 в\u00a018:04",
    result="выполнено",
    answer="Спасибо, что сообщили.",
    what="электронная почта",
    until="22\u00a0декабря 2026\u00a0г.",
    day="22\u00a0декабря 2026\u00a0г.",
    document="Вид на жительство",
    name="Константин",
    by="Примерова А.\u00a0В.",
    scope="смотреть полис и документы",
    text="Срок акта закончился.",
    method="Код из СМС",
    reason="Не совпало поле «Дата рождения».",
    about="Ответьте на вопрос",
    doctor="Петрова Ирина Олеговна, терапевт",
    place="Поликлиника №\u00a01, ул.\u00a0Тестовая, 1, кабинет 12",
    before="22\u00a0декабря 2026\u00a0г. в\u00a010:20",
    other="23\u00a0декабря 2026\u00a0г. в\u00a011:40",
)
"""An example of every value, for the preview."""
