"""The only filters an administrator's text may use. There are no tags."""

from django.template import Library
from django.template.defaultfilters import capfirst, default, lower, upper

register = Library()
for function in (capfirst, default, lower, upper):
    register.filter(function)
