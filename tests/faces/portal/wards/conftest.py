"""A mother signed in, her child with a policy and an application, another family beside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests import factories as make
from tests.cases.test_representatives import mother, right, ward
from tests.signing_in import sign_in

from oms.cases import actions as cases
from oms.cases.models import Case
from oms.domain.accounts.models import Representation, User


@dataclass
class Family:
    """A parent, the child, the right between them, the child's application."""

    parent: User
    child: User
    right: Representation
    case: Case
    client: Client

    def opens(self) -> Any:
        return self.client.post(f"/account/wards/{self.right.pk}/switch/")


@pytest.fixture
def family(db: None) -> Callable[..., Family]:
    def build(name: str = "Климов", **values: Any) -> Family:
        parent = mother(family_name=f"{name}а")
        child = ward(family_name=name)
        own = right(parent, child, **values)
        make.insured(child)
        make.insurer("77002")
        case = cases.start(service="policy-extract", applicant=child, at=make.NOON)
        return Family(parent, child, own, case, sign_in(Client(), parent))

    return build


@pytest.fixture
def anna(family: Callable[..., Family]) -> Family:
    return family()
