"""`{% load design %}`: icons, tags, small components, and filters for Russian text."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.safestring import SafeString

from oms.faces.design import icons
from oms.faces.design.forms import error_words
from oms.faces.design.parts import Bar
from oms.law import dates, enp, names, phone, snils
from oms.law.plural import counted
from oms.law.plural import plural as plural_form
from oms.law.typed import NBSP

register = template.Library()

STATE_ICONS = {
    "ok": "check",
    "warn": "circle-alert",
    "danger": "circle-x",
    "info": "info",
    "neutral": "circle",
    "brand": "shield-check",
}
NOTICE_ICONS = {**STATE_ICONS, "ok": "circle-check", "danger": "triangle-alert", "neutral": "info"}
_LEVELS = {"success": "ok", "warning": "warn", "error": "danger"}


@register.simple_tag
def icon(name: str, size: int = 22) -> SafeString:
    """Draw an icon: `{% icon "check" 22 %}`."""
    return icons.svg(name, size)


@register.inclusion_tag("design/components/tag.html")
def tag(state: str, word: str, icon: str = "") -> dict[str, Any]:
    """Draw a pill with a state's word and icon: `{% tag "warn" "Требуется уточнение" %}`."""
    return {"state": state, "word": word, "icon": icon or STATE_ICONS[state]}


@register.inclusion_tag("design/components/notice.html")
def notice(state: str, text: str, title: str = "", icon: str = "") -> dict[str, Any]:
    """Draw a notice: `{% notice "ok" "Черновик сохранён" title="Готово" %}`."""
    return {
        "state": state,
        "text": text,
        "title": title,
        "icon": icon or NOTICE_ICONS[state],
    }


