"""Routing rules over HTTP: who gets which cases where, as the township's staff decide it."""

from __future__ import annotations

import uuid
from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.paging import decode_cursor, page
from api.preconditions import etag, require_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.routing import (
    NEW_RULE_EXAMPLE,
    RULE_EXAMPLE,
    RULE_PAGE_EXAMPLE,
    NewRoutingRuleSchema,
    RoutingRuleChangeSchema,
    RoutingRulePageSchema,
    RoutingRuleQuerySchema,
    RoutingRuleSchema,
)
from cases import routing_rules
from cases.models import RoutingRule
from grid.permissions import Permission
from server import clock
from server.db import transaction
from server.errors import FieldError, RuleViolated

blueprint = ApiBlueprint(
    "routing-rules",
    __name__,
    url_prefix="/routing-rules",
    description="派遣规则 / who gets which cases where",
)


@blueprint.route("")
@needs(Permission.MANAGE_ROUTING)
@blueprint.arguments(RoutingRuleQuerySchema, location="query")
@blueprint.response(200, RoutingRulePageSchema, example=RULE_PAGE_EXAMPLE)
def list_routing_rules(query: dict[str, Any]) -> dict[str, Any]:
    """The rules within one's reach, in the order in which they are asked.

    Where no rule speaks, the catalogue's kinds of handlers decide, then whoever stands for the loop.
    """
    after = _key(query["cursor"])
    return page(*routing_rules.list_routing_rules(current_actor(), after, query["limit"]))


def _key(cursor: str | None) -> list[Any] | None:
    key = decode_cursor(cursor, (int, str))
    if key is None:
        return None
    try:
        uuid.UUID(key[1])
    except (ValueError, TypeError, AttributeError) as error:
        field = FieldError("cursor", "bad_cursor", "翻页标记无效", "Not a cursor of this list")
        raise RuleViolated(field.zh, field.en, code="bad_cursor", errors=[field]) from error
    return key


@blueprint.route("", methods=["POST"])
@needs(Permission.MANAGE_ROUTING)
@blueprint.arguments(NewRoutingRuleSchema, example=NEW_RULE_EXAMPLE)
@blueprint.response(201, RoutingRuleSchema, example=RULE_EXAMPLE)
@shared_thing()
def create_routing_rule(values: dict[str, Any]) -> tuple[RoutingRule, int, dict[str, str]]:
    """Write a rule for an area within one's reach."""
    with transaction():
        rule = routing_rules.create_routing_rule(current_actor(), values, clock.now())
    return rule, 201, etag(rule.revision)


@blueprint.route("/<uuid:rule_id>")
@needs(Permission.MANAGE_ROUTING)
@blueprint.response(200, RoutingRuleSchema, example=RULE_EXAMPLE)
@shared_thing()
def get_routing_rule(rule_id: uuid.UUID) -> tuple[RoutingRule, int, dict[str, str]]:
    """One rule."""
    rule = routing_rules.get_routing_rule(rule_id, current_actor())
    return rule, 200, etag(rule.revision)


@blueprint.route("/<uuid:rule_id>", methods=["PATCH"])
@needs(Permission.MANAGE_ROUTING)
@blueprint.arguments(RoutingRuleChangeSchema, example={"priority": 10})
@blueprint.response(200, RoutingRuleSchema, example=RULE_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def change_routing_rule(
    values: dict[str, Any], rule_id: uuid.UUID
) -> tuple[RoutingRule, int, dict[str, str]]:
    """Change a rule; asks for If-Match. Cases that were routed before stay where they are."""
    with transaction():
        rule = routing_rules.lock_routing_rule(rule_id, current_actor())
        require_revision(rule.revision)
        rule = routing_rules.change_routing_rule(rule, current_actor(), values, clock.now())
    return rule, 200, etag(rule.revision)


@blueprint.route("/<uuid:rule_id>", methods=["DELETE"])
@needs(Permission.MANAGE_ROUTING)
@blueprint.response(204)
@shared_thing(IfMatch.REQUIRED)
def remove_routing_rule(rule_id: uuid.UUID) -> None:
    """Remove a rule; asks for If-Match."""
    with transaction():
        rule = routing_rules.lock_routing_rule(rule_id, current_actor())
        require_revision(rule.revision)
        routing_rules.remove_routing_rule(rule)
