"""Exports: every table as filtered, as XLSX or as CSV, bare or zipped with what was asked.

An export has the list's own address behind /exports, and its query.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from flask import Response
from marshmallow import Schema

from api import compliance, compliance_tables
from api.authentication import View, current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.case_views import case_lines
from api.cases import wanted_cases
from api.export_tables import (
    ACCOUNTS,
    AREA_COMPLIANCE,
    AREA_SERIES,
    CASES,
    CHECKLIST,
    COMMUNITIES,
    COMMUNITY_COMPLIANCE,
    COMMUNITY_SERIES,
    EXPLANATION,
    INSPECTIONS,
    MEASURES,
    ORGANISATIONS,
    REPORTS,
    ROUNDS,
    compliance_table,
)
from api.limits import EXPORT, limiter
from api.schemas.exports import (
    AccountExportSchema,
    AreaComplianceExportSchema,
    CaseExportSchema,
    CommunityComplianceExportSchema,
    CommunityExportSchema,
    ComplianceTableExportSchema,
    ExplainExportSchema,
    FileQuerySchema,
    InspectionExportSchema,
    MeasureExportSchema,
    OrganisationExportSchema,
    ReportExportSchema,
    RoundExportSchema,
    SeriesExportSchema,
)
from api.schemas.inspections import InspectionQuerySchema
from api.schemas.reports import ReportQuerySchema
from api.table_downloads import MOST_ROWS, ZIP, in_pages, table_answer
from api.table_uploads import XLSX
from cases import queries
from cases.measures import Period
from checklists.queries import get_version_by_number
from grid import accounts, communities, organisations
from grid.accounts import AccountFilter
from grid.attributes import read_attribute_filters
from grid.communities import CommunityFilter
from grid.organisations import OrganisationFilter
from grid.permissions import Permission
from inspections.inspection_queries import list_inspections
from inspections.report_queries import list_reports
from inspections.round_queries import RoundFilter, list_rounds
from server import clock

blueprint = ApiBlueprint(
    "exports", __name__, url_prefix="/exports", description="导出 / tables as files, as filtered"
)
_FILE = {"type": "string", "format": "binary"}
_HEADERS = {
    "Export-Rows": {"description": "行数 / rows", "schema": {"type": "integer"}, "required": True},
    "Export-Cut": {
        "description": f"?1：只导出了前 {MOST_ROWS} 行 / ?1: only the first {MOST_ROWS} rows",
        "schema": {"type": "string"},
        "required": True,
    },
}
_DOCUMENT = {
    "responses": {
        "200": {
            "description": "The file",
            "content": {XLSX: {"schema": _FILE}, "text/csv": {"schema": _FILE}, ZIP: {"schema": _FILE}},
            "headers": _HEADERS,
        }
    }
}


def _export(rule: str, schema: type[Schema], mark: Callable[[View], View]) -> Callable[[View], View]:
    """A route that answers a file: who may ask it, what it takes, how often."""

    def add(view: View) -> View:
        asked = blueprint.arguments(schema, location="query")(blueprint.doc(**_DOCUMENT)(view))
        routed: View = blueprint.route(rule)(mark(limiter.limit(EXPORT)(asked)))
        return routed

    return add


@_export("/cases", CaseExportSchema, needs(Permission.READ_CASES))
def export_cases(query: dict[str, Any]) -> Response:
    """The cases that GET /cases lists, as a file."""
    actor, wanted, now = current_actor(), wanted_cases(query), clock.now()

    def fetch(key: Any, limit: int) -> tuple[Sequence[Any], Any]:
        rows, next_key = queries.list_cases(actor, wanted, key, limit, now)
        return case_lines(rows, now), next_key

    return table_answer(CASES, in_pages(fetch), query)


@_export("/cases/measures", MeasureExportSchema, needs(Permission.READ_CASES))
def export_measures(query: dict[str, Any]) -> Response:
    """The rates that GET /cases/measures counts, as a file."""
    first, last = clock.start_of_day(query["first_on"]), clock.end_of_day(query["last_on"])
    rows = queries.measure_cases(current_actor(), query["area"], Period(first, last, clock.now()))
    return table_answer(MEASURES, rows, query)


@_export("/reports", ReportExportSchema, needs(Permission.READ_REPORTS))
def export_reports(query: dict[str, Any]) -> Response:
    """The reports that GET /reports lists, as a file; without phone numbers."""
    actor, wanted = current_actor(), ReportQuerySchema().filter_of(query)

    def fetch(key: Any, limit: int) -> tuple[Sequence[Any], Any]:
        rows = list_reports(actor, wanted, limit + 1, key)
        return _page(rows, limit, lambda row: (row.report.received_at, row.report.id))

    return table_answer(REPORTS, in_pages(fetch), query)


@_export("/inspections", InspectionExportSchema, needs(Permission.READ_INSPECTIONS))
def export_inspections(query: dict[str, Any]) -> Response:
    """The inspections that GET /inspections lists, as a file."""
    actor, wanted = current_actor(), InspectionQuerySchema().filter_of(query)

    def fetch(key: Any, limit: int) -> tuple[Sequence[Any], Any]:
        rows = list_inspections(actor, wanted, limit + 1, key)
        return _page(rows, limit, lambda row: (row.received_at, row.id))

    return table_answer(INSPECTIONS, in_pages(fetch), query)


@_export("/rounds", RoundExportSchema, needs(Permission.READ_ROUNDS))
def export_rounds(query: dict[str, Any]) -> Response:
    """The rounds that GET /rounds lists, as a file, each with its progress."""
    actor, now = current_actor(), clock.now()
    wanted = RoundFilter(
        kind=query["kind"],
        inspector_id=actor.account_id if query["is_mine"] else None,
        is_running=query["is_running"],
        include_cancelled=query["include_cancelled"],
    )

    def fetch(key: Any, limit: int) -> tuple[Sequence[Any], Any]:
        rows = list_rounds(actor, wanted, now, limit + 1, key)
        return _page(rows, limit, lambda row: (row.round.starts_at, row.round.id))

    return table_answer(ROUNDS, in_pages(fetch), query)


@_export("/communities", CommunityExportSchema, needs(Permission.READ_GRID))
def export_communities(query: dict[str, Any]) -> Response:
    """The communities that GET /communities lists, as a file, with their attributes."""
    actor, attributes = current_actor(), read_attribute_filters(query["attribute"])
    wanted = CommunityFilter(query["area"], query["text"], query["is_active"], attributes)
    rows = in_pages(lambda key, limit: communities.list_communities(actor, wanted, key, limit))
    return table_answer(COMMUNITIES, rows, query)


@_export("/organisations", OrganisationExportSchema, needs(Permission.READ_GRID))
def export_organisations(query: dict[str, Any]) -> Response:
    """The organisations that GET /organisations lists, as a file."""
    actor = current_actor()
    wanted = OrganisationFilter(
        query["kind"], query["area"], query["serving"], query["text"], query["is_active"]
    )
    rows = in_pages(lambda key, limit: organisations.list_organisations(actor, wanted, key, limit))
    return table_answer(ORGANISATIONS, rows, query)


@_export("/accounts", AccountExportSchema, needs(Permission.READ_ACCOUNTS))
def export_accounts(query: dict[str, Any]) -> Response:
    """The accounts that GET /accounts lists, as a file, with the posts that hold now."""
    actor, wanted = current_actor(), AccountFilter(query["role"], query["text"], query["is_active"])
    rows = in_pages(lambda key, limit: accounts.list_accounts(actor, wanted, key, limit))
    return table_answer(ACCOUNTS, rows, query)


@_export(
    "/areas/<string:area_code>/compliance", AreaComplianceExportSchema, needs(Permission.READ_COMPLIANCE)
)
def export_area_compliance(query: dict[str, Any], area_code: str) -> Response:
    """The rates that GET /areas/{code}/compliance tells, as a file: the area's own first, then by what was asked."""
    answer = compliance.area_compliance(query, area_code)
    area = answer["area"]
    own = {"code": area.code, "name_zh": area.name, "name_en": area.name}
    rows = [own | {name: answer[name] for name in ("item_rate", "community_rate")}, *answer["rows"]]
    return table_answer(AREA_COMPLIANCE, rows[1:] if query["by"] == "checklist" else rows, query)


