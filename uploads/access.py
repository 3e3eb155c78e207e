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
    """A thing a photo stands in: its owner, or a case it came to; where, and which organisation holds it, if any."""

    kind: PhotoOwnerKind
    area_path: str
    organisation_id: uuid.UUID | None = None


def may_see_photo(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """The display and thumbnail sizes: whoever may read one of the things it stands in."""
    return any(may(actor, _READING[place.kind], place.area_path, place.organisation_id) for place in places)


def may_see_original(actor: Actor, places: Iterable[PhotoPlace]) -> bool:
    """The original, with its metadata: who may see the photo there and is entitled to originals there too."""
    return any(
        may_see_photo(actor, [place])
        and may(actor, Permission.SEE_ORIGINAL_PHOTOS, place.area_path, place.organisation_id)
        for place in places
    )
