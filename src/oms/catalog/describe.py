"""docs/services.md, written from the declarations."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from oms.catalog.catalogue import SERVICES
from oms.catalog.declaration import PublicService
from oms.catalog.fields import label_of
from oms.domain.accounts.models import Role
from oms.law import terms

ON = date(2026, 1, 1)
_HEAD = """# Public services

Written from `src/oms/catalog/services/` by `./oms describe docs`; do not edit. Each service answers
seven questions: who may apply, what we ask, what to have at hand, what the law checks, who
decides, how soon, what then changes.
"""


def services_page() -> str:
    """The whole page as Markdown."""
    return "\n".join((_HEAD, *(_service(service) for service in SERVICES.values())))


def write(folder: Path) -> Path:
    """Write services.md into the folder; return its path."""
    path = folder / "services.md"
    path.write_text(services_page(), encoding="utf-8")
    return path


def _service(service: PublicService) -> str:
    return "\n".join(_lines(service))


def _lines(service: PublicService) -> Iterator[str]:
    decided = "automatically" if service.is_automatic else str(Role(service.decided_by).label)
    yield f"## {service.title} (`{service.code}`, version {service.version})\n"
    yield f"{service.summary}\n"
    yield "| question | answer |\n| --- | --- |"
    yield f"| Who may apply | {service.for_whom}; checks: {_names(service.open_to)} |"
    yield f"| Level of the account | {service.level.value} |"
    yield f"| Basis | {service.basis} |"
    papers = "; ".join(document.title for document in service.documents)
    yield f"| At hand | {papers or 'nothing'} |"
    yield f"| What the law checks | {_names(service.checks)} |"
    yield f"| Who decides | {decided} |"
    yield f"| How soon | {terms.in_words(terms.term_at(service.term, on=ON))} |"
    yield f"| What then changes | `{service.on_approval.__name__}`: {service.result} |"
    yield f"| Price | {service.price} |\n"
    for number, step in enumerate(service.steps, 1):
        labels = (label_of(field) for field in step.base_fields.values())
        yield f"{number}. **{step.title}** {', '.join(labels)}"
    yield ""


def _names(checks: tuple[object, ...]) -> str:
    return ", ".join(f"`{getattr(check, '__name__', check)}`" for check in checks) or "none"
