"""The published versions of checklists as compliance reads them: which was in force when, and what it demands.

Versions are immutable, so what was read of one is kept in memory.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from checklists.community_attainment import ItemTerms, VersionTerms
from checklists.compliance import ValidityPeriod, start_of_day
from checklists.models import ChecklistItem, ChecklistVersion
from server.db import db
from server.errors import NotFound


@dataclass(frozen=True, slots=True)
class ItemInForce:
    """One item as a version has it; `applicability` is its rule on a community's attributes."""

    item_code: str
    indicator_code: str
    criterion_zh: str
    criterion_en: str
    applicability: Mapping[str, Any]
    terms: ItemTerms


@dataclass(frozen=True)
class VersionInForce:
    """One published version, in force from the local midnight `since` until the next one's.

    `names` are its indicators' names in Chinese and English, by code.
    """

    id: uuid.UUID
    checklist_code: str
    number: int
    effective_on: date
    validity_days: int | None
    pass_mark: Decimal
    name_zh: str
    name_en: str
    names: Mapping[str, Mapping[str, str]]
    items: tuple[ItemInForce, ...]

    @cached_property
    def since(self) -> datetime:
        return start_of_day(self.effective_on)

    @cached_property
    def terms(self) -> VersionTerms:
        return VersionTerms(self.since, self.pass_mark, tuple(item.terms for item in self.items))

    @cached_property
    def by_code(self) -> Mapping[str, ItemInForce]:
        return {item.item_code: item for item in self.items}

    @cached_property
    def indicator_codes(self) -> tuple[str, ...]:
        """The indicators in the order in which the checklist asks them."""
        return tuple(dict.fromkeys(item.indicator_code for item in self.items))

    def item_codes(self, indicator_code: str | None = None, item_code: str | None = None) -> tuple[str, ...]:
        """The items of an indicator, one item, or all of them, in the order in which they are asked."""
        return tuple(
            item.item_code
            for item in self.items
            if indicator_code in (None, item.indicator_code) and item_code in (None, item.item_code)
        )


@dataclass(frozen=True)
class ChecklistHistory:
    """All versions of one checklist, the earliest first; of two effective on one day the later number rules."""

    code: str
    versions: tuple[VersionInForce, ...]

    @cached_property
    def item_codes(self) -> frozenset[str]:
        """Every item that any version has."""
        return frozenset(code for version in self.versions for code in version.by_code)

    @cached_property
    def validity(self) -> tuple[ValidityPeriod, ...]:
        return tuple(ValidityPeriod(version.since, version.validity_days) for version in self.ruling)

    @cached_property
    def terms(self) -> tuple[VersionTerms, ...]:
        return tuple(version.terms for version in self.ruling)

    @cached_property
    def ruling(self) -> tuple[VersionInForce, ...]:
        """Without versions that another one, effective on the same day, replaced before they ever ruled."""
        return tuple({version.effective_on: version for version in self.versions}.values())

    def find_in_force(self, on: date) -> VersionInForce | None:
        """The version in force at the end of a day."""
        return next((version for version in reversed(self.versions) if version.effective_on <= on), None)


_kept: dict[uuid.UUID, VersionInForce] = {}


def get_history(checklist_code: str) -> ChecklistHistory:
    """The versions of one checklist; raises NotFound where none was published."""
    histories = load_histories([checklist_code])
    if checklist_code not in histories:
        raise NotFound("没有这份检查表", "No such checklist")
    return histories[checklist_code]


def load_histories(checklist_codes: Collection[str] | None = None) -> dict[str, ChecklistHistory]:
    """The published versions of the named checklists (of all by default), by checklist code."""
    statement = sa.select(ChecklistVersion.id, ChecklistVersion.checklist_code)
    if checklist_codes is not None:
        statement = statement.where(ChecklistVersion.checklist_code.in_(checklist_codes))
    found = db.session.execute(
        statement.order_by(
            ChecklistVersion.checklist_code, ChecklistVersion.effective_on, ChecklistVersion.number
        )
    ).all()
    _keep({version_id for version_id, _ in found} - _kept.keys())
    versions: dict[str, list[VersionInForce]] = {}
    for version_id, code in found:
        versions.setdefault(code, []).append(_kept[version_id])
    return {code: ChecklistHistory(code, tuple(each)) for code, each in versions.items()}


def _keep(missing: Collection[uuid.UUID]) -> None:
    if not missing:
        return
    statement = (
        sa.select(ChecklistVersion)
        .where(ChecklistVersion.id.in_(missing))
        .options(selectinload(ChecklistVersion.items))
    )
    for version in db.session.scalars(statement):
        _kept[version.id] = _read(version)


def _read(version: ChecklistVersion) -> VersionInForce:
    document = version.document
    return VersionInForce(
        id=version.id,
        checklist_code=version.checklist_code,
        number=version.number,
        effective_on=version.effective_on,
        validity_days=document.get("validity_days"),
        pass_mark=_decimal(document["pass_mark"]),
        name_zh=document["name"]["zh"],
        name_en=document["name"]["en"],
        names={each["code"]: each["name"] for each in document.get("indicators", ())},
        items=tuple(_read_item(item) for item in version.items),
    )


def _read_item(item: ChecklistItem) -> ItemInForce:
    deduction = None if item.deduction is None else _decimal(item.deduction)
    return ItemInForce(
        item_code=item.item_code,
        indicator_code=item.indicator_code,
        criterion_zh=item.criterion_zh,
        criterion_en=item.criterion_en,
        applicability=item.applicability,
        terms=ItemTerms(item.item_code, _decimal(item.weight), item.is_veto, deduction),
    )


def _decimal(value: float | int | str) -> Decimal:
    """The number as people wrote it: 0.1 is a tenth."""
    return Decimal(str(value))
