"""What the checklist in force says of an item as far as cases go: title, first handlers, loop, time limit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from cases.deadlines import Limit, TimeUnit
from cases.terms import Loop
from checklists.models import ChecklistItem, ChecklistVersion
from server.db import db
from server.errors import FieldError, RuleViolated


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """An item as the case file needs it. `limit` is None where the catalogue sets none."""

    code: str
    group: str
    title: str
    handler_kinds: tuple[str, ...]
    loop: Loop
    limit: Limit | None


def get_item_terms(item_code: str, on: date) -> ItemTerms:
    """The item as the newest version in force on that day has it.

    Raises `RuleViolated` naming `item_code` where no published version has such an item.
    """
    terms = find_item_terms(item_code, on)
    if terms is None:
        error = FieldError("item_code", "unknown_item", "没有这个检查项", "There is no such item")
        raise RuleViolated(error.zh, error.en, code="unknown_item", errors=[error])
    return terms


def find_item_terms(item_code: str, on: date) -> ItemTerms | None:
    """As `get_item_terms`, or None. A version in force goes before a retired or a coming one: a round that is pinned
    to an older version may still find what only that version asks for."""
    is_coming = ChecklistVersion.effective_on > on
    is_retired = ChecklistVersion.retired_at.is_not(None)
    version_id = db.session.scalar(
        sa.select(ChecklistVersion.id)
        .join(ChecklistItem, ChecklistItem.version_id == ChecklistVersion.id)
        .where(ChecklistItem.item_code == item_code)
        .order_by(
            sa.case((sa.or_(is_coming, is_retired), 1), else_=0),
            ChecklistVersion.effective_on.desc(),
            ChecklistVersion.number.desc(),
            ChecklistVersion.id,
        )
        .limit(1)
    )
    return _terms_of(version_id).get(item_code) if version_id else None


@lru_cache(maxsize=64)
def _terms_of(version_id: uuid.UUID) -> Mapping[str, ItemTerms]:
    """A published version never changes, so what was read of it once stays."""
    document = db.session.scalar(
        sa.select(ChecklistVersion.document).where(ChecklistVersion.id == version_id)
    )
    indicators = (document or {}).get("indicators", [])
    items = [item for indicator in indicators for item in indicator.get("items", [])]
    return {item["code"]: _read(item) for item in items}


def _read(item: Mapping[str, Any]) -> ItemTerms:
    limit = item.get("limit")
    return ItemTerms(
        code=item["code"],
        group=item.get("group", ""),
        title=item["criterion"]["zh"],
        handler_kinds=tuple(item.get("handlers", ())),
        loop=Loop(item.get("loop", Loop.SELF.value)),
        limit=Limit(limit["value"], TimeUnit(limit["unit"])) if limit else None,
    )
