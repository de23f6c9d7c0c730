"""Citizens who bring files: a photo made here, storage of the test's own."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw
from tests import factories as make
from tests.signing_in import sign_in

from oms.domain.accounts.models import User


@pytest.fixture(autouse=True)
def _storage_of_our_own(tmp_path: Path, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = {**settings.STORAGES, "documents": own}


@pytest.fixture
def anna(client: Client) -> User:
    user = make.user(email="anna@example.org", email_confirmed_at=make.NOON)
    sign_in(client, user)
    return user


def photo(words: str = "ОБРАЗЕЦ", *, name: str = "паспорт.jpg") -> SimpleUploadedFile:
    """A small JPEG that differs by its words."""
    image = Image.effect_noise((700, 900), 60).convert("RGB")
    ImageDraw.Draw(image).text((100, 100), words, fill="black", font_size=60)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
