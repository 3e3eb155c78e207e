"""The routing table as staff keep it, and the question it answers for a case: reading, writing, asking."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cases.item_terms import ItemTerms, find_item_terms
from cases.models import Case, RoutingRule
from cases.routing import Candidate, RoutingDecision, RoutingQuestion, Rule, decide_routing
from cases.terms import Loop
from grid.models import Area, CommunityService, Organisation
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.permissions import Actor, Permission, reach_of, require
from grid.reach import ancestor_paths, within_reach
from server.clock import local_day
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated

_Key = tuple[int, str]


def suggest_routing(case: Case, now: datetime) -> RoutingDecision:
    """Who should handle this case and why, by the rules as they stand now."""
    terms = find_item_terms(case.item_code, local_day(now)) if case.item_code else None
    return routing_at(case.community_id, case.area_path, now).route(terms, case.loop)


@dataclass(frozen=True, slots=True)
class LocalRouting:
    """The routing table as it stands at one place: the rules that hold there, who may get cases."""

    area_path: str
    rules: Sequence[Rule]
    candidates: Sequence[Candidate]

    def route(self, terms: ItemTerms | None, loop: Loop | None = None) -> RoutingDecision:
        """Ask the table about an item, or a matter without one."""
        question = RoutingQuestion(
            area_path=self.area_path,
            item_code=terms.code if terms else None,
            item_group=terms.group if terms else None,
            handler_kinds=terms.handler_kinds if terms else (),
            loop=loop or (terms.loop if terms else None),
        )
        return decide_routing(question, self.rules, self.candidates)


def routing_at(community_id: uuid.UUID, area_path: str, now: datetime) -> LocalRouting:
    """Read the table for one community. Two queries, however much is asked of it then."""
    return LocalRouting(area_path, _rules_for(area_path), _candidates(community_id, area_path, now))


def _rules_for(area_path: str) -> list[Rule]:
    rows = db.session.scalars(
        sa.select(RoutingRule).where(
            RoutingRule.area_path.in_(ancestor_paths(area_path)), RoutingRule.is_active.is_(True)
        )
    )
    return [_rule_of(row) for row in rows]


def _rule_of(row: RoutingRule) -> Rule:
    return Rule(
        rule_id=row.id,
        priority=row.priority,
        area_path=row.area_path,
        item_code=row.item_code,
        item_group=row.item_group,
        loop=Loop(row.loop) if row.loop else None,
        organisation_id=row.organisation_id,
        organisation_kinds=tuple(row.organisation_kinds),
        to_loop=Loop(row.to_loop) if row.to_loop else None,
    )


def _candidates(community_id: uuid.UUID, area_path: str, now: datetime) -> list[Candidate]:
    serves = sa.and_(
        CommunityService.organisation_id == Organisation.id,
        CommunityService.community_id == community_id,
        CommunityService.valid_from <= now,
        sa.or_(CommunityService.valid_until.is_(None), CommunityService.valid_until > now),
    )
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.kind, Organisation.area_path, sa.exists().where(serves))
        .where(
            sa.or_(Organisation.area_path.in_(ancestor_paths(area_path)), sa.exists().where(serves)),
            Organisation.is_active.is_(True),
        )
        .order_by(Organisation.id)
    )
    return [Candidate(*row) for row in rows]


def list_routing_rules(
    actor: Actor, after: Sequence[Any] | None, limit: int
) -> tuple[list[RoutingRule], list[Any] | None]:
    """The rules within the actor's reach, in the order they are asked, a page at a time."""
    reach = reach_of(actor, Permission.MANAGE_ROUTING)
    query = (
        sa.select(RoutingRule)
        .where(within_reach(reach, RoutingRule.area_path))
        .options(joinedload(RoutingRule.organisation))
        .order_by(RoutingRule.priority, RoutingRule.id)
        .limit(limit + 1)
    )
    if after is not None:
        key = (after[0], uuid.UUID(after[1]))
        query = query.where(sa.tuple_(RoutingRule.priority, RoutingRule.id) > sa.tuple_(*key))
    rows = list(db.session.scalars(query))
    shown = rows[:limit]
    next_key = [shown[-1].priority, str(shown[-1].id)] if len(rows) > limit else None
    return shown, next_key


