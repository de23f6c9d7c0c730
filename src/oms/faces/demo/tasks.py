"""What happens by itself in the demo world."""

from datetime import datetime, timedelta

from django.conf import settings

from oms.domain.register import synthetic
from oms.kit.tasks import periodic


@periodic(every=timedelta(hours=1))
def answer_for_the_register(*, at: datetime) -> None:
    """Keep what the cabinets show fresh: there is no register elsewhere that could answer."""
    if settings.DEMO:
        synthetic.confirm(at=at)