@register.inclusion_tag("design/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """Draw what is wrong in the forms, with links to the fields; nothing if all is well."""
    fields = [field for form in forms for field in form if field.errors]
    general = [error for form in forms for error in form.non_field_errors()]
    total = len(fields) + len(general)
    return {"fields": fields, "general": general, "title": _to_mend(len(fields), total)}


def _to_mend(fields: int, total: int) -> str:
    if not fields:
        return "Проверьте данные" if total else ""
    if fields == 1:
        return "Исправьте одно поле"
    return f"Исправьте {counted(fields, 'поле', 'поля', 'полей')}"


@register.inclusion_tag("design/components/term_bar.html")
def term_bar(share: float, words: str, state: str = "") -> dict[str, Any]:
    """Draw how much of a term has passed, 0..100; the state follows from it unless given."""
    passed = max(0, min(100, round(float(share))))
    own = "danger" if passed >= 90 else "warn" if passed >= 70 else "ok"
    return {"share": passed, "words": words, "state": state or own}


@register.inclusion_tag("design/components/bar_chart.html")
def bar_chart(
    bars: Sequence[Bar], title: str, label: str, value: str, whole: float = 0
) -> dict[str, Any]:
    """Draw horizontal bars inside the table of their numbers; `label`, `value` head the columns.

    A bar as long as the column means `whole` (100 for shares), or the largest of the bars.
    """
    largest = whole or max((bar.value for bar in bars), default=0) or 1
    rows = [{"bar": bar, "width": round(bar.value * 1000 / largest)} for bar in bars]
    return {"rows": rows, "title": title, "label": label, "value": value}


@register.inclusion_tag("design/components/copyable.html")
def copyable(text: str, shown: str = "", what: str = "номер") -> dict[str, Any]:
    """Draw a number with a button that copies it: `{% copyable "7756…" what="номер полиса" %}`."""
    return {"text": text, "shown": shown or text, "what": what}


@register.filter
def field_kind(field: BoundField) -> str:
    """Tell which layout a field needs: `checkbox`, `group` (a fieldset) or `plain`."""
    if getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset:
        return "checkbox"
    return "group" if field.use_fieldset else "plain"


@register.filter
def is_good(field: BoundField) -> bool:
    """Say whether a filled field was checked and is right, and its form wants that shown."""
    form = field.form
    wanted = bool(getattr(form, "show_good", False)) and form.is_bound
    return wanted and not field.errors and field.value() not in (None, "", [])


register.filter("error_words", error_words)


@register.filter
def lower_first(text: str) -> str:
    """Begin the text small, to go on after a colon; abbreviations stay as they are."""
    text = str(text)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


@register.filter
def after_label(text: str, label: str) -> str:
    """Say an error with its field before it, once: some errors name the field themselves."""
    return str(text) if str(text).startswith(str(label)) else f"{label}: {lower_first(text)}"


@register.filter
def message_state(tags: str) -> str:
    """Turn the level of a Django message into a state of ours."""
    return next((_LEVELS[word] for word in tags.split() if word in _LEVELS), "info")


@register.filter
def state_icon(state: str) -> str:
    """Name the icon that goes with a state."""
    return NOTICE_ICONS.get(state, "info")


# Russian text


@register.filter
def enp_group(number: str) -> str:
    """Show a policy number in groups of four."""
    return enp.group(str(number)) if number else ""


@register.filter(name="snils")
def snils_filter(number: str) -> str:
    """Show a СНИЛС as 112-233-445 95."""
    return snils.display(str(number)) if number else ""


@register.filter(name="phone")
def phone_filter(number: str) -> str:
    """Show a phone as +7 900 123-45-67."""
    return phone.display(str(number)) if number else ""


@register.filter
def long_date(value: date | None) -> str:
    """22 ноября 2026 г."""
    day = _day(value)
    return dates.long(day) if day else ""


@register.filter
def short_date(value: date | None) -> str:
    """22.11.2026."""
    day = _day(value)
    return dates.short(day) if day else ""


@register.filter
def date_words(value: date | None) -> str:
    """сегодня, завтра, вчера; 24 ноября; another year with the year."""
    day = _day(value)
    return _near(day, timezone.localdate()) if day else ""


@register.filter
def datetime_words(value: datetime | None) -> str:
    """сегодня, 09:40; 19 ноября, 18:02, in the zone of the portal."""
    if value is None or value == "":
        return ""
    local = timezone.localtime(value)
    return f"{_near(local.date(), timezone.localdate())}, {local:%H:%M}"


def _near(day: date, today: date) -> str:
    near = {0: "сегодня", 1: "завтра", -1: "вчера"}.get((day - today).days)
    if near:
        return near
    words = dates.long(day)
    return words if day.year != today.year else NBSP.join(words.split(NBSP)[:2])


def _day(value: date | datetime | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value or None


@register.filter
def plural(number: int, forms: str) -> str:
    """Return the word's form for the number: `{{ n }} {{ n|plural:"день,дня,дней" }}`."""
    one, few, many = forms.split(",")
    return plural_form(int(number), one, few, many)


@register.filter(name="counted")
def counted_filter(number: int, forms: str) -> str:
    """Return number and word with a no-break space: `{{ n|counted:"день,дня,дней" }}`."""
    one, few, many = forms.split(",")
    return counted(int(number), one, few, many)


@register.filter
def initials(person: Any) -> str:
    """Return the two letters for an avatar: name and patronymic, else surname."""
    words = [getattr(person, part, "") or "" for part in ("name", "patronymic")]
    letters = "".join(word[0] for word in words if word)
    return letters or str(getattr(person, "surname", person))[:1]


@register.filter
def short_name(person: Any) -> str:
    """Климова А. В., for anything with surname, name, patronymic."""
    return names.short(person.surname, person.name, getattr(person, "patronymic", "") or "")


@register.filter
def rub(value: Any) -> str:
    """Show money: 1 234,56 ₽, with no-break spaces."""
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return ""
    text = f"{abs(amount):,.2f}".replace(",", NBSP).replace(".", ",")
    return f"{'−' if amount < 0 else ''}{text}{NBSP}₽"


_GLUES = (
    (re.compile(r"№\s+(?=\S)"), "№" + NBSP),
    (re.compile(r"(?<=\d) (?=г\.|гг\.|ч\.|мин|₽|%|МБ|КБ|ГБ|dpi)"), NBSP),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:рабоч|календарн)\w+ д)"), NBSP),
    (re.compile(r"(?<=рабочих) (?=дн)|(?<=рабочий) (?=день)|(?<=календарных) (?=дн)"), NBSP),
    (re.compile(rf"(?<=\d) (?=(?:{'|'.join(dates.MONTHS)}|день|дня|дней|час|лет|год))"), NBSP),
    (re.compile(r"(?<=[а-я]) (?=\d{4}\sг\.)"), NBSP),
    (re.compile(r"(?<=\b[А-ЯЁ]\.) (?=[А-ЯЁ])"), NBSP),
    (re.compile(rf"(?<=[а-яё]) (?=[А-ЯЁ]\.{NBSP}[А-ЯЁ]\.)"), NBSP),
    (re.compile(r"(?<= [А-ЯЁа-яё]) (?=\S)|(?<=^[А-ЯЁа-яё]) (?=\S)"), NBSP),
    (re.compile(r" (?=[—–])"), NBSP),
)


@register.filter
def nbsp(text: Any) -> str:
    """Put no-break spaces where a line must not break: after №, before units, in initials."""
    result = str(text)
    for pattern, glue in _GLUES:
        result = pattern.sub(glue, result)
    return result
