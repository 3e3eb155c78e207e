"""Volume to measure on: communities as the demo makes them, and in them thousands of cases, reports and inspections.

Written in bulk and by sequence, never by chance; everything holds together as if it had come in one by one (hash
chains, observations, intervals), and the timelines and rollups are derived by the product's own code.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_jwt_extended import create_access_token

from cases.event_chain import GENESIS, ChainEvent, link
from cases.models import Case, CaseEvent, CasePhoto, CaseReport
from cases.terms import State
from checklists.applicability import decide_applicability
from checklists.derivation import rederive
from checklists.fact_models import CaseIntervalFact, ObservationFact
from checklists.models import ChecklistVersion
from checklists.rollups import fold_all
from grid.models import Account, Area, AreaLevel, Community, Organisation, Post, SignInSession
from grid.permissions import Role
from inspections.models import Answer, AnswerPhoto, Inspection, Report, ReportPhoto
from server.db import Base, db, is_postgresql, new_id, transaction
from uploads.models import Photo

CHECKLIST = "civilised_community"
DAYS_OF_HISTORY = 180
CAPABILITY = "benchmark-own-secret-0001"
_ROWS_AT_ONCE = 2000
# Of every twenty cases: fifteen done, one not filed, four under way.
_STATES = [State.CLOSED] * 15 + [
    State.NOT_FILED,
    State.REPORTED,
    State.FILED,
    State.DISPATCHED,
    State.HANDLING,
]
_PATHS = {
    State.REPORTED: ["reported"],
    State.NOT_FILED: ["reported", "not_filed"],
    State.FILED: ["reported", "filed"],
    State.DISPATCHED: ["reported", "filed", "dispatched"],
    State.HANDLING: ["reported", "filed", "dispatched", "handling"],
    State.CLOSED: ["reported", "filed", "dispatched", "handling", "handled", "closed"],
}
_ACTIONS = {
    "reported": "open",
    "filed": "file",
    "not_filed": "not_file",
    "dispatched": "dispatch",
    "handling": "start",
    "handled": "handle",
    "closed": "check_pass",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A community as the seeding needs it."""

    id: uuid.UUID
    area_code: str
    area_path: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    title: str
    applies_when: dict[str, Any]
    photos: str
    min_photos: int
    is_for_inspectors: bool
    counts_occurrences: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """What the scenarios ask about: who asks, where, with which checklist."""

    places: list[Place]
    items: list[Item]
    version_id: uuid.UUID
    district_code: str
    township_code: str
    inspector_id: uuid.UUID
    tokens: dict[str, str]

    def items_in(self, place: Place) -> list[Item]:
        """What an inspector answers there."""
        return [
            item
            for item in self.items
            if item.is_for_inspectors and decide_applicability(item.applies_when, place.attributes).applies
        ]


def read_ground(now: datetime) -> Ground:
    """Read the demo's places and checklist, and add people who reach the whole district."""
    with transaction():
        district = db.session.scalars(
            sa.select(Area).where(Area.level == AreaLevel.DISTRICT).order_by(Area.code.desc())
        ).first()
        assert district is not None
        version = db.session.scalars(
            sa.select(ChecklistVersion)
            .where(ChecklistVersion.checklist_code == CHECKLIST)
            .order_by(ChecklistVersion.number.desc())
        ).first()
        assert version is not None
        inspector, inspector_token = _add_person("bench-inspector", Role.INSPECTOR, district, now)
        _, manager_token = _add_person("bench-manager", Role.DISTRICT_ADMIN, district, now)
        communities = db.session.scalars(
            sa.select(Community).where(Community.area_path.startswith(district.path)).order_by(Community.code)
        )
        places = [Place(each.id, each.area_code, each.area_path, each.attributes) for each in communities]
    return Ground(
        places=places,
        items=list(_read_items(version.document)),
        version_id=version.id,
        district_code=district.code,
        township_code=places[0].area_path.strip("/").split("/")[1],
        inspector_id=inspector,
        tokens={"inspector": inspector_token, "manager": manager_token},
    )


