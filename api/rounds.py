"""Rounds over HTTP: planned, changed until they start, called off, watched."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.instant_cursors import decode_instant_cursor, instant_key
from api.paging import page
from api.preconditions import etag, require_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.rounds import (
    DETAIL_EXAMPLE,
    PAGE_EXAMPLE,
    PLAN_EXAMPLE,
    RoundDetailSchema,
    RoundPageSchema,
    RoundPlanSchema,
    RoundQuerySchema,
)
from grid.permissions import Permission
from inspections import rounds
from inspections.assignment_status import RoundProgress, round_progress
from inspections.models import Round
from inspections.round_queries import AssignmentLine, RoundFilter, list_assignments
from inspections.round_queries import get_round as read_round
from inspections.round_queries import list_rounds as read_rounds
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "rounds", __name__, url_prefix="/rounds", description="检查轮次 / who inspects what, when"
)


@dataclass(frozen=True, slots=True)
class _Detail:
    round: Round
    progress: RoundProgress
    assignments: list[AssignmentLine]


@blueprint.route("")
@needs(Permission.READ_ROUNDS)
@blueprint.arguments(RoundQuerySchema, location="query")
@blueprint.response(200, RoundPageSchema, example=PAGE_EXAMPLE)
def list_rounds(query: dict[str, Any]) -> dict[str, Any]:
    """Rounds that one's area is part of, the latest start first, each with what is done, late and missed."""
    actor, limit = current_actor(), query["limit"]
    wanted = RoundFilter(
        kind=query["kind"],
        inspector_id=actor.account_id if query["is_mine"] else None,
        is_running=query["is_running"],
        include_cancelled=query["include_cancelled"],
    )
    rows = read_rounds(actor, wanted, clock.now(), limit + 1, decode_instant_cursor(query["cursor"]))
    last = rows[:limit][-1:]
    has_more = len(rows) > limit
    return page(rows[:limit], instant_key(last[0].round.starts_at, last[0].round.id) if has_more else None)


@blueprint.route("", methods=["POST"])
@needs(Permission.MANAGE_ROUNDS)
@blueprint.arguments(RoundPlanSchema, example=PLAN_EXAMPLE)
@blueprint.response(201, RoundDetailSchema, example=DETAIL_EXAMPLE)
@shared_thing()
def create_round(plan: rounds.RoundPlan) -> tuple[_Detail, int, dict[str, str]]:
    """Plan a round: which communities, with which checklist version, by whom, when."""
    with transaction():
        planned = rounds.create_round(current_actor(), plan, clock.now())
        detail = _detail(planned.id)
    return detail, 201, etag(detail.round.revision)


@blueprint.route("/<uuid:round_id>")
@needs(Permission.READ_ROUNDS)
@blueprint.response(200, RoundDetailSchema, example=DETAIL_EXAMPLE)
@shared_thing()
def get_round(round_id: uuid.UUID) -> tuple[_Detail, int, dict[str, str]]:
    """One round with its communities within one's area, each with its inspector and status."""
    detail = _detail(round_id)
    return detail, 200, etag(detail.round.revision)


@blueprint.route("/<uuid:round_id>", methods=["PUT"])
@needs(Permission.MANAGE_ROUNDS)
@blueprint.arguments(RoundPlanSchema, example=PLAN_EXAMPLE)
@blueprint.response(200, RoundDetailSchema, example=DETAIL_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def edit_round(plan: rounds.RoundPlan, round_id: uuid.UUID) -> tuple[_Detail, int, dict[str, str]]:
    """Replace the plan of a round that has not started (If-Match)."""
    with transaction():
        planned = rounds.lock_round(current_actor(), round_id)
        require_revision(planned.revision)
        rounds.edit_round(current_actor(), planned, plan, clock.now())
        detail = _detail(round_id)
    return detail, 200, etag(detail.round.revision)


@blueprint.route("/<uuid:round_id>", methods=["DELETE"])
@needs(Permission.MANAGE_ROUNDS)
@blueprint.response(200, RoundDetailSchema, example=DETAIL_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def cancel_round(round_id: uuid.UUID) -> tuple[_Detail, int, dict[str, str]]:
    """Call a round off (If-Match): nothing more is expected of it; what was submitted stays, and so does the round."""
    with transaction():
        planned = rounds.lock_round(current_actor(), round_id)
        require_revision(planned.revision)
        rounds.cancel_round(planned, clock.now())
        detail = _detail(round_id)
    return detail, 200, etag(detail.round.revision)


def _detail(round_id: uuid.UUID) -> _Detail:
    actor, now = current_actor(), clock.now()
    found = read_round(actor, round_id)
    assignments = list_assignments(actor, found, now)
    return _Detail(found, round_progress(line.status for line in assignments), assignments)