@_export(
    "/areas/<string:area_code>/compliance/table",
    ComplianceTableExportSchema,
    needs(Permission.READ_COMPLIANCE),
)
def export_compliance_table(query: dict[str, Any], area_code: str) -> Response:
    """What GET /areas/{code}/compliance/table tells, as a file: the area's own rates first, then each place's."""
    first = compliance_tables.compliance_table(query | {"cursor": None, "limit": 1}, area_code)
    own = {"code": first["area"].code, "name": first["area"].name, "standing": None}
    own |= {name: first[name] for name in ("item_rate", "community_rate")}
    own["cells"] = {each["code"]: each["item_rate"] for each in first["columns"]}

    def fetch(key: str | None, limit: int) -> tuple[Sequence[Any], Any]:
        answer = compliance_tables.compliance_table(query | {"cursor": key, "limit": limit}, area_code)
        return answer["rows"], answer["next_cursor"]

    return table_answer(compliance_table(first["columns"]), chain([own], in_pages(fetch)), query)


@_export("/areas/<string:area_code>/compliance/series", SeriesExportSchema, needs(Permission.READ_COMPLIANCE))
def export_area_compliance_series(query: dict[str, Any], area_code: str) -> Response:
    """The rates that GET /areas/{code}/compliance/series tells, as a file, a row a day."""
    return table_answer(AREA_SERIES, compliance.area_compliance_series(query, area_code)["days"], query)


