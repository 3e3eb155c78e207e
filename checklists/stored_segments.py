"""Timelines as rows: reading them back as plain segments, and writing only what changed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from checklists.compliance import Cause, CauseKind, Segment
from checklists.fact_models import FOREVER, PairSegment
from server.db import db


@dataclass(frozen=True, slots=True, order=True)
class PairKey:
    """Which timeline: a community's under a checklist, for an item or ("*") for the community itself."""

    community_id: uuid.UUID
    checklist_code: str
    item_code: str


Timelines = dict[str, tuple[Segment, ...]]


@dataclass(slots=True)
class StoredTimelines:
    """What stands in the database, by (community, checklist): timelines by item, and the place they count for."""

    timelines: Mapping[tuple[uuid.UUID, str], Timelines]
    area_paths: Mapping[tuple[uuid.UUID, str], str]

    def of(self, community_id: uuid.UUID, checklist_code: str) -> Timelines:
        """A community's stored timelines under a checklist, by item code."""
        return self.timelines.get((community_id, checklist_code), {})


@dataclass(frozen=True, slots=True)
class Counted:
    """A timeline and the place that it is counted for."""

    segments: tuple[Segment, ...]
    area_path: str


@dataclass(slots=True)
class SegmentChanges:
    """Rows to delete and to insert; an unchanged row is in neither."""

    gone: list[dict[str, Any]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: PairKey, before: Counted, after: Counted) -> None:
        """Compare two states of one pair's timeline and note the rows in which they differ."""
        old, new = _rows(key, before), _rows(key, after)
        self.gone += [
            {"key_community": key.community_id, "key_checklist": key.checklist_code}
            | {"key_item": key.item_code, "key_since": since}
            for since, row in old.items()
            if new.get(since) != row
        ]
        self.new += [row for since, row in new.items() if old.get(since) != row]

    def write(self) -> None:
        """At most two statements, however many rows."""
        connection = db.session.connection()
        if self.gone:
            connection.execute(_DELETE, self.gone)
        if self.new:
            connection.execute(sa.insert(PairSegment), self.new)


_DELETE = sa.delete(PairSegment).where(
    PairSegment.community_id == sa.bindparam("key_community"),
    PairSegment.checklist_code == sa.bindparam("key_checklist"),
    PairSegment.item_code == sa.bindparam("key_item"),
    PairSegment.since == sa.bindparam("key_since"),
)


def load_timelines(
    community_ids: Collection[uuid.UUID], checklist_codes: Collection[str] | None, since: datetime | None
) -> StoredTimelines:
    """The segments of communities that last until `since` or longer (all by default), in order of time."""
    statement = sa.select(*_COLUMNS).where(PairSegment.community_id.in_(community_ids))
    if checklist_codes is not None:
        statement = statement.where(PairSegment.checklist_code.in_(checklist_codes))
    if since is not None:
        # The one that ends just then is what a change at that instant continues or not.
        statement = statement.where(PairSegment.until >= since)
    found: dict[tuple[uuid.UUID, str], dict[str, list[Segment]]] = defaultdict(lambda: defaultdict(list))
    paths: dict[tuple[uuid.UUID, str], str] = {}
    for community_id, code, item, *content, path in db.session.execute(statement.order_by(PairSegment.since)):
        found[community_id, code][item].append(_segment(*content))
        paths[community_id, code] = path
    timelines = {key: {item: tuple(each) for item, each in by_item.items()} for key, by_item in found.items()}
    return StoredTimelines(timelines, paths)


_COLUMNS = (
    PairSegment.community_id,
    PairSegment.checklist_code,
    PairSegment.item_code,
    PairSegment.since,
    PairSegment.status,
    PairSegment.occurrences,
    PairSegment.causes,
    PairSegment.area_path,
)


def unbroken_since(
    pairs: Mapping[tuple[str, uuid.UUID, str], Segment],
) -> dict[tuple[str, uuid.UUID, str], datetime]:
    """Since when pairs, by (checklist, community, item), have had the status of these stored segments; one query.

    A segment is new with every new cause or count: a check that finds the same again begins another one, though
    the item fails as before.
    """
    if not pairs:
        return {}
    key = (PairSegment.checklist_code, PairSegment.community_id, PairSegment.item_code)
    statement = (
        sa.select(*key, PairSegment.since, PairSegment.status)
        .where(
            sa.tuple_(*key).in_(list(pairs)),
            PairSegment.since <= max(segment.since for segment in pairs.values()),
        )
        .order_by(PairSegment.since.desc())
    )
    found = {key: segment.since for key, segment in pairs.items()}
    broken = set()
    for checklist, community_id, item, since, status in db.session.execute(statement):
        pair = (checklist, community_id, item)
        if pair in broken or since > pairs[pair].since:
            continue
        if status == pairs[pair].status:
            found[pair] = since
        else:
            broken.add(pair)
    return found


def read_causes(documents: Iterable[Mapping[str, str]]) -> tuple[Cause, ...]:
    """The causes that a row's JSON lists."""
    return tuple(
        Cause(
            CauseKind(each["kind"]),
            each.get("id", ""),
            each.get("inspection_id", ""),
            each.get("reason_zh", ""),
            each.get("reason_en", ""),
        )
        for each in documents
    )


def _segment(since: datetime, status: Any, occurrences: int, causes: list[dict[str, str]]) -> Segment:
    return Segment(since, status, occurrences, read_causes(causes))


def _rows(key: PairKey, state: Counted) -> dict[datetime, dict[str, Any]]:
    ends = [*(segment.since for segment in state.segments[1:]), FOREVER]
    return {
        segment.since: {
            "community_id": key.community_id,
            "checklist_code": key.checklist_code,
            "item_code": key.item_code,
            "since": segment.since,
            "until": until,
            "status": segment.status,
            "occurrences": segment.occurrences,
            "causes": [_document(cause) for cause in segment.causes],
            "area_path": state.area_path,
        }
        for segment, until in zip(state.segments, ends, strict=False)
    }


def _document(cause: Cause) -> dict[str, str]:
    found = {"kind": str(cause.kind), "id": cause.id, "inspection_id": cause.inspection_id}
    found |= {"reason_zh": cause.reason_zh, "reason_en": cause.reason_en}
    return {name: value for name, value in found.items() if value}
