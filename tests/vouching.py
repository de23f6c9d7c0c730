"""The OpenID simulators as tests use them: settings, people, and a browser's walk to them."""

import json
import re
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from oms.domain.register.invented import snils
from tests.simulated import TLS

_numbers = count(1)


def person(**changes: Any) -> dict[str, Any]:
    """Somebody the provider knows and nobody else: another each time."""
    n = next(_numbers)
    return {
        "subject": f"{1_000_000_000 + n}",
        "family_name": "Внешняя",
        "given_name": "Алёна",
        "patronymic": "Игоревна",
        "birth_date": "1990-05-17",
        "sex": 2,
        "snils": snils(96_000_000 + n),
        "phone": f"+7911{n:07}",
        "email": f"outside{n}@people.example",
        "document_series": "0221",
        "document_number": f"{700_000 + n}",
        **changes,
    }


@dataclass
class Vouching:
    """The simulators at their own port."""

    url: str

    def order(self, path: str, **body: Any) -> None:
        httpx.post(self.url + path, json=body, verify=TLS, trust_env=False).raise_for_status()

    def knows(self, **changes: Any) -> dict[str, Any]:
        """Make somebody up and have the providers know them."""
        made = person(**changes)
        self.order("/people", **made)
        return made

    def fails(self, kind: str, **details: Any) -> None:
        self.order("/faults", kind=kind, **details)

    def forget(self) -> None:
        httpx.delete(self.url + "/faults", verify=TLS, trust_env=False).raise_for_status()

    def settings(self, *names: str, **changes: Any) -> str:
        """`OMS_OPENID_PROVIDERS` that names the simulators."""
        rows = [
            {
                "code": name, "preset": name, "issuer": f"{self.url}/{name}", "client_id": "oms",
                "client_secret": "synthetic", **changes,
            }
            for name in names or ("esia", "bank")
        ]  # fmt: skip
        return json.dumps(rows)

    def walks(self, url: str, subject: str = "") -> str:
        """Do what a browser does at the provider; return where it is sent back."""
        page = httpx.get(url, verify=TLS, trust_env=False).raise_for_status().text
        found = re.search(r"request=([\w-]+)", page)
        assert found, page
        choice = {"person": subject} if subject else {"cancel": "1"}
        answer = httpx.get(
            f"{url.partition('?')[0]}/as",
            params={"request": found[1], **choice},
            verify=TLS,
            trust_env=False,
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]


def answered(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query))
