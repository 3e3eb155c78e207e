"""Whether a community can stand where somebody says: among the other communities of its township."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa

from grid.models import Community
from grid.positions import CHINA_LATITUDES, CHINA_LONGITUDES, Position, distance_m
from grid.reach import ancestor_paths, below
from server.db import db
from server.errors import FieldError, RuleViolated

# No township of the country's settled parts is a hundred kilometres wide.
MOST_M_FROM_CENTRE = 50_000


@dataclass(frozen=True, slots=True)
class Implausible:
    """Why a place cannot be right."""

    zh: str
    en: str


def find_implausible(position: Position, centre: Position | None) -> Implausible | None:
    """A place outside China's bounds, or more than 50 km from the centre of its township's communities.

    Without a centre (nobody recorded a place there yet) only the country's bounds are asked.
    """
    is_in_china = CHINA_LATITUDES[0] <= position.latitude <= CHINA_LATITUDES[1]
    is_in_china &= CHINA_LONGITUDES[0] <= position.longitude <= CHINA_LONGITUDES[1]
    if not is_in_china:
        return Implausible("位置不在国内，请核对经纬度", "The place is not in China; check the coordinates")
    if centre is None:
        return None
    far_m = distance_m(position.latitude, position.longitude, centre.latitude, centre.longitude)
    if far_m <= MOST_M_FROM_CENTRE:
        return None
    km = round(far_m / 1000)
    zh = f"位置距本街镇其他小区约 {km} 公里，请核对经纬度"
    return Implausible(zh, f"The place is about {km} km from the township's other communities; check it")


def centre_of(positions: Sequence[Position]) -> Position | None:
    """The median place, which one wrong position does not move; None of none."""
    if not positions:
        return None
    latitudes, longitudes = [each.latitude for each in positions], [each.longitude for each in positions]
    return Position(median(latitudes), median(longitudes))


def township_path(area_path: str) -> str:
    """The path of the township that an area lies in: the second step from the root."""
    return ancestor_paths(area_path)[:2][-1]


def centres_of_townships(
    area_paths: Iterable[str], leave_out: Community | None = None
) -> Mapping[str, Position | None]:
    """The centre of each township that these areas lie in, by the township's path. One query."""
    found: dict[str, list[Position]] = {township_path(path): [] for path in area_paths}
    query = sa.select(Community.area_path, Community.latitude, Community.longitude).where(
        Community.is_active,
        Community.latitude.is_not(None),
        Community.longitude.is_not(None),
        sa.or_(sa.false(), *(below(Community.area_path, path) for path in found)),
    )
    if leave_out is not None:
        query = query.where(Community.id != leave_out.id)
    for area_path, latitude, longitude in db.session.execute(query):
        assert latitude is not None
        assert longitude is not None
        found[township_path(area_path)].append(Position(latitude, longitude))
    return {path: centre_of(positions) for path, positions in found.items()}


def require_plausible(position: Position | None, area_path: str, leave_out: Community | None = None) -> None:
    """Raise RuleViolated for a place where no community of this area can stand."""
    if position is None:
        return
    centre = centres_of_townships([area_path], leave_out)[township_path(area_path)]
    wrong = find_implausible(position, centre)
    if wrong is not None:
        code = "implausible_position"
        raise RuleViolated(
            wrong.zh, wrong.en, code=code, errors=[FieldError("latitude", code, wrong.zh, wrong.en)]
        )
