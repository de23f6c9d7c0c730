"""What becomes of papers by themselves."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.timezone import localdate

from oms.domain.journal.actions import SYSTEM
from oms.domain.papers import bulk
from oms.domain.papers.actions import revoke
from oms.domain.papers.kinds import KINDS
from oms.domain.papers.models import Paper
from oms.domain.register.models import Policy
from oms.kit.tasks import periodic, retrying, task

BATCH = 500
REASON = "Полис больше не действует"


@task(queue_name="bulk")
@retrying()
def issue_chunk(batch_id: int, first: int) -> None:
    """Issue some papers of a batch; done again after a crash, it only does what is left."""
    bulk.work(batch_id=batch_id, first=first, at=timezone.now())


@periodic(every=timedelta(hours=1))
def revoke_untrue(*, at: datetime) -> int:
    """Revoke extracts of policies suspended, closed or over; return how many.

    A certificate of a past period stays true, whatever happens to the policy.

    The register lies below and cannot tell the papers, so they look by themselves. Else the
    check page would call an extract valid that certifies a policy nobody has.
    """
    lasts = Q(ends_on=None) | Q(ends_on__gte=localdate(at))
    policies = Policy.objects.filter(lasts, person=OuterRef("person"), state=Policy.State.ACTIVE)
    kinds = [kind.code for kind in KINDS.values() if kind.needs_policy]
    extracts = Paper.objects.filter(kind__in=kinds, state=Paper.State.ISSUED)
    untrue = list(extracts.exclude(Exists(policies)).order_by("pk")[:BATCH])
    for paper in untrue:
        revoke(paper=paper, reason=REASON, by=SYSTEM, at=at)
    return len(untrue)
