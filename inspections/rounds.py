"""Rounds of inspection: planned by a township, edited until they start, watched until they are over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from checklists.models import ChecklistVersion
from grid.models import Account, Area, Community, Post
from grid.permissions import ROLE_PERMISSIONS, Actor, Permission, Reach, reach_of, require
from inspections.assignment_status import RoundKind
from inspections.models import Round, RoundAssignment
from inspections.spreading import spread
from server.db import db
from server.errors import Conflict, FieldError, NotFound, RuleViolated

MOST_COMMUNITIES = 2000
LONGEST_WINDOW = timedelta(days=366)
_INSPECTING_ROLES = frozenset(
    role.value for role, granted in ROLE_PERMISSIONS.items() if Permission.INSPECT in granted
)


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A whole round as its planner wants it.

    Communities come by id, by area (every active community below it) or both. `inspectors` says who visits a
    community; the communities it leaves out are spread evenly over `inspector_ids`, neighbours together, and
    stay open to any inspector of the area where there are none.
    """

    name: str
    kind: RoundKind
    checklist_version_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    area_codes: Sequence[str] = ()
    community_ids: Sequence[uuid.UUID] = ()
    inspector_ids: Sequence[uuid.UUID] = ()
    inspectors: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    note: str = ""


class RoundRefused(RuleViolated):
    """The plan cannot be a round; `errors` name each field."""

    default_code = "round_refused"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("这一轮检查的安排有误", "The round cannot be planned like this", errors=errors)


def create_round(actor: Actor, plan: RoundPlan, now: datetime) -> Round:
    """Plan a round; the planner's area must cover every community and every inspector's post must reach theirs.

    Raises RoundRefused naming every field at fault, Forbidden without the permission anywhere.
    """
    assignments = _checked_assignments(actor, plan, now)
    area = _common_area([community.area_path for community, _ in assignments])
    planned = Round(
        **_plain_values(plan),
        area_code=area.code,
        area_path=area.path,
        created_by=actor.account_id,
        created_at=now,
        updated_at=now,
        assignments=[_assignment(community, inspector_id) for community, inspector_id in assignments],
    )
    db.session.add(planned)
    db.session.flush()
    return planned


