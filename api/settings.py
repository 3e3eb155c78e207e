"""The running server's settings, as routes need them."""

from __future__ import annotations

from typing import cast

from flask import current_app

from grid.outbox import Delivery
from grid.phone_numbers import PhoneKeys
from server.config import Config


def current_config() -> Config:
    return cast(Config, current_app.extensions["jiayuan_config"])


def current_delivery() -> Delivery | None:
    """What delivers messages to phones here; None lets them wait in the outbox."""
    return cast("Delivery | None", current_app.extensions["jiayuan_delivery"])


def phone_keys() -> PhoneKeys:
    """The keys by which phone numbers and messages are encrypted and found."""
    config = current_config()
    return PhoneKeys(config.phone_keys, config.lookup_key)
