"""Areas of the grid: reading what one may see, and taking in an import whole."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from grid.area_import import DISTRICT_DIGITS, AreaPlan, PlannedArea
from grid.listing import Key, containing, fetch_page
from grid.models import Area, AreaLevel
from grid.permissions import Actor, Permission, Reach, reach_of, require
from grid.reach import ancestor_paths, below, within_reach
from grid.tables import BadCell, ImportRefused
from server.db import db, update_alike
from server.errors import FieldError, Forbidden, NotFound, RuleViolated

_CODE = re.compile(r"[0-9A-Za-z._-]{1,20}")


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """Which areas to list: of a level, directly in or anywhere below an area, with a text in the name."""

    level: AreaLevel | None = None
    parent_code: str | None = None
    under: str | None = None
    text: str = ""


@dataclass(slots=True)
class ImportOutcome:
    """How many rows an import made, changed, and found as they should be, and which it touched."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    touched: list[uuid.UUID] = field(default_factory=list)


def find_area(code: str) -> Area | None:
    # What cannot be a code is not asked for: databases differ in what text they let themselves be asked.
    return db.session.get(Area, code) if _CODE.fullmatch(code) else None


def get_area(code: str, actor: Actor) -> Area:
    """An area that the actor may see: within a post's reach, or above it. Raises NotFound for any other."""
    area = find_area(code)
    if area is None or not _sees(actor, area):
        raise NotFound("没有这个地区", "There is no such area")
    return area


def get_area_for(code: str, actor: Actor, permission: Permission, field_name: str = "area_code") -> Area:
    """The area in which an actor wants to do something that the permission gives.

    Raises RuleViolated on the named field where there is no such area for this actor, Forbidden where no
    post gives the permission at all.
    """
    area = find_area(code)
    if area is not None and reach_of(actor, permission).covers(area.path):
        return area
    if area is not None:
        _forbid_without_any_post(actor, permission, area.path)
    zh, en = "没有这个地区，或不在您的管辖范围内", "There is no such area within your reach"
    raise RuleViolated(zh, en, code="unknown_area", errors=[FieldError(field_name, "unknown_area", zh, en)])


def list_areas(
    actor: Actor, wanted: AreaFilter, after: Sequence[str] | None, limit: int
) -> tuple[list[Area], Key | None]:
    """The areas that the actor may see, by code, a page at a time; raises NotFound for one that it may not see."""
    query = sa.select(Area).where(_visible(reach_of(actor, Permission.READ_GRID)))
    if wanted.level is not None:
        query = query.where(Area.level == wanted.level)
    if wanted.parent_code is not None:
        query = query.where(Area.parent_code == get_area(wanted.parent_code, actor).code)
    if wanted.under is not None:
        query = query.where(below(Area.path, get_area(wanted.under, actor).path))
    if wanted.text:
        query = query.where(containing(Area.name, wanted.text))
    return fetch_page(query, [Area.code], after, limit, lambda area: [area.code])


def list_ancestors(area: Area) -> list[Area]:
    """The areas that this one lies in, from the district down, itself included."""
    query = (
        sa.select(Area).where(Area.path.in_(ancestor_paths(area.path))).order_by(sa.func.length(Area.path))
    )
    return list(db.session.scalars(query))


