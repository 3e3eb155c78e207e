"""Published checklist versions for tests of inspections, with all that a document says of its items."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from checklists.models import ChecklistItem, ChecklistVersion
from tests.factories import NOW, save

# Always five digits: names that end in them sort as they were made, however many tests a process ran before.
_numbers = itertools.count(10_001)


def item(code: str, **more: Any) -> dict[str, Any]:
    """An item that wants a photo on fail, unless told otherwise."""
    return {
        "code": code,
        "group": code.split("-")[0],
        "criterion": {"zh": f"检查项{code}", "en": f"Item {code}"},
        "evidence": {"photos": "on_fail", "min_photos": 1, "note": "never", "shows": None},
        "answered_by": "both",
        "tile": {"zh": f"{code}的问题", "en": f"{code} trouble", "keywords": []},
        "weight": 1.0,
        "is_veto": False,
        "deduction": None,
        "applies_when": {},
        "handlers": ["property_company"],
        "loop": "self",
        "limit": {"value": 3, "unit": "work_day", "provenance": ["P"], "variants": []},
    } | more


NO_PHOTO = {"photos": "never", "min_photos": 0, "note": "never", "shows": None}
ITEMS = (
    item("CORR-01"),
    item("PACT-01", evidence=NO_PHOTO),
    item("LIFT-01", evidence=NO_PHOTO, applies_when={"attribute": "lifts", "op": ">=", "value": 1}),
)


def publish(*items: dict[str, Any], **more: Any) -> ChecklistVersion:
    """One published version of a checklist of its own; effective since 2026-01-01 unless told."""
    number = next(_numbers)
    wanted = items or ITEMS
    document = {
        "code": f"test-{number}",
        "name": {"zh": "测试检查表", "en": "Test checklist"},
        "pass_mark": 80,
        "validity_days": 90,
        "indicators": [{"code": "TEST", "name": {"zh": "测试", "en": "Test"}, "items": list(wanted)}],
    }
    version = save(
        ChecklistVersion(
            checklist_code=f"test-{number}",
            number=1,
            document=document,
            sha256=f"{number:064d}",
            effective_on=more.get("effective_on", date(2026, 1, 1)),
            published_at=NOW,
            retired_at=more.get("retired_at"),
        )
    )
    for position, each in enumerate(wanted):
        save(ChecklistItem(version_id=version.id, position=position, **_row(each)))
    return version


def _row(each: dict[str, Any]) -> dict[str, Any]:
    deduction = each["deduction"]
    return {
        "item_code": each["code"],
        "indicator_code": "TEST",
        "weight": each["weight"],
        "is_veto": each["is_veto"],
        "deduction": None if deduction is None else deduction["per_occurrence"],
        "applicability": each["applies_when"],
        "criterion_zh": each["criterion"]["zh"],
        "criterion_en": each["criterion"]["en"],
        "group_code": each["group"],
        "definition": each,
    }
