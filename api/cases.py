"""Cases 案件 over HTTP: lists for the desk, the whole file, and the actions that move a case."""

from __future__ import annotations

import uuid
from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.case_views import case_file, case_lines
from api.instant_cursors import decode_instant_cursor, instant_key
from api.paging import page
from api.preconditions import etag, expected_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.base import end_of, start_of
from api.schemas.case_actions import ACTION_EXAMPLE, CaseActionSchema
from api.schemas.case_files import CASE_EXAMPLE, CaseSchema
from api.schemas.case_measures import MEASURES_EXAMPLE, MeasureListSchema, MeasureQuerySchema
from api.schemas.cases import (
    COUNTS_EXAMPLE,
    PAGE_EXAMPLE,
    CaseCountQuerySchema,
    CaseCountsSchema,
    CasePageSchema,
    CaseQuerySchema,
)
from api.schemas.reports import DUPLICATES_EXAMPLE, DuplicateListSchema
from cases import queries
from cases.actions import ActionRequest
from cases.case_tallies import CaseCounts, count_cases
from cases.locking import may_read
from cases.measures import Period
from cases.queries import CaseFilter
from cases.repeated_actions import act_once
from grid.permissions import Permission
from inspections.duplicate_search import list_duplicates_of_case
from server import clock
from server.db import transaction
from server.errors import NotFound

blueprint = ApiBlueprint("cases", __name__, url_prefix="/cases", description="案件 / cases")


@blueprint.route("")
@needs(Permission.READ_CASES)
@blueprint.arguments(CaseQuerySchema, location="query")
@blueprint.response(200, CasePageSchema, example=PAGE_EXAMPLE)
def list_cases(query: dict[str, Any]) -> dict[str, Any]:
    """The cases within one's reach, newest first; a handler sees those that the own organisation holds."""
    now = clock.now()
    after = decode_instant_cursor(query["cursor"])
    rows, next_key = queries.list_cases(current_actor(), wanted_cases(query), after, query["limit"], now)
    return page(case_lines(rows, now), instant_key(*next_key) if next_key else None)


@blueprint.route("/counts")
@needs(Permission.READ_CASES)
@blueprint.arguments(CaseCountQuerySchema, location="query")
@blueprint.response(200, CaseCountsSchema, example=COUNTS_EXAMPLE)
def get_counts(query: dict[str, Any]) -> CaseCounts:
    """How many cases the same filters find: in all, in each state, overdue, waiting for a decision."""
    return count_cases(current_actor(), wanted_cases(query), clock.now())


def wanted_cases(query: dict[str, Any]) -> CaseFilter:
    """The filter that a list's query stands for."""
    return CaseFilter(
        area_code=query["area"],
        community_id=query["community_id"],
        states=tuple(query["state"]),
        loop=query["loop"],
        is_overdue=query["overdue"],
        item_code=query["item_code"],
        organisation_id=query["organisation_id"],
        origin=query["origin"],
        appeal=query["appeal"],
        opened_from=start_of(query["first_on"]),
        opened_until=end_of(query["last_on"]),
        is_with_joint_office=query["joint_office"],
        has_pending_request=query["pending_request"],
        text=query["text"],
    )


@blueprint.route("/measures")
@needs(Permission.READ_CASES)
@blueprint.arguments(MeasureQuerySchema, location="query")
@blueprint.response(200, MeasureListSchema, example=MEASURES_EXAMPLE)
def get_measures(query: dict[str, Any]) -> dict[str, Any]:
    """How well cases were worked on in a period: each rate with numerator, denominator and the rule it is counted by.

    An empty denominator is "not assessed" (null), never 0 % or 100 %.
    """
    first_on, last_on = query["first_on"], query["last_on"]
    period = Period(clock.start_of_day(first_on), clock.end_of_day(last_on), clock.now())
    items = queries.measure_cases(current_actor(), query["area"], period)
    return {"first_on": first_on, "last_on": last_on, "items": items}


@blueprint.route("/<uuid:case_id>")
@needs(Permission.READ_CASES)
@blueprint.response(200, CaseSchema, example=CASE_EXAMPLE)
@shared_thing()
def get_case(case_id: uuid.UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The whole file: history, photos, both deadlines with every stop explained, and what the asker may do now."""
    actor = current_actor()
    case = queries.get_case(case_id, actor)
    return case_file(case, actor, clock.now()), 200, etag(case.revision)


@blueprint.route("/<uuid:case_id>/duplicates")
@needs(Permission.READ_CASES)
@blueprint.response(200, DuplicateListSchema, example=DUPLICATES_EXAMPLE)
def list_duplicates(case_id: uuid.UUID) -> dict[str, Any]:
    """For triage and merging: other open cases within 250 m that may be the same problem."""
    return {"items": list_duplicates_of_case(current_actor(), case_id)}


@blueprint.route("/<uuid:case_id>/actions", methods=["POST"])
@needs(Permission.READ_CASES)
@blueprint.arguments(CaseActionSchema, example=ACTION_EXAMPLE)
@blueprint.response(200, CaseSchema, example=CASE_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def act(request: ActionRequest, case_id: uuid.UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Move a case by one action; asks for If-Match and answers the file as it then is.

    409 where the state does not allow the action, 412 where somebody else was faster (both tell the present state and
    revision), 403 where the action is somebody else's, 422 for what it lacks, by field. Nothing is stored then.

    A phone names its action (`action_id`) and may send it again when the answer was lost: the same again is 200 with
    the file as it now is, whatever If-Match says, and does nothing more; other content under that name is 409
    `action_id_taken`.
    """
    actor, now, expected = current_actor(), clock.now(), expected_revision()
    with transaction():
        taken = act_once(case_id, request, actor, now, expected_revision=expected)
        case = queries.find_whole_case(case_id)
        if case is None:
            raise NotFound("没有这个案件", "No such case")
        # Whoever gave the case away learns of a repeated action no more than the first answer told.
        seen_until = taken.event_seq if taken.is_repeated and not may_read(case, actor) else None
        answer = case_file(case, actor, now, seen_until=seen_until)
    return answer, 200, etag(case.revision)