def _read_items(document: dict[str, Any]) -> Iterator[Item]:
    for indicator in document["indicators"]:
        for item in indicator["items"]:
            yield Item(
                item["code"],
                item["criterion"]["zh"],
                item.get("applies_when") or {},
                item["evidence"]["photos"],
                item["evidence"].get("min_photos", 1),
                item["answered_by"] != "resident",
                item.get("deduction") is not None,
            )


def _add_person(username: str, role: Role, area: Area, now: datetime) -> tuple[uuid.UUID, str]:
    account = Account(id=new_id(), username=username, display_name=username, created_at=now)
    session = SignInSession(
        id=new_id(),
        account_id=account.id,
        created_at=now,
        expires_at=now + timedelta(days=1),
        last_seen_at=now,
    )
    post = Post(
        account_id=account.id,
        role=role.value,
        area_code=area.code,
        area_path=area.path,
        valid_from=now - timedelta(days=400),
    )
    db.session.add(account)
    db.session.flush()
    db.session.add_all([post, session])
    claims = {"sid": str(session.id)}
    token = create_access_token(str(account.id), additional_claims=claims, expires_delta=timedelta(hours=12))
    return account.id, token


def seed(ground: Ground, cases: int, inspections: int, now: datetime, say: Callable[[str], None]) -> None:
    """Write the volume and derive what follows from it."""
    organisation_ids = list(
        db.session.scalars(sa.select(Organisation.id).order_by(Organisation.id).limit(200))
    )
    db.session.commit()
    say(f"writing {cases} cases")
    _write_in_bulk(
        itertools.chain.from_iterable(_case_rows(n, ground, organisation_ids, now) for n in range(cases))
    )
    say(f"writing {inspections} inspections")
    _write_in_bulk(
        itertools.chain.from_iterable(_inspection_rows(n, ground, now) for n in range(inspections))
    )
    say("deriving timelines and rollups")
    with transaction():
        rederive()
    fold_all()
    _tidy()


def _tidy() -> None:
    """What PostgreSQL's autovacuum does by itself some minutes after so much has been written."""
    if is_postgresql():
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def seed_photos(number: int, uploaded_by: uuid.UUID | None, now: datetime) -> list[uuid.UUID]:
    """Photos that wait to be claimed, by an account or with the benchmark's capability."""
    ids = [new_id() for _ in range(number)]
    _write_in_bulk((Photo, _photo_row(photo_id, uploaded_by, now)) for photo_id in ids)
    return ids


Row = tuple[type[Base], dict[str, Any]]


def _write_in_bulk(rows: Iterable[Row]) -> None:
    """Insert some thousand rows at a time, each table's together, in the order of the tables' dependencies.

    What a row refers to must come before it, for a batch may end anywhere.
    """
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
        by_table: dict[Any, list[dict[str, Any]]] = {}
        for model, values in batch:
            by_table.setdefault(model, []).append(values)
        order = {table: number for number, table in enumerate(Base.metadata.sorted_tables)}
        with transaction():
            for model in sorted(by_table, key=lambda each: order[each.__table__]):
                db.session.execute(sa.insert(model.__table__), by_table[model])


def _photo_row(
    photo_id: uuid.UUID, uploaded_by: uuid.UUID | None, at: datetime, **more: Any
) -> dict[str, Any]:
    digest = hashlib.sha256(photo_id.bytes).hexdigest()
    return {
        "id": photo_id,
        "sha256": digest,
        "display_sha256": digest,
        "thumbnail_sha256": digest,
        "size_bytes": 512_000,
        "media_type": "image/jpeg",
        "width": 2048,
        "height": 1536,
        "uploaded_by": uploaded_by,
        "capability_hash": None if uploaded_by else hashlib.sha256(CAPABILITY.encode()).hexdigest(),
        "received_at": at,
        "evidence": {},
        "owner_kind": None,
        "owner_id": None,
        "claimed_at": None,
    } | more


