"""Photos over HTTP: a raw body in, a receipt out; the two sizes for who may see them, the original on the record."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from api.authentication import current_actor, public
from api.blueprint import ApiBlueprint
from api.limits import ANONYMOUS_WRITE, PHOTO, limiter
from api.photo_access import visible_photo
from api.photo_flags import flags_by_photo
from api.photo_intake import Answer, find_progress, photo_limits, receive_photo, sending_of, upload_limit
from api.photo_store import upload_turns
from api.photo_views import evidence_as_told, photo_as_json
from api.problems import PROBLEM_JSON
from api.schemas.base import ProblemSchema
from api.schemas.photos import (
    LIMITS_EXAMPLE,
    PHOTO_EXAMPLE,
    PROGRESS_EXAMPLE,
    RECEIPT_EXAMPLE,
    PhotoHeadersSchema,
    PhotoLimitsSchema,
    PhotoReceiptSchema,
    PhotoSchema,
    UploaderHeadersSchema,
    UploadProgressSchema,
)
from grid.permissions import Actor, Permission, reach_of
from server.db import end_read
from server.errors import Forbidden
from uploads.access import may_review_photo, may_see_original
from uploads.formats import PhotoType
from uploads.photos import (
    require_capability,
)

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
def get_photo_limits() -> tuple[dict[str, Any], int, dict[str, str]]:
    """How large a photo may be and of which types, to be asked before sending."""
    limits = photo_limits()
    told = {
        "max_bytes": limits.max_bytes,
        "max_pixels": limits.max_pixels,
        "max_pixels_by_type": {kind.value: limits.max_pixels_of(kind) for kind in PhotoType},
        "uploads_at_once": upload_turns().at_once,
        "media_types": [kind.value for kind in PhotoType],
    }
    return told, 200, {"Upload-Limit": upload_limit()}


@blueprint.route("/<uuid:photo_id>", methods=["PUT"])
@public
@limiter.limit(_upload_limit)
@blueprint.doc(requestBody=_RAW_BODY)
@blueprint.arguments(PhotoHeadersSchema, location="headers")
@blueprint.response(201, PhotoReceiptSchema, example=RECEIPT_EXAMPLE)
@blueprint.alt_response(200, schema=PhotoReceiptSchema, example=RECEIPT_EXAMPLE, description="Stored before")
@blueprint.alt_response(
    202,
    schema=UploadProgressSchema,
    example=PROGRESS_EXAMPLE,
    description="A part has arrived; more is to come",
)
@blueprint.alt_response(403, response="Problem403")
@blueprint.alt_response(
    410, schema=ProblemSchema, content_type=PROBLEM_JSON, description="Past its retention"
)
@blueprint.alt_response(507, schema=ProblemSchema, content_type=PROBLEM_JSON, description="The store is full")
def put_photo(headers: dict[str, Any], photo_id: uuid.UUID) -> Answer:
    """Store one photo under the client's own id (any UUID; UUIDv7 keep their order); the body is the image itself.

    The same again answers 200 with the same receipt; other bytes under the same id are 409 and change nothing.
    Refusals carry a code each: empty, too_large, unsupported_type, type_mismatch, too_many_pixels, truncated,
    undecodable, too_costly, digest_mismatch; incomplete (400) where the body broke off. `Content-Digest`,
    `Repr-Digest` (RFC 9530) or `Digest` with SHA-256 or SHA-512 are held against what arrived.
    More photos at a time than `/photos/limits` says are 429.
    Without signing in, `Upload-Capability` is required and shown again when the photo is used.

    On a bad line send it in parts, one after another: `Content-Range: bytes first-last/length` on each. A part that is
    not the last is answered 202 with `Upload-Offset`; after a cut connection ask HEAD where to go on. A part that does
    not begin there is 409 `mismatching_upload_offset`. What does not grow for a day is forgotten.
    """
    _check_may_upload(current_actor(), headers["capability"])
    return receive_photo(sending_of(photo_id, headers))


@blueprint.route("/<uuid:photo_id>", methods=["HEAD"])
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.response(204)
@blueprint.alt_response(401, response="Problem401")
def find_upload_offset(headers: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """How far an upload in parts has come: `Upload-Offset`, `Upload-Complete`, `Upload-Limit` for its sender.

    404 where nothing has arrived: begin at byte 0. Others who may see the photo are told that it is there.
    """
    progress = find_progress(photo_id, headers["capability"])
    if progress is None:
        visible_photo(photo_id, headers["capability"])
    return Response(status=204, headers=progress.headers if progress else {"Cache-Control": "no-store"})


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
