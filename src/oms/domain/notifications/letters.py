"""How a message looks when it leaves: the text of an e-mail, its HTML twin, an SMS."""

from collections.abc import Iterable

from django.conf import settings
from django.template.loader import render_to_string

SIGNATURE = "Кабинет ОМС\nПисьмо отправлено автоматически, отвечать на него не нужно."


def mail_text(*, body: str, link: str = "", link_title: str = "") -> str:
    """The plain text of an e-mail: greeting, message, where to go, who writes."""
    address = f"{link_title}: {settings.BASE_URL}{link}" if link else ""
    parts = ("Здравствуйте!", body, address, SIGNATURE)
    return "\n\n".join(part for part in parts if part) + "\n"


def mail_html(*, title: str, text: str) -> str:
    """The HTML twin of a plain text: the same words, paragraph by paragraph, nothing loaded."""
    paragraphs = text.strip().split("\n\n")
    return render_to_string("notifications/mail.html", {"title": title, "paragraphs": paragraphs})


def digest_text(*, parts: Iterable[tuple[str, str, str]]) -> str:
    """The letter of a day: heading, text and address of each message."""
    bodies = (f"{title}\n\n{body}\n\n{settings.BASE_URL}{path}" for title, body, path in parts)
    return "\n\n".join(("Здравствуйте! Сообщения за день:", *bodies, SIGNATURE)) + "\n"


def sms_parts(text: str) -> int:
    """How many parts a text takes on the way: 70 signs in one, 67 in each of many.

    >>> [sms_parts("Б" * size) for size in (1, 70, 71, 134, 135)]
    [1, 1, 2, 2, 3]
    """
    size = len(text.encode("utf-16-be")) // 2
    return 1 if size <= 70 else -(-size // 67)


def sms_text(*, short: str) -> str:
    """An SMS: who writes, then the matter. No link: people should not learn to tap them."""
    return f"Кабинет ОМС: {short}"
