"""Which open cases a new report may be about already.

They are offered before sending and at triage; nothing is ever merged unasked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from grid.positions import Position, distance_m

RESIDENT_RADIUS_M = 50.0
STAFF_RADIUS_M = 250.0
DEFAULT_WITHIN = timedelta(days=30)
MOST_OFFERED = 5

_NEARNESS_WEIGHT = 0.5
_ITEM_WEIGHT = 0.3
_RECENCY_WEIGHT = 0.2
_UNKNOWN_ITEM = 0.5
# A kindred item is offered after what is about the same one.
_KINDRED_SHARE = 0.5
_SAME_BUILDING_NEARNESS = 0.7
_UNKNOWN_PLACE_NEARNESS = 0.3


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a problem when it is reported; None where the reporter did not say."""

    community_id: UUID
    seen_at: datetime
    item_code: str | None = None
    position: Position | None = None
    building: str | None = None
    # Other items of the item's group, where a clerk wants to see cases about those too 同类问题.
    kindred_items: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case that the sighting may be about."""

    case_id: UUID
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A candidate with how likely it is the same problem (0 to 1) and how far away it is, where known."""

    case_id: UUID
    score: float
    distance_m: float | None


def rank_duplicates(
    sighting: Sighting,
    candidates: Iterable[OpenCase],
    *,
    radius_m: float = RESIDENT_RADIUS_M,
    within: timedelta = DEFAULT_WITHIN,
    limit: int = MOST_OFFERED,
) -> list[NearDuplicate]:
    """Return at most `limit` likely duplicates, the likeliest first.

    A case qualifies when it is in the same community, about the same item (or either side does not know
    the item, or, less likely, it is one of the sighting's kindred items and no other building is named),
    not older than `within`, and at the same place: at most `radius_m` away where both positions are known,
    else the same building, else (place unknown) the same known item. Equal scores: the newer case first,
    then the higher id.
    """
    found = [
        (duplicate, candidate)
        for candidate in candidates
        if (duplicate := _match(sighting, candidate, radius_m, within)) is not None
    ]
    found.sort(key=lambda pair: (pair[0].score, pair[1].sighting.seen_at, pair[1].case_id), reverse=True)
    return [duplicate for duplicate, _ in found[:limit]]


def _match(new: Sighting, candidate: OpenCase, radius_m: float, within: timedelta) -> NearDuplicate | None:
    old = candidate.sighting
    likeness = _item_likeness(new, old)
    age = abs(new.seen_at - old.seen_at)
    if old.community_id != new.community_id or likeness is None or age > within:
        return None
    place = _nearness(new, old, radius_m)
    if place is None:
        return None
    nearness, distance = place
    recency = 1 - age / within if within else 1.0
    item_score, share = likeness
    score = _NEARNESS_WEIGHT * nearness + _ITEM_WEIGHT * item_score + _RECENCY_WEIGHT * recency
    return NearDuplicate(candidate.case_id, round(share * score, 4), distance)


def _item_likeness(new: Sighting, old: Sighting) -> tuple[float, float] | None:
    """Return how well the items match (0 to 1) and what share of the whole score that leaves, or None for different
    problems. A kindred item in another building is another problem, however near the buildings stand.
    """
    if new.item_code is None or old.item_code is None:
        return _UNKNOWN_ITEM, 1.0
    if new.item_code == old.item_code:
        return 1.0, 1.0
    names_another_building = bool(new.building and old.building) and new.building != old.building
    if old.item_code in new.kindred_items and not names_another_building:
        return 1.0, _KINDRED_SHARE
    return None


def _nearness(new: Sighting, old: Sighting, radius_m: float) -> tuple[float, float | None] | None:
    """Return how near the places are (0 to 1) with the distance in metres, or None for different places."""
    if new.position is not None and old.position is not None:
        distance = distance_m(
            new.position.latitude, new.position.longitude, old.position.latitude, old.position.longitude
        )
        return (
            (1 - distance / radius_m if radius_m else 1.0, round(distance, 1))
            if distance <= radius_m
            else None
        )
    if new.building and old.building:
        return (_SAME_BUILDING_NEARNESS, None) if new.building == old.building else None
    is_same_item = new.item_code is not None and new.item_code == old.item_code
    return (_UNKNOWN_PLACE_NEARNESS, None) if is_same_item else None
