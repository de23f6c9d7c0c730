"""How a message looks when it leaves: the text of an e-mail, its HTML twin, an SMS."""

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


def sms_text(*, short: str) -> str:
    """An SMS: who writes, then the matter. No link: people should not learn to tap them."""
    return f"Кабинет ОМС: {short}"
