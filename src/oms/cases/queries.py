"""What cases tell: the door to the readings of this room."""

from oms.cases.beside import Beside, MoveMade, Note, beside
from oms.cases.clock import Clock, clock, day, ended, moment, until
from oms.cases.overview import AGES, DayOfWork, Load, Workload, workload
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
    opened,
    state_title,
    timeline,
)
from oms.cases.worklist import FILTERS, QueueCounts, QueuePage, queue, queue_counts

__all__ = [
    "AGES",
    "FILTERS",
    "Asked",
    "Beside",
    "Clock",
    "Compared",
    "Comparison",
    "DayOfWork",
    "HistoryPage",
    "Line",
    "Load",
    "MoveMade",
    "Note",
    "QueueCounts",
    "QueuePage",
    "Review",
    "StepState",
    "TimelineLine",
    "Workload",
    "application",
    "beside",
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
    "opened",
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