def lock_round(actor: Actor, round_id: uuid.UUID) -> Round:
    """The round, locked for a change by somebody whose area covers all of it; raises NotFound."""
    found = db.session.get(Round, round_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound()
    require(actor, Permission.MANAGE_ROUNDS, found.area_path)
    return found


def edit_round(actor: Actor, planned: Round, plan: RoundPlan, now: datetime) -> Round:
    """Replace the plan of a round that has not started; raises Conflict once it has. No visit begins before that."""
    _require_not_begun(planned, now)
    assignments = _checked_assignments(actor, plan, now)
    area = _common_area([community.area_path for community, _ in assignments])
    db.session.execute(sa.delete(RoundAssignment).where(RoundAssignment.round_id == planned.id))
    for name, value in _plain_values(plan).items():
        setattr(planned, name, value)
    planned.area_code, planned.area_path = area.code, area.path
    for community, inspector_id in assignments:
        db.session.add(_assignment(community, inspector_id, planned.id))
    planned.updated_at = now
    planned.revision += 1
    db.session.flush()
    return planned


def cancel_round(planned: Round, now: datetime) -> Round:
    """Call a round off: nothing more is expected of it, what was submitted stays. Raises Conflict after its end."""
    if planned.cancelled_at is not None:
        return planned
    if now > planned.ends_at:
        raise Conflict(
            "这一轮检查已结束，不能取消", "The round is over and cannot be called off", code="round_over"
        )
    planned.cancelled_at = planned.updated_at = now
    planned.revision += 1
    db.session.flush()
    return planned


def _require_not_begun(planned: Round, now: datetime) -> None:
    if planned.cancelled_at is not None:
        raise Conflict("这一轮检查已取消", "The round was called off", code="round_cancelled")
    if now >= planned.starts_at:
        raise Conflict(
            "这一轮检查已开始，不能再改；可以取消后重新安排",
            "The round has begun and cannot be changed; call it off and plan another",
            code="round_started",
        )


def _plain_values(plan: RoundPlan) -> dict[str, object]:
    return {
        "name": plan.name,
        "kind": plan.kind.value,
        "note": plan.note,
        "checklist_version_id": plan.checklist_version_id,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
    }


def _assignment(
    community: Community, inspector_id: uuid.UUID | None, round_id: uuid.UUID | None = None
) -> RoundAssignment:
    return RoundAssignment(round_id=round_id, community_id=community.id, inspector_id=inspector_id)


def _checked_assignments(
    actor: Actor, plan: RoundPlan, now: datetime
) -> list[tuple[Community, uuid.UUID | None]]:
    """Every community of the plan with its inspector, in the order of the grid; raises RoundRefused."""
    reach = reach_of(actor, Permission.MANAGE_ROUNDS)
    errors = [*_window_errors(plan, now), *_version_errors(plan)]
    communities, missing = _planned_communities(plan, reach)
    errors += missing
    assignments = _assigned(plan, communities)
    errors += _inspector_errors(plan, assignments, now)
    if errors:
        raise RoundRefused(errors)
    return assignments


def _window_errors(plan: RoundPlan, now: datetime) -> list[FieldError]:
    if plan.ends_at <= plan.starts_at:
        return [
            FieldError("ends_at", "ends_before_start", "结束时间应晚于开始时间", "Must be after starts_at")
        ]
    if plan.ends_at <= now:
        return [FieldError("ends_at", "in_the_past", "结束时间已经过去", "Is in the past")]
    if plan.ends_at - plan.starts_at > LONGEST_WINDOW:
        return [FieldError("ends_at", "window_too_long", "一轮检查最长一年", "A round lasts a year at most")]
    return []


def _version_errors(plan: RoundPlan) -> list[FieldError]:
    version = db.session.get(ChecklistVersion, plan.checklist_version_id)
    if version is None:
        return [
            FieldError("checklist_version_id", "unknown", "没有这个检查表版本", "There is no such version")
        ]
    if version.retired_at is not None:
        return [FieldError("checklist_version_id", "retired_version", "该检查表版本已停用", "Is retired")]
    return []


def _planned_communities(plan: RoundPlan, reach: Reach) -> tuple[list[Community], list[FieldError]]:
    by_area, errors = _communities_of_areas(plan.area_codes, reach)
    named = db.session.scalars(
        sa.select(Community).where(
            Community.id.in_(set(plan.community_ids) | set(plan.inspectors)), Community.is_active
        )
    ).all()
    found = {each.id: each for each in [*by_area, *named] if reach.covers(each.area_path)}
    for index, community_id in enumerate(plan.community_ids):
        if community_id not in found:
            errors.append(_unknown(f"community_ids.{index}", "没有这个小区", "There is no such community"))
    wanted = {each.id for each in by_area} | set(plan.community_ids)
    for community_id in plan.inspectors.keys() - wanted:
        errors.append(
            _unknown(
                f"inspectors.{community_id}",
                "该小区不在这一检查轮次中",
                "That community is not in this round",
            )
        )
    chosen = [community for community in found.values() if community.id in wanted]
    if not errors and not 0 < len(chosen) <= MOST_COMMUNITIES:
        errors.append(
            FieldError(
                "community_ids",
                "number_of_communities",
                f"一轮检查应有1至{MOST_COMMUNITIES}个小区",
                f"A round has 1 to {MOST_COMMUNITIES} communities",
            )
        )
    return sorted(chosen, key=lambda each: (each.area_path, each.code)), errors


def _communities_of_areas(codes: Sequence[str], reach: Reach) -> tuple[list[Community], list[FieldError]]:
    areas = {area.code: area for area in db.session.scalars(sa.select(Area).where(Area.code.in_(codes)))}
    errors = [
        _unknown(f"area_codes.{index}", "没有这个网格", "There is no such area")
        for index, code in enumerate(codes)
        if code not in areas or not reach.covers(areas[code].path)
    ]
    if errors or not codes:
        return [], errors
    below = sa.or_(*(Community.area_path.startswith(area.path, autoescape=True) for area in areas.values()))
    statement = sa.select(Community).where(below, Community.is_active).limit(MOST_COMMUNITIES + 1)
    return list(db.session.scalars(statement)), []


def _assigned(plan: RoundPlan, communities: list[Community]) -> list[tuple[Community, uuid.UUID | None]]:
    open_ids = [each.id for each in communities if each.id not in plan.inspectors]
    spread_over = spread(open_ids, list(dict.fromkeys(plan.inspector_ids)))
    return [(each, plan.inspectors.get(each.id, spread_over.get(each.id))) for each in communities]


def _inspector_errors(
    plan: RoundPlan, assignments: Sequence[tuple[Community, uuid.UUID | None]], now: datetime
) -> list[FieldError]:
    """Each inspector must hold an inspecting post that reaches every community given to them."""
    posts = _inspecting_posts({*plan.inspector_ids, *plan.inspectors.values()}, now)
    errors = [
        _unknown(f"inspector_ids.{index}", "没有这位检查人员", "There is no such inspector")
        for index, inspector_id in enumerate(plan.inspector_ids)
        if inspector_id not in posts
    ]
    for community, inspector_id in assignments:
        paths = posts.get(inspector_id, ()) if inspector_id is not None else ("",)
        is_known = inspector_id in posts or inspector_id not in plan.inspector_ids
        if is_known and not any(community.area_path.startswith(path) for path in paths):
            errors.append(
                FieldError(
                    f"inspectors.{community.id}",
                    "inspector_out_of_area",
                    f"该人员的岗位不在{community.name}",
                    f"That person holds no inspecting post for {community.name}",
                )
            )
    return errors


def _inspecting_posts(account_ids: set[uuid.UUID], now: datetime) -> dict[uuid.UUID, list[str]]:
    """The area paths of each account's present inspecting posts."""
    statement = (
        sa.select(Post.account_id, Post.area_path)
        .join(Account, Account.id == Post.account_id)
        .where(
            Post.account_id.in_(account_ids),
            Post.role.in_(_INSPECTING_ROLES),
            Post.valid_from <= now,
            sa.or_(Post.valid_until.is_(None), Post.valid_until > now),
            Account.is_active,
        )
    )
    posts: dict[uuid.UUID, list[str]] = {}
    for account_id, area_path in db.session.execute(statement):
        posts.setdefault(account_id, []).append(area_path)
    return posts


def _unknown(field_name: str, zh: str, en: str) -> FieldError:
    return FieldError(field_name, "unknown", zh, en)


def _common_area(paths: Sequence[str]) -> Area:
    """The lowest area that holds all of these."""
    shared = list(paths[0].strip("/").split("/"))
    for path in paths[1:]:
        parts = path.strip("/").split("/")
        length = next(
            (n for n, pair in enumerate(zip(shared, parts, strict=False)) if pair[0] != pair[1]), None
        )
        shared = shared[: min(len(shared), len(parts)) if length is None else length]
    area = db.session.get(Area, shared[-1]) if shared else None
    if area is None:
        zh, en = "这些小区不属于同一个区", "These communities share no area"
        raise RoundRefused([FieldError("community_ids", "no_common_area", zh, en)])
    return area
