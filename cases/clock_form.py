"""A clock as the database and the event log keep it: JSON and back, without loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from cases.case_facts import PendingRequest
from cases.deadlines import Adjustment, Extension, Stop, StopKind
from cases.terms import RequestKind


def adjustments_to_json(adjustments: Iterable[Adjustment]) -> list[dict[str, Any]]:
    return [_to_json(each) for each in adjustments]


def _to_json(adjustment: Adjustment) -> dict[str, Any]:
    if isinstance(adjustment, Extension):
        return {
            "kind": "extension",
            "granted_at": adjustment.granted_at.isoformat(),
            "reason": adjustment.reason,
        }
    return {
        "kind": adjustment.kind.value,
        "from_at": adjustment.from_at.isoformat(),
        "until_at": _text(adjustment.until_at),
        "planned_until_at": _text(adjustment.planned_until_at),
        "reason": adjustment.reason,
    }


def adjustments_from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Adjustment, ...]:
    return tuple(_from_json(row) for row in rows)


def _from_json(row: Mapping[str, Any]) -> Adjustment:
    if row["kind"] == "extension":
        return Extension(datetime.fromisoformat(row["granted_at"]), row["reason"])
    return Stop(
        StopKind(row["kind"]),
        datetime.fromisoformat(row["from_at"]),
        _instant(row["until_at"]),
        row["reason"],
        _instant(row["planned_until_at"]),
    )


def pending_to_json(pending: PendingRequest | None) -> dict[str, Any] | None:
    if pending is None:
        return None
    return {
        "kind": pending.kind.value,
        "reason": pending.reason,
        "requested_at": pending.requested_at.isoformat(),
        "requested_by": str(pending.requested_by) if pending.requested_by else None,
        "until_on": pending.until_on.isoformat() if pending.until_on else None,
    }


def pending_from_json(row: Mapping[str, Any] | None) -> PendingRequest | None:
    if row is None:
        return None
    return PendingRequest(
        RequestKind(row["kind"]),
        row["reason"],
        datetime.fromisoformat(row["requested_at"]),
        UUID(row["requested_by"]) if row["requested_by"] else None,
        date.fromisoformat(row["until_on"]) if row["until_on"] else None,
    )


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
