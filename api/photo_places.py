"""What photos stand in, as the rules of access and of evidence want it: their owners' places and every case that shows them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cases.models import Case, CasePhoto
from inspections.models import Inspection, Report
from server.db import db
from uploads.access import PhotoPlace
from uploads.models import Photo, PhotoOwnerKind

_OWNERS: dict[PhotoOwnerKind, type[Report] | type[Inspection]] = {
    PhotoOwnerKind.REPORT: Report,
    PhotoOwnerKind.INSPECTION: Inspection,
}


def list_places_of(photo: Photo) -> list[PhotoPlace]:
    """A photo that nothing has claimed and no case shows stands nowhere."""
    return places_of([photo])[photo.id]


def places_of(photos: Sequence[Photo]) -> dict[uuid.UUID, list[PhotoPlace]]:
    """The places of each photo. Four queries at most, whatever the number of photos."""
    found: dict[uuid.UUID, list[PhotoPlace]] = {photo.id: [] for photo in photos}
    for photo_id, place in (*_owner_places(photos), *_case_places(photos)):
        if place not in found[photo_id]:
            found[photo_id].append(place)
    return found


def _owner_places(photos: Sequence[Photo]) -> Iterator[tuple[uuid.UUID, PhotoPlace]]:
    for kind, table in _OWNERS.items():
        owned = _by_owner(photos, kind)
        if not owned:
            continue
        rows = db.session.execute(
            sa.select(table.id, table.area_path, table.community_id).where(table.id.in_(owned))
        )
        for owner_id, path, community_id in rows:
            place = PhotoPlace(kind, path, None, owner_id, community_id)
            yield from ((photo_id, place) for photo_id in owned[owner_id])


def _by_owner(photos: Iterable[Photo], kind: PhotoOwnerKind) -> dict[uuid.UUID, list[uuid.UUID]]:
    owned: dict[uuid.UUID, list[uuid.UUID]] = {}
    for photo in photos:
        if photo.owner_kind == kind.value and photo.owner_id is not None:
            owned.setdefault(photo.owner_id, []).append(photo.id)
    return owned


def _case_places(photos: Sequence[Photo]) -> Iterator[tuple[uuid.UUID, PhotoPlace]]:
    """The cases themselves and, of merged ones, those they were merged into."""
    ids = [photo.id for photo in photos]
    shown = _CASES.add_columns(CasePhoto.photo_id).join(CasePhoto, CasePhoto.case_id == Case.id)
    for row in db.session.execute(shown.where(CasePhoto.photo_id.in_(ids))):
        yield from ((row.photo_id, place) for place in _places_in(row))
    owned = _by_owner(photos, PhotoOwnerKind.CASE)
    if owned:
        for row in db.session.execute(_CASES.where(Case.id.in_(owned))):
            yield from ((photo_id, place) for place in _places_in(row) for photo_id in owned[row.id])


_MASTER = aliased(Case)
_CASES: Any = sa.select(
    Case.id,
    Case.area_path,
    Case.organisation_id,
    Case.community_id,
    _MASTER.id.label("master_id"),
    _MASTER.area_path.label("master_area_path"),
    _MASTER.organisation_id.label("master_organisation_id"),
    _MASTER.community_id.label("master_community_id"),
).outerjoin(_MASTER, Case.merged_into_id == _MASTER.id)


def _places_in(row: sa.Row[Any]) -> Iterator[PhotoPlace]:
    case = PhotoOwnerKind.CASE
    yield PhotoPlace(case, row.area_path, row.organisation_id, row.id, row.community_id)
    if row.master_id is not None:
        yield PhotoPlace(
            case, row.master_area_path, row.master_organisation_id, row.master_id, row.master_community_id
        )
