"""Items over HTTP: what can be reported or inspected, found by words. The public sees what residents may report."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from api.authentication import current_actor, public
from api.blueprint import ApiBlueprint
from api.paging import decode_cursor, page
from api.schemas.checklists import (
    GROUPS_EXAMPLE,
    ITEM_EXAMPLE,
    ChecklistItemSchema,
    ChecklistQuerySchema,
    ItemGroupListSchema,
    ItemPageSchema,
    ItemQuerySchema,
)
from checklists import queries
from grid.permissions import Permission, reach_of
from server import clock
from server.errors import NotFound

blueprint = ApiBlueprint(
    "items", __name__, url_prefix="/items", description="检查项 / what can be reported or inspected"
)

_CODE = re.compile(r"[A-Z]{2,10}-\d{2}")


@blueprint.route("")
@public
@blueprint.arguments(ItemQuerySchema, location="query")
@blueprint.response(200, ItemPageSchema, example={"items": [ITEM_EXAMPLE], "next_cursor": None})
def list_items(query: dict[str, Any]) -> dict[str, Any]:
    """Items of the checklists in force, by words in Chinese or English, group or checklist.

    Each item once, by its code. Whoever holds no post sees only what residents may report.
    """
    search = queries.ItemSearch(
        words=query["text"],
        group_code=query["group"],
        checklist_code=query["checklist"],
        is_for_residents=query["for_residents"] or not _is_staff(),
    )
    key = decode_cursor(query["cursor"], (str,))
    found = queries.list_items_in_force(
        search, _day(query["as_of"]), after=key[0] if key else None, limit=query["limit"] + 1
    )
    shown = found[: query["limit"]]
    next_key = [shown[-1].item_code] if len(found) > len(shown) else None
    return page([item.definition for item in shown], next_key)


@blueprint.route("/groups")
@public
@blueprint.arguments(ChecklistQuerySchema, location="query")
@blueprint.response(200, ItemGroupListSchema, example=GROUPS_EXAMPLE)
def list_item_groups(query: dict[str, Any]) -> dict[str, Any]:
    """The tiles of a resident's first page, in their order; `GET /items?group=…` answers what is behind one."""
    return {"items": queries.list_groups_in_force(_day(query["as_of"]))}


@blueprint.route("/<string:code>")
@public
@blueprint.arguments(ChecklistQuerySchema, location="query")
@blueprint.response(200, ChecklistItemSchema, example=ITEM_EXAMPLE)
def get_item(query: dict[str, Any], code: str) -> dict[str, Any]:
    """One item as the newest version in force has it."""
    item = queries.find_item(code, _day(query["as_of"])) if _CODE.fullmatch(code) else None
    if item is None or not (item.has_tile or _is_staff()):
        raise NotFound("没有这个检查项", "No such item")
    return item.definition


def _is_staff() -> bool:
    return not reach_of(current_actor(), Permission.READ_GRID).is_empty


def _day(on: date | None) -> date:
    return on or clock.local_day(clock.now())
