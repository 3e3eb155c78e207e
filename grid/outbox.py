"""Messages to phones: stored encrypted with the work that causes them, delivered afterwards by a sender.

A sender is a port: the console for the demonstration now, SMS gateways later.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from grid.models import OutboxMessage
from grid.phone_numbers import PhoneKeys, mask_phone_number
from grid.secret_texts import UnreadableText, decrypt_text, encrypt_text
from server.db import db

SMS = "sms"
MAXIMUM_ATTEMPTS = 5


class Sender(Protocol):
    """What delivers a text to a phone number (`+86…`); raises DeliveryFailed."""

    def send(self, recipient: str, text: str) -> None: ...


class DeliveryFailed(Exception):
    """The gateway did not take the message."""


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """Writes messages where the operator of a demonstration sees them, the number masked."""

    write: Callable[[str], None] = print

    def send(self, recipient: str, text: str) -> None:
        self.write(f"[SMS → {mask_phone_number(recipient)}] {text}")


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


def deliver(message_id: uuid.UUID, sender: Sender, keys: PhoneKeys, now: datetime) -> bool:
    """Deliver one message, once: whoever holds its row sends it. Whether it is sent now."""
    query = sa.select(OutboxMessage).where(OutboxMessage.id == message_id)
    message = db.session.scalar(query.with_for_update(), execution_options={"populate_existing": True})
    if message is None or message.sent_at is not None:
        return message is not None
    message.attempts += 1
    try:
        recipient, text = read_message(message, keys)
        sender.send(recipient, text)
    except (DeliveryFailed, UnreadableText) as error:
        message.last_error = f"{type(error).__name__}: {error}"[:200]
    else:
        message.sent_at, message.last_error = now, ""
    db.session.flush()
    return message.sent_at is not None


def read_message(message: OutboxMessage, keys: PhoneKeys) -> tuple[str, str]:
    """Recipient and text in clear; raises UnreadableText."""
    recipient = decrypt_text(message.recipient_encrypted, keys.encryption)
    return recipient, decrypt_text(message.text_encrypted, keys.encryption)