def _spread(number: int, now: datetime) -> datetime:
    """An instant of the past half year; neighbouring numbers lie far apart."""
    return now - timedelta(seconds=(number * 7919 * 3607) % (DAYS_OF_HISTORY * 86_400) + 60)


def _case_rows(
    number: int, ground: Ground, organisation_ids: Sequence[uuid.UUID], now: datetime
) -> Iterator[Row]:
    """A case with its report, photo, events and, once filed, its interval."""
    place = ground.places[(number * 31) % len(ground.places)]
    item = ground.items[(number * 7) % len(ground.items)]
    state, opened_at = _STATES[number % len(_STATES)], _spread(number, now)
    case_id, report_id, photo_id = new_id(), new_id(), new_id()
    steps = _PATHS[state]
    times = [opened_at + timedelta(hours=5 * step) for step in range(len(steps))]
    holder = organisation_ids[number % len(organisation_ids)] if "dispatched" in steps else None
    yield (
        Photo,
        _photo_row(photo_id, None, opened_at, owner_kind="report", owner_id=report_id, claimed_at=opened_at),
    )
    yield Report, _report_row(report_id, number, place, item, opened_at)
    yield ReportPhoto, {"report_id": report_id, "photo_id": photo_id, "position": 0}
    events = _event_rows(case_id, photo_id, steps, times)
    filed_at = times[1] if "filed" in steps else None
    is_done = state in (State.CLOSED, State.NOT_FILED)
    yield (
        Case,
        {
            "id": case_id,
            "number": f"{ground.district_code}-{opened_at:%Y%m%d}-{number + 1_000_000:07d}",
            "revision": len(steps),
            "community_id": place.id,
            "area_code": place.area_code,
            "area_path": place.area_path,
            "item_code": item.code,
            "title": item.title[:300],
            "text": "楼道里堆了很多杂物，请尽快处理",
            "building": f"{number % 12 + 1}号楼",
            "place": "",
            "origin": "resident",
            "open_key": None,
            "state": state,
            "loop": "self",
            "loop_path": ["self"],
            "loop_entered_at": opened_at,
            "organisation_id": holder,
            "verification": "none",
            "limit_amount": 5.0,
            "limit_unit": "working_days",
            "clock_started_at": filed_at,
            "clock_adjustments": [],
            "deadline_raw": filed_at and filed_at + timedelta(days=7),
            "deadline_effective": filed_at and filed_at + timedelta(days=7),
            "calendar_is_provisional": False,
            "loop_due_at": opened_at + timedelta(days=7),
            "next_sweep_at": None if is_done else now + timedelta(days=7),
            "opened_at": opened_at,
            "filed_at": filed_at,
            "handled_at": times[4] if "handled" in steps else None,
            "closed_at": times[-1] if is_done else None,
            "updated_at": times[-1],
            "after_photo_ids": [],
            "returned_by_accounts": [],
            "returned_by_organisations": [],
            "return_count": 0,
            "is_with_joint_office": False,
            "is_joint_office_decision": False,
            "rework_count": 0,
            "reopen_count": 0,
            "appeal": "none",
            "is_exempt": False,
            "is_failing": filed_at is not None and not is_done,
            "failing_since": filed_at,
            "event_count": len(steps),
            "head_hash": events[-1]["hash"],
        },
    )
    yield from ((CaseEvent, event) for event in events)
    yield (
        CasePhoto,
        {
            "case_id": case_id,
            "photo_id": photo_id,
            "kind": "report",
            "event_seq": 1,
            "position": 0,
            "added_at": opened_at,
        },
    )
    yield (
        CaseReport,
        {
            "report_id": report_id,
            "case_id": case_id,
            "opened_case_id": case_id,
            "account_id": None,
            "joined_at": opened_at,
        },
    )
    if filed_at is not None:
        yield (
            CaseIntervalFact,
            {
                "id": new_id(),
                "case_id": case_id,
                "community_id": place.id,
                "item_code": item.code,
                "failed_from": filed_at,
                "ended_at": times[-1] if is_done else None,
                "passed": is_done,
            },
        )


