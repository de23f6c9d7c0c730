"""Rows of the accounts room: people, the way in, representation, requests."""

from oms.domain.accounts.models.clients import ApiClient
from oms.domain.accounts.models.permits import Permit
from oms.domain.accounts.models.requests import AccountRequest, Export
from oms.domain.accounts.models.sign_in import (
    ControlQuestion,
    Counter,
    OneTimeCode,
    OutsideAccount,
    Puzzle,
    Registration,
    SignIn,
    Visit,
)
from oms.domain.accounts.models.users import (
    STAFF_ROLES,
    Consent,
    Level,
    ProfileValue,
    Role,
    Sex,
    Source,
    User,
    Users,
)
from oms.domain.accounts.models.wards import Representation

__all__ = [
    "STAFF_ROLES",
    "AccountRequest",
    "ApiClient",
    "Consent",
    "ControlQuestion",
    "Counter",
    "Export",
    "Level",
    "OneTimeCode",
    "OutsideAccount",
    "Permit",
    "ProfileValue",
    "Puzzle",
    "Registration",
    "Representation",
    "Role",
    "Sex",
    "SignIn",
    "Source",
    "User",
    "Users",
    "Visit",
]
