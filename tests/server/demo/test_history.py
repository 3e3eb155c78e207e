"""The demonstration's history, told once on each database, in small: what everybody finds, and that nothing is amiss."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from cases.history import verify_chains
from cases.models import Case, CaseEvent, CaseRating, CaseReport
from cases.terms import OPEN_STATES, State
from checklists.catalogue import load_catalogue
from checklists.compliance_verification import verify_compliance
from checklists.publishing import publish_catalogue
from grid import demo
from grid.demo import load_demo_grid
from grid.demo_communities import make_demo_communities
from grid.models import Account, Community
from grid.permissions import SYSTEM
from grid.phone_numbers import PhoneKeys
from grid.positions import Position
from inspections.duplicate_search import list_duplicates_of_case
from inspections.models import Inspection, Report, Round, RoundAssignment
from server.cli.demo import describe
from server.clock import LOCAL_ZONE, local_day
from server.db import db, transaction
from server.demo import loading
from server.demo.cast import gather_cast
from server.demo.history import has_history, tell_history
from server.demo.loading import load_demonstration, shots_for
from server.demo.photo_pool import PROOFS_FROM, PhotoPool
from server.demo.pictures import Shot
from server.demo.programme import SMALL_PARTS, codes_of
from tests.conftest import _session_in
from tests.factories import NOW
from uploads.evidence_flags import FlagCode, PhotoFacts, flags_of
from uploads.models import Photo, PhotoRelease
from uploads.similarity import list_alike
from uploads.storage import FolderPhotoStore

# The first test of each database waits for the load.
pytestmark = pytest.mark.timeout(600)

CODES = codes_of(SMALL_PARTS)
_summaries: dict[str, object] = {}


def scribble(shot: Shot) -> bytes:
    """A tiny picture of its own for each shot: the history does not look at its photos."""
    noise = Image.frombytes("RGB", (8, 6), random.Random(str(shot)).randbytes(144))
    file = BytesIO()
    noise.resize((64, 48), Image.Resampling.BILINEAR).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def keys(config):
    return PhoneKeys(config.phone_keys, config.lookup_key)


@pytest.fixture(scope="module")
def pool(data_dir):
    pool = PhotoPool(
        FolderPhotoStore(data_dir / "demo-photos"), data_dir / "demo-photos" / "incoming", 1, scribble
    )
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def grid(schema_app, patched, keys):
    """The demonstration's grid, as far as the history needs it, in a transaction that is rolled back in the end."""
    with schema_app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        patched.setattr(db, "session", _session_in(connection, schema_app))
        wanted = {code[:12] for code in CODES}
        patched.setattr(
            demo,
            "make_demo_communities",
            lambda places: make_demo_communities([each for each in places if each[0] in wanted]),
        )
        loaded = load_demo_grid(keys, NOW)
        publish_catalogue(load_catalogue(), local_day(NOW).replace(month=1, day=1), SYSTEM, NOW)
        db.session.flush()
        yield loaded
        db.session.remove()
        outer.rollback()
        connection.close()


@pytest.fixture(scope="module")
def history(grid, keys, pool):
    """A load that is ended half way, then a whole one."""

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction():
        tell_history(pool, keys, NOW, SMALL_PARTS, interrupt)
    assert not has_history()
    again = PhotoPool(pool.store, pool._incoming, 1, scribble)
    try:
        with transaction():
            told = tell_history(again, keys, NOW, SMALL_PARTS)
    finally:
        again.close()
    db.session.expunge_all()
    return told


@pytest.fixture(scope="module")
def cast(history, keys):
    return gather_cast(keys, CODES)


def cases(*conditions):
    return list(db.session.scalars(sa.select(Case).where(*conditions)))


def held_by(cast, kind="property_company"):
    return cases(Case.organisation_id == cast.crews["310151101"].hands[kind].organisation_id)


def test_there_are_cases_in_every_state(history):
    states = Counter(db.session.scalars(sa.select(Case.state)))
    assert set(states) == set(State)
    assert sum(states.values()) == history.cases >= 60
    assert states[State.CLOSED] >= 15
    for state in (State.REPORTED, State.HANDLED, State.HANDLING):
        assert states[state] >= 5


def test_every_chain_of_events_holds_and_runs_forward_in_the_past(history):
    checked = list(verify_chains())
    assert len(checked) == history.cases
    assert [each for each in checked if each.faults] == []
    latest = db.session.scalar(sa.select(sa.func.max(CaseEvent.at)))
    assert NOW - timedelta(hours=2) < latest < NOW
    by_case = {}
    for case_id, at in db.session.execute(sa.select(CaseEvent.case_id, CaseEvent.at).order_by(CaseEvent.seq)):
        by_case.setdefault(case_id, []).append(at)
    assert all(times == sorted(times) for times in by_case.values())
    assert min(min(times) for times in by_case.values()) < NOW - timedelta(days=50)


def test_people_are_about_by_day_and_most_of_what_they_fix_is_fixed_in_time(history):
    by_people = db.session.scalars(sa.select(CaseEvent.at).where(CaseEvent.actor_id.is_not(None)))
    hours = [local.hour + local.minute / 60 for local in (at.astimezone(LOCAL_ZONE) for at in by_people)]
    assert 7.5 <= min(hours) <= max(hours) <= 20.5
    handed_in = [
        each for each in cases(Case.state == State.CLOSED) if each.deadline_effective and each.handled_at
    ]
    in_time = [each.handled_at <= each.deadline_effective for each in handed_in]
    # The stories that are about lateness weigh more in the small history than in the whole one.
    assert sum(in_time) >= 0.6 * len(in_time)
    assert not all(in_time)


