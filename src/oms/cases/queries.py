"""What cases tell: the door to the readings of this room."""

from oms.cases.clock import Clock, clock, day, ended, moment, until
from oms.cases.overview import AGES, DayOfWork, MoveMade, Workload, moves_made, workload
from oms.cases.refused import link
from oms.cases.review import (
    Line,
    Review,
    StepState,
    application,
    bound_step,
    progress,
    review,
    service_of,
    service_title,
)
from oms.cases.rights import decides
from oms.cases.story import (
    Asked,
    Compared,
    Comparison,
    HistoryPage,
    TimelineLine,
    choices,
    comparison,
    history,
    state_title,
    timeline,
)
from oms.cases.worklist import FILTERS, QueueCounts, QueuePage, queue, queue_counts

__all__ = [
    "AGES",
    "FILTERS",
    "Asked",
    "Clock",
    "Compared",
    "Comparison",
    "DayOfWork",
    "HistoryPage",
    "Line",
    "MoveMade",
    "QueueCounts",
    "QueuePage",
    "Review",
    "StepState",
    "TimelineLine",
    "Workload",
    "application",
    "bound_step",
    "choices",
    "clock",
    "comparison",
    "day",
    "decides",
    "ended",
    "history",
    "link",
    "moment",
    "moves_made",
    "progress",
    "queue",
    "queue_counts",
    "review",
    "service_of",
    "service_title",
    "state_title",
    "timeline",
    "until",
    "workload",
]
