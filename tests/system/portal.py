"""The portal that runs, as seen from outside: its addresses and what it sent."""

import json
import re
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

WITHIN, SOON = 60, 10
CODE = r"(?<!\d)\d{6}(?!\d)"


@dataclass
class Portal:
    """Addresses of the portal, of the simulator that caught its mail, of the OpenID providers."""

    base: str
    outbox: str
    read: set[str] = field(default_factory=set)
    openid: str = ""

    def sent_to(self, recipient: str) -> list[dict[str, Any]]:
        """Letters or SMS to an e-mail or a phone in E.164, the newest first."""
        query = urllib.parse.urlencode({"to": recipient, "limit": 50})
        with urllib.request.urlopen(f"{self.outbox}/messages?{query}", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def waits_for(self, recipient: str, words: str, *, like: str = "") -> str:
        """The text of the newest message with these words; the worker sends it soon.

        `like` is a pattern the text must hold too: a notice about a code may come after the code.
        """
        until = time.monotonic() + WITHIN
        while time.monotonic() < until:
            for one in self.sent_to(recipient):
                text = f"{one['subject']}\n{one['text']}"
                if words.lower() in plain(text).lower() and re.search(like, plain(text)):
                    return plain(text)
            time.sleep(0.3)
        told = [plain(one["subject"] + " | " + one["text"]) for one in self.sent_to(recipient)]
        raise AssertionError(f"no «{words}» for {recipient}: {told}")

    def code_for(self, recipient: str, words: str = "код") -> str:
        """The six digits of the newest message with a code; one read before only if none comes."""
        until, code = time.monotonic() + SOON, ""
        while not code or (code in self.read and time.monotonic() < until):
            found = re.search(CODE, self.waits_for(recipient, words, like=CODE))
            assert found
            code = found[0]
            time.sleep(0.2)
        self.read.add(code)
        return code


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return re.sub(r"\s+", " ", text)
