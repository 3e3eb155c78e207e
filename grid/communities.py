"""Communities 住宅小区: reading, making and changing them, with every change of their attributes kept."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from grid.areas import find_area, get_area, get_area_for
from grid.attributes import VOCABULARY, AttributeType, AttributeValue, validate_attributes
from grid.listing import Key, containing, fetch_page
from grid.models import Area, AreaLevel, Building, Community, CommunityAttributes
from grid.permissions import Actor, Permission, reach_of, require
from grid.plausible_places import require_plausible
from grid.positions import Position, distance_m
from grid.reach import below, within_reach
from server import clock
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated

_METRES_A_DEGREE = 111_195
NEARBY_LIMIT = 20


@dataclass(frozen=True, slots=True)
class CommunityFilter:
    """Which communities to list: below an area, with a text in name, code or address, with these attributes."""

    area_code: str | None = None
    text: str = ""
    is_active: bool | None = True
    attributes: Mapping[str, AttributeValue] | None = None


@dataclass(frozen=True, slots=True)
class NewBuilding:
    name: str
    floors: int | None = None
    lifts: int | None = None


def find_community(community_id: uuid.UUID) -> Community | None:
    return db.session.get(Community, community_id)


def get_community(community_id: uuid.UUID) -> Community:
    """A community by its id, whoever asks; raises NotFound."""
    community = find_community(community_id)
    if community is None:
        raise NotFound("没有这个小区", "There is no such community")
    return community


def get_visible_community(community_id: uuid.UUID, actor: Actor) -> Community:
    """A community that the actor may read, its area loaded; raises NotFound for any other."""
    query = sa.select(Community).options(joinedload(Community.area)).where(Community.id == community_id)
    community = db.session.scalar(query)
    if community is None or not reach_of(actor, Permission.READ_GRID).covers(community.area_path):
        raise NotFound("没有这个小区", "There is no such community")
    return community


def get_public_community(community_id: uuid.UUID) -> Community:
    """A community that is in use, for anybody, its area loaded; raises NotFound."""
    query = sa.select(Community).options(joinedload(Community.area)).where(Community.id == community_id)
    community = db.session.scalar(query)
    if community is None or not community.is_active:
        raise NotFound("没有这个小区", "There is no such community")
    return community


def lock_community(community_id: uuid.UUID, actor: Actor) -> Community:
    """A community that the actor may manage, locked until the transaction ends."""
    query = (
        sa.select(Community)
        .options(joinedload(Community.area))
        .where(Community.id == community_id)
        .with_for_update(of=Community)
        .execution_options(populate_existing=True)
    )
    community = db.session.scalar(query)
    if community is None:
        raise NotFound("没有这个小区", "There is no such community")
    require(actor, Permission.MANAGE_COMMUNITIES, community.area_path)
    return community


def list_communities(
    actor: Actor, wanted: CommunityFilter, after: Sequence[str] | None, limit: int
) -> tuple[list[Community], Key | None]:
    """The communities that the actor may read, by code, a page at a time, each with its area."""
    reach = reach_of(actor, Permission.READ_GRID)
    query = (
        sa.select(Community)
        .options(joinedload(Community.area))
        .where(within_reach(reach, Community.area_path), *_conditions(actor, wanted))
    )
    return fetch_page(query, [Community.code], after, limit, lambda community: [community.code])


def list_communities_below(
    area_path: str, after: Sequence[str] | None, limit: int
) -> tuple[list[Community], Key | None]:
    """The communities in use below an area, by code, a page at a time, whoever asks."""
    query = sa.select(Community).where(below(Community.area_path, area_path), Community.is_active)
    return fetch_page(query, [Community.code], after, limit, lambda community: [community.code])


def list_points(actor: Actor, wanted: CommunityFilter, limit: int) -> list[sa.Row[Any]]:
    """Id, name, area and position of the communities that the actor may read and that have one, by code; one query."""
    reach = reach_of(actor, Permission.READ_GRID)
    columns = (
        Community.id,
        Community.name,
        Community.area_code,
        Community.latitude,
        Community.longitude,
    )
    query = sa.select(*columns).where(
        within_reach(reach, Community.area_path),
        Community.latitude.is_not(None),
        Community.longitude.is_not(None),
        *_conditions(actor, wanted),
    )
    return list(db.session.execute(query.order_by(Community.code).limit(limit)))


def list_choices(text: str, area_code: str | None, limit: int = NEARBY_LIMIT) -> list[Community]:
    """Active communities for somebody who wants to say where they are: by a part of the name, nothing else.

    Raises NotFound for an unknown area.
    """
    query = sa.select(Community).options(joinedload(Community.area)).where(Community.is_active)
    if text:
        query = query.where(containing(Community.name, text) | containing(Community.address, text))
    if area_code is not None:
        area = find_area(area_code)
        if area is None:
            raise NotFound("没有这个地区", "There is no such area")
        query = query.where(below(Community.area_path, area.path))
    return list(db.session.scalars(query.order_by(Community.code).limit(limit)))


def list_nearby_communities(
    latitude: float, longitude: float, within_m: float, limit: int = NEARBY_LIMIT
) -> list[tuple[Community, float]]:
    """Active communities around a WGS-84 position with their distance in metres, nearest first."""
    north = within_m / _METRES_A_DEGREE
    east = north / max(0.01, math.cos(math.radians(latitude)))
    query = (
        sa.select(Community)
        .options(joinedload(Community.area))
        .where(
            Community.is_active,
            Community.latitude.between(latitude - north, latitude + north),
            Community.longitude.between(longitude - east, longitude + east),
        )
    )
    near = [(each, _distance_m(each, latitude, longitude)) for each in db.session.scalars(query)]
    near.sort(key=lambda pair: (pair[1], pair[0].code))
    return [(community, distance) for community, distance in near if distance <= within_m][:limit]


def find_nearest_community(latitude: float, longitude: float, within_m: float) -> Community | None:
    """The nearest active community around a WGS-84 position, None where none is near enough."""
    near = list_nearby_communities(latitude, longitude, within_m, limit=1)
    return near[0][0] if near else None


def list_buildings(community_id: uuid.UUID) -> list[Building]:
    """A community's blocks in the order of their names, numbers counted as numbers."""
    buildings = db.session.scalars(sa.select(Building).where(Building.community_id == community_id))
    return sorted(buildings, key=lambda building: _natural_order(building.name))


