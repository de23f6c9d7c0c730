"""Receipts come to a thread of the gateway: each is written over a connection of its own."""

import structlog
from django.db import DatabaseError, connection

from oms.gateways.smpp import Receipt

log = structlog.get_logger(__name__)


def take(code: str, receipt: Receipt) -> bool:
    """Write a receipt down; False asks the provider to bring it again."""
    from oms.domain.notifications.tasks import take_receipt

    try:
        return take_receipt(code, receipt)
    except DatabaseError as error:
        log.warning("receipt.not_kept", provider=code, error=type(error).__name__)
        return False
    finally:
        connection.close()
