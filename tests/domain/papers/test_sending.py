"""A paper sent to its holder's own address: once, and told in the archive of messages."""

import pytest
from tests import factories as make
from tests.domain.papers.conftest import AT

from oms.domain.notifications.models import Delivery, Message
from oms.domain.papers import sending
from oms.gateways import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(person):
    user = make.user(email="anna@example.org", email_confirmed_at=AT)
    person.user = user
    person.save(update_fields=["user"])
    return user


def test_the_letter_stands_in_the_archive_once_and_goes_nowhere_else(issue, holder, person):
    mail.MEMORY.clear()
    paper = issue()
    for _ in range(2):
        sending.deliver.call(paper.pk, holder.pk, "paper:1/mail/1", AT.isoformat())
    assert [one.to for one in mail.MEMORY.sent] == ["anna@example.org"]
    assert mail.MEMORY.sent[0].files[0].content.startswith(b"%PDF")
    told = Message.objects.get(user=holder)
    assert (told.kind, told.link) == ("paper-mailed", f"/documents/{paper.number}/")
    assert paper.number in told.body
    assert told.read_at
    assert not Delivery.objects.exists()


def test_a_letter_the_server_refuses_is_not_told_as_sent(issue, holder):
    mail.MEMORY.clear()
    mail.MEMORY.failures.append(mail.Permanent("Нет такого ящика"))
    sending.deliver.call(issue().pk, holder.pk, "paper:1/mail/1", AT.isoformat())
    assert not Message.objects.exists()