def import_areas(plan: AreaPlan, actor: Actor, *, is_demo: bool = False) -> ImportOutcome:
    """Take in an import whole: areas that are missing are made, names and kinds that differ are changed.

    The same again changes nothing. A neighbourhood under a station stays there when a file names none; areas
    do not move otherwise, for what happened in them is counted where they stand. Raises ImportRefused with the
    plan's own bad cells and, in the same answer, every line that wants to move an area or that is of a district
    which the actor does not manage; Forbidden where the actor manages none.
    """
    reach = reach_of(actor, Permission.MANAGE_AREAS)
    bad_cells = [*plan.bad_cells, *_find_foreign(plan.areas, reach)]
    # Where other districts' areas stand is nothing to tell of.
    reached = [area for area in plan.areas if area.code and reach.covers(_district_path(area))]
    known = _known_areas(area.code for area in reached)
    bad_cells += [_move(area, known[area.code]) for area in reached if _moves(area, known)]
    if bad_cells:
        raise ImportRefused(bad_cells)
    outcome = ImportOutcome()
    changed = []
    for wanted in plan.areas:
        present = known.get(wanted.code)
        if present is None:
            known[wanted.code] = _new_area(wanted, known, is_demo)
            outcome.created += 1
        elif _update_area(present, wanted):
            changed.append(present)
    outcome.updated = len(changed)
    outcome.unchanged = len(plan.areas) - outcome.created - outcome.updated
    update_alike(changed, "name", "kind", "revision")
    db.session.add_all(known.values())
    db.session.flush()
    return outcome


def _find_foreign(planned: Sequence[PlannedArea], reach: Reach) -> list[BadCell]:
    if reach.is_empty:
        raise Forbidden()
    concerned = [area for area in planned if not reach.covers(_district_path(area))]
    # Districts and townships stand on no line of their own; what lies in them does.
    told = [area for area in concerned if area.line] or concerned
    zh, en = "这个区不在您的管辖范围内", "this district is not within your reach"
    return [area.bad("township_code", area.township_code, "outside_reach", zh, en) for area in told]


def _district_path(area: PlannedArea) -> str:
    return f"/{area.township_code[:DISTRICT_DIGITS]}/"


def _moves(wanted: PlannedArea, known: Mapping[str, Area]) -> bool:
    present = known.get(wanted.code)
    if present is None:
        return False
    below_station = present.path.startswith(f"/{wanted.code[:6]}/{wanted.parent_code}/")
    return present.parent_code != wanted.parent_code and not below_station


def _move(wanted: PlannedArea, present: Area) -> BadCell:
    zh, en = (
        f"已属于 {present.parent_code}，不能移动",
        f"stands under {present.parent_code} and does not move",
    )
    return wanted.bad("station_code", wanted.parent_code or "", "area_moved", zh, en)


def _new_area(wanted: PlannedArea, known: Mapping[str, Area], is_demo: bool) -> Area:
    parent_path = known[wanted.parent_code].path if wanted.parent_code else "/"
    return Area(
        code=wanted.code,
        name=wanted.name,
        level=AreaLevel(wanted.level),
        kind=wanted.kind,
        parent_code=wanted.parent_code,
        path=f"{parent_path}{wanted.code}/",
        is_demo=is_demo,
    )


def _update_area(area: Area, wanted: PlannedArea) -> bool:
    if (area.name, area.kind) == (wanted.name, wanted.kind):
        return False
    area.name, area.kind = wanted.name, wanted.kind
    area.revision += 1
    return True


def _known_areas(codes: Iterable[str]) -> dict[str, Area]:
    # A district's codes all begin with its own six digits; that is one short condition for any file.
    districts = {code[:6] for code in codes}
    query = sa.select(Area).where(sa.or_(sa.false(), *(below(Area.path, f"/{code}/") for code in districts)))
    return {area.code: area for area in db.session.scalars(query)}


def _sees(actor: Actor, area: Area) -> bool:
    reach = reach_of(actor, Permission.READ_GRID)
    return reach.covers(area.path) or any(path.startswith(area.path) for path in reach.area_paths)


def _visible(reach: Reach) -> sa.ColumnElement[bool]:
    above = {path for inner in reach.area_paths for path in ancestor_paths(inner)}
    return sa.or_(within_reach(reach, Area.path), Area.path.in_(above))


def _forbid_without_any_post(actor: Actor, permission: Permission, area_path: str) -> None:
    if reach_of(actor, permission).is_empty:
        require(actor, permission, area_path)
