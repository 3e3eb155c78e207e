"""Taking in a file of communities whole: all of it or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from grid.areas import ImportOutcome
from grid.communities import next_community_codes, touch_community
from grid.community_import import CommunityPlan, PlannedCommunity
from grid.models import Area, AreaLevel, Community, CommunityAttributes
from grid.permissions import Actor, Permission, Reach, reach_of
from grid.plausible_places import centres_of_townships, find_implausible, township_path
from grid.tables import BadCell, ImportRefused
from server.db import db, new_id, update_alike

_BATCH = 500


def import_communities(plan: CommunityPlan, actor: Actor, now: datetime) -> ImportOutcome:
    """Make the communities that are missing and change those that differ; empty cells change nothing.

    A line is the community of its code or, without one, of its neighbourhood and name. Raises ImportRefused
    with the plan's own bad cells and, in the same answer, every line whose neighbourhood is unknown or out of
    reach, whose place is far from the township's other communities, or that contradicts what is stored. A line
    that is wrong in one cell is still asked about all that its other cells say.
    """
    areas = _find_neighbourhoods(plan.lines, reach_of(actor, Permission.MANAGE_COMMUNITIES))
    present = _find_present(plan.lines, areas)
    bad_cells = [*plan.bad_cells, *_find_unknown_areas(plan.lines, areas)]
    # What is stored where the actor's reach ends is nothing to tell of.
    reached = [line for line in plan.lines if line.neighbourhood_code in areas]
    bad_cells += [bad for line in reached for bad in _find_contradictions(line, present)]
    bad_cells += _find_doubles(reached, present)
    bad_cells += _find_misplaced(reached, areas)
    if bad_cells:
        raise ImportRefused(bad_cells)
    outcome = ImportOutcome()
    stored = [(known, line) for line in plan.lines if (known := present.get(line)) is not None]
    changed = [known for known, line in stored if _update(known, line, actor, now)]
    update_alike(changed, *_CHANGING)
    outcome.updated, outcome.unchanged = len(changed), len(stored) - len(changed)
    outcome.touched += [community.id for community in changed]
    _create([line for line in plan.lines if present.get(line) is None], areas, actor, now, outcome)
    return outcome


class _Present:
    """The stored communities that lines may mean."""

    def __init__(self, communities: Iterable[Community]) -> None:
        self.by_code = {community.code: community for community in communities}
        self.by_name = {(each.area_code, each.name): each for each in self.by_code.values()}

    def get(self, line: PlannedCommunity) -> Community | None:
        if line.code:
            return self.by_code.get(line.code)
        return self.by_name.get((line.neighbourhood_code, line.name))


def _find_neighbourhoods(lines: Sequence[PlannedCommunity], reach: Reach) -> dict[str, Area]:
    """The neighbourhoods that lines name, as far as there are any and the reach covers them."""
    areas: dict[str, Area] = {}
    named = {line.neighbourhood_code for line in lines if "neighbourhood_code" not in line.bad_columns}
    for codes in _batches(sorted(named)):
        query = sa.select(Area).where(Area.code.in_(codes), Area.level == AreaLevel.NEIGHBOURHOOD)
        areas |= {area.code: area for area in db.session.scalars(query) if reach.covers(area.path)}
    return areas


def _find_present(lines: Sequence[PlannedCommunity], areas: Mapping[str, Area]) -> _Present:
    found: dict[object, Community] = {}
    codes = {line.code for line in lines if line.code and "code" not in line.bad_columns}
    for column, values in ((Community.area_code, set(areas)), (Community.code, codes)):
        for batch in _batches(sorted(values)):
            query = sa.select(Community).where(column.in_(batch)).order_by(Community.id).with_for_update()
            found |= {community.id: community for community in db.session.scalars(query)}
    return _Present(found.values())


def _find_unknown_areas(lines: Iterable[PlannedCommunity], areas: Mapping[str, Area]) -> Iterable[BadCell]:
    for line in lines:
        if line.neighbourhood_code not in areas and "neighbourhood_code" not in line.bad_columns:
            zh, en = (
                "没有这个居（村）委会，或不在您的管辖范围内",
                "There is no such neighbourhood within your reach",
            )
            yield line.bad("neighbourhood_code", line.neighbourhood_code, "unknown_area", zh, en)


def _find_contradictions(line: PlannedCommunity, present: _Present) -> Iterable[BadCell]:
    if "code" in line.bad_columns:
        # Which community it means is open, so is whether its name is another's.
        return
    known = present.get(line)
    if known is not None and known.area_code != line.neighbourhood_code:
        zh, en = "这个小区代码属于另一个居（村）委会", "This code belongs to another neighbourhood"
        yield line.bad("code", line.code, "other_area", zh, en)
    namesake = present.by_name.get((line.neighbourhood_code, line.name))
    if namesake is not None and namesake is not known:
        zh, en = f"已有同名小区，代码 {namesake.code}", f"{namesake.code} has this name already"
        yield line.bad("name", line.name, "name_taken", zh, en)


def _find_doubles(lines: Iterable[PlannedCommunity], present: _Present) -> Iterable[BadCell]:
    """Two lines that mean one stored community, one by its code and one by its name."""
    firsts: dict[tuple[object, bool], PlannedCommunity] = {}
    for line in lines:
        known = present.get(line) if "code" not in line.bad_columns else None
        if known is None:
            continue
        firsts.setdefault((known.id, bool(line.code)), line)
        other = firsts.get((known.id, not line.code))
        # One code twice or one name twice the file alone tells.
        if other is not None and other.name != line.name:
            zh, en = f"与第 {other.line} 行是同一个小区", f"is the same community as line {other.line}"
            yield line.bad("name", line.name, "duplicate", zh, en)


def _find_misplaced(lines: Iterable[PlannedCommunity], areas: Mapping[str, Area]) -> Iterable[BadCell]:
    """Places far from the communities that the line's township has already."""
    placed = [
        (line, line.position, areas[line.neighbourhood_code].path)
        for line in lines
        if line.position is not None
    ]
    centres = centres_of_townships({path for _, _, path in placed}) if placed else {}
    for line, position, path in placed:
        wrong = find_implausible(position, centres[township_path(path)])
        if wrong is not None:
            value = f"{position.latitude:.6f}, {position.longitude:.6f}"
            yield line.bad("latitude", value, "implausible_position", wrong.zh, wrong.en)


