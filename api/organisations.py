"""Organisations over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from api.authentication import current_actor, needs, public
from api.blueprint import ApiBlueprint
from api.paging import decode_cursor, page
from api.preconditions import etag, require_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.organisations import (
    KINDS_EXAMPLE,
    NEW_ORGANISATION_EXAMPLE,
    ORGANISATION_EXAMPLE,
    ORGANISATION_PAGE_EXAMPLE,
    NewOrganisationSchema,
    OrganisationChangeSchema,
    OrganisationKindListSchema,
    OrganisationPageSchema,
    OrganisationQuerySchema,
    OrganisationSchema,
)
from grid import organisations
from grid.models import Organisation
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.organisations import OrganisationFilter
from grid.permissions import Permission
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "organisations",
    __name__,
    url_prefix="/organisations",
    description="单位 / departments, companies, committees",
)


@blueprint.route("")
@needs(Permission.READ_GRID)
@blueprint.arguments(OrganisationQuerySchema, location="query")
@blueprint.response(200, OrganisationPageSchema, example=ORGANISATION_PAGE_EXAMPLE)
def list_organisations(query: dict[str, Any]) -> dict[str, Any]:
    """The organisations that work in one's area, and those that serve it from above, by kind."""
    wanted = OrganisationFilter(
        query["kind"], query["area"], query["serving"], query["text"], query["is_active"]
    )
    after = decode_cursor(query["cursor"], (str, str))
    return page(*organisations.list_organisations(current_actor(), wanted, after, query["limit"]))


@blueprint.route("/kinds")
@public
@blueprint.response(200, OrganisationKindListSchema, example=KINDS_EXAMPLE)
def list_kinds() -> dict[str, Any]:
    """The kinds of organisations that the policies give work to."""
    return {"items": list(ORGANISATION_KINDS.values())}


@blueprint.route("", methods=["POST"])
@needs(Permission.MANAGE_ORGANISATIONS)
@blueprint.arguments(NewOrganisationSchema, example=NEW_ORGANISATION_EXAMPLE)
@blueprint.response(201, OrganisationSchema, example=ORGANISATION_EXAMPLE)
@shared_thing()
def create_organisation(values: dict[str, Any]) -> tuple[Organisation, int, dict[str, str]]:
    """Enter an organisation that serves an area within one's reach."""
    with transaction():
        made = organisations.create_organisation(current_actor(), now=clock.now(), **values)
    return made, 201, etag(made.revision)


@blueprint.route("/<uuid:organisation_id>")
@needs(Permission.READ_GRID)
@blueprint.response(200, OrganisationSchema, example=ORGANISATION_EXAMPLE)
@shared_thing()
def get_organisation(organisation_id: uuid.UUID) -> tuple[Organisation, int, dict[str, str]]:
    """One organisation."""
    organisation = organisations.get_organisation(organisation_id, current_actor())
    return organisation, 200, etag(organisation.revision)


@blueprint.route("/<uuid:organisation_id>", methods=["PATCH"])
@needs(Permission.MANAGE_ORGANISATIONS)
@blueprint.arguments(OrganisationChangeSchema, example={"name": "安居物业服务公司"})
@blueprint.response(200, OrganisationSchema, example=ORGANISATION_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def update_organisation(
    values: dict[str, Any], organisation_id: uuid.UUID
) -> tuple[Organisation, int, dict[str, str]]:
    """Change an organisation's name or kind, or let it rest (`is_active`); asks for If-Match.

    Organisations are never deleted: cases that they handled keep naming them.
    """
    with transaction():
        organisation = organisations.lock_organisation(organisation_id, current_actor())
        require_revision(organisation.revision)
        organisations.update_organisation(organisation, values)
    return organisation, 200, etag(organisation.revision)
