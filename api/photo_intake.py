"""A photo's way in, once its sender may send: whole in one request, or in parts (Content-Range) over several.

The terms of the parts are those of draft-ietf-httpbis-resumable-upload: Upload-Offset, Upload-Complete, Upload-Limit.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from flask import Response, jsonify, request

from api.authentication import current_actor
from api.photo_bodies import assembled, receive_part, received_body
from api.photo_store import codecs, incoming_folder, photo_store, upload_turns
from api.settings import current_config
from grid.permissions import Actor
from grid.positions import gcj02_to_wgs84
from server import clock
from server.db import end_read, transaction
from server.errors import StorageFull, Unavailable
from uploads.incoming import IncomingFile
from uploads.intake import take_in_photo
from uploads.partial_uploads import (
    KEPT_HOURS,
    PartialUpload,
    PartRange,
    find_offset,
    partial_upload,
    read_part_range,
)
from uploads.photos import (
    DeviceFacts,
    StoredPhoto,
    check_same_photo,
    find_photo,
    is_uploader,
    receipt_of,
    sender_of,
    store_photo,
)
from uploads.refusals import PhotoRefused
from uploads.validation import PhotoLimits


@dataclass(frozen=True, slots=True)
class Sending:
    """One photo being sent, by whom, with what the phone says beside it."""

    photo_id: uuid.UUID
    actor: Actor
    capability: str | None
    device: DeviceFacts

    @property
    def sender(self) -> str:
        return sender_of(self.actor, self.capability)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a photo in parts has come, in bytes."""

    id: uuid.UUID
    upload_offset: int
    is_complete: bool

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Upload-Offset": str(self.upload_offset),
            "Upload-Complete": "?1" if self.is_complete else "?0",
            "Upload-Limit": upload_limit(),
            "Cache-Control": "no-store",
        }


def photo_limits() -> PhotoLimits:
    return PhotoLimits(max_bytes=current_config().photo_max_bytes)


def upload_limit() -> str:
    """The draft's Upload-Limit: bytes of the whole, seconds for which parts are kept."""
    return f"max-size={photo_limits().max_bytes}, max-age={KEPT_HOURS * 3600}"


def sending_of(photo_id: uuid.UUID, headers: dict[str, Any]) -> Sending:
    """The request's sender and what its headers say."""
    return Sending(photo_id, current_actor(), headers["capability"], _device_facts(headers))


Answer = Response | tuple[StoredPhoto, int, dict[str, str]]


def receive_photo(sending: Sending) -> Answer:
    """Take in this request's body; the receipt (201, 200 where it was stored before) or, of a part, the progress (202)."""
    with upload_turns().turn(sending.sender):
        if "Content-Range" in request.headers:
            return _receive_part(sending, read_part_range(request.headers["Content-Range"]))
        with received_body(incoming_folder(), photo_limits()) as body:
            receipt, status = _take_in(body, sending)
            return receipt, status, {}


def find_progress(photo_id: uuid.UUID, capability: str | None) -> Progress | None:
    """What the asker has sent of a photo; None where that is nothing."""
    actor = current_actor()
    photo = find_photo(photo_id)
    end_read()
    if photo is not None:
        is_theirs = is_uploader(photo, actor, capability)
        return Progress(photo_id, photo.size_bytes, is_complete=True) if is_theirs else None
    if actor.is_anonymous and not capability:
        return None
    offset = find_offset(incoming_folder(), photo_id, sender_of(actor, capability))
    return None if offset is None else Progress(photo_id, offset, is_complete=False)


def _receive_part(sending: Sending, part: PartRange) -> Answer:
    present = find_photo(sending.photo_id)
    end_read()
    if present is not None and is_uploader(present, sending.actor, sending.capability):
        # The answer to the last part was lost on its way: here it is again.
        done = Progress(present.id, present.size_bytes, is_complete=True)
        return receipt_of(present), 200, done.headers
    with partial_upload(incoming_folder(), sending.photo_id, sending.sender) as upload:
        receive_part(upload, part, photo_limits())
        if not part.is_last:
            return _progress_response(Progress(sending.photo_id, upload.offset, is_complete=False))
        receipt, status = _take_in_parts(upload, part, sending)
        done = Progress(sending.photo_id, receipt.size_bytes, is_complete=True)
        return receipt, status, done.headers


def _progress_response(progress: Progress) -> Response:
    response = jsonify(asdict(progress))
    response.status_code = 202
    response.headers.update(progress.headers)
    return response


def _take_in_parts(upload: PartialUpload, part: PartRange, sending: Sending) -> tuple[StoredPhoto, int]:
    """A photo that is refused is forgotten; where the server cannot, only the last part is sent again."""
    try:
        with assembled(upload, incoming_folder()) as body:
            taken = _take_in(body, sending)
    except (Unavailable, StorageFull):
        upload.cut_to(part.first)
        raise
    except PhotoRefused:
        upload.remove()
        raise
    upload.remove()
    return taken


def _take_in(body: IncomingFile, sending: Sending) -> tuple[StoredPhoto, int]:
    present = _find_same(body.sha256, sending)
    if present is not None:
        return present, 200
    examine = partial(
        codecs().examine, declared_type=request.content_type, limits=photo_limits(), sender=sending.sender
    )
    taken = take_in_photo(body, examine, photo_store())
    with transaction():
        receipt = store_photo(
            sending.photo_id,
            taken,
            sending.actor,
            clock.now(),
            capability=sending.capability,
            device=sending.device,
        )
    return receipt, 201


def _find_same(sha256: str, sending: Sending) -> StoredPhoto | None:
    """The receipt of a photo that is being sent again, without decoding it again."""
    photo = find_photo(sending.photo_id)
    end_read()
    if photo is None:
        return None
    return receipt_of(check_same_photo(photo, sha256, sending.actor, sending.capability))


def _device_facts(headers: dict[str, Any]) -> DeviceFacts:
    latitude, longitude = headers["latitude"], headers["longitude"]
    if headers["datum"] == "gcj02" and latitude is not None:
        latitude, longitude = gcj02_to_wgs84(latitude, longitude)
    return DeviceFacts(
        headers["sent_at"], headers["taken_at"], latitude, longitude, headers["accuracy_metres"]
    )
