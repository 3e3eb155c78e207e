"""Published checklist versions for tests of compliance, without the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Any

from checklists.models import ChecklistItem, ChecklistVersion
from tests.factories import NOW, save

LIFT_RULE = {"attribute": "lifts", "op": ">=", "value": 1}


def item(code: str, indicator: str = "CLEAN", **more: Any) -> dict[str, Any]:
    return {"item_code": code, "indicator_code": indicator, **more}


def publish(code: str, *items: dict[str, Any], **more: Any) -> ChecklistVersion:
    """One published version; in force since 2026-01-01, valid 30 days, pass mark 80 unless told."""
    indicators = dict.fromkeys(each["indicator_code"] for each in items)
    document = {
        "code": code,
        "name": {"zh": f"检查表{code}", "en": code},
        "pass_mark": more.get("pass_mark", 80),
        "validity_days": more.get("validity_days", 30),
        "indicators": [{"code": each, "name": {"zh": f"指标{each}", "en": each}} for each in indicators],
    }
    version = save(
        ChecklistVersion(
            checklist_code=code,
            number=more.get("number", 1),
            document=document,
            sha256="0" * 64,
            effective_on=more.get("effective_on", date(2026, 1, 1)),
            published_at=NOW,
        )
    )
    for position, each in enumerate(items):
        save(ChecklistItem(version_id=version.id, position=position, **_defaults(each)))
    return version


def _defaults(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "weight": 1.0,
        "is_veto": False,
        "deduction": None,
        "applicability": {},
        "criterion_zh": f"检查项{each['item_code']}",
        "criterion_en": f"Item {each['item_code']}",
    } | each
