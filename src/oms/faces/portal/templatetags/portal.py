"""`{% load portal %}`: what only the portal's pages need."""

import re
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oms.faces.design.templatetags.design import nbsp
from oms.faces.portal.insurers import licence, number, rating

register = template.Library()
register.filter("number_words", number)
register.filter("licence_words", licence)
register.filter("rating_words", rating)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:\+\d{1,3}|8)[\s(\-\u00a0][\d\s()\-–\u00a0]{6,20}\d")
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


@register.filter
def reach(value: str) -> SafeString | str:
    """Make a phone, a mail address or a site something to press; leave any other text."""
    text = str(value).strip()
    if _EMAIL.fullmatch(text):
        return format_html('<a href="mailto:{0}">{0}</a>', text)
    if urlsplit(text).scheme in ("http", "https"):
        shown = text.split("://", 1)[1].rstrip("/")
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', text, shown)
    if _PHONE.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        plus = "+" if text.startswith("+") else ""
        return format_html('<a class="nowrap" href="tel:{}{}">{}</a>', plus, digits, text)
    return str(nbsp(text))


@register.filter
def scalable(svg: str) -> SafeString:
    """Let a drawing of our own making (QR code, barcode) grow with the page."""
    return SafeString(_SIZE.sub(r'viewBox="0 0 \1 \2"', svg, count=1))  # nosec B703
