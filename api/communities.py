"""Communities 住宅小区 over HTTP: read, made, changed with If-Match, taken in by table, chosen by a resident."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from api.authentication import current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.limits import PUBLIC_READ, limiter
from api.paging import decode_cursor, page
from api.preconditions import etag, require_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.areas import IMPORT_EXAMPLE, ImportOutcomeSchema
from api.schemas.communities import (
    CHANGE_EXAMPLE,
    CHOICES_EXAMPLE,
    COMMUNITY_DETAIL_EXAMPLE,
    COMMUNITY_PAGE_EXAMPLE,
    HISTORY_EXAMPLE,
    MOST_POINTS,
    NEW_COMMUNITY_EXAMPLE,
    POINTS_EXAMPLE,
    SERVING_EXAMPLE,
    VOCABULARY_EXAMPLE,
    AttributeHistorySchema,
    ChoiceListSchema,
    ChoiceQuerySchema,
    CommunityChangeSchema,
    CommunityDetailSchema,
    CommunityPageSchema,
    CommunityQuerySchema,
    CommunitySchema,
    NewCommunitySchema,
    PointListSchema,
    PointQuerySchema,
    ServingOrganisationsSchema,
    VocabularySchema,
)
from api.table_uploads import TABLE_BODY, received_table
from checklists.derivation import rederive
from grid import communities, organisations
from grid.areas import ImportOutcome
from grid.attributes import VOCABULARY, read_attribute_filters
from grid.communities import CommunityFilter, NewBuilding
from grid.community_import import plan_communities
from grid.community_intake import import_communities
from grid.models import Community
from grid.permissions import Permission
from grid.positions import Position
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "communities", __name__, url_prefix="/communities", description="住宅小区 / residential communities"
)
Detail = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("")
@needs(Permission.READ_GRID)
@blueprint.arguments(CommunityQuerySchema, location="query")
@blueprint.response(200, CommunityPageSchema, example=COMMUNITY_PAGE_EXAMPLE)
def list_communities(query: dict[str, Any]) -> dict[str, Any]:
    """The communities within one's posts, by code: below an area, by text, by attributes."""
    attributes = read_attribute_filters(query["attribute"])
    wanted = CommunityFilter(query["area"], query["text"], query["is_active"], attributes)
    after = decode_cursor(query["cursor"], (str,))
    return page(*communities.list_communities(current_actor(), wanted, after, query["limit"]))


@blueprint.route("/attributes")
@public
@blueprint.response(200, VocabularySchema, example=VOCABULARY_EXAMPLE)
def list_attributes() -> dict[str, Any]:
    """The vocabulary of attributes: what applicability rules may ask about a community."""
    return {"items": list(VOCABULARY.values())}


@blueprint.route("/points")
@needs(Permission.READ_GRID)
@blueprint.arguments(PointQuerySchema, location="query")
@blueprint.response(200, PointListSchema, example=POINTS_EXAMPLE)
def list_points(query: dict[str, Any]) -> dict[str, Any]:
    """For a map: every community in use within one's posts that has a position, in one answer."""
    wanted = CommunityFilter(query["area"])
    rows = communities.list_points(current_actor(), wanted, MOST_POINTS + 1)
    return {"items": rows[:MOST_POINTS], "is_cut": len(rows) > MOST_POINTS}


@blueprint.route("/choices")
@public
@limiter.limit(PUBLIC_READ)
@blueprint.arguments(ChoiceQuerySchema, location="query")
@blueprint.response(200, ChoiceListSchema, example=CHOICES_EXAMPLE)
def list_choices(query: dict[str, Any]) -> dict[str, Any]:
    """At most twenty communities for somebody who wants to report: nearest first, or by a part of the name.

    Names and addresses only; nothing here is more than a sign at the gate says.
    """
    if query["latitude"] is None:
        found = communities.list_choices(query["text"], query["area"])
        return {"items": [_choice(community, None) for community in found]}
    here = Position.given(query["latitude"], query["longitude"], query["datum"])
    near = communities.list_nearby_communities(here.latitude, here.longitude, query["within_m"])
    matching = [pair for pair in near if query["text"] in pair[0].name]
    return {"items": [_choice(community, distance) for community, distance in matching]}


@blueprint.route("", methods=["POST"])
@needs(Permission.MANAGE_COMMUNITIES)
@blueprint.arguments(NewCommunitySchema, example=NEW_COMMUNITY_EXAMPLE)
@blueprint.response(201, CommunityDetailSchema, example=COMMUNITY_DETAIL_EXAMPLE)
@shared_thing()
def create_community(values: dict[str, Any]) -> Detail:
    """Make a community under a neighbourhood within one's reach."""
    position = _position(values)
    buildings = _buildings(values.pop("buildings"))
    actor, now = current_actor(), clock.now()
    with transaction():
        made = communities.create_community(actor, now=now, position=position, buildings=buildings, **values)
        rederive([made.id])
    return _detail(made, 201)


