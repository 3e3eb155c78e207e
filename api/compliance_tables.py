"""Compliance rates as tables over HTTP: places against indicators or items, and the items that fail most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.compliance import FORMULAS, day_of, figures_of, selection_of, visible_area
from api.paging import decode_cursor, encode_cursor
from api.schemas.compliance_tables import (
    COMPLIANCE_TABLE_EXAMPLE,
    WORST_ITEMS_EXAMPLE,
    ComplianceTableSchema,
    TableQuerySchema,
    WorstItemsSchema,
    WorstQuerySchema,
)
from cases.item_loads import ItemLoad, load_of_items
from checklists.rate_tables import (
    AreaLine,
    CommunityLine,
    FailingItem,
    area_lines,
    columns_by_indicator,
    columns_by_item,
    community_lines,
    items_failing_most,
)
from grid.communities import list_communities_below
from grid.models import Area
from grid.permissions import Permission, may
from server import clock
from server.db import db

blueprint = ApiBlueprint("compliance-tables", __name__, description="达标率表 / rates as tables")


@blueprint.route("/areas/<string:code>/compliance/table")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(TableQuerySchema, location="query")
@blueprint.response(200, ComplianceTableSchema, example=COMPLIANCE_TABLE_EXAMPLE)
def get_compliance_table(query: dict[str, Any], code: str) -> dict[str, Any]:
    """Rates by place and by indicator or item, in one answer: what a heat table shows."""
    return compliance_table(query, code)


@blueprint.route("/areas/<string:code>/compliance/worst")
@needs(Permission.READ_COMPLIANCE)
@blueprint.arguments(WorstQuerySchema, location="query")
@blueprint.response(200, WorstItemsSchema, example=WORST_ITEMS_EXAMPLE)
def list_worst_items(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The items that fail in most communities of an area, worst first, with the work that is open on them now."""
    area, selection, as_of = visible_area(code), selection_of(query), day_of(query["as_of"])
    found = items_failing_most(area.code, selection, as_of, query["limit"])
    now = clock.now()
    is_now = as_of == clock.local_day(now) and may(current_actor(), Permission.READ_CASES, area.path)
    loads = load_of_items(area.path, [each.item.item_code for each in found], now) if is_now else None
    return {
        "area": area,
        "as_of": as_of,
        "checklist": selection.history.find_in_force(as_of),
        "items": [_worst(each, loads) for each in found],
    }


def compliance_table(query: dict[str, Any], code: str) -> dict[str, Any]:
    """What `get_compliance_table` answers."""
    area, selection, as_of = visible_area(code), selection_of(query), day_of(query["as_of"])
    version = selection.history.find_in_force(as_of)
    make = columns_by_indicator if query["columns"] == "indicator" else columns_by_item
    columns = make(selection, version) if version else []
    is_by_area = query["rows"] == "child_area"
    below = list(db.session.scalars(sa.select(Area).filter_by(parent_code=area.code).order_by(Area.code)))
    own, *lines = area_lines([area, *(below if is_by_area else ())], selection, columns, as_of)
    rows, next_key = [_area_row(each) for each in lines], None
    if not is_by_area:
        after = decode_cursor(query["cursor"], (str,))
        found, next_key = list_communities_below(area.path, after, query["limit"])
        rows = [_community_row(each) for each in community_lines(found, selection, columns, as_of)]
    return {
        "area": area,
        "as_of": as_of,
        "checklist": version,
        "formulas": FORMULAS,
        "item_rate": figures_of(own.items),
        "community_rate": figures_of(own.communities),
        "columns": [
            {
                "code": each.code,
                "name_zh": each.name_zh,
                "name_en": each.name_en,
                "item_rate": figures_of(own.cells[each.code]),
            }
            for each in columns
        ],
        "rows": rows,
        "next_cursor": encode_cursor(next_key) if next_key else None,
    }


def _area_row(line: AreaLine) -> dict[str, Any]:
    return {
        "code": line.area.code,
        "name": line.area.name,
        "community_id": None,
        "item_rate": figures_of(line.items),
        "community_rate": figures_of(line.communities),
        "standing": None,
        "cells": {code: figures_of(rate) for code, rate in line.cells.items()},
    }


def _community_row(line: CommunityLine) -> dict[str, Any]:
    return {
        "code": line.community.code,
        "name": line.community.name,
        "community_id": line.community.id,
        "item_rate": figures_of(line.items),
        "community_rate": None,
        "standing": line.standing,
        "cells": {code: figures_of(rate) for code, rate in line.cells.items()},
    }


def _worst(failing: FailingItem, loads: Mapping[str, ItemLoad] | None) -> dict[str, Any]:
    item, number = failing.item, failing.rate.counts.failing
    load = None if loads is None else loads.get(item.item_code, _NO_LOAD)
    return {
        "code": item.item_code,
        "indicator_code": item.indicator_code,
        "criterion_zh": item.criterion_zh,
        "criterion_en": item.criterion_en,
        "is_veto": item.terms.is_veto,
        "failing": number,
        "rate": figures_of(failing.rate),
        "open_cases": load.open_cases if load else None,
        "overdue_cases": load.overdue_cases if load else None,
        "without_case": max(0, number - load.communities) if load else None,
        "next_deadline_at": load.next_deadline_at if load else None,
    }


_NO_LOAD = ItemLoad(0, 0, 0, None)
