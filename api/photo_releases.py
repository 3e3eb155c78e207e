"""Releasing photos over HTTP: what the public may see, with boxes blacked out; and who looked at an original."""

from __future__ import annotations

import uuid
from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.photo_access import visible_photo
from api.photo_store import photo_store
from api.schemas.photo_releases import (
    LOOKS_EXAMPLE,
    RELEASE_EXAMPLE,
    RELEASED_EXAMPLE,
    LookListSchema,
    PhotoReleaseSchema,
    ReleasedPhotoSchema,
)
from api.signed_addresses import Purpose, signed_address
from grid.permissions import Permission
from server import clock
from server.db import transaction
from server.errors import Forbidden, NotFound
from uploads.access import may_release_photo, may_see_original
from uploads.looks import list_looks
from uploads.models import Photo, PhotoRelease
from uploads.photos import require_files
from uploads.redaction import Box
from uploads.releases import find_release, make_public_picture, release_photo, withdraw_release

blueprint = ApiBlueprint(
    "photo-releases", __name__, url_prefix="/photos", description="照片公开 / what the public may see"
)


@blueprint.route("/<uuid:photo_id>/release", methods=["PUT"])
@needs(Permission.RELEASE_PHOTOS)
@blueprint.arguments(PhotoReleaseSchema, example=RELEASE_EXAMPLE)
@blueprint.response(200, ReleasedPhotoSchema, example=RELEASED_EXAMPLE)
def put_release(body: dict[str, Any], photo_id: uuid.UUID) -> dict[str, Any]:
    """Let the public see a photo, with these boxes blacked out; the residents who reported it see it when following.

    The boxes (fractions of the upright picture) are burnt into a picture of its own; the original is not touched.
    `boxes` must be given, if only as an empty list: nobody releases a photo without having thought of it. Releasing
    anew replaces the earlier release.
    """
    photo, now = _photo_to_release(photo_id), clock.now()
    require_files(photo)
    boxes = [Box(**box) for box in body["boxes"]]
    picture = make_public_picture(photo, boxes, photo_store())
    with transaction():
        release = release_photo(photo.id, boxes, body["note"], picture, current_actor(), now)
    return _as_json(release)


@blueprint.route("/<uuid:photo_id>/release")
@needs(Permission.READ_CASES)
@blueprint.response(200, ReleasedPhotoSchema, example=RELEASED_EXAMPLE)
def get_release(photo_id: uuid.UUID) -> dict[str, Any]:
    """What the public sees of a photo, and who released it; 404 where it is not released."""
    photo, _ = visible_photo(photo_id, None)
    release = find_release(photo.id)
    if release is None:
        raise NotFound("这张照片没有公开", "The photo is not released")
    return _as_json(release)


@blueprint.route("/<uuid:photo_id>/release", methods=["DELETE"])
@needs(Permission.RELEASE_PHOTOS)
@blueprint.response(204)
def remove_release(photo_id: uuid.UUID) -> None:
    """Withdraw it: addresses given out before show nothing any more."""
    photo, now = _photo_to_release(photo_id), clock.now()
    with transaction():
        withdraw_release(photo.id, current_actor(), now)


@blueprint.route("/<uuid:photo_id>/looks")
@needs(Permission.SEE_ORIGINAL_PHOTOS)
@blueprint.response(200, LookListSchema, example=LOOKS_EXAMPLE)
def list_original_looks(photo_id: uuid.UUID) -> dict[str, Any]:
    """Who looked at the original, when and why, the newest first."""
    photo, places = visible_photo(photo_id, None)
    if not may_see_original(current_actor(), places):
        raise Forbidden()
    return {"items": list_looks(photo.id)}


def _photo_to_release(photo_id: uuid.UUID) -> Photo:
    photo, places = visible_photo(photo_id, None)
    if not may_release_photo(current_actor(), places):
        raise Forbidden()
    return photo


def _as_json(release: PhotoRelease) -> dict[str, Any]:
    return {
        "photo_id": release.photo_id,
        "boxes": release.boxes,
        "note": release.note,
        "width": release.width,
        "height": release.height,
        "released_at": release.released_at,
        "public_url": signed_address(Purpose.RELEASED, release.id),
    }
