"""Looking up the open cases that a sighting may be about, for reporters before they send and for clerks at triage."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from cases.case_tallies import count_reports
from cases.models import Case
from cases.released_photos import ReleasedPhoto, list_released_photos
from cases.terms import OPEN_STATES
from checklists.queries import list_kindred_items
from grid.permissions import Actor, Permission, require
from grid.positions import Position
from inspections.duplicates import (
    DEFAULT_WITHIN,
    STAFF_RADIUS_M,
    NearDuplicate,
    OpenCase,
    Sighting,
    rank_duplicates,
)
from inspections.item_words import ItemWords, words_of
from inspections.timeline import STAGE_TEXTS, PublicStage, PublicText, stage_of_state
from server.db import db
from server.errors import NotFound

# More open cases than this in one community within a month would not be told apart by looking anyway.
_MOST_CANDIDATES = 500


@dataclass(frozen=True, slots=True)
class DuplicateOffer:
    """A case that may be the same problem, told in words that anyone may read.

    `distance_m` is rounded to ten metres; `criterion` is the item's, never what a reporter wrote.
    """

    case_id: uuid.UUID
    score: float
    distance_m: float | None
    item_code: str | None
    criterion: PublicText | None
    tile: PublicText | None
    stage: PublicStage
    stage_text: PublicText
    opened_at: datetime
    report_count: int
    photos: list[ReleasedPhoto]


def find_duplicates(
    sighting: Sighting, *, radius_m: float, except_case_id: uuid.UUID | None = None
) -> list[DuplicateOffer]:
    """The likeliest open cases for a sighting, at most five: a constant number of queries."""
    cases = {case.id: case for case in _open_cases(sighting, except_case_id)}
    ranked = rank_duplicates(sighting, [_candidate(case) for case in cases.values()], radius_m=radius_m)
    chosen = [cases[match.case_id] for match in ranked]
    words, ids = words_of({case.item_code for case in chosen}), [case.id for case in chosen]
    counts, photos = count_reports(ids), list_released_photos(ids)
    return [
        _offer(match, case, words.get(case.item_code or ""), counts.get(case.id, 0), photos[case.id])
        for match, case in zip(ranked, chosen, strict=True)
    ]


def list_duplicates_of_case(actor: Actor, case_id: uuid.UUID) -> list[DuplicateOffer]:
    """For a clerk at triage: other open cases within the desk's radius that may be the same problem.

    Also such about another item of the same group, for reporters take one for the other: later, and only at the same
    place.
    """
    case = db.session.get(Case, case_id)
    if case is None:
        raise NotFound()
    require(actor, Permission.READ_CASES, case.area_path, case.organisation_id)
    kindred = list_kindred_items(case.item_code) if case.item_code else frozenset()
    sighting = replace(_candidate(case).sighting, kindred_items=kindred)
    return find_duplicates(sighting, radius_m=STAFF_RADIUS_M, except_case_id=case.id)


def _open_cases(sighting: Sighting, except_case_id: uuid.UUID | None) -> Sequence[Case]:
    statement = (
        sa.select(Case)
        .where(
            Case.community_id == sighting.community_id,
            Case.state.in_(OPEN_STATES),
            Case.opened_at >= sighting.seen_at - DEFAULT_WITHIN,
        )
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(_MOST_CANDIDATES)
    )
    if sighting.item_code is not None:
        wanted = {sighting.item_code, *sighting.kindred_items}
        statement = statement.where(sa.or_(Case.item_code.is_(None), Case.item_code.in_(wanted)))
    if except_case_id is not None:
        statement = statement.where(Case.id != except_case_id)
    return db.session.scalars(statement).all()


def _candidate(case: Case) -> OpenCase:
    has_position = case.latitude is not None and case.longitude is not None
    sighting = Sighting(
        community_id=case.community_id,
        seen_at=case.opened_at,
        item_code=case.item_code,
        position=Position(case.latitude, case.longitude) if has_position else None,  # type: ignore[arg-type]
        building=case.building or None,
    )
    return OpenCase(case.id, sighting)


def _offer(
    match: NearDuplicate,
    case: Case,
    words: ItemWords | None,
    report_count: int,
    photos: list[ReleasedPhoto],
) -> DuplicateOffer:
    stage = stage_of_state(case.state)
    return DuplicateOffer(
        case_id=case.id,
        score=match.score,
        distance_m=None if match.distance_m is None else round(match.distance_m, -1),
        item_code=case.item_code,
        criterion=words.criterion if words else None,
        tile=words.tile if words else None,
        stage=stage,
        stage_text=STAGE_TEXTS[stage],
        opened_at=case.opened_at,
        report_count=report_count,
        photos=photos,
    )
