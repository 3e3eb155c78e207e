"""What the items of a published checklist version ask of an answer in one community.

A version never changes, so what its document says is read once and kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checklists.applicability import decide_applicability
from checklists.catalogue_entries import AnsweredBy, Demand
from checklists.models import ChecklistVersion
from grid.models import Community
from inspections.answers import Applicability, ItemRule

_MOST_VERSIONS_KEPT = 200


@dataclass(frozen=True, slots=True)
class ItemDemand:
    """The part of an item that does not depend on the community."""

    code: str
    criterion_zh: str
    criterion_en: str
    photos: Demand
    min_photos: int
    note: Demand
    counts_occurrences: bool
    is_for_inspectors: bool
    applies_when: Mapping[str, Any]


_kept: dict[uuid.UUID, tuple[ItemDemand, ...]] = {}


def demands_of(version: ChecklistVersion) -> tuple[ItemDemand, ...]:
    """Every item of the version, in the order in which it is asked."""
    if version.id not in _kept:
        if len(_kept) >= _MOST_VERSIONS_KEPT:
            _kept.clear()
        _kept[version.id] = tuple(_read(version.document))
    return _kept[version.id]


def item_rules(version: ChecklistVersion, community: Community) -> list[ItemRule]:
    """The rules that answers of an inspector are judged by in this community."""
    return [_rule(demand, community.attributes) for demand in demands_of(version)]


def _read(document: Mapping[str, Any]) -> Iterator[ItemDemand]:
    for indicator in document["indicators"]:
        for item in indicator["items"]:
            yield ItemDemand(
                code=item["code"],
                criterion_zh=item["criterion"]["zh"],
                criterion_en=item["criterion"]["en"],
                photos=Demand(item["evidence"]["photos"]),
                min_photos=item["evidence"].get("min_photos", 1),
                note=Demand(item["evidence"].get("note", Demand.NEVER)),
                counts_occurrences=item.get("deduction") is not None,
                is_for_inspectors=AnsweredBy(item["answered_by"]) is not AnsweredBy.RESIDENT,
                applies_when=item.get("applies_when") or {},
            )


def _rule(demand: ItemDemand, attributes: Mapping[str, Any]) -> ItemRule:
    return ItemRule(
        code=demand.code,
        photos=demand.photos,
        min_photos=demand.min_photos,
        note=demand.note,
        counts_occurrences=demand.counts_occurrences,
        may_answer=demand.is_for_inspectors,
        applicability=_applicability(demand.applies_when, attributes),
    )


def _applicability(rule: Mapping[str, Any], attributes: Mapping[str, Any]) -> Applicability:
    decided = decide_applicability(rule, attributes)
    if not decided.applies:
        return Applicability.DOES_NOT_APPLY
    return Applicability.UNKNOWN if decided.unknown_attributes else Applicability.APPLIES