def _event_rows(
    case_id: uuid.UUID, photo_id: uuid.UUID, steps: Sequence[str], times: Sequence[datetime]
) -> list[dict[str, Any]]:
    """A sound chain: the report's photo stands with the first step."""
    rows: list[dict[str, Any]] = []
    for number, (step, at) in enumerate(zip(steps, times, strict=True)):
        event = ChainEvent(
            case_id,
            number + 1,
            at,
            None,
            "dispatcher",
            _ACTIONS[step],
            steps[number - 1] if number else "",
            step,
            photo_ids=() if number else (photo_id,),
        )
        made = link(event, rows[-1]["hash"] if rows else GENESIS)
        values = {name: getattr(event, name) for name in ChainEvent.__dataclass_fields__}
        photo_ids = [str(each) for each in event.photo_ids]
        hashes = {"prev_hash": made.prev_hash, "hash": made.hash}
        rows.append({"id": new_id(), **values, "data": {}, "photo_ids": photo_ids, **hashes})
    return rows


def _report_row(
    report_id: uuid.UUID, number: int, place: Place, item: Item, received_at: datetime
) -> dict[str, Any]:
    return {
        "id": report_id,
        "is_following": False,
        "community_id": place.id,
        "area_path": place.area_path,
        "building": f"{number % 12 + 1}号楼",
        "item_code": item.code,
        "channel": "resident",
        "text": "楼道里堆了很多杂物，请尽快处理",
        "received_at": received_at,
        "is_skew_flagged": False,
        "flags": [],
        "fingerprint": hashlib.sha256(report_id.bytes).hexdigest(),
        "tracking_hash": hashlib.sha256(b"tracking" + report_id.bytes).hexdigest(),
        "receipt": {},
    }


def _inspection_rows(number: int, ground: Ground, now: datetime) -> Iterator[Row]:
    """A submitted inspection, its answers, photos of the failing ones, and the observations that follow."""
    place = ground.places[(number * 17) % len(ground.places)]
    at, inspection_id = _spread(number + 13, now), new_id()
    items = ground.items_in(place)
    fails = {item.code for position, item in enumerate(items) if (number * 13 + position * 7) % 16 == 0}
    yield (
        Inspection,
        {
            "id": inspection_id,
            "root_id": inspection_id,
            "number": 1,
            "community_id": place.id,
            "area_path": place.area_path,
            "checklist_version_id": ground.version_id,
            "inspector_id": ground.inspector_id,
            "status": "submitted",
            "note": "",
            "received_at": at,
            "is_skew_flagged": False,
            "submitted_at": at,
            "finished_at": at,
            "answered": len(items),
            "applicable": len(items),
            "failed": len(fails),
            "flags": [],
            "is_flagged": False,
            "fingerprint": hashlib.sha256(inspection_id.bytes).hexdigest(),
            "receipt": {},
            "created_at": at,
            "revision": 1,
        },
    )
    for position, item in enumerate(items):
        answer_id, photo_id = new_id(), new_id()
        result = "fail" if item.code in fails else "pass"
        yield (
            Answer,
            {
                "id": answer_id,
                "inspection_id": inspection_id,
                "item_code": item.code,
                "position": position,
                "result": result,
                "note": "",
                "building": "",
                "observed_at": at,
                "is_case_joined": False,
            },
        )
        if result == "fail":
            owned = {"owner_kind": "inspection", "owner_id": inspection_id, "claimed_at": at}
            yield Photo, _photo_row(photo_id, ground.inspector_id, at, **owned)
            yield AnswerPhoto, {"answer_id": answer_id, "photo_id": photo_id, "position": 0}
        yield (
            ObservationFact,
            {
                "id": new_id(),
                "community_id": place.id,
                "item_code": item.code,
                "result": result,
                "occurrences": 1 if result == "fail" else 0,
                "observed_at": at,
                "inspection_id": inspection_id,
                "answer_id": answer_id,
                "revision": 1,
                "photo_ids": [str(photo_id)] if result == "fail" else [],
                "is_superseded": False,
                "recorded_at": at,
            },
        )