@_export(
    "/areas/<string:area_code>/compliance/explain", ExplainExportSchema, needs(Permission.READ_COMPLIANCE)
)
def export_area_explanation(query: dict[str, Any], area_code: str) -> Response:
    """What GET /areas/{code}/compliance/explain tells, as a file: each pair behind the rate, or left out of it."""
    return table_answer(
        EXPLANATION, _explained(lambda page: compliance.area_explanation(page, area_code), query), query
    )


@_export(
    "/communities/<uuid:community_id>/compliance",
    CommunityComplianceExportSchema,
    needs(Permission.READ_COMPLIANCE),
)
def export_community_compliance(query: dict[str, Any], community_id: uuid.UUID) -> Response:
    """What GET /communities/{id}/compliance tells, as a file: the status of every item."""
    return table_answer(
        COMMUNITY_COMPLIANCE, compliance.community_compliance(query, community_id)["items"], query
    )


@_export(
    "/communities/<uuid:community_id>/compliance/series",
    SeriesExportSchema,
    needs(Permission.READ_COMPLIANCE),
)
def export_community_series(query: dict[str, Any], community_id: uuid.UUID) -> Response:
    """What GET /communities/{id}/compliance/series tells, as a file, a row a day."""
    days = compliance.community_compliance_series(query, community_id)["days"]
    return table_answer(COMMUNITY_SERIES, days, query)


@_export(
    "/communities/<uuid:community_id>/compliance/explain",
    ExplainExportSchema,
    needs(Permission.READ_COMPLIANCE),
)
def export_community_explanation(query: dict[str, Any], community_id: uuid.UUID) -> Response:
    """What GET /communities/{id}/compliance/explain tells, as a file."""
    rows = _explained(lambda page: compliance.community_explanation(page, community_id), query)
    return table_answer(EXPLANATION, rows, query)


@_export(
    "/checklists/<string:checklist_code>/versions/<int(min=1, max=1000000):number>", FileQuerySchema, public
)
def export_checklist_version(query: dict[str, Any], checklist_code: str, number: int) -> Response:
    """A published checklist, as a file: every item with its weight and its policy clauses."""
    document = get_version_by_number(checklist_code, number).document
    rows = (
        each | {"indicator": indicator["name"]}
        for indicator in document["indicators"]
        for each in indicator["items"]
    )
    return table_answer(CHECKLIST, rows, query)


def _explained(explain: Callable[[dict[str, Any]], dict[str, Any]], query: dict[str, Any]) -> Iterator[Any]:
    """All rows of an explanation, page by page."""

    def fetch(key: str | None, limit: int) -> tuple[Sequence[Any], Any]:
        answer = explain(query | {"cursor": key, "limit": limit})
        return answer["items"], answer["next_cursor"]

    return in_pages(fetch)


_Key = tuple[datetime, uuid.UUID]


def _page(rows: Sequence[Any], limit: int, key_of: Callable[[Any], _Key]) -> tuple[Sequence[Any], Any]:
    """One page of what was asked for with one row more, and the key of the next."""
    shown = rows[:limit]
    return shown, key_of(shown[-1]) if len(rows) > limit else None
