"""What may be done to the register. Each act locks the person, acts, writes the journal."""

from oms.domain.register.actions.attachment import attach_to_clinic
from oms.domain.register.actions.confirmation import confirm_policy
from oms.domain.register.actions.enp import EnpExhausted, issue_enp
from oms.domain.register.actions.entering import NewAddress, Newcomer, enter_many
from oms.domain.register.actions.gate import AlreadyOnRecord, strangers
from oms.domain.register.actions.insurance import (
    AlreadyInsured,
    NotInsured,
    PeriodsOverlap,
    SameInsurer,
    change_insurer,
    close_policy,
    give_policy,
    hold_policy,
)
from oms.domain.register.actions.merging import CannotMerge, CannotPart, survivor
from oms.domain.register.actions.particulars import set_address, set_identity_document
from oms.domain.register.actions.people import (
    AccountTaken,
    SnilsTaken,
    doubles_on_record,
    link_account,
    look,
    register_person,
    unlink_account,
    update_person,
)
from oms.domain.register.actions.rows import NotOnRecord
from oms.domain.register.actions.suspension import (
    AlreadySuspended,
    NotSuspended,
    resume,
    suspend,
)
from oms.domain.register.actions.synchronising import synchronise
from oms.domain.register.data import DocumentData, NewPerson

__all__ = [
    "AccountTaken",
    "AlreadyInsured",
    "AlreadyOnRecord",
    "AlreadySuspended",
    "CannotMerge",
    "CannotPart",
    "DocumentData",
    "EnpExhausted",
    "NewAddress",
    "NewPerson",
    "Newcomer",
    "NotInsured",
    "NotOnRecord",
    "NotSuspended",
    "PeriodsOverlap",
    "SameInsurer",
    "SnilsTaken",
    "attach_to_clinic",
    "change_insurer",
    "close_policy",
    "confirm_policy",
    "doubles_on_record",
    "enter_many",
    "give_policy",
    "hold_policy",
    "issue_enp",
    "link_account",
    "look",
    "register_person",
    "resume",
    "set_address",
    "set_identity_document",
    "strangers",
    "survivor",
    "suspend",
    "synchronise",
    "unlink_account",
    "update_person",
]
