"""What explains a rate beyond the checklists' own knowledge: the cases behind failing pairs, as far as one may read them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from api.case_views import titles_of
from api.photo_views import picture_addresses
from cases.models import Case, CasePhoto
from grid.permissions import Actor, Permission, reach_of
from server import clock
from server.db import db


def cases_behind(case_ids: Collection[uuid.UUID], actor: Actor) -> dict[uuid.UUID, dict[str, Any]]:
    """The named cases with number, state, holder, deadline and photos; three queries, whatever their number.

    A case that the actor may not read answers with its id alone.
    """
    reach = reach_of(actor, Permission.READ_CASES)
    statement = sa.select(Case).where(Case.id.in_(case_ids)).options(joinedload(Case.organisation))
    readable = [
        case for case in db.session.scalars(statement) if reach.covers(case.area_path, case.organisation_id)
    ]
    photos, titles = _photos_of([case.id for case in readable]), titles_of(readable, clock.now())
    found = {case_id: _nothing_of(case_id) for case_id in case_ids}
    return found | {case.id: _dump(case, titles[case.id], photos[case.id]) for case in readable}


def _photos_of(case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    photos: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    statement = (
        sa.select(CasePhoto.case_id, CasePhoto.photo_id, CasePhoto.kind)
        .where(CasePhoto.case_id.in_(case_ids))
        .order_by(CasePhoto.event_seq, CasePhoto.position)
    )
    for case_id, photo_id, kind in db.session.execute(statement):
        photos[case_id].append(photo_behind(photo_id) | {"id": photo_id, "kind": kind})
    return photos


def _dump(case: Case, title: str, photos: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "title": title,
        "building": case.building,
        "place": case.place,
        "opened_at": case.opened_at,
        "state": case.state.value,
        "loop": case.loop.value,
        "organisation": case.organisation.name if case.organisation else None,
        "deadline_at": case.deadline_effective,
        "photos": photos,
    }


_TOLD = (
    "number",
    "title",
    "building",
    "place",
    "opened_at",
    "state",
    "loop",
    "organisation",
    "deadline_at",
)


def photo_behind(photo_id: uuid.UUID) -> dict[str, Any]:
    """A photo as explanations show it, for whoever may see it."""
    return {"photo_id": photo_id, **picture_addresses(photo_id)}


def _nothing_of(case_id: uuid.UUID) -> dict[str, Any]:
    hidden = dict.fromkeys(_TOLD)
    return {"id": case_id, **hidden, "photos": []}
