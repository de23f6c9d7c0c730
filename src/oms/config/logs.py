"""Structured logs without personal data: one JSON line an event, identifiers masked."""

import re
from typing import Any

import structlog

# ENP 16 digits, СНИЛС 11, ИНН 10/12, passport 10, phone +7…, e-mail; a long run of digits
# with separators is never worth the risk in a log.
_PERSONAL = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.]+"  # possessive: a long address costs no more
    r"|(?<![\w-])\+?\d(?:[\s\u00a0-]?\d){8,17}(?![\w-])"
)
# What people type into addresses: searches, `next`, codes of outside providers, names in paths.
_TYPED = re.compile(r"(?<=/)\?\S+|(?<=\w)\?[\w-]+=\S*|(?:%[0-9A-Fa-f]{2}){2,}")
_SILENT_KEYS = frozenset(
    {"password", "code", "phone", "email", "snils", "enp", "inn", "name", "birth_date", "answers"}
)


def mask_personal(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace values that may identify a person, by key and by shape."""
    for key, value in event.items():
        if key in _SILENT_KEYS and not isinstance(value, int):
            event[key] = "***"
        elif isinstance(value, str) and key not in {"timestamp", "request_id"}:
            event[key] = _PERSONAL.sub("***", _TYPED.sub("***", value))
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    mask_personal,
]


def configure_structlog() -> None:
    """Send structlog's events through the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging(*, level: str) -> dict[str, Any]:
    """Django's LOGGING: JSON lines on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "pyhanko": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "fido2": {"level": "WARNING"},
        },
    }
