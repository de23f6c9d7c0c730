"""Numbers somebody could guess: each new one a person tries is counted.

A service names the step and the field by which one might look for what is another's
(`PublicService.guarded`). The same number typed again, or typed on while the draft saves itself, is
no new try.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from oms.cases.clock import moment
from oms.cases.refused import TooManyNumbers
from oms.catalog.declaration import PublicService
from oms.domain.accounts import limits
from oms.domain.accounts.models import User

FREE = 10
TRIES = limits.Limit("guarded-number", timedelta(hours=24), limits.ladder(free=FREE))


def count(
    service: PublicService,
    step: str,
    *,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    by: User,
    at: datetime,
) -> None:
    """Charge a try for a number not typed before. Raises `TooManyNumbers`, with the moment."""
    if service.guarded is None or service.guarded[0] != step:
        return
    name = service.guarded[1]
    typed = _whole(service, step, name, now.get(name))
    known = _whole(service, step, name, before.get(name))
    if not typed or (known and typed.startswith(known)):
        return
    wait = limits.take(limit=TRIES, key=by.key, at=at)
    if wait is not None:
        raise TooManyNumbers(
            f"Вы проверили много номеров. Следующий можно ввести {moment(wait)}. Номера нет под "
            "рукой? Выберите способ «По фото полиса»."
        )


def _whole(service: PublicService, step: str, name: str, value: Any) -> str:
    """The number as the field understands it; empty for what is none."""
    try:
        return str(service.step(step).base_fields[name].clean(value or "") or "")
    except ValidationError:
        return ""
