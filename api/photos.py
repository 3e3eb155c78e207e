"""Photos over HTTP: a raw body in, a receipt out; the two sizes for who may see them, the original on the record."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from flask import current_app, request

from api.authentication import current_actor, public
from api.blueprint import ApiBlueprint
from api.limits import ANONYMOUS_WRITE, PHOTO, limiter
from api.photo_access import visible_photo
from api.photo_bodies import received_body
from api.photo_flags import flags_by_photo
from api.photo_store import codecs, incoming_folder, photo_store, upload_turns
from api.photo_views import evidence_as_told, photo_as_json
from api.problems import PROBLEM_JSON
from api.schemas.base import ProblemSchema
from api.schemas.photos import (
    LIMITS_EXAMPLE,
    PHOTO_EXAMPLE,
    RECEIPT_EXAMPLE,
    PhotoHeadersSchema,
    PhotoLimitsSchema,
    PhotoReceiptSchema,
    PhotoSchema,
    UploaderHeadersSchema,
)
from grid.permissions import Actor, Permission, reach_of
from grid.positions import gcj02_to_wgs84
from server import clock
from server.config import Config
from server.db import end_read, transaction
from server.errors import Forbidden
from uploads.access import may_review_photo, may_see_original
from uploads.formats import PhotoType
from uploads.intake import take_in_photo
from uploads.photos import (
    DeviceFacts,
    StoredPhoto,
    check_same_photo,
    find_photo,
    receipt_of,
    require_capability,
    sender_of,
    store_photo,
)
from uploads.storage import PhotoStore
from uploads.validation import PhotoLimits

blueprint = ApiBlueprint("photos", __name__, url_prefix="/photos", description="照片 / photos as evidence")

_IMAGE = {"type": "string", "format": "binary"}
_RAW_BODY = {
    "required": True,
    "description": "原始图片字节 / the image's bytes, nothing around them",
    "content": {kind.value: {"schema": _IMAGE} for kind in PhotoType},
}


def _upload_limit() -> str:
    return ANONYMOUS_WRITE if current_actor().is_anonymous else PHOTO


@blueprint.route("/limits")
@public
@blueprint.response(200, PhotoLimitsSchema, example=LIMITS_EXAMPLE)
def get_photo_limits() -> dict[str, Any]:
    """How large a photo may be and of which types, to be asked before sending."""
    limits = _limits()
    return {
        "max_bytes": limits.max_bytes,
        "max_pixels": limits.max_pixels,
        "max_pixels_by_type": {kind.value: limits.max_pixels_of(kind) for kind in PhotoType},
        "uploads_at_once": upload_turns().at_once,
        "media_types": [kind.value for kind in PhotoType],
    }


@blueprint.route("/<uuid:photo_id>", methods=["PUT"])
@public
@limiter.limit(_upload_limit)
@blueprint.doc(requestBody=_RAW_BODY)
@blueprint.arguments(PhotoHeadersSchema, location="headers")
@blueprint.response(201, PhotoReceiptSchema, example=RECEIPT_EXAMPLE)
@blueprint.alt_response(200, schema=PhotoReceiptSchema, example=RECEIPT_EXAMPLE, description="Stored before")
@blueprint.alt_response(403, response="Problem403")
@blueprint.alt_response(507, schema=ProblemSchema, content_type=PROBLEM_JSON, description="The store is full")
def put_photo(headers: dict[str, Any], photo_id: uuid.UUID) -> tuple[StoredPhoto, int]:
    """Store one photo under the client's own id (UUIDv7); the body is the image itself.

    The same again answers 200 with the same receipt; other bytes under the same id are 409 and change nothing.
    Refusals carry a code each: empty, too_large, unsupported_type, type_mismatch, too_many_pixels, truncated,
    undecodable, too_costly, digest_mismatch. `Content-Digest`, `Repr-Digest` (RFC 9530) or `Digest` with SHA-256 or
    SHA-512 are held against what arrived. More photos at a time than `/photos/limits` says are 429.
    Without signing in, `Upload-Capability` is required and shown again when the photo is used.
    """
    actor, capability = current_actor(), headers["capability"]
    _check_may_upload(actor, capability)
    sender = sender_of(actor, capability)
    with upload_turns().turn(sender), received_body(incoming_folder(), _limits()) as body:
        present = _find_same(photo_id, body.sha256, actor, capability)
        if present is not None:
            return present, 200
        examine = partial(
            codecs().examine, declared_type=request.content_type, limits=_limits(), sender=sender
        )
        taken = take_in_photo(body, examine, photo_store())
    with transaction():
        receipt = store_photo(
            photo_id, taken, actor, clock.now(), capability=capability, device=_device_facts(headers)
        )
    return receipt, 201


@blueprint.route("/<uuid:photo_id>")
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.response(200, PhotoSchema, example=PHOTO_EXAMPLE)
@blueprint.alt_response(401, response="Problem401")
def get_photo(headers: dict[str, Any], photo_id: uuid.UUID) -> dict[str, Any]:
    """What is known of one photo, for its uploader and for whoever may read what it stands in.

    Reviewers of evidence are told its flags, those entitled to the original what its EXIF and the phone said. The
    addresses of its pictures are signed and need no headers.
    """
    actor = current_actor()
    photo, places = visible_photo(photo_id, headers["capability"])
    answer = photo_as_json(photo)
    if may_review_photo(actor, places):
        answer["flags"] = flags_by_photo([photo.id], actor)[photo.id]
    if may_see_original(actor, places):
        answer |= evidence_as_told(photo)
    end_read()
    return answer


def _check_may_upload(actor: Actor, capability: str | None) -> None:
    """Residents may, signed in or not; staff whose role sends photos."""
    if actor.is_anonymous:
        require_capability(capability)
    elif actor.grants and reach_of(actor, Permission.UPLOAD_PHOTOS).is_empty:
        raise Forbidden()


def _find_same(photo_id: uuid.UUID, sha256: str, actor: Actor, capability: str | None) -> StoredPhoto | None:
    """The receipt of a photo that is being sent again, without decoding it again."""
    photo = find_photo(photo_id)
    end_read()
    return None if photo is None else receipt_of(check_same_photo(photo, sha256, actor, capability))


def _device_facts(headers: dict[str, Any]) -> DeviceFacts:
    latitude, longitude = headers["latitude"], headers["longitude"]
    if headers["datum"] == "gcj02" and latitude is not None:
        latitude, longitude = gcj02_to_wgs84(latitude, longitude)
    return DeviceFacts(
        headers["sent_at"], headers["taken_at"], latitude, longitude, headers["accuracy_metres"]
    )


def _config() -> Config:
    config: Config = current_app.extensions["jiayuan_config"]
    return config


def _limits() -> PhotoLimits:
    return PhotoLimits(max_bytes=_config().photo_max_bytes)


def _store() -> PhotoStore:
    return photo_store()
