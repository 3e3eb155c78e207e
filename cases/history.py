"""Adding to a case's history, and checking whole histories: the stored side of the event chain."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from cases.event_chain import ChainEvent, ChainFault, Head, Link, json_ready, link, verify_chain
from cases.models import Case, CaseEvent, CasePhoto
from cases.terms import PhotoKind
from server.db import db

_VERIFIED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One step as it is told to the history."""

    at: datetime
    actor_id: uuid.UUID | None
    role: str
    action: str
    from_state: str
    to_state: str
    reason: str = ""
    data: Mapping[str, Any] | None = None
    photo_ids: tuple[uuid.UUID, ...] = ()
    photo_kind: PhotoKind = PhotoKind.EVIDENCE


def append_event(case: Case, new: NewEvent) -> CaseEvent:
    """Add the step as the chain's next link, with its photos; the case must be locked by the caller."""
    return append_events([(case, new)])[0]


def append_events(steps: Sequence[tuple[Case, NewEvent]]) -> list[CaseEvent]:
    """As `append_event` for many steps, in their order; a constant number of statements. Cases may be new."""
    rows = [_next_event(case, new) for case, new in steps]
    # The cases first: the events of new ones refer to them, and no relationship tells the session so.
    db.session.flush()
    db.session.add_all(rows)
    db.session.flush()
    _add_photos(
        _GivenPhotos(case.id, new.photo_ids, new.photo_kind, row.seq, new.at)
        for (case, new), row in zip(steps, rows, strict=True)
    )
    return rows


def _next_event(case: Case, new: NewEvent) -> CaseEvent:
    """The step as the chain's next link, which the case now ends with."""
    event = ChainEvent(
        case.id,
        case.event_count + 1,
        new.at,
        new.actor_id,
        new.role,
        new.action,
        new.from_state,
        new.to_state,
        new.reason,
        json_ready(new.data or {}),
        new.photo_ids,
    )
    made = link(event, case.head_hash)
    case.event_count, case.head_hash = event.seq, made.hash
    return _row_of(made)


def add_photos(
    case: Case, photo_ids: Sequence[uuid.UUID], kind: PhotoKind, event_seq: int, at: datetime
) -> None:
    """Put photos into the case file; one that is there already stays where it was."""
    _add_photos([_GivenPhotos(case.id, photo_ids, kind, event_seq, at)])


@dataclass(frozen=True, slots=True)
class _GivenPhotos:
    """Photos that came to a case with one of its events."""

    case_id: uuid.UUID
    photo_ids: Sequence[uuid.UUID]
    kind: PhotoKind
    event_seq: int
    at: datetime

    def rows(self) -> Iterator[CasePhoto]:
        for position, photo_id in enumerate(dict.fromkeys(self.photo_ids)):
            yield CasePhoto(
                case_id=self.case_id,
                photo_id=photo_id,
                kind=self.kind.value,
                event_seq=self.event_seq,
                position=position,
                added_at=self.at,
            )


def _add_photos(given: Iterable[_GivenPhotos]) -> None:
    """The photos of many events, in two statements."""
    rows = [row for each in given for row in each.rows()]
    if not rows:
        return
    known = _photos_in({row.case_id for row in rows})
    for row in rows:
        key = (row.case_id, row.photo_id)
        if key not in known:
            known.add(key)
            db.session.add(row)
    db.session.flush()


def _photos_in(case_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    statement = sa.select(CasePhoto.case_id, CasePhoto.photo_id).where(CasePhoto.case_id.in_(case_ids))
    return {(case_id, photo_id) for case_id, photo_id in db.session.execute(statement)}


def _row_of(made: Link) -> CaseEvent:
    event = made.event
    return CaseEvent(
        case_id=event.case_id,
        seq=event.seq,
        at=event.at,
        actor_id=event.actor_id,
        role=event.role,
        action=event.action,
        from_state=event.from_state,
        to_state=event.to_state,
        reason=event.reason,
        data=dict(event.data),
        photo_ids=[str(photo_id) for photo_id in event.photo_ids],
        prev_hash=made.prev_hash,
        hash=made.hash,
    )


def link_of(row: CaseEvent) -> Link:
    """The stored event as a link of its chain."""
    event = ChainEvent(
        row.case_id,
        row.seq,
        row.at,
        row.actor_id,
        row.role,
        row.action,
        row.from_state,
        row.to_state,
        row.reason,
        row.data,
        tuple(uuid.UUID(photo_id) for photo_id in row.photo_ids),
    )
    return Link(event, row.prev_hash, row.hash)


@dataclass(frozen=True, slots=True)
class CheckedChain:
    """One case's chain after checking; sound where there are no faults."""

    number: str
    case_id: uuid.UUID
    event_count: int
    faults: tuple[ChainFault, ...]


def verify_chains() -> Iterator[CheckedChain]:
    """Check the history of every case, some hundred cases at a time."""
    after: uuid.UUID | None = None
    while True:
        cases = _next_cases(after)
        if not cases:
            return
        links = _links_of([case.id for case in cases])
        for case in cases:
            yield _checked(case, links.get(case.id, []))
        after = cases[-1].id
        db.session.expunge_all()


def verify_case_chain(case: Case) -> CheckedChain:
    """Check one case's history."""
    return _checked(case, _links_of([case.id]).get(case.id, []))


def _checked(case: Case, links: list[Link]) -> CheckedChain:
    faults = verify_chain(case.id, links, Head(case.event_count, case.head_hash))
    return CheckedChain(case.number, case.id, len(links), tuple(faults))


def _next_cases(after: uuid.UUID | None) -> list[Case]:
    query = sa.select(Case).order_by(Case.id).limit(_VERIFIED_AT_ONCE)
    return list(db.session.scalars(query.where(Case.id > after) if after else query))


def _links_of(case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Link]]:
    rows = db.session.scalars(
        sa.select(CaseEvent)
        .where(CaseEvent.case_id.in_(case_ids))
        .order_by(CaseEvent.case_id, CaseEvent.seq)
        .execution_options(populate_existing=True)
    )
    return {
        case_id: [link_of(row) for row in group] for case_id, group in groupby(rows, lambda row: row.case_id)
    }
