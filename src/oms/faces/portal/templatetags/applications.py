"""`{% load applications %}`: what only the pages of applications need."""

from typing import Any

from django import template

from oms.faces.design.templatetags.design import error_summary
from oms.faces.portal.applications.answering import Answer

register = template.Library()


@register.inclusion_tag("design/error_summary.html")
def answer_errors(answer: Answer) -> dict[str, Any]:
    """Draw what is wrong in an answer: in the asked fields and in the text, under one heading."""
    return error_summary(*answer.all)
