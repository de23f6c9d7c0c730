"""Phones and addresses of mail as they should be kept."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from oms.law import phone
from oms.law.verdict import Invalid


def normal_phone(text: str) -> str:
    """Return the number in E.164, empty where it cannot be read as a Russian one."""
    try:
        return phone.normalize_any(text)
    except Invalid:
        return ""


def normal_email(text: str) -> str:
    """Return the address without spaces and in the usual letters, empty where it is none."""
    address = "".join(text.split()).replace(",", ".").lower().strip(".;<>")
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address