def get_routing_rule(rule_id: uuid.UUID, actor: Actor) -> RoutingRule:
    """One rule; raises `NotFound` where there is none or it is out of the actor's reach."""
    rule = db.session.scalar(
        sa.select(RoutingRule).where(RoutingRule.id == rule_id).options(joinedload(RoutingRule.organisation))
    )
    if rule is None:
        raise NotFound("没有这条派遣规则", "No such routing rule")
    require(actor, Permission.MANAGE_ROUTING, rule.area_path)
    return rule


def lock_routing_rule(rule_id: uuid.UUID, actor: Actor) -> RoutingRule:
    """As `get_routing_rule`, locked for changing."""
    db.session.execute(sa.select(RoutingRule.id).where(RoutingRule.id == rule_id).with_for_update())
    return get_routing_rule(rule_id, actor)


def create_routing_rule(actor: Actor, values: Mapping[str, Any], now: datetime) -> RoutingRule:
    """Write a new rule. `values` are the rule's columns with `area_code` for where it holds.

    Raises `RuleViolated` by field for an unknown item, kind or organisation, or a rule that names no organisation.
    """
    rule = RoutingRule(area_path="", organisation_kinds=[], updated_at=now)
    _write(rule, actor, values, now)
    db.session.add(rule)
    db.session.flush()
    return get_routing_rule(rule.id, actor)


def change_routing_rule(
    rule: RoutingRule, actor: Actor, values: Mapping[str, Any], now: datetime
) -> RoutingRule:
    """Change a locked rule; only what `values` names changes."""
    _write(rule, actor, values, now)
    rule.revision += 1
    db.session.flush()
    db.session.expire(rule, ["organisation"])
    return get_routing_rule(rule.id, actor)


def remove_routing_rule(rule: RoutingRule) -> None:
    """Remove a locked rule; cases routed by it stay where they are."""
    db.session.delete(rule)
    db.session.flush()


def _write(rule: RoutingRule, actor: Actor, values: Mapping[str, Any], now: datetime) -> None:
    for name, value in values.items():
        setattr(rule, name, value)
    rule.area_path = _managed_area(rule.area_code, actor).path
    rule.updated_at, rule.updated_by = now, actor.account_id
    errors = _errors_of(rule, now)
    if errors:
        raise RuleViolated(
            "派遣规则有误", "The routing rule has errors", code="bad_routing_rule", errors=errors
        )


def _managed_area(area_code: str, actor: Actor) -> Area:
    """The area, if the actor manages routing there; otherwise it is as if it did not exist."""
    area = db.session.get(Area, area_code)
    if area is None or not reach_of(actor, Permission.MANAGE_ROUTING).covers(area.path):
        raise RuleViolated(
            "地区不存在或不在您的管辖范围",
            "There is no such area in your reach",
            code="unknown_area",
            errors=[FieldError("area_code", "unknown_area", "没有这个地区", "No such area")],
        )
    return area


def _errors_of(rule: RoutingRule, now: datetime) -> list[FieldError]:
    errors = []
    if rule.organisation_id is None and not rule.organisation_kinds:
        errors.append(
            FieldError(
                "organisation_id",
                "target_required",
                "请指定单位或单位类别",
                "Name an organisation or kinds of them",
            )
        )
    for number, kind in enumerate(rule.organisation_kinds):
        if kind not in ORGANISATION_KINDS:
            field = f"organisation_kinds.{number}"
            errors.append(FieldError(field, "unknown_kind", "没有这个单位类别", "There is no such kind"))
    if rule.item_code and find_item_terms(rule.item_code, local_day(now)) is None:
        errors.append(FieldError("item_code", "unknown_item", "没有这个检查项", "There is no such item"))
    if rule.organisation_id and not _can_serve(rule.organisation_id, rule.area_path):
        errors.append(
            FieldError(
                "organisation_id",
                "unknown_organisation",
                "单位不存在、已停用或不服务该地区",
                "There is no such active organisation serving that area",
            )
        )
    return errors


def _can_serve(organisation_id: uuid.UUID, area_path: str) -> bool:
    """A rule may name an organisation of the area itself, above it, or below it (it then serves its part)."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or not organisation.is_active:
        return False
    theirs = organisation.area_path
    return theirs.startswith(area_path) or area_path.startswith(theirs)
