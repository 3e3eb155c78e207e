"""Messages to phones: stored encrypted with the work that causes them, delivered afterwards by a sender.

A sender is a port: the console in the demonstration, SMS gateways later. Without one, messages wait.
Delivering opens transactions of its own and holds none while a gateway takes its time.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import sqlalchemy as sa

from grid.models import OutboxMessage
from grid.phone_numbers import PhoneKeys, mask_phone_number
from grid.secret_texts import UnreadableText, decrypt_text, encrypt_text
from server.db import db, transaction

SMS = "sms"
MAXIMUM_ATTEMPTS = 5
# A process that died while sending leaves its claim; after this, another may try.
CLAIM = timedelta(minutes=2)


class Sender(Protocol):
    """What delivers a text to a phone number (`+86…`); raises DeliveryFailed."""

    def send(self, recipient: str, text: str) -> None: ...


class DeliveryFailed(Exception):
    """The gateway did not take the message."""


_print_at_once = partial(print, flush=True)


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """Writes messages where the operator of a demonstration sees them, the number masked."""

    write: Callable[[str], None] = _print_at_once

    def send(self, recipient: str, text: str) -> None:
        self.write(f"[SMS → {mask_phone_number(recipient)}] {text}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivers a server's messages, and the keys that they are encrypted under."""

    sender: Sender
    keys: PhoneKeys


def put_in_outbox(recipient: str, text: str, keys: PhoneKeys, now: datetime) -> OutboxMessage:
    """Store a message to be delivered once the transaction is through."""
    message = OutboxMessage(
        channel=SMS,
        recipient_encrypted=encrypt_text(recipient, keys.encryption),
        text_encrypted=encrypt_text(text, keys.encryption),
        created_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message


def list_unsent(limit: int = 100) -> list[OutboxMessage]:
    """Messages that still have to be delivered, oldest first, those given up left out."""
    query = sa.select(OutboxMessage).where(
        OutboxMessage.sent_at.is_(None), OutboxMessage.attempts < MAXIMUM_ATTEMPTS
    )
    return list(db.session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id).limit(limit)))


def deliver_outbox(delivery: Delivery | None, now: datetime) -> int:
    """Deliver what waits; returns how many messages were sent. To be called outside any transaction."""
    waiting = [message.id for message in list_unsent()]
    return sum(deliver(message_id, delivery, now) for message_id in waiting)


def deliver(message_id: uuid.UUID, delivery: Delivery | None, now: datetime) -> bool:
    """Deliver one message unless another is at it; whether it was sent now. Without a delivery it waits.

    To be called outside any transaction. A message may arrive twice where a process dies between the
    gateway's answer and its noting; it is never lost.
    """
    if delivery is None or not _claim(message_id, now):
        return False
    message = db.session.get_one(OutboxMessage, message_id)
    error = ""
    try:
        delivery.sender.send(*read_message(message, delivery.keys))
    except (DeliveryFailed, UnreadableText) as failure:
        error = f"{type(failure).__name__}: {failure}"[:200]
    with transaction():
        message.claimed_at, message.last_error = None, error
        message.sent_at = None if error else now
        db.session.add(message)
    return not error


def _claim(message_id: uuid.UUID, now: datetime) -> bool:
    """Take a message for this process: one statement, so that two cannot both have it."""
    is_free = sa.or_(OutboxMessage.claimed_at.is_(None), OutboxMessage.claimed_at < now - CLAIM)
    claim = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.sent_at.is_(None), is_free)
        .values(claimed_at=now, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    with transaction():
        is_claimed = db.session.scalar(claim) is not None
    db.session.expire_all()
    return is_claimed


def read_message(message: OutboxMessage, keys: PhoneKeys) -> tuple[str, str]:
    """Recipient and text in clear; raises UnreadableText."""
    recipient = decrypt_text(message.recipient_encrypted, keys.encryption)
    return recipient, decrypt_text(message.text_encrypted, keys.encryption)
