"""Who may see a photo: a rule over plain values. What a photo stands in is looked up by whoever asks (`api/photos.py`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from grid.permissions import Actor, Permission, may
from uploads.models import PhotoOwnerKind

_READING = {
    PhotoOwnerKind.REPORT: Permission.READ_REPORTS,
    PhotoOwnerKind.INSPECTION: Permission.READ_INSPECTIONS,
    PhotoOwnerKind.CASE: Permission.READ_CASES,
}


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """A thing a photo stands in: its owner, or a case it came to; where, and which organisation holds it, if any.

    `thing_id` is the report's, inspection's or case's, `community_id` the community's that it is about.
    """

    kind: PhotoOwnerKind
    area_path: str
    organisation_id: uuid.UUID | None = None
    thing_id: uuid.UUID | None = None
    community_id: uuid.UUID | None = None


def may_see_photo(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """The display and thumbnail sizes: whoever may read one of the things it stands in."""
    return any(may(actor, _READING[place.kind], place.area_path, place.organisation_id) for place in places)


def may_see_original(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """The original, with its metadata: who may see the photo there and is entitled to originals there too."""
    return _may_there(actor, Permission.SEE_ORIGINAL_PHOTOS, places)


def may_review_photo(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """Its flags as evidence: whoever reviews evidence where they see the photo."""
    return _may_there(actor, Permission.SEE_PHOTO_FLAGS, places)


def may_release_photo(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """Showing it to the public: whoever releases photos where they see this one."""
    return _may_there(actor, Permission.RELEASE_PHOTOS, places)


def _may_there(actor: Actor, permission: Permission, places: Iterable[PhotoPlace]) -> bool:
    return any(
        may_see_photo(actor, [place]) and may(actor, permission, place.area_path, place.organisation_id)
        for place in places
    )
