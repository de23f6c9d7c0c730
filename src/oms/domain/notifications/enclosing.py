"""A letter with a file that a person asked to be sent: to their own confirmed address."""

from collections.abc import Callable
from datetime import datetime

from oms.domain.accounts.models import User
from oms.domain.notifications import letters
from oms.gateways import mail
from oms.gateways.errors import Permanent


def send(
    *,
    user: User,
    title: str,
    body: str,
    link: str,
    link_title: str,
    file: Callable[[], mail.File],
    key: str,
    at: datetime,
) -> bool:
    """Hand the letter over and return whether it went; the `key` drops a double.

    Not when the address is no longer confirmed, nor when the server will never take it: trying
    again is of no use. Raises `Temporary`: try again. `file` is made only for a letter that goes.
    """
    if not user.email or not user.email_confirmed_at or not user.is_active:
        return False
    text = letters.mail_text(body=body, link=link, link_title=link_title)
    letter = mail.Letter(
        to=user.email,
        subject=title,
        text=text,
        html=letters.mail_html(title=title, text=text),
        key=key,
        at=at,
        files=[file()],
    )
    try:
        mail.gateway().send(letter)
    except Permanent:
        return False
    return True
