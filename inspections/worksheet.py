"""What an inspector is to look at in one community: the items of a version, which of them apply, and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checklists.applicability import decide_applicability
from checklists.models import ChecklistVersion
from grid.communities import find_community
from grid.models import Community
from grid.permissions import Actor, Permission, may
from inspections.item_rules import ItemDemand, demands_of
from server.db import db
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class WorksheetItem:
    """One item as it is asked in this community; `reason_*` says why it applies or does not."""

    demand: ItemDemand
    applies: bool
    is_certain: bool
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The items for one visit, in the order in which they are asked; those of other people's roles are left out."""

    community: Community
    version: ChecklistVersion
    items: list[WorksheetItem]


def get_worksheet(actor: Actor, community_id: uuid.UUID, version_id: uuid.UUID) -> Worksheet:
    """What a visit to this community with this version asks; raises NotFound for what is not the asker's."""
    community = find_community(community_id)
    version = db.session.get(ChecklistVersion, version_id)
    if community is None or version is None:
        raise NotFound()
    if not any(
        may(actor, each, community.area_path) for each in (Permission.INSPECT, Permission.READ_ROUNDS)
    ):
        raise NotFound()
    items = [
        _item(demand, community.attributes) for demand in demands_of(version) if demand.is_for_inspectors
    ]
    return Worksheet(community, version, items)


def _item(demand: ItemDemand, attributes: Mapping[str, Any]) -> WorksheetItem:
    decided = decide_applicability(demand.applies_when, attributes)
    is_certain = not (decided.applies and decided.unknown_attributes)
    return WorksheetItem(demand, decided.applies, is_certain, decided.reason_zh, decided.reason_en)
