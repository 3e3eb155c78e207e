"""Photos over HTTP: a raw body in, a receipt out; the two sizes for who may see them, the original on the record."""

from __future__ import annotations

import uuid
from typing import Any, cast

from flask import Response, current_app, request, url_for

from api.authentication import View, current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.limits import ANONYMOUS_WRITE, PHOTO, limiter
from api.photo_bodies import received_body
from api.photo_places import list_places_of
from api.problems import PROBLEM_JSON
from api.route_documents import CONTENT_ETAG
from api.schemas.base import ProblemSchema
from api.schemas.photos import (
    LIMITS_EXAMPLE,
    PHOTO_EXAMPLE,
    RECEIPT_EXAMPLE,
    OriginalQuerySchema,
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
from server.errors import Forbidden, NotFound, Unauthenticated
from uploads.access import PhotoPlace, may_see_original, may_see_photo
from uploads.formats import PhotoType
from uploads.intake import take_in_photo
from uploads.looks import record_look
from uploads.models import Photo
from uploads.photos import (
    DeviceFacts,
    StoredPhoto,
    check_same_photo,
    find_photo,
    is_uploader,
    receipt_of,
    require_capability,
    store_photo,
)
from uploads.storage import FolderPhotoStore
from uploads.validation import PhotoLimits

blueprint = ApiBlueprint("photos", __name__, url_prefix="/photos", description="照片 / photos as evidence")

_IMAGE = {"type": "string", "format": "binary"}
_RAW_BODY = {
    "required": True,
    "description": "原始图片字节 / the image's bytes, nothing around them",
    "content": {kind.value: {"schema": _IMAGE} for kind in PhotoType},
}
# Bytes that strangers sent are handed out as the one thing they are, never as a page.
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Authorization, Cookie, Upload-Capability",
}
# The pictures of an id never change; a private cache may still ask now and then whether it may keep them.
_DERIVATIVE_CACHING = "private, max-age=3600"
_ORIGINAL_CACHING = "private, no-store"


def _upload_limit() -> str:
    return ANONYMOUS_WRITE if current_actor().is_anonymous else PHOTO


def _image_answers(view: View) -> View:
    """What a conditional or partial request can be answered with, for the document."""
    for status, description in ((206, "The part asked for"), (304, "Not modified")):
        view = blueprint.alt_response(status, description=description)(view)
    no_such_part = blueprint.alt_response(
        416, schema=ProblemSchema, content_type=PROBLEM_JSON, description="No such part"
    )
    return cast(View, no_such_part(view))


@blueprint.route("/limits")
@public
@blueprint.response(200, PhotoLimitsSchema, example=LIMITS_EXAMPLE)
def get_photo_limits() -> dict[str, Any]:
    """How large a photo may be and of which types, to be asked before sending."""
    limits = _limits()
    return {
        "max_bytes": limits.max_bytes,
        "max_pixels": limits.max_pixels,
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
    """Store one photo under the client's own id (any UUID; UUIDv7 keep their order); the body is the image itself.

    The same again answers 200 with the same receipt; other bytes under the same id are 409 and change nothing.
    Refusals carry a code each: empty, too_large, unsupported_type, type_mismatch, too_many_pixels, truncated,
    undecodable. Without signing in, `Upload-Capability` is required and shown again when the photo is used.
    """
    actor, capability = current_actor(), headers["capability"]
    _check_may_upload(actor, capability)
    config = _config()
    with received_body(config.photo_dir / "incoming", _limits()) as body:
        present = _find_same(photo_id, body.sha256, actor, capability)
        if present is not None:
            return present, 200
        taken = take_in_photo(body.read(), request.content_type, _store(), _limits())
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
    """What is known of one photo, for its uploader and for whoever may read what it stands in."""
    photo, places = _visible_photo(photo_id, headers["capability"])
    is_entitled = may_see_original(current_actor(), places)
    receipt = receipt_of(photo)
    return {
        **{name: getattr(receipt, name) for name in StoredPhoto.__dataclass_fields__},
        "received_at": photo.received_at,
        "display_url": url_for("photos.get_display", photo_id=photo_id),
        "thumbnail_url": url_for("photos.get_thumbnail", photo_id=photo_id),
        **(
            {"original_url": url_for("photos.get_original", photo_id=photo_id), "evidence": photo.evidence}
            if is_entitled
            else {}
        ),
    }


@blueprint.route("/<uuid:photo_id>/display")
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(401, response="Problem401")
def get_display(headers: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The photo to look at: at most 1600 px a side, upright, without metadata."""
    photo, _ = _visible_photo(photo_id, headers["capability"])
    return _image_response(photo.display_sha256, PhotoType.JPEG.value, _DERIVATIVE_CACHING)


@blueprint.route("/<uuid:photo_id>/thumbnail")
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(401, response="Problem401")
def get_thumbnail(headers: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The photo in a list: at most 320 px a side, upright, without metadata."""
    photo, _ = _visible_photo(photo_id, headers["capability"])
    return _image_response(photo.thumbnail_sha256, PhotoType.JPEG.value, _DERIVATIVE_CACHING)


@blueprint.route("/<uuid:photo_id>/original")
@needs(Permission.SEE_ORIGINAL_PHOTOS)
@blueprint.arguments(OriginalQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/*", headers=CONTENT_ETAG)
@_image_answers
def get_original(query: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The bytes as they were sent, metadata included, for staff entitled to them; every look is recorded."""
    photo, places = _visible_photo(photo_id, None)
    if not may_see_original(current_actor(), places):
        raise Forbidden()
    with transaction():
        record_look(photo.id, current_actor(), query["reason"], clock.now())
    return _image_response(photo.sha256, photo.media_type, _ORIGINAL_CACHING)


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


def _visible_photo(photo_id: uuid.UUID, capability: str | None) -> tuple[Photo, list[PhotoPlace]]:
    """The photo and what it stands in; to all others it does not exist."""
    actor = current_actor()
    photo = find_photo(photo_id)
    places = [] if photo is None else list_places_of(photo)
    end_read()
    if photo is not None and (is_uploader(photo, actor, capability) or may_see_photo(actor, places)):
        return photo, places
    if actor.is_anonymous and capability is None:
        raise Unauthenticated()
    raise NotFound("没有这张照片", "There is no such photo")


def _image_response(sha256: str, media_type: str, caching: str) -> Response:
    with _store().open(sha256) as file:
        response = Response(file.read(), content_type=media_type)
    response.headers.update(_SAFE_HEADERS)
    response.headers["Cache-Control"] = caching
    response.set_etag(sha256)
    response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
    return response


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


def _store() -> FolderPhotoStore:
    return FolderPhotoStore(_config().photo_dir)
