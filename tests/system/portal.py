"""The portal that runs, as seen from outside: its addresses and what it sent."""

import json
import re
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

WITHIN = 60


@dataclass
class Portal:
    """Addresses of the portal and of the simulator that caught its mail."""

    base: str
    outbox: str

    def sent_to(self, recipient: str) -> list[dict[str, Any]]:
        """Letters or SMS to an e-mail or a phone in E.164, the newest first."""
        query = urllib.parse.urlencode({"to": recipient, "limit": 50})
        with urllib.request.urlopen(f"{self.outbox}/messages?{query}", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def waits_for(self, recipient: str, words: str) -> str:
        """The text of the newest message with these words; the worker sends it soon."""
        until = time.monotonic() + WITHIN
        while time.monotonic() < until:
            for one in self.sent_to(recipient):
                text = f"{one['subject']}\n{one['text']}"
                if words.lower() in plain(text).lower():
                    return plain(text)
            time.sleep(0.3)
        told = [plain(one["subject"] + " | " + one["text"]) for one in self.sent_to(recipient)]
        raise AssertionError(f"no «{words}» for {recipient}: {told}")

    def code_for(self, recipient: str, words: str = "код") -> str:
        """The six digits of the newest message with a code."""
        found = re.search(r"(?<!\d)\d{6}(?!\d)", self.waits_for(recipient, words))
        assert found
        return found[0]


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return re.sub(r"\s+", " ", text)
