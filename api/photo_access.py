"""Finding a photo for whoever asks: what they may not see does not exist for them."""

from __future__ import annotations

import uuid

from api.authentication import current_actor
from api.photo_places import list_places_of
from server.db import end_read
from server.errors import NotFound, Unauthenticated
from uploads.access import PhotoPlace, may_see_photo
from uploads.models import Photo
from uploads.photos import find_photo, is_uploader


def visible_photo(photo_id: uuid.UUID, capability: str | None) -> tuple[Photo, list[PhotoPlace]]:
    """The photo and what it stands in, for its uploader and for whoever may read one of these things."""
    actor = current_actor()
    photo = find_photo(photo_id)
    places = [] if photo is None else list_places_of(photo)
    end_read()
    if photo is not None and (is_uploader(photo, actor, capability) or may_see_photo(actor, places)):
        return photo, places
    if actor.is_anonymous and capability is None:
        raise Unauthenticated()
    raise NotFound("没有这张照片", "There is no such photo")
