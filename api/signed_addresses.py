"""Addresses of pictures that carry their own short-lived permission, for <img> tags, which send no headers.

The signature is an HMAC over purpose, id and expiry under a key derived from the server's secret; nothing is stored.
Whoever has such an address may look until it expires, as if its asker looked; originals have none.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import url_for
from itsdangerous import Signer

from api.settings import current_config
from server import clock
from server.errors import Forbidden

# Long enough to read a page, short enough that a forwarded address is soon worth nothing.
_LIVES_SECONDS = 900
# Within one of these stretches an address stays the same, so that browsers find the picture in their cache.
_STEP_SECONDS = 300


class Purpose(StrEnum):
    DISPLAY = "display"
    THUMBNAIL = "thumbnail"
    RELEASED = "released"
    RELEASED_THUMBNAIL = "released_thumbnail"


_ENDPOINTS = {
    Purpose.DISPLAY: ("photo-files.get_display", "photo_id"),
    Purpose.THUMBNAIL: ("photo-files.get_thumbnail", "photo_id"),
    Purpose.RELEASED: ("photo-files.get_released", "release_id"),
    Purpose.RELEASED_THUMBNAIL: ("photo-files.get_released_thumbnail", "release_id"),
}


def signed_address(purpose: Purpose, thing_id: uuid.UUID) -> str:
    """The path of a picture with expiry and signature; good for 15 to 20 minutes."""
    present = int(clock.now().timestamp())
    expires = (present // _STEP_SECONDS + 1) * _STEP_SECONDS + _LIVES_SECONDS
    endpoint, name = _ENDPOINTS[purpose]
    signature = _signer().get_signature(_signed(purpose, thing_id, expires)).decode()
    values: dict[str, Any] = {name: thing_id, "expires": expires, "signature": signature}
    return url_for(endpoint, **values)


def is_signed(purpose: Purpose, thing_id: uuid.UUID, query: dict[str, Any], now: datetime) -> bool:
    """Whether the address itself permits to look; raises `Forbidden` for one that did and has expired.

    A forged signature is no signature.
    """
    expires, signature = query["expires"], query["signature"]
    if expires is None or signature is None:
        return False
    if not _signer().verify_signature(_signed(purpose, thing_id, expires), signature):
        return False
    if expires < now.timestamp():
        raise Forbidden(
            "图片地址已过期，请刷新页面", "This address has expired; ask for it again", code="address_expired"
        )
    return True


def seconds_left(query: dict[str, Any], now: datetime) -> int:
    """How long an address that permits will go on permitting."""
    return max(0, int(query["expires"] - now.timestamp()))


def _signed(purpose: Purpose, thing_id: uuid.UUID, expires: int) -> str:
    return f"{purpose.value}:{thing_id}:{expires}"


def _signer() -> Signer:
    return Signer(
        current_config().secret_key,
        salt="photo-addresses",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
