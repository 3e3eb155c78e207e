"""A case's history as a hash chain: each event's SHA-256 covers its content and the hash before it.

Changing, removing, inserting or reordering events breaks the chain; cutting its end off shows against the head that
the case keeps. Canonical form: JSON, keys sorted, no spaces, UTF-8, instants in UTC with microseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

GENESIS = "0" * 64
FORM = "jiayuan-case-event-1"


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """What is fixed about one step. `data` holds strings, whole numbers, booleans, None, lists and mappings."""

    case_id: UUID
    seq: int
    at: datetime
    actor_id: UUID | None
    role: str
    action: str
    from_state: str
    to_state: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    photo_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """An event as stored, with the hashes that stand beside it."""

    event: ChainEvent
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the case itself remembers of its chain: how long it is and its last hash."""

    length: int
    hash: str


class Fault(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    BROKEN_LINK = "broken_link"
    TRUNCATED = "truncated"
    HEAD_MISMATCH = "head_mismatch"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong with a chain, and at which event."""

    fault: Fault
    seq: int
    detail: str


def canonical(event: ChainEvent, prev_hash: str) -> bytes:
    """The bytes that are hashed. Raises `TypeError` for data that two databases might give back differently."""
    content = {
        "form": FORM,
        "prev_hash": prev_hash,
        "case_id": str(event.case_id),
        "seq": event.seq,
        "at": _instant(event.at),
        "actor_id": None if event.actor_id is None else str(event.actor_id),
        "role": event.role,
        "action": event.action,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "data": _plain(event.data),
        "photo_ids": [str(photo_id) for photo_id in event.photo_ids],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_of(event: ChainEvent, prev_hash: str) -> str:
    """The event's hash, lower-case hex."""
    return hashlib.sha256(canonical(event, prev_hash)).hexdigest()


def link(event: ChainEvent, prev_hash: str) -> Link:
    """The event as the next link after `prev_hash`."""
    return Link(event, prev_hash, hash_of(event, prev_hash))


def json_ready(value: Any) -> Any:
    """Data in the form that JSON keeps: ids, instants, days and limits as text."""
    if isinstance(value, Mapping):
        return {str(key): json_ready(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_ready(each) for each in value]
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, UUID | date | float):
        return str(value)
    return value


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("an instant needs its time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    # Floats are refused: JSONB gives 1e2 back as 100, and the hash would differ.
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if _is_key(key)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _is_key(key: Any) -> bool:
    if not isinstance(key, str):
        raise TypeError("keys must be text")
    return True


def verify_chain(case_id: UUID, links: Sequence[Link], head: Head) -> list[ChainFault]:
    """Everything that is wrong with a case's events as stored, in stored order; empty for a sound chain."""
    return [*_faults_within(case_id, links), *_faults_at_head(links, head)]


def _faults_within(case_id: UUID, links: Iterable[Link]) -> list[ChainFault]:
    faults, previous = [], Link(_before_first(case_id), GENESIS, GENESIS)
    for each in links:
        if hash_of(each.event, each.prev_hash) != each.hash or each.event.case_id != case_id:
            faults.append(ChainFault(Fault.CHANGED, each.event.seq, "content does not match its hash"))
        if each.prev_hash != previous.hash or each.event.seq != previous.event.seq + 1:
            faults.append(_broken(previous.event.seq, each.event.seq))
        previous = each
    return faults


def _before_first(case_id: UUID) -> ChainEvent:
    return ChainEvent(case_id, 0, datetime.min.replace(tzinfo=UTC), None, "", "", "", "")


def _broken(before: int, seq: int) -> ChainFault:
    if seq > before + 1:
        return ChainFault(Fault.REMOVED, seq, f"{seq - before - 1} missing before it")
    if seq == before:
        return ChainFault(Fault.INSERTED, seq, "two events with one number")
    if seq < before:
        return ChainFault(Fault.REORDERED, seq, f"stands after {before}")
    return ChainFault(Fault.BROKEN_LINK, seq, "does not follow from the event before it")


def _faults_at_head(links: Sequence[Link], head: Head) -> list[ChainFault]:
    last_seq, last_hash = (links[-1].event.seq, links[-1].hash) if links else (0, GENESIS)
    if len(links) < head.length:
        return [ChainFault(Fault.TRUNCATED, last_seq, f"{len(links)} of {head.length} events are there")]
    if len(links) > head.length:
        detail = f"{len(links)} events, the case knows of {head.length}"
        return [ChainFault(Fault.INSERTED, last_seq, detail)]
    if last_hash != head.hash:
        return [ChainFault(Fault.HEAD_MISMATCH, last_seq, "the case remembers another last event")]
    return []