def list_attribute_history(community_id: uuid.UUID) -> list[CommunityAttributes]:
    """What a community's attributes were, oldest first."""
    query = sa.select(CommunityAttributes).where(CommunityAttributes.community_id == community_id)
    return list(db.session.scalars(query.order_by(CommunityAttributes.valid_from)))


def create_community(
    actor: Actor,
    *,
    name: str,
    area_code: str,
    now: datetime,
    code: str | None = None,
    address: str = "",
    position: Position | None = None,
    attributes: Mapping[str, object] | None = None,
    buildings: Sequence[NewBuilding] = (),
) -> Community:
    """Make a community under a neighbourhood; without a code it gets the neighbourhood's next number.

    Raises RuleViolated for an area that is no neighbourhood within reach, for wrong attributes and for a place
    far from the township's other communities, Conflict for a taken code or name.
    """
    area = get_area_for(area_code, actor, Permission.MANAGE_COMMUNITIES)
    require_neighbourhood(area)
    require_plausible(position, area.path)
    values = validate_attributes(attributes or {}, this_year=clock.local_day(now).year)
    community = Community(
        code=code or next_community_codes([area.code])[area.code],
        name=name,
        area_code=area.code,
        area_path=area.path,
        area=area,
        address=address,
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
        attributes=values,
        created_at=now,
        updated_at=now,
    )
    db.session.add(community)
    db.session.flush()
    record_attributes(community, actor, now)
    set_buildings(community, buildings)
    return community


def update_community(
    community: Community, actor: Actor, values: Mapping[str, Any], now: datetime
) -> Community:
    """Change a locked community: name, address, position, attributes (whole), buildings (whole), is_active.

    `values` has the keys to change and no others; the area does not change. Changed attributes are kept in
    the history from `now` on. Raises InvalidAttributes, RuleViolated for a place far from the township's others.
    """
    for key in ("name", "address", "is_active"):
        if key in values:
            setattr(community, key, values[key])
    if "position" in values:
        position: Position | None = values["position"]
        require_plausible(position, community.area_path, leave_out=community)
        community.latitude = position.latitude if position else None
        community.longitude = position.longitude if position else None
    if "attributes" in values:
        valid = validate_attributes(values["attributes"], this_year=clock.local_day(now).year)
        change_attributes(community, valid, actor, now)
    if "buildings" in values:
        set_buildings(community, values["buildings"])
    touch_community(community, now)
    db.session.flush()
    return community


