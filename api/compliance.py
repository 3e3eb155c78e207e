"""Compliance rates 达标率 over HTTP: of areas and communities, as of any day, as series, and explained."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.compliance_causes import cases_behind, photo_behind
from api.instant_cursors import FIRST_YEAR, LAST_YEAR
from api.paging import decode_cursor, encode_cursor
from api.schemas.compliance import (
    AREA_COMPLIANCE_EXAMPLE,
    AREA_SERIES_EXAMPLE,
    COMMUNITY_COMPLIANCE_EXAMPLE,
    COMMUNITY_SERIES_EXAMPLE,
    AreaComplianceSchema,
    AreaSeriesSchema,
    CommunityComplianceSchema,
    CommunitySeriesSchema,
)
from api.schemas.compliance_queries import (
    AreaComplianceQuerySchema,
    CommunityComplianceQuerySchema,
    ExplainQuerySchema,
    SeriesQuerySchema,
)
from api.schemas.explanations import (
    EXPLANATION_EXAMPLE,
    ExplanationSchema,
)
from cases.item_loads import next_deadlines
from checklists.compliance import PairStatus
from checklists.explain import (
    AnswerBehind,
    ExplainedCommunity,
    ExplainedPair,
    Extent,
    Page,
    PairPosition,
    RankedPosition,
    explain_communities,
    explain_failing_by,
    explain_pairs,
)
from checklists.rate_queries import (
    AreaRates,
    Breakdown,
    CommunityRates,
    Selection,
    area_rates,
    area_series,
    community_rates,
    community_series,
    rates_by_area,
    rates_by_checklist,
    rates_by_indicator,
    rates_by_item,
    select_items,
)
from checklists.rates import COMMUNITY_ATTAINMENT, INDICATOR_ATTAINMENT, Rate, StatusCounts, rate_of
from checklists.stored_segments import unbroken_since
from checklists.terms_in_force import VersionInForce
from grid.areas import find_area
from grid.communities import get_community
from grid.models import Area, Community
from grid.permissions import Permission, Reach, reach_of, require
from server import clock
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated

blueprint = ApiBlueprint(
    "compliance", __name__, description="达标率 / compliance rates and what explains them"
)

DEFAULT_SERIES_DAYS = 30
FORMULAS = {"item_rate": INDICATOR_ATTAINMENT, "community_rate": COMMUNITY_ATTAINMENT}
_WITH_COMMUNITY_RATE = ("child_area", "checklist")


@blueprint.route("/areas/<string:code>/compliance")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(AreaComplianceQuerySchema, location="query")
@blueprint.response(200, AreaComplianceSchema, example=AREA_COMPLIANCE_EXAMPLE)
def get_area_compliance(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The compliance rates of an area at the end of a day, broken down if asked.

    `item_rate` is the indicator attainment rate over the selected items, `community_rate` the community attainment
    rate of the whole checklist. `by=checklist` gives both for every published checklist.
    """
    return area_compliance(query, code)


