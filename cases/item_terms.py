"""What the checklist in force says of an item as far as cases go: the problem, first handlers, loop, time limit."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from cases.deadlines import Limit, TimeUnit
from cases.terms import Loop
from checklists.models import ChecklistItem, ChecklistVersion
from checklists.problem_names import ProblemName, problem_name
from server.db import db
from server.errors import FieldError, RuleViolated


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """An item as the case file needs it: `problem` is what is wrong where it fails, `criterion_zh` how it ought to be;
    `limit` is None where the catalogue sets none."""

    code: str
    group: str
    problem: ProblemName
    criterion_zh: str
    handler_kinds: tuple[str, ...]
    loop: Loop
    limit: Limit | None


def get_item_terms(item_code: str, on: date) -> ItemTerms:
    """The item as the newest version in force on that day has it.

    Raises `RuleViolated` naming `item_code` where no published version has such an item.
    """
    return get_terms_of_items([item_code], on)[item_code]


def get_terms_of_items(item_codes: Collection[str], on: date) -> dict[str, ItemTerms]:
    """As `get_item_terms` for each of them; a constant number of queries."""
    terms = find_terms_of_items(item_codes, on)
    if not terms.keys() >= set(item_codes):
        error = FieldError("item_code", "unknown_item", "没有这个检查项", "There is no such item")
        raise RuleViolated(error.zh, error.en, code="unknown_item", errors=[error])
    return terms


def find_item_terms(item_code: str, on: date) -> ItemTerms | None:
    """As `get_item_terms`, or None."""
    return find_terms_of_items([item_code], on).get(item_code)


def find_terms_of_items(item_codes: Collection[str], on: date) -> dict[str, ItemTerms]:
    """The items that are known, by code. A version in force goes before a retired or a coming one: a round that is
    pinned to an older version may still find what only that version asks for."""
    if not item_codes:
        return {}
    is_coming = ChecklistVersion.effective_on > on
    is_retired = ChecklistVersion.retired_at.is_not(None)
    rows = db.session.execute(
        sa.select(ChecklistItem.item_code, ChecklistVersion.id)
        .join(ChecklistVersion, ChecklistVersion.id == ChecklistItem.version_id)
        .where(ChecklistItem.item_code.in_(item_codes))
        .order_by(
            sa.case((sa.or_(is_coming, is_retired), 1), else_=0),
            ChecklistVersion.effective_on.desc(),
            ChecklistVersion.number.desc(),
            ChecklistVersion.id,
        )
    )
    versions: dict[str, uuid.UUID] = {}
    for item_code, version_id in rows:
        versions.setdefault(item_code, version_id)
    _keep(set(versions.values()) - _kept.keys())
    return {code: terms for code, version_id in versions.items() if (terms := _kept[version_id].get(code))}


# A published version never changes, so what was read of it once stays.
_kept: dict[uuid.UUID, Mapping[str, ItemTerms]] = {}


def _keep(missing: Collection[uuid.UUID]) -> None:
    if not missing:
        return
    statement = sa.select(ChecklistVersion.id, ChecklistVersion.document).where(
        ChecklistVersion.id.in_(missing)
    )
    for version_id, document in db.session.execute(statement):
        indicators = document.get("indicators", [])
        items = [item for indicator in indicators for item in indicator.get("items", [])]
        _kept[version_id] = {item["code"]: _read(item) for item in items}


def _read(item: Mapping[str, Any]) -> ItemTerms:
    limit = item.get("limit")
    return ItemTerms(
        code=item["code"],
        group=item.get("group", ""),
        problem=problem_name(item),
        criterion_zh=item["criterion"]["zh"],
        handler_kinds=tuple(item.get("handlers", ())),
        loop=Loop(item.get("loop", Loop.SELF.value)),
        limit=Limit(limit["value"], TimeUnit(limit["unit"])) if limit else None,
    )