def test_every_figure_follows_from_the_facts(history):
    assert [str(each) for each in verify_compliance()] == []


def test_nothing_is_left_for_the_sweeper_that_was_due(history):
    assert cases(Case.next_sweep_at <= NOW - timedelta(minutes=1)) == []


def test_the_handler_finds_work_of_every_kind(cast):
    held = held_by(cast)
    under_way = [each for each in held if each.state in (State.DISPATCHED, State.HANDLING)]
    due = [each.deadline_effective - NOW for each in under_way]
    assert any(timedelta(0) < each < timedelta(hours=24) for each in due)
    assert any(each < timedelta(0) for each in due)
    assert any(each.rework_count and each.state is State.HANDLING for each in held)
    assert any(each.return_count and each.state is State.DISPATCHED for each in held)
    assert any(each.pending and each.pending["kind"] == "extension" for each in held)
    assert any(each.state is State.SUSPENDED for each in held)
    assert any(each.reopen_count and each.state in OPEN_STATES for each in held)
    assert any(each.state is State.HANDLED and each.after_photo_ids for each in held)


def test_every_other_handler_has_work_too(cast):
    for kind in ("urban_enforcement", "housing", "neighbourhood_committee"):
        assert any(each.state in OPEN_STATES for each in held_by(cast, kind)), kind


def test_the_dispatcher_finds_new_reports_some_of_them_twice(cast):
    dispatcher = cast.crews["310151101"].dispatcher
    new = cases(Case.state == State.REPORTED)
    assert len(new) >= 6
    assert sum(bool(list_duplicates_of_case(dispatcher, case.id)) for case in new) >= 2
    assert cases(Case.state == State.FILED, Case.return_count > 0)


def test_the_inspector_finds_a_round_under_way_and_a_visit_half_done(cast):
    inspector = cast.crews["310151101"].inspectors[0]
    mine = db.session.scalars(
        sa.select(RoundAssignment)
        .join(Round, Round.id == RoundAssignment.round_id)
        .where(
            RoundAssignment.inspector_id == inspector.account_id, Round.starts_at <= NOW, Round.ends_at > NOW
        )
    ).all()
    assert [bool(each.inspection_id) for each in mine].count(True) >= 1
    assert any(each.draft_at and not each.inspection_id for each in mine)
    assert any(not each.draft_at and not each.inspection_id for each in mine)
    drafts = db.session.scalars(sa.select(Inspection).where(Inspection.status == "draft")).all()
    assert [each.inspector_id for each in drafts] == [inspector.account_id]
    assert 0 < drafts[0].answered < drafts[0].applicable
    assert db.session.scalar(sa.select(Round).where(Round.starts_at > NOW))


def test_the_resident_follows_reports_that_have_come_differently_far(cast):
    own = sa.select(Report.id).where(Report.reporter_id == cast.resident.account_id)
    assert len(db.session.scalars(own).all()) == 7
    found = cases(
        Case.id.in_(sa.select(CaseReport.case_id).where(CaseReport.account_id == cast.resident.account_id))
    )
    states = Counter(each.state for each in found)
    assert states[State.REPORTED] == states[State.NOT_FILED] == 1
    assert states[State.CLOSED] >= 2
    assert any(each.reopen_count and each.state is State.HANDLING for each in found)


def test_reporters_have_judged_and_some_photos_are_public(history):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseRating)) >= 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PhotoRelease)) >= 8


def test_photos_are_flagged_only_where_something_is_meant_to_be_odd(history):
    photos = db.session.scalars(sa.select(Photo).where(Photo.owner_id.is_not(None))).all()
    places = {each.id: each for each in db.session.scalars(sa.select(Community))}
    reports = {each.id: each for each in db.session.scalars(sa.select(Report))}
    codes: Counter[FlagCode] = Counter()
    for photo in photos:
        report = reports.get(photo.owner_id)
        near = [demo_position(places[report.community_id])] if report else []
        codes.update(flag.code for flag in flags_of(facts_of(photo), near))
    assert codes == {FlagCode.CLOCK_SKEW: 1, FlagCode.FAR_FROM_COMMUNITY: 2}
    assert list_alike(photos) == {}


def demo_position(community):
    return Position(community.latitude, community.longitude)


def facts_of(photo):
    return PhotoFacts(
        photo.received_at,
        device_sent_at=photo.device_sent_at,
        device_taken_at=photo.device_taken_at,
        device_position=Position(photo.device_latitude, photo.device_longitude),
        device_accuracy_metres=photo.device_accuracy_metres,
    )


def test_the_same_day_tells_the_same_history_on_every_database(history, config):
    told = sorted(
        (
            case.opened_at.isoformat(),
            community,
            case.item_code or "",
            case.state.value,
            case.event_count,
            case.text,
        )
        for case, community in db.session.execute(
            sa.select(Case, Community.code).join(Community, Community.id == Case.community_id)
        )
    )
    summary = (history, told)
    assert _summaries.setdefault("first", summary) == summary


def test_a_demonstration_where_something_has_happened_is_left_alone(history, config, patched, monkeypatch):
    monkeypatch.setattr(loading, "_load_history", lambda *_: pytest.fail("loaded twice"))
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Account))
    loaded = load_demonstration(dataclasses.replace(config, demo_history="on"), lambda _: None)
    assert loaded.history is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == before
    assert any("demo-baozhen-inspector" in line for line in describe(loaded))


def test_what_is_drawn_ahead_is_each_place_once():
    shots = shots_for(SMALL_PARTS)
    assert len(shots) == len(set(shots)) > 50
    assert {each.is_after for each in shots if each.number < PROOFS_FROM} == {False}
