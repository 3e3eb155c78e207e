"""A photo's flags as reviewers see them: its own facts against its community, and earlier photos that show the same."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from api.photo_places import places_of
from grid.models import Community
from grid.permissions import Actor
from grid.positions import Position
from server.db import db
from uploads.access import PhotoPlace, may_review_photo, may_see_photo
from uploads.evidence import marks_from_json
from uploads.evidence_flags import PhotoFacts, PhotoFlag, flags_of, reused_flag
from uploads.models import Photo
from uploads.photos import is_uploader
from uploads.similarity import Resemblance, list_alike

_Places = Mapping[uuid.UUID, list[PhotoPlace]]
Flags = list[dict[str, Any]]
_MOST_EARLIER = 20


def flags_by_photo(photo_ids: Sequence[uuid.UUID], actor: Actor) -> dict[uuid.UUID, Flags | None]:
    """The flags of each photo that the actor may see; None where the actor does not review evidence there.

    A number of queries that does not depend on the number of photos.
    """
    photos = db.session.scalars(sa.select(Photo).where(Photo.id.in_(set(photo_ids)))).all()
    places = places_of(photos)
    reviewed = [photo for photo in photos if may_review_photo(actor, places[photo.id])]
    visible = [
        photo.id
        for photo in photos
        if may_see_photo(actor, places[photo.id]) or is_uploader(photo, actor, None)
    ]
    shown: dict[uuid.UUID, Flags | None] = dict.fromkeys(visible, None)
    return shown | dict(_flags(reviewed, places, actor))


def _flags(photos: Sequence[Photo], places: _Places, actor: Actor) -> dict[uuid.UUID, Flags]:
    if not photos:
        return {}
    communities = _positions({place.community_id for photo in photos for place in places[photo.id]})
    alike = list_alike(photos)
    earlier = _places_of_ids({pair.earlier_photo_id for pairs in alike.values() for pair in pairs})
    found = {}
    for photo in photos:
        here = places[photo.id]
        near = [communities[place.community_id] for place in here if place.community_id in communities]
        own = [] if photo.removed_at else flags_of(facts_of(photo), near)
        found[photo.id] = [_as_json(flag) for flag in own]
        found[photo.id] += _reused(alike.get(photo.id, []), here, earlier, actor)
    return found


def _reused(
    pairs: Sequence[Resemblance], here: Sequence[PhotoPlace], earlier: _Places, actor: Actor
) -> Flags:
    """Only what stands in no case, inspection or report together with the photo itself is another matter."""
    things = {place.thing_id for place in here}
    elsewhere = [
        pair
        for pair in pairs
        if not things & {place.thing_id for place in earlier.get(pair.earlier_photo_id, ())}
    ]
    flag = reused_flag([pair.distance for pair in elsewhere])
    if flag is None:
        return []
    visible = [
        str(pair.earlier_photo_id)
        for pair in elsewhere
        if may_see_photo(actor, earlier.get(pair.earlier_photo_id, ()))
    ]
    return [_as_json(flag) | {"earlier_photo_ids": visible[:_MOST_EARLIER]}]


def facts_of(photo: Photo) -> PhotoFacts:
    """What was kept beside the photo, as the rules want it."""
    latitude, longitude = photo.device_latitude, photo.device_longitude
    is_placed = latitude is not None and longitude is not None
    return PhotoFacts(
        received_at=photo.received_at,
        marks=marks_from_json(photo.evidence),
        device_sent_at=photo.device_sent_at,
        device_taken_at=photo.device_taken_at,
        device_position=Position(latitude, longitude) if is_placed else None,  # type: ignore[arg-type]
        device_accuracy_metres=photo.device_accuracy_metres,
    )


def _as_json(flag: PhotoFlag) -> dict[str, Any]:
    return {
        "code": flag.code.value,
        "zh": flag.zh,
        "en": flag.en,
        "figures": dict(flag.figures),
        "earlier_photo_ids": [],
    }


def _positions(ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, Position]:
    rows = db.session.execute(
        sa.select(Community.id, Community.latitude, Community.longitude).where(Community.id.in_(ids - {None}))
    )
    return {row.id: Position(row.latitude, row.longitude) for row in rows if row.latitude is not None}


def _places_of_ids(ids: set[uuid.UUID]) -> _Places:
    if not ids:
        return {}
    return places_of(db.session.scalars(sa.select(Photo).where(Photo.id.in_(ids))).all())
