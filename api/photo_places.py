"""What a photo stands in, as the access rule wants it: its owner's place and every case file that shows it."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cases.models import Case, CasePhoto
from inspections.models import Inspection, Report
from server.db import db
from uploads.access import PhotoPlace
from uploads.models import Photo, PhotoOwnerKind


def list_places_of(photo: Photo) -> list[PhotoPlace]:
    """A photo that nothing has claimed and no case shows stands nowhere."""
    return [*_owner_places(photo), *_case_places(photo)]


def _owner_places(photo: Photo) -> list[PhotoPlace]:
    if photo.owner_kind is None or photo.owner_kind == PhotoOwnerKind.CASE:
        return []
    kind = PhotoOwnerKind(photo.owner_kind)
    table = Report if kind is PhotoOwnerKind.REPORT else Inspection
    paths = db.session.scalars(sa.select(table.area_path).where(table.id == photo.owner_id))
    return [PhotoPlace(kind, path) for path in paths]


def _case_places(photo: Photo) -> list[PhotoPlace]:
    """The cases themselves and, of merged ones, those they were merged into."""
    shown = sa.select(CasePhoto.case_id).where(CasePhoto.photo_id == photo.id)
    master = aliased(Case)
    is_shown = sa.or_(Case.id.in_(shown), Case.id == _owning_case(photo))
    found = (
        sa.select(Case.area_path, Case.organisation_id, master.area_path, master.organisation_id)
        .outerjoin(master, Case.merged_into_id == master.id)
        .where(is_shown)
    )
    places = []
    for path, organisation_id, master_path, master_organisation_id in db.session.execute(found):
        places.append(PhotoPlace(PhotoOwnerKind.CASE, path, organisation_id))
        if master_path is not None:
            places.append(PhotoPlace(PhotoOwnerKind.CASE, master_path, master_organisation_id))
    return places


def _owning_case(photo: Photo) -> uuid.UUID | None:
    return photo.owner_id if photo.owner_kind == PhotoOwnerKind.CASE else None