def touch_community(community: Community, now: datetime) -> None:
    """Another revision, so that nobody overwrites what they have not seen."""
    community.revision += 1
    community.updated_at = now


def change_attributes(
    community: Community, attributes: dict[str, AttributeValue], actor: Actor, now: datetime
) -> bool:
    """Let a community have these attributes from `now` on; whether that changes anything."""
    if community.attributes == attributes:
        return False
    community.attributes = attributes
    record_attributes(community, actor, now)
    return True


def record_attributes(community: Community, actor: Actor, now: datetime) -> None:
    """Keep the present attributes in the history from `now` on; two changes in one instant are one."""
    same_instant = sa.select(CommunityAttributes).where(
        CommunityAttributes.community_id == community.id, CommunityAttributes.valid_from == now
    )
    record = db.session.scalar(same_instant) or CommunityAttributes(community_id=community.id, valid_from=now)
    record.attributes = dict(community.attributes)
    record.recorded_at = now
    record.recorded_by = actor.account_id
    db.session.add(record)
    db.session.flush()


def set_buildings(community: Community, buildings: Sequence[NewBuilding]) -> None:
    """Let a community have exactly these blocks; those that stay keep their ids. Names must differ."""
    wanted = {building.name: building for building in buildings}
    if len(wanted) != len(buildings):
        zh, en = "楼栋名称重复", "Two buildings have the same name"
        raise RuleViolated(zh, en, errors=[FieldError("buildings", "duplicate", zh, en)])
    present = {building.name: building for building in list_buildings(community.id)}
    for name in present.keys() - wanted.keys():
        db.session.delete(present[name])
    for name, building in wanted.items():
        row = present.get(name) or Building(community_id=community.id, name=name)
        row.floors, row.lifts = building.floors, building.lifts
        db.session.add(row)
    db.session.flush()


def require_neighbourhood(area: Area) -> None:
    """Communities stand under neighbourhoods only; raises RuleViolated."""
    if area.level is not AreaLevel.NEIGHBOURHOOD:
        zh, en = "小区应属于某个居（村）委会", "A community belongs to a neighbourhood"
        raise RuleViolated(zh, en, errors=[FieldError("area_code", "not_a_neighbourhood", zh, en)])


def next_community_codes(area_codes: Sequence[str]) -> dict[str, str]:
    """For each neighbourhood the next free code, "310151101001-05"; two queries for all of them.

    The neighbourhoods stay locked until the transaction ends, so that nobody else is given the same code.
    """
    lock = sa.select(Area.code).where(Area.code.in_(area_codes)).order_by(Area.code)
    db.session.execute(lock.with_for_update(key_share=True))
    query = sa.select(Community.area_code, Community.code).where(Community.area_code.in_(area_codes))
    highest = dict.fromkeys(area_codes, 0)
    for area_code, code in db.session.execute(query):
        suffix = code.removeprefix(f"{area_code}-")
        if suffix.isascii() and suffix.isdigit():
            highest[area_code] = max(highest[area_code], int(suffix))
    return {area_code: f"{area_code}-{number + 1:02d}" for area_code, number in highest.items()}


def _conditions(actor: Actor, wanted: CommunityFilter) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if wanted.area_code is not None:
        conditions.append(below(Community.area_path, get_area(wanted.area_code, actor).path))
    if wanted.text:
        columns = (Community.name, Community.code, Community.address)
        conditions.append(sa.or_(*(containing(column, wanted.text) for column in columns)))
    if wanted.is_active is not None:
        conditions.append(Community.is_active.is_(wanted.is_active))
    for key, value in (wanted.attributes or {}).items():
        conditions.append(_has_attribute(key, value))
    return conditions


def _has_attribute(key: str, value: AttributeValue) -> sa.ColumnElement[bool]:
    element = Community.attributes[key]
    readers: Mapping[AttributeType, Callable[[], sa.ColumnElement[Any]]] = {
        AttributeType.INTEGER: element.as_integer,
        AttributeType.FLAG: element.as_boolean,
        AttributeType.CHOICE: element.as_string,
    }
    return readers[VOCABULARY[key].type]() == value


def _distance_m(community: Community, latitude: float, longitude: float) -> float:
    if community.latitude is None or community.longitude is None:
        return math.inf
    return distance_m(latitude, longitude, community.latitude, community.longitude)


def _natural_order(name: str) -> tuple[int, str]:
    digits = "".join(character for character in name if character in "0123456789")
    return int(digits[:9] or 0), name
