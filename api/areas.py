"""Areas of the grid over HTTP: what one may see of the tree, and taking in a table of areas."""

from __future__ import annotations

from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.paging import decode_cursor, page
from api.schemas.areas import (
    AREA_DETAIL_EXAMPLE,
    AREA_PAGE_EXAMPLE,
    IMPORT_EXAMPLE,
    AreaDetailSchema,
    AreaImportQuerySchema,
    AreaPageSchema,
    AreaQuerySchema,
    ImportOutcomeSchema,
)
from api.table_uploads import TABLE_BODY, received_table
from grid import areas
from grid.area_import import plan_areas
from grid.areas import AreaFilter, ImportOutcome
from grid.permissions import Permission
from server.db import transaction

blueprint = ApiBlueprint("areas", __name__, url_prefix="/areas", description="地区 / the tree of areas")
_AREA_FIELDS = ("code", "name", "level", "kind", "parent_code", "path")


@blueprint.route("")
@needs(Permission.READ_GRID)
@blueprint.arguments(AreaQuerySchema, location="query")
@blueprint.response(200, AreaPageSchema, example=AREA_PAGE_EXAMPLE)
def list_areas(query: dict[str, Any]) -> dict[str, Any]:
    """The areas within one's posts and those that these lie in, by code.

    By level, directly in an area (`parent`), anywhere below one (`area`), or by a part of the name.
    """
    wanted = AreaFilter(query["level"], query["parent"], query["area"], query["text"])
    after = decode_cursor(query["cursor"], (str,))
    return page(*areas.list_areas(current_actor(), wanted, after, query["limit"]))


@blueprint.route("/<string:code>")
@needs(Permission.READ_GRID)
@blueprint.response(200, AreaDetailSchema, example=AREA_DETAIL_EXAMPLE)
def get_area(code: str) -> dict[str, Any]:
    """One area, with the areas that it lies in."""
    area = areas.get_area(code, current_actor())
    return {**{name: getattr(area, name) for name in _AREA_FIELDS}, "ancestors": areas.list_ancestors(area)}


@blueprint.route("/<string:code>/children")
@needs(Permission.READ_GRID)
@blueprint.arguments(AreaQuerySchema(only=("limit", "cursor", "text")), location="query")
@blueprint.response(200, AreaPageSchema, example=AREA_PAGE_EXAMPLE)
def list_children(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The areas directly in one area, by code."""
    actor = current_actor()
    area = areas.get_area(code, actor)
    after = decode_cursor(query["cursor"], (str,))
    wanted = AreaFilter(parent_code=area.code, text=query["text"])
    return page(*areas.list_areas(actor, wanted, after, query["limit"]))


@blueprint.route("/imports", methods=["POST"])
@needs(Permission.MANAGE_AREAS)
@blueprint.doc(requestBody=TABLE_BODY)
@blueprint.arguments(AreaImportQuerySchema, location="query")
@blueprint.response(200, ImportOutcomeSchema, example=IMPORT_EXAMPLE)
def import_areas(query: dict[str, Any]) -> ImportOutcome:
    """Take in a table of townships and neighbourhoods, all of it or nothing.

    Columns: township, township_code (9 digits), community, community_code (12 digits), kind (居委会, 村委会,
    其他), and where stations stand in between, station and station_code. Chinese headers are understood. A
    refusal has `bad_cells`: line, column (as the file calls it), value and reason of everything that is wrong
    with any row, at once. The same file again changes nothing.
    """
    actor = current_actor()
    plan = plan_areas(received_table(), query["district_name"])
    with transaction():
        return areas.import_areas(plan, actor)
