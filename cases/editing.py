"""Correcting what a case says of itself (修改): its item, words and place, before anybody handles it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cases import configuration
from cases.case_facts import CaseFacts
from cases.item_terms import get_item_terms
from cases.models import Case
from cases.titles import MAX_TITLE_LENGTH, automatic_title
from checklists.observations import correct_case_interval, open_case_interval
from server.clock import local_day
from server.errors import FieldError, RuleViolated

# What may be corrected, and how long it may be.
EDITABLE: Mapping[str, int] = {
    "item_code": 40,
    "title": MAX_TITLE_LENGTH,
    "text": 4000,
    "building": 60,
    "place": 200,
}


def edit_case(
    case: Case, changes: Mapping[str, str], facts: CaseFacts, now: datetime
) -> tuple[dict[str, Any], CaseFacts]:
    """Correct the locked case; return old and new of each field, and the facts with the new item's limit.

    Another item brings its own title and time limit; the clock keeps its start. Raises `RuleViolated` naming each
    field that cannot be changed, is too long or is no item.
    """
    _check(changes)
    told = {name: {"from": getattr(case, name), "to": value} for name, value in changes.items()}
    before = case.item_code
    for name, value in changes.items():
        setattr(case, name, value)
    if case.item_code != before:
        facts = _with_item(case, changes, facts, now)
        _correct_fact(case, before, facts)
    return told, facts


def _check(changes: Mapping[str, str]) -> None:
    errors = [error for name, value in changes.items() if (error := _error_of(name, value))]
    if errors:
        raise RuleViolated("修改内容有误", "Some changes are not possible", code="bad_changes", errors=errors)


def _error_of(name: str, value: str) -> FieldError | None:
    field = f"changes.{name}"
    if name not in EDITABLE:
        return FieldError(field, "not_editable", "该内容不能修改", "This cannot be changed")
    if len(value) > EDITABLE[name]:
        return FieldError(
            field, "too_long", f"不能超过{EDITABLE[name]}字", f"At most {EDITABLE[name]} characters"
        )
    is_needed: Callable[[str], bool] = {"item_code", "title"}.__contains__
    if is_needed(name) and not value.strip():
        return FieldError(field, "required", "不能为空", "Cannot be empty")
    return None


def _with_item(case: Case, changes: Mapping[str, str], facts: CaseFacts, now: datetime) -> CaseFacts:
    assert case.item_code is not None
    terms = get_item_terms(case.item_code, local_day(now))
    if "title" not in changes:
        case.title = automatic_title(terms)
    limit = terms.limit or configuration.rules().default_limits[facts.loop]
    clock = replace(facts.clock, limit=limit) if facts.clock else None
    return replace(facts, limit=limit, clock=clock)


def _correct_fact(case: Case, before: str | None, facts: CaseFacts) -> None:
    """A case that counts already counts under its new item from the same moment on."""
    if not facts.is_failing or facts.failing_since is None or case.item_code is None:
        return
    if before is None:
        open_case_interval(case.id, case.community_id, case.item_code, facts.failing_since)
    else:
        correct_case_interval(case.id, case.community_id, case.item_code)
