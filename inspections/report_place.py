"""Where a report belongs: the community it names, or the nearest one to where the reporter stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grid.communities import find_community, find_nearest_community
from grid.models import Community
from grid.positions import Position, distance_m
from inspections.report_content import ReportContent
from server.errors import FieldError, RuleViolated


@dataclass(frozen=True, slots=True)
class PlaceLimits:
    """How far, in metres, a position finds a community, is flagged, and is refused."""

    nearest_within_m: float = 500.0
    flag_beyond_m: float = 500.0
    refuse_beyond_m: float = 20_000.0


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """The community of a report, its WGS-84 position, and what is odd about the two together."""

    community: Community
    position: Position | None
    flags: tuple[dict[str, Any], ...] = ()


def resolve_place(content: ReportContent, limits: PlaceLimits) -> ReportPlace:
    """Find the community of a report; raises RuleViolated, with the field, where there is none.

    A position far from the named community is flagged and kept as it is; one that is impossibly far is refused.
    """
    position = content.to_position()
    if position is not None and not _is_on_earth(position):
        raise _refusal("position", "position_out_of_range", "定位超出范围", "No position on earth")
    if content.community_id is None:
        assert position is not None
        return ReportPlace(_nearest(position, limits), position)
    community = find_community(content.community_id)
    if community is None or not community.is_active:
        raise _refusal("community_id", "unknown", "没有这个小区", "There is no such community")
    return ReportPlace(community, position, _flags(community, position, limits))


def _nearest(position: Position, limits: PlaceLimits) -> Community:
    community = find_nearest_community(position.latitude, position.longitude, limits.nearest_within_m)
    if community is None:
        raise _refusal(
            "position",
            "no_community_near",
            f"定位{limits.nearest_within_m:.0f}米内没有小区，请选择小区",
            f"No community within {limits.nearest_within_m:.0f} m of the position; choose one",
        )
    return community


def _flags(
    community: Community, position: Position | None, limits: PlaceLimits
) -> tuple[dict[str, Any], ...]:
    if position is None or community.latitude is None or community.longitude is None:
        return ()
    distance = distance_m(position.latitude, position.longitude, community.latitude, community.longitude)
    zh = f"定位距小区{distance:.0f}米"
    en = f"The position is {distance:.0f} m from the community"
    if distance > limits.refuse_beyond_m:
        raise _refusal("position", "position_outside_area", zh, en)
    if distance <= limits.flag_beyond_m:
        return ()
    return ({"field": "position", "code": "far_from_community", "zh": zh, "en": en},)


def _is_on_earth(position: Position) -> bool:
    return -90 <= position.latitude <= 90 and -180 <= position.longitude <= 180


def _refusal(field: str, code: str, zh: str, en: str) -> RuleViolated:
    return RuleViolated(zh, en, code=code, errors=[FieldError(field, code, zh, en)])
