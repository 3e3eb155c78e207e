"""The bytes of photos over HTTP: both sizes for who may see them, the original on the record, released ones for all."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from api.authentication import View, current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.photo_access import visible_photo
from api.photo_answers import image_answer
from api.problems import PROBLEM_JSON
from api.route_documents import CONTENT_ETAG
from api.schemas.base import ProblemSchema
from api.schemas.photos import OriginalQuerySchema, SignedQuerySchema, UploaderHeadersSchema
from api.signed_addresses import Purpose, is_signed, seconds_left
from grid.permissions import Permission
from server import clock
from server.db import end_read, transaction
from server.errors import Forbidden, NotFound
from uploads.access import may_see_original
from uploads.formats import PhotoType
from uploads.looks import record_look
from uploads.models import Photo, PhotoRelease
from uploads.photos import get_photo, require_files
from uploads.public_thumbnails import thumbnail_of
from uploads.releases import get_public_release

blueprint = ApiBlueprint(
    "photo-files", __name__, url_prefix="/photos", description="照片文件 / the bytes of photos"
)

_IMAGE = {"type": "string", "format": "binary"}
# The pictures of an id never change; a private cache may still ask now and then whether it may keep them.
_DERIVATIVE_CACHING = "private, max-age=3600"
_ORIGINAL_CACHING = "private, no-store"
# Released pictures are withdrawn now and then: caches of others forget them soon.
_PUBLIC_SECONDS = 300


def _image_answers(view: View) -> View:
    """What a conditional or partial request can be answered with, for the document."""
    for status, description in ((206, "The part asked for"), (304, "Not modified")):
        view = blueprint.alt_response(status, description=description)(view)
    for status, description in ((410, "Past its retention"), (416, "No such part")):
        view = blueprint.alt_response(
            status, schema=ProblemSchema, content_type=PROBLEM_JSON, description=description
        )(view)
    return view


@blueprint.route("/<uuid:photo_id>/display")
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.arguments(SignedQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(401, response="Problem401")
@blueprint.alt_response(403, response="Problem403")
def get_display(headers: dict[str, Any], query: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The photo to look at: at most 1600 px a side, upright, without metadata.

    A signed address, as other answers name it, needs no headers and is good for a quarter of an hour.
    """
    photo = _photo_for(Purpose.DISPLAY, photo_id, headers, query)
    return image_answer(photo.display_sha256, PhotoType.JPEG.value, _derivative_caching(query))


@blueprint.route("/<uuid:photo_id>/thumbnail")
@public
@blueprint.arguments(UploaderHeadersSchema, location="headers")
@blueprint.arguments(SignedQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(401, response="Problem401")
@blueprint.alt_response(403, response="Problem403")
def get_thumbnail(headers: dict[str, Any], query: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The photo in a list: at most 320 px a side, upright, without metadata; by a signed address as well."""
    photo = _photo_for(Purpose.THUMBNAIL, photo_id, headers, query)
    return image_answer(photo.thumbnail_sha256, PhotoType.JPEG.value, _derivative_caching(query))


@blueprint.route("/<uuid:photo_id>/original")
@needs(Permission.SEE_ORIGINAL_PHOTOS)
@blueprint.arguments(OriginalQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/*", headers=CONTENT_ETAG)
@_image_answers
def get_original(query: dict[str, Any], photo_id: uuid.UUID) -> Response:
    """The bytes as they were sent, metadata included, for staff entitled to them; every look is recorded."""
    photo, places = visible_photo(photo_id, None)
    if not may_see_original(current_actor(), places):
        raise Forbidden()
    require_files(photo)
    with transaction():
        record_look(photo.id, current_actor(), query["reason"], clock.now())
    return image_answer(photo.sha256, photo.media_type, _ORIGINAL_CACHING)


@blueprint.route("/released/<uuid:release_id>")
@public
@blueprint.arguments(SignedQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(403, response="Problem403")
def get_released(query: dict[str, Any], release_id: uuid.UUID) -> Response:
    """A photo that was released to the public, blacked out where staff have said so; by its signed address alone."""
    release, caching = _released(Purpose.RELEASED, release_id, query)
    return image_answer(release.public_sha256, PhotoType.JPEG.value, caching)


@blueprint.route("/released/<uuid:release_id>/thumbnail")
@public
@blueprint.arguments(SignedQuerySchema, location="query")
@blueprint.response(200, _IMAGE, content_type="image/jpeg", headers=CONTENT_ETAG)
@_image_answers
@blueprint.alt_response(403, response="Problem403")
def get_released_thumbnail(query: dict[str, Any], release_id: uuid.UUID) -> Response:
    """A photo that was released to the public, at most 320 px a side; by its signed address alone."""
    release, caching = _released(Purpose.RELEASED_THUMBNAIL, release_id, query)
    return image_answer(release.public_sha256, PhotoType.JPEG.value, caching, made_by=thumbnail_of)


def _released(purpose: Purpose, release_id: uuid.UUID, query: dict[str, Any]) -> tuple[PhotoRelease, str]:
    """The release that an address names, and for how long others may keep its picture."""
    now = clock.now()
    if not is_signed(purpose, release_id, query, now):
        raise NotFound("没有这张照片", "There is no such photo")
    release = get_public_release(release_id)
    end_read()
    return release, f"public, max-age={min(_PUBLIC_SECONDS, seconds_left(query, now))}"


def _photo_for(
    purpose: Purpose, photo_id: uuid.UUID, headers: dict[str, Any], query: dict[str, Any]
) -> Photo:
    """By the address's own permission, else by who is asking."""
    if is_signed(purpose, photo_id, query, clock.now()):
        photo = get_photo(photo_id)
        end_read()
    else:
        photo, _ = visible_photo(photo_id, headers["capability"])
    return require_files(photo)


def _derivative_caching(query: dict[str, Any]) -> str:
    """No longer than a signed address permits."""
    if query["expires"] is None:
        return _DERIVATIVE_CACHING
    return f"private, max-age={min(3600, seconds_left(query, clock.now()))}"
