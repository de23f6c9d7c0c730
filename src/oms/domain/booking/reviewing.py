"""Reviews of doctors: left by who has been there, moderated as those of clinics are."""

from datetime import datetime

from django.db.models import Q

from oms.domain.accounts.models import User
from oms.domain.booking.models import Appointment
from oms.domain.directory import reviews
from oms.domain.directory.models import Doctor, Review
from oms.kit.denied import Denied


class NotSeen(Denied):
    """A doctor is judged by who has been there."""

    status = 403
    text = "Отзыв о враче можно оставить после приёма у него. Запишитесь, а потом расскажите."


def may_review(*, user: User, doctor: Doctor) -> None:
    """Raise `NotSeen`, `NotConfirmed` or `OwnOrganization` unless the person may rate. 1 query."""
    reviews.may_review(user=user)
    been = Q(person__user=user) | Q(booked_by=user)
    rows = Appointment.objects.filter(been, doctor=doctor, state=Appointment.State.FULFILLED)
    if not rows.exists():
        raise NotSeen


def leave(*, user: User, doctor: Doctor, wording: reviews.Wording, at: datetime) -> Review:
    """Leave a review of a doctor or change one's own; raises what `may_review` does."""
    may_review(user=user, doctor=doctor)
    return reviews.leave(user=user, organization=doctor.key, wording=wording, at=at)
