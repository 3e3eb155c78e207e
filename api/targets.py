"""Targets 目标值 over HTTP: what the policies ask of an area's rates."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.authentication import public
from api.blueprint import ApiBlueprint
from api.schemas.targets import AREA_TARGETS_EXAMPLE, AreaTargetsSchema, TargetQuerySchema
from grid.areas import find_area
from plans.target_catalogue import shipped_targets
from plans.target_entries import TargetCatalogue, TargetInForce
from plans.targets import lineage_of, targets_in_force
from server import clock
from server.errors import NotFound

blueprint = ApiBlueprint("targets", __name__, description="目标值 / what the policies ask of the rates")


@blueprint.route("/areas/<string:code>/targets")
@public
@blueprint.arguments(TargetQuerySchema, location="query")
@blueprint.response(200, AreaTargetsSchema, example=AREA_TARGETS_EXAMPLE)
def list_targets(query: dict[str, Any], code: str) -> dict[str, Any]:
    """The target of every rate for which a policy has set one, as it holds in an area on a day.

    Of several, the newest rules, and of the same year the nearer division's. The published policies end in 2020: their
    last target goes on until a newer one is entered, and `is_carried_forward` says so.
    """
    area = find_area(code)
    if area is None:
        raise NotFound("没有这个地区", "There is no such area")
    as_of = query["as_of"] or clock.local_day(clock.now())
    catalogue = shipped_targets()
    found = targets_in_force(catalogue.targets, lineage_of(area.path), as_of)
    return {"as_of": as_of, "items": [target_answer(each, catalogue) for each in found]}


def target_answer(in_force: TargetInForce, catalogue: TargetCatalogue) -> dict[str, Any]:
    """A target as `TargetSchema` shows it."""
    target = in_force.target
    return {
        "code": target.code,
        "name_zh": target.name.zh,
        "name_en": target.name.en,
        **asdict(target.measured),
        "value": target.share,
        "operator": target.operator,
        "year": target.year,
        "commitment": target.commitment,
        "area_code": target.area_code,
        "source": {
            "policy": catalogue.policies[target.source.policy],
            "clause": target.source.clause,
            "quote": target.source.quote,
        },
        "is_carried_forward": in_force.is_carried_forward,
        "is_nearest": target.is_nearest,
        "remark_zh": target.remark.zh if target.remark else None,
        "remark_en": target.remark.en if target.remark else None,
    }
