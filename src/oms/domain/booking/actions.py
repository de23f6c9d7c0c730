"""What is done to visits. Each act is one transaction, told twice done once, and journaled.

What may happen from which state, and by whom, is the table of `states`; who may have which slot
is asked in `rules`; that a slot is one person's is `taking`.
"""

from oms.domain.booking.changing import answer_come, cancel, move
from oms.domain.booking.holding import book, confirm, hold, release, settle_holds
from oms.domain.booking.late import ask_late, decide_late
from oms.domain.booking.visiting import arrive, fulfil, miss, miss_late, walk_in

__all__ = [
    "answer_come",
    "arrive",
    "ask_late",
    "book",
    "cancel",
    "confirm",
    "decide_late",
    "fulfil",
    "hold",
    "miss",
    "miss_late",
    "move",
    "release",
    "settle_holds",
    "walk_in",
]
