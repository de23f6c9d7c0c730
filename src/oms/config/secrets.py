"""Secrets of one installation: generated at first start, kept outside the code."""

import json
import secrets
from pathlib import Path
from typing import Any

from oms.kit import files, keyring

NAMES = ("secret_key", "field_key", "demo_ca_password", "metrics_token")
KEYRINGS = ("document_keys",)


def load_or_create(folder: Path) -> dict[str, Any]:
    """Return the secrets in `folder/secrets.json`, adding those that are missing.

    Most are texts; those of `KEYRINGS` are lists of keys that a `kit.keyring.Keyring` reads.

    The file is readable by its owner only. Creation is exclusive, so two processes
    starting at once agree on one set.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "secrets.json"
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    missing: dict[str, Any] = {
        name: secrets.token_urlsafe(48) for name in NAMES if name not in known
    }
    missing |= {name: [keyring.new_key()] for name in KEYRINGS if name not in known}
    if not missing:
        return known
    made = json.dumps(known | missing, indent=1).encode()
    if path.exists():
        files.replace(path, [made])
    told: dict[str, Any] = json.loads(files.once(path, lambda: made))
    return told
