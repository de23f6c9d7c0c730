"""allauth's second factors, with their secrets encrypted and their names in Russian."""

import base64
import hashlib
import io

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from oms.domain.accounts import factors
from oms.domain.accounts.models import User
from oms.law import phone

ISSUER = "Кабинет ОМС"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps TOTP secrets and recovery seeds encrypted with `settings.FIELD_KEYS`."""

    def encrypt(self, text: str) -> str:
        """Encrypt with the newest key."""
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt with any key still known."""
        return box().decrypt(encrypted_text.encode()).decode()

    def is_mfa_enabled(self, user: User, types: object = None) -> bool:
        """Whether a second step is asked for: our kinds of factors, SMS among them."""
        return factors.has_factor(user=user)

    def get_totp_label(self, user: User) -> str:
        """The name shown in the authenticator app."""
        return user.email or phone.display(user.phone or "") or user.key

    def get_totp_issuer(self) -> str:
        """The portal's name in the authenticator app."""
        return ISSUER

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an SVG file: dark on white in every theme."""
        out = io.BytesIO()
        segno.make(url, micro=False).save(out, kind="svg", scale=5, border=4, light="white")
        return out.getvalue().decode()


def box() -> MultiFernet:
    """What encrypts with the newest of `settings.FIELD_KEYS` and opens with any of them."""
    digests = (hashlib.sha256(key.encode()).digest() for key in settings.FIELD_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
