"""Organisations: departments, companies and committees, where they serve, and which communities they serve."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from grid.areas import get_area, get_area_for
from grid.listing import Key, containing, fetch_page
from grid.models import Community, CommunityService, Organisation
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.permissions import Actor, Permission, reach_of, require
from grid.reach import ancestor_paths, below, within_reach
from grid.service_phones import normalise_service_phone
from server.db import db
from server.errors import FieldError, NotFound, RuleViolated


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    """Which organisations to list: of a kind, below an area, serving an area, with a text in the name."""

    kind: str | None = None
    area_code: str | None = None
    serving: str | None = None
    text: str = ""
    is_active: bool | None = True


def get_organisation(organisation_id: uuid.UUID, actor: Actor) -> Organisation:
    """An organisation that the actor may see: in a post's area, or serving one from above."""
    query = sa.select(Organisation).options(joinedload(Organisation.area))
    visible = query.where(Organisation.id == organisation_id, _visible(actor))
    organisation = db.session.scalar(visible)
    if organisation is None:
        raise NotFound("没有这个单位", "There is no such organisation")
    return organisation


def lock_organisation(organisation_id: uuid.UUID, actor: Actor) -> Organisation:
    """An organisation that the actor may manage, locked until the transaction ends."""
    query = (
        sa.select(Organisation)
        .options(joinedload(Organisation.area))
        .where(Organisation.id == organisation_id)
        .with_for_update(of=Organisation)
        .execution_options(populate_existing=True)
    )
    organisation = db.session.scalar(query)
    if organisation is None:
        raise NotFound("没有这个单位", "There is no such organisation")
    require(actor, Permission.MANAGE_ORGANISATIONS, organisation.area_path)
    return organisation


def list_organisations(
    actor: Actor, wanted: OrganisationFilter, after: Sequence[str] | None, limit: int
) -> tuple[list[Organisation], Key | None]:
    """The organisations that the actor may see, a page at a time, each with its area."""
    query = sa.select(Organisation).options(joinedload(Organisation.area)).where(_visible(actor))
    if wanted.kind is not None:
        query = query.where(Organisation.kind == wanted.kind)
    if wanted.area_code is not None:
        query = query.where(below(Organisation.area_path, get_area(wanted.area_code, actor).path))
    if wanted.serving is not None:
        paths = ancestor_paths(get_area(wanted.serving, actor).path)
        query = query.where(Organisation.area_path.in_(paths))
    if wanted.text:
        query = query.where(containing(Organisation.name, wanted.text))
    if wanted.is_active is not None:
        query = query.where(Organisation.is_active.is_(wanted.is_active))
    # Within one kind, ids (UUIDv7) are in the order in which the organisations were entered.
    order = [Organisation.kind, Organisation.id]
    return fetch_page(query, order, _key_from(after), limit, lambda row: [row.kind, str(row.id)])


def create_organisation(
    actor: Actor, *, name: str, kind: str, area_code: str, now: datetime, service_phone: str = ""
) -> Organisation:
    """Enter an organisation that serves an area; raises RuleViolated for the kind, the phone or the area, Conflict for the
    name."""
    check_kind(kind)
    phone = normalise_service_phone(service_phone)
    area = get_area_for(area_code, actor, Permission.MANAGE_ORGANISATIONS)
    organisation = Organisation(
        name=name,
        service_phone=phone,
        kind=kind,
        area_code=area.code,
        area_path=area.path,
        area=area,
        created_at=now,
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def update_organisation(organisation: Organisation, values: Mapping[str, Any]) -> Organisation:
    """Change a locked organisation's name, phone, kind or is_active; the area stays. Raises RuleViolated."""
    if "kind" in values:
        check_kind(values["kind"])
    if "service_phone" in values:
        organisation.service_phone = normalise_service_phone(values["service_phone"])
    for key in ("name", "kind", "is_active"):
        if key in values:
            setattr(organisation, key, values[key])
    organisation.revision += 1
    db.session.flush()
    return organisation


def check_kind(kind: str) -> None:
    if kind not in ORGANISATION_KINDS:
        zh, en = "没有这种单位类型", "There is no such kind of organisation"
        raise RuleViolated(zh, en, errors=[FieldError("kind", "unknown_kind", zh, en)])


def list_services(community_ids: Sequence[uuid.UUID], now: datetime) -> list[CommunityService]:
    """Who serves these communities now, organisations loaded."""
    query = (
        sa.select(CommunityService)
        .options(joinedload(CommunityService.organisation))
        .where(CommunityService.community_id.in_(community_ids), is_current(CommunityService, now))
        .order_by(CommunityService.id)
    )
    return list(db.session.scalars(query))


def set_services(
    community: Community, organisation_ids: Sequence[uuid.UUID], actor: Actor, now: datetime
) -> None:
    """Let exactly these organisations serve a community from `now` on; the past stays known.

    Raises RuleViolated where an organisation is unknown, inactive or works elsewhere.
    """
    wanted = _serviceable(community, dict.fromkeys(organisation_ids), actor)
    present = {service.organisation_id: service for service in list_services([community.id], now)}
    for organisation_id in present.keys() - wanted.keys():
        present[organisation_id].valid_until = now
    for organisation_id in wanted:
        if organisation_id not in present:
            service = CommunityService(
                community_id=community.id,
                organisation_id=organisation_id,
                organisation=wanted[organisation_id],
                valid_from=now,
            )
            db.session.add(service)
    db.session.flush()


def is_current(model: Any, now: datetime) -> sa.ColumnElement[bool]:
    """Rows with valid_from and valid_until that hold at an instant."""
    return sa.and_(model.valid_from <= now, sa.or_(model.valid_until.is_(None), model.valid_until > now))


def overlaps(one_path: str, other_path: str) -> bool:
    """Whether one of two areas lies in the other."""
    return one_path.startswith(other_path) or other_path.startswith(one_path)


def _serviceable(
    community: Community, organisation_ids: Mapping[uuid.UUID, None], actor: Actor
) -> dict[uuid.UUID, Organisation]:
    query = sa.select(Organisation).where(
        Organisation.id.in_(organisation_ids), Organisation.is_active, _visible(actor)
    )
    found = {
        each.id: each for each in db.session.scalars(query) if overlaps(each.area_path, community.area_path)
    }
    zh, en = "没有这个单位，或它不服务这个小区所在地区", "There is no such organisation serving this area"
    errors = [
        FieldError(f"organisation_ids.{index}", "unknown_organisation", zh, en)
        for index, organisation_id in enumerate(organisation_ids)
        if organisation_id not in found
    ]
    if errors:
        raise RuleViolated(zh, en, errors=errors)
    return {organisation_id: found[organisation_id] for organisation_id in organisation_ids}


def _visible(actor: Actor) -> sa.ColumnElement[bool]:
    reach = reach_of(actor, Permission.READ_GRID)
    above = {path for inner in reach.area_paths for path in ancestor_paths(inner)}
    return sa.or_(within_reach(reach, Organisation.area_path), Organisation.area_path.in_(above))


def _key_from(after: Sequence[str] | None) -> list[Any] | None:
    if after is None:
        return None
    try:
        return [after[0], uuid.UUID(after[1])]
    except (ValueError, AttributeError, TypeError):
        zh, en = "翻页标记无效", "Not a cursor of this list"
        raise RuleViolated(zh, en, code="bad_cursor") from None
