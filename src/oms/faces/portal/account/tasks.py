"""What the worker writes to owners, so that a sign-in takes known and unknown names alike."""

from django.utils import timezone

from oms.domain.accounts import queries, unlock
from oms.faces.portal.account import letters
from oms.kit.tasks import retrying, task


@task()
@retrying()
def warn_owner(pk: int) -> None:
    """Write to the owner of a stopped account, with a link past the stop; 0 is nobody."""
    user = queries.active_user(pk=pk)
    if user is not None and user.email:
        at = timezone.now()
        letters.sign_in_stopped(user, unlock.offer(user=user, at=at), at=at)