@blueprint.route("/imports", methods=["POST"])
@needs(Permission.MANAGE_COMMUNITIES)
@blueprint.doc(requestBody=TABLE_BODY)
@blueprint.response(200, ImportOutcomeSchema, example=IMPORT_EXAMPLE)
def import_table() -> ImportOutcome:
    """Take in a table of communities, all of it or nothing.

    Columns: name, neighbourhood_code, and as known code, address, latitude, longitude, datum and every
    attribute; Chinese headers are understood. A refusal has `bad_cells`: line, column (as the file calls
    it), value and reason of everything that is wrong with any row, at once. Empty cells change nothing; the same
    file again changes nothing.
    """
    actor, now = current_actor(), clock.now()
    plan = plan_communities(received_table(), clock.local_day(now).year)
    with transaction():
        outcome = import_communities(plan, actor, now)
        if outcome.touched:
            rederive(outcome.touched)
    return outcome


@blueprint.route("/<uuid:community_id>")
@needs(Permission.READ_GRID)
@blueprint.response(200, CommunityDetailSchema, example=COMMUNITY_DETAIL_EXAMPLE)
@shared_thing()
def get_community(community_id: uuid.UUID) -> Detail:
    """One community with its buildings and the organisations that serve it."""
    return _detail(communities.get_visible_community(community_id, current_actor()), 200)


@blueprint.route("/<uuid:community_id>", methods=["PATCH"])
@needs(Permission.MANAGE_COMMUNITIES)
@blueprint.arguments(CommunityChangeSchema, example=CHANGE_EXAMPLE)
@blueprint.response(200, CommunityDetailSchema, example=COMMUNITY_DETAIL_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def update_community(values: dict[str, Any], community_id: uuid.UUID) -> Detail:
    """Change a community; asks for If-Match.

    Attributes and buildings are replaced whole. Attributes change from now on: rates as of an earlier day go
    on using those of that day. A community is never deleted; `is_active: false` takes it out of the rates.
    """
    changes = _changes(values)
    actor, now = current_actor(), clock.now()
    with transaction():
        community = communities.lock_community(community_id, actor)
        require_revision(community.revision)
        communities.update_community(community, actor, changes, now)
        if changes.keys() & {"attributes", "is_active"}:
            rederive([community.id])
    return _detail(community, 200)


@blueprint.route("/<uuid:community_id>/attribute-history")
@needs(Permission.READ_GRID)
@blueprint.response(200, AttributeHistorySchema, example=HISTORY_EXAMPLE)
def list_attribute_history(community_id: uuid.UUID) -> dict[str, Any]:
    """What a community's attributes were, oldest first."""
    community = communities.get_visible_community(community_id, current_actor())
    return {"items": communities.list_attribute_history(community.id)}


@blueprint.route("/<uuid:community_id>/organisations", methods=["PUT"])
@needs(Permission.MANAGE_COMMUNITIES)
@blueprint.arguments(ServingOrganisationsSchema, example=SERVING_EXAMPLE)
@blueprint.response(200, CommunityDetailSchema, example=COMMUNITY_DETAIL_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def set_organisations(values: dict[str, Any], community_id: uuid.UUID) -> Detail:
    """Say which organisations serve a community from now on; asks for If-Match. Who served before stays known."""
    actor, now = current_actor(), clock.now()
    with transaction():
        community = communities.lock_community(community_id, actor)
        require_revision(community.revision)
        organisations.set_services(community, values["organisation_ids"], actor, now)
        communities.touch_community(community, now)
    return _detail(community, 200)


def _detail(community: Community, status: int) -> Detail:
    services = organisations.list_services([community.id], clock.now())
    body = {
        **{name: getattr(community, name) for name in CommunitySchema._declared_fields},
        "buildings": communities.list_buildings(community.id),
        "organisations": [service.organisation for service in services],
    }
    return body, status, etag(community.revision)


def _choice(community: Community, distance_m: float | None) -> dict[str, Any]:
    shown = {name: getattr(community, name) for name in ("id", "name", "address", "area", "is_synthetic")}
    return {**shown, "distance_m": None if distance_m is None else round(distance_m)}


def _changes(values: dict[str, Any]) -> dict[str, Any]:
    """The body's changes as the service takes them; a position is changed where the body names one."""
    names_position = "latitude" in values
    position = _position(values)
    if names_position:
        values["position"] = position
    if "buildings" in values:
        values["buildings"] = _buildings(values["buildings"])
    return values


def _position(values: dict[str, Any]) -> Position | None:
    """Take the position out of a body."""
    latitude, longitude = values.pop("latitude", None), values.pop("longitude", None)
    datum = values.pop("datum")
    return None if latitude is None else Position.given(latitude, longitude, datum)


def _buildings(rows: Sequence[dict[str, Any]]) -> list[NewBuilding]:
    return [NewBuilding(**row) for row in rows]
