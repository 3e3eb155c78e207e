"""Whether after-photos show anything new: each against every photo in the case file and in those merged into it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from cases.case_facts import LookAlike
from cases.models import Case, CasePhoto
from server.db import db
from uploads.models import Photo
from uploads.similarity import find_resembling, hashed


def list_look_alikes(case_id: uuid.UUID, photo_ids: Sequence[uuid.UUID]) -> tuple[LookAlike, ...]:
    """The pairs of a new photo and one in the file that are equal or nearly equal. Two queries.

    The whole file counts, not the report's photos alone: the after-photo of a fix that failed its check proves no more
    the second time.
    """
    if not photo_ids:
        return ()
    new = db.session.scalars(sa.select(Photo).where(Photo.id.in_(set(photo_ids))))
    pairs = find_resembling([hashed(photo) for photo in new], [hashed(photo) for photo in _shown(case_id)])
    return tuple(LookAlike(pair.photo_id, pair.earlier_photo_id, pair.distance) for pair in pairs)


def _shown(case_id: uuid.UUID) -> Sequence[Photo]:
    cases = sa.select(Case.id).where(sa.or_(Case.id == case_id, Case.merged_into_id == case_id))
    shown = sa.select(CasePhoto.photo_id).where(CasePhoto.case_id.in_(cases))
    return db.session.scalars(sa.select(Photo).where(Photo.id.in_(shown)).order_by(Photo.received_at)).all()
