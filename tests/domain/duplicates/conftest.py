from datetime import date

import pytest
from tests import factories

from oms.domain.journal.actions import Actor
from oms.domain.register import actions as register
from oms.domain.register.data import DocumentData

BY = Actor("user:9", "fund", "fund:77")
AT = factories.NOON


def passport(number):
    return DocumentData(kind="14", series="45 10", number=f"{number:06}")


@pytest.fixture
def two(db):
    """Makes two records of one woman: the first with a policy, the second as told."""

    def make(**told):
        first = factories.insured(snils=None, document=passport(1))
        document = told.pop("document", None)
        told = {"birth_date": date(1985, 3, 14), "snils": None, "document": None} | told
        second = factories.person(**told)
        if document:  # told later: the gate would have stopped it at entry
            register.set_identity_document(
                person=second, document=document, on=factories.TODAY, by=BY, at=AT,
                source="operator",
            )  # fmt: skip
        return first, second

    return make
