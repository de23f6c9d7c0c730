from datetime import datetime
from itertools import pairwise

from oms.cases.models import Case
from oms.cases.states import OPEN, State


def check_times(*, now: datetime) -> None:
    assert Case.objects.count() > 20
    for case in Case.objects.all():
        times = [case.started_at, *(event.at for event in case.events.order_by("pk"))]
        assert all(a <= b for a, b in pairwise(times)), case
        assert times[-1] <= now, case
    worked = Case.objects.filter(insurer="77901", state__in=OPEN - {State.DRAFT})
    assert worked.filter(due_at__lt=now).exists()
    assert worked.filter(due_at__gt=now).exists()