@blueprint.route("/areas/<string:code>/compliance/series")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(SeriesQuerySchema, location="query")
@blueprint.response(200, AreaSeriesSchema, example=AREA_SERIES_EXAMPLE)
def get_area_compliance_series(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The compliance rates of an area at the end of each day of a period."""
    return area_compliance_series(query, code)


@blueprint.route("/areas/<string:code>/compliance/explain")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(ExplainQuerySchema, location="query")
@blueprint.response(200, ExplanationSchema, example=EXPLANATION_EXAMPLE)
def explain_area_compliance(query: dict[str, Any], code: str) -> dict[str, Any]:
    """What stands behind an area's rate: each failing pair down to its answers, cases and photos.

    With `status=stale,unassessed,not_applicable` each pair that was left out, with the reason; with
    `measure=communities` the communities behind the community attainment rate.
    """
    return area_explanation(query, code)


@blueprint.route("/communities/<uuid:community_id>/compliance")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(CommunityComplianceQuerySchema, location="query")
@blueprint.response(200, CommunityComplianceSchema, example=COMMUNITY_COMPLIANCE_EXAMPLE)
def get_community_compliance(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """A community's standing under a checklist at the end of a day, with the status of every selected item."""
    return community_compliance(query, community_id)


@blueprint.route("/communities/<uuid:community_id>/compliance/series")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(SeriesQuerySchema, location="query")
@blueprint.response(200, CommunitySeriesSchema, example=COMMUNITY_SERIES_EXAMPLE)
def get_community_compliance_series(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """A community's standing and rate at the end of each day of a period."""
    return community_compliance_series(query, community_id)


@blueprint.route("/communities/<uuid:community_id>/compliance/explain")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(ExplainQuerySchema, location="query")
@blueprint.response(200, ExplanationSchema, example=EXPLANATION_EXAMPLE)
def explain_community_compliance(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """What stands behind a community's rate or standing, down to answers, cases and photos."""
    return community_explanation(query, community_id)


def area_compliance(query: dict[str, Any], code: str) -> dict[str, Any]:
    """What `get_area_compliance` answers."""
    area, as_of = visible_area(code), day_of(query["as_of"])
    body = {"area": area, "as_of": as_of, "by": query["by"], "checklist": None}
    if query["by"] == "checklist":
        rows = rates_by_checklist(area.code, as_of)
        return {**body, "item_rate": None, "community_rate": None, "rows": _rows(rows, query["by"])}
    selection = selection_of(query)
    rates = area_rates(area.code, selection, as_of)
    rows = _breakdown(area, selection, as_of, query["by"])
    body |= {"checklist": rates.version, "rows": _rows(rows, query["by"])}
    return {**body, "item_rate": figures_of(rates.items), "community_rate": figures_of(rates.communities)}


def area_compliance_series(query: dict[str, Any], code: str) -> dict[str, Any]:
    """What `get_area_compliance_series` answers."""
    area, (first_on, last_on) = visible_area(code), _period(query)
    days = area_series(area.code, selection_of(query), first_on, last_on)
    return {
        "area": area,
        "checklist_code": query["checklist"],
        "formulas": FORMULAS,
        "days": [_area_day(each) for each in days],
    }


def area_explanation(query: dict[str, Any], code: str) -> dict[str, Any]:
    """What `explain_area_compliance` answers."""
    area, selection, as_of = visible_area(code), selection_of(query), day_of(query["as_of"])
    rates = area_rates(area.code, selection, as_of)
    rate = rates.items if query["measure"] == "items" else rates.communities
    return _explanation(query, Extent(area_path=area.path), selection, as_of, rates.version, rate)


def community_compliance(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """What `get_community_compliance` answers."""
    community = _community(community_id)
    rates = community_rates(community.id, selection_of(query), day_of(query["as_of"]))
    return {
        "community": community,
        "as_of": rates.as_of,
        "checklist": rates.version,
        "item_rate": figures_of(rates.items),
        "standing": rates.standing,
        "items": _pairs(community.id, rates),
    }


def community_compliance_series(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """What `get_community_compliance_series` answers."""
    community, (first_on, last_on) = _community(community_id), _period(query)
    days = community_series(community.id, selection_of(query), first_on, last_on)
    return {
        "community": community,
        "checklist_code": query["checklist"],
        "formulas": FORMULAS,
        "days": [_community_day(each) for each in days],
    }


def community_explanation(query: dict[str, Any], community_id: uuid.UUID) -> dict[str, Any]:
    """What `explain_community_compliance` answers."""
    community, selection, as_of = _community(community_id), selection_of(query), day_of(query["as_of"])
    rates = community_rates(community.id, selection, as_of)
    rate = rates.items if query["measure"] == "items" else _own_rate(rates)
    return _explanation(
        query,
        Extent(area_path=community.area_path, community_id=community.id),
        selection,
        as_of,
        rates.version,
        rate,
    )


def visible_area(code: str) -> Area:
    """An area whose rates the asker may read; raises NotFound, Forbidden."""
    area = find_area(code)
    if area is None:
        raise NotFound("没有这个地区", "There is no such area")
    require(current_actor(), Permission.READ_COMPLIANCE, area.path)
    return area


def _community(community_id: uuid.UUID) -> Community:
    community = get_community(community_id)
    require(current_actor(), Permission.READ_COMPLIANCE, community.area_path)
    return community


def selection_of(query: dict[str, Any]) -> Selection:
    """The items that a query asks about."""
    return select_items(query["checklist"], query["indicator"], query["item"])


def day_of(asked: date | None, field_name: str = "as_of") -> date:
    """The day asked for, today by default; what tomorrow brings nobody knows."""
    today = clock.local_day(clock.now())
    if asked is not None and asked > today:
        field = FieldError(field_name, "in_future", "不能是将来的日期", "Must not be in the future")
        raise RuleViolated("日期有误", "The date is wrong", code="date_in_future", errors=[field])
    return asked or today


def _period(query: dict[str, Any]) -> tuple[date, date]:
    last_on = day_of(query["last_on"], "to")
    return query["first_on"] or last_on - timedelta(days=DEFAULT_SERIES_DAYS - 1), last_on


def _breakdown(area: Area, selection: Selection, as_of: date, by: str | None) -> list[Breakdown]:
    if by == "indicator":
        return rates_by_indicator(area.code, selection, as_of)
    if by == "item":
        return rates_by_item(area.code, selection, as_of)
    if by == "child_area":
        below = db.session.scalars(sa.select(Area).filter_by(parent_code=area.code).order_by(Area.code))
        return rates_by_area(list(below), selection, as_of)
    return []


def _rows(rows: Sequence[Breakdown], by: str | None) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "item_rate": figures_of(row.rates.items),
            "community_rate": figures_of(row.rates.communities) if by in _WITH_COMMUNITY_RATE else None,
        }
        for row in rows
    ]


def figures_of(rate: Rate) -> dict[str, Any]:
    """A rate as `RateSchema` shows it."""
    return {
        "share": rate.share,
        "excluded": {status.value: number for status, number in rate.excluded.items()},
        "coverage": rate.coverage,
        "interval": rate.interval,
        "formula": rate.formula,
    }


def _area_day(rates: AreaRates) -> dict[str, Any]:
    return {
        "as_of": rates.as_of,
        "version": rates.version,
        "items": figures_of(rates.items),
        "communities": figures_of(rates.communities),
    }


def _community_day(rates: CommunityRates) -> dict[str, Any]:
    return {
        "as_of": rates.as_of,
        "version": rates.version,
        "items": figures_of(rates.items),
        "standing": rates.standing,
    }


def _pairs(community_id: uuid.UUID, rates: CommunityRates) -> list[dict[str, Any]]:
    if rates.version is None:
        return []
    checklist = rates.version.checklist_code
    since = unbroken_since(
        {
            (checklist, community_id, code): each
            for code, each in rates.pairs.items()
            if each.status is not PairStatus.UNASSESSED
        }
    )
    found = []
    for code, segment in rates.pairs.items():
        item = rates.version.by_code[code]
        found.append(
            {
                "item_code": code,
                "indicator_code": item.indicator_code,
                "criterion_zh": item.criterion_zh,
                "criterion_en": item.criterion_en,
                "is_veto": item.terms.is_veto,
                "status": segment.status,
                "occurrences": segment.occurrences,
                "since": since.get((checklist, community_id, code)),
            }
        )
    return found


def _own_rate(rates: CommunityRates) -> Rate:
    """The community attainment rate of one community: itself."""
    counts = {rates.standing.status: 1} if rates.standing else {}
    return rate_of(StatusCounts.of(counts), COMMUNITY_ATTAINMENT)


def _explanation(
    query: dict[str, Any],
    extent: Extent,
    selection: Selection,
    as_of: date,
    version: VersionInForce | None,
    rate: Rate,
) -> dict[str, Any]:
    page = _explained_page(query, extent, selection, as_of)
    cases = cases_behind(
        {each for row in page.rows for each in getattr(row, "case_ids", ())}, current_actor()
    )
    readable = reach_of(current_actor(), Permission.READ_INSPECTIONS)
    return {
        "as_of": as_of,
        "checklist": version,
        "measure": query["measure"],
        "rate": figures_of(rate),
        "items": [_explained(row, cases, readable) for row in page.rows],
        "next_cursor": encode_cursor([str(part) for part in page.next_position])
        if page.next_position
        else None,
    }


def _explained_page(query: dict[str, Any], extent: Extent, selection: Selection, as_of: date) -> Page:
    if query["order"] == "deadline":
        ranks, after = next_deadlines(extent.area_path or "/"), _ranked_position(query["cursor"])
        return explain_failing_by(ranks, extent, selection, as_of, after, query["limit"])
    explain = explain_pairs if query["measure"] == "items" else explain_communities
    statuses = [PairStatus(status) for status in dict.fromkeys(query["status"])]
    return explain(extent, selection, as_of, statuses, _position(query["cursor"]), query["limit"])


def _ranked_position(cursor: str | None) -> RankedPosition | None:
    key = decode_cursor(cursor, (str, str, str))
    if key is None:
        return None
    try:
        instant = datetime.fromisoformat(key[0])
        # What has an offset can still lie beyond the years that a database knows.
        if instant.tzinfo is None or not FIRST_YEAR < instant.year <= LAST_YEAR:
            raise ValueError(key[0])
        return instant, uuid.UUID(key[1]), str(key[2])
    except (ValueError, AttributeError, TypeError) as error:
        raise _bad_cursor() from error


def _bad_cursor() -> RuleViolated:
    field = FieldError("cursor", "bad_cursor", "翻页标记无效", "Not a cursor of this list")
    return RuleViolated(field.zh, field.en, code="bad_cursor", errors=[field])


def _position(cursor: str | None) -> PairPosition | None:
    key = decode_cursor(cursor, (str, str))
    if key is None:
        return None
    try:
        return uuid.UUID(key[0]), str(key[1])
    except (ValueError, AttributeError, TypeError) as error:
        raise _bad_cursor() from error


def _explained(
    row: ExplainedPair | ExplainedCommunity, cases: dict[uuid.UUID, dict[str, Any]], readable: Reach
) -> dict[str, Any]:
    common = {
        "community": row.community,
        "status": row.status,
        "since": row.since,
        "reason_zh": row.reason_zh,
        "reason_en": row.reason_en,
    }
    if isinstance(row, ExplainedCommunity):
        return {
            **common,
            "item": None,
            "occurrences": 0,
            "answers": [],
            "cases": [],
            "standing": row.standing,
        }
    item = {
        "code": row.item_code,
        "indicator_code": row.indicator_code,
        "criterion_zh": row.criterion_zh,
        "criterion_en": row.criterion_en,
        "is_veto": row.is_veto,
        "weight": row.weight,
    }
    may_look = readable.covers(row.community.area_path)
    behind = {
        "answers": [_answer_behind(each, may_look) for each in row.answers],
        "cases": [cases[each] for each in row.case_ids],
    }
    return {**common, "item": item, "occurrences": row.occurrences, **behind, "standing": None}


def _answer_behind(answer: AnswerBehind, may_look: bool) -> dict[str, Any]:
    told = {name: getattr(answer, name) for name in AnswerBehind.__dataclass_fields__}
    return {**told, "photos": [photo_behind(each) for each in answer.photo_ids] if may_look else []}