_CHANGING = ("name", "address", "latitude", "longitude", "attributes", "revision", "updated_at")


def _update(community: Community, line: PlannedCommunity, actor: Actor, now: datetime) -> bool:
    """Let the community be as the line says, in memory; tell whether that changes anything."""
    before = _facts(community)
    attributes = {**community.attributes, **line.attributes}
    community.name = line.name
    community.address = line.address or community.address
    if line.position is not None:
        community.latitude, community.longitude = line.position.latitude, line.position.longitude
    if attributes != community.attributes:
        community.attributes = attributes
        db.session.add(_history(community, actor, now))
    if _facts(community) == before:
        return False
    touch_community(community, now)
    return True


def _facts(community: Community) -> tuple[object, ...]:
    position = (community.latitude, community.longitude)
    return (community.name, community.address, *position, dict(community.attributes))


def _create(
    lines: Sequence[PlannedCommunity],
    areas: Mapping[str, Area],
    actor: Actor,
    now: datetime,
    outcome: ImportOutcome,
) -> None:
    db.session.flush()
    codes = _Codes({line.neighbourhood_code for line in lines}, {line.code for line in lines})
    made = [
        Community(
            id=new_id(),
            code=line.code or codes.take(line.neighbourhood_code),
            name=line.name,
            area_code=line.neighbourhood_code,
            area_path=areas[line.neighbourhood_code].path,
            address=line.address,
            latitude=line.position.latitude if line.position else None,
            longitude=line.position.longitude if line.position else None,
            attributes=dict(line.attributes),
            created_at=now,
            updated_at=now,
        )
        for line in lines
    ]
    db.session.add_all(made)
    db.session.flush()
    db.session.add_all([_history(community, actor, now) for community in made])
    db.session.flush()
    outcome.created += len(made)
    outcome.touched += [community.id for community in made]


class _Codes:
    """Hands out the neighbourhoods' next free codes, which the file does not use itself."""

    def __init__(self, area_codes: set[str], used: set[str]) -> None:
        self._used = used
        self._next: dict[str, str] = {}
        for batch in _batches(sorted(area_codes)):
            self._next |= next_community_codes(batch)

    def take(self, area_code: str) -> str:
        code = self._next[area_code]
        number = int(code.rsplit("-", 1)[1]) + 1
        self._next[area_code] = f"{area_code}-{number:02d}"
        return self.take(area_code) if code in self._used else code


def _history(community: Community, actor: Actor, now: datetime) -> CommunityAttributes:
    return CommunityAttributes(
        community_id=community.id,
        valid_from=now,
        attributes=dict(community.attributes),
        recorded_at=now,
        recorded_by=actor.account_id,
    )


def _batches(values: Sequence[str]) -> Iterable[Sequence[str]]:
    # Databases bound the parameters of one statement.
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
