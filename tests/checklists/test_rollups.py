"""Rollups equal a rebuild and a naive count after any sequence of facts, folded or not, alone or with others."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklists.compliance import PairStatus, start_of_day, status_at, timeline
from checklists.compliance_verification import rebuild_compliance, verify_compliance
from checklists.derivation import rederive
from checklists.fact_models import PairSegment, Rollup, RollupDelta
from checklists.observations import (
    ObservationEntry,
    end_case_interval,
    open_case_interval,
    record_observations,
)
from checklists.rate_queries import area_rates, area_series, select_items
from checklists.rollups import FOLD_LIMIT, fold_all, fold_rollups
from checklists.stored_facts import load_facts
from checklists.terms_in_force import get_history
from grid.models import CommunityAttributes
from server.cli.compliance import commands
from server.db import db, new_id, transaction
from server.errors import Conflict, RuleViolated
from tests.checklists.published import LIFT_RULE, item, publish
from tests.factories import make_community, make_grid, save

AT = datetime(2026, 1, 5, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ITEMS = ["A", "B", "L"]

hours = st.integers(0, 120).map(lambda number: AT + timedelta(hours=12 * number))
answers = st.lists(
    st.tuples(
        st.sampled_from(ITEMS), st.sampled_from(["pass", "fail", "not_applicable"]), hours, st.integers(1, 3)
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each[0],
)
operations = st.one_of(
    st.tuples(st.just("observe"), st.integers(0, 5), st.integers(1, 3), answers),
    st.tuples(st.just("open"), st.integers(0, 3), st.sampled_from(ITEMS), hours),
    st.tuples(st.just("end"), st.integers(0, 3), st.booleans(), hours),
    st.tuples(st.just("attributes"), st.integers(0, 2), st.integers(0, 2), hours),
    st.tuples(st.just("publish"), st.integers(2, 4), st.integers(1, 50), st.integers(0, 40)),
    st.tuples(st.just("fold"), st.integers(1, 40), st.none(), st.none()),
)


class Township:
    """Three communities in two neighbourhoods, and the operations on them by small numbers."""

    def __init__(self):
        self.grid = make_grid()
        self.code = f"civil-{self.grid['district'].code}"
        publish(self.code, item("A"), item("B", "FIRE", is_veto=True), item("L", applicability=LIFT_RULE))
        places = ["neighbourhood", "neighbourhood", "other_neighbourhood"]
        self.communities = [make_community(self.grid[place]) for place in places]
        self.cases = [(new_id(), number % 3) for number in range(4)]
        self.inspections = [(new_id(), number % 3) for number in range(6)]
        rederive([each.id for each in self.communities], [self.code])

    def do(self, name, *arguments):
        try:
            with db.session.begin_nested():
                getattr(self, name)(*arguments)
        except (Conflict, RuleViolated):
            pass

    def observe(self, number, revision, given):
        inspection_id, community = self.inspections[number]
        entries = [ObservationEntry(code, result, at, new_id(), n) for code, result, at, n in given]
        record_observations(self.communities[community].id, inspection_id, revision, entries, AT)

    def open(self, number, item_code, at):
        case_id, community = self.cases[number]
        open_case_interval(case_id, self.communities[community].id, item_code, at)

    def end(self, number, passed, at):
        end_case_interval(self.cases[number][0], at, passed)

    def attributes(self, number, lifts, at):
        community = self.communities[number]
        statement = sa.select(CommunityAttributes).filter_by(community_id=community.id, valid_from=at)
        if db.session.scalar(statement) is None:
            values = {"lifts": lifts}
            save(
                CommunityAttributes(
                    community_id=community.id, valid_from=at, attributes=values, recorded_at=AT
                )
            )
        rederive([community.id])

    def publish(self, number, day, validity_days):
        if any(version.number == number for version in get_history(self.code).versions):
            return
        items = [item("A", deduction=0.25), item("C", weight=2.5)]
        effective_on = date(2026, 1, 1) + day * DAY
        publish(self.code, *items, number=number, effective_on=effective_on, validity_days=validity_days)
        rederive([each.id for each in self.communities], [self.code])

    def fold(self, limit, *_):
        fold_rollups(limit)

    def naive_counts(self, area, on):
        """The counts of an area, looked up fact by fact."""
        end = start_of_day(on + DAY) - timedelta(microseconds=1)
        history = get_history(self.code)
        found: Counter[PairStatus] = Counter()
        for community in self.communities:
            if community.area_path.startswith(area.path):
                facts = load_facts([community.id])
                for code in history.find_in_force(on).by_code:
                    segments = timeline(facts.of(community.id, code, history))
                    found[status_at(segments, end).status] += 1
        return found


def counts_of(rate):
    counts = rate.counts
    return {
        PairStatus.PASS: counts.passing,
        PairStatus.FAIL: counts.failing,
        PairStatus.STALE: counts.stale,
        PairStatus.UNASSESSED: counts.unassessed,
        PairStatus.NOT_APPLICABLE: counts.not_applicable,
    }


def stored(session):
    columns = PairSegment.__table__.columns
    return sorted(map(str, session.execute(sa.select(*columns))))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(operations, max_size=12), st.lists(st.integers(0, 500), min_size=2, max_size=3))
def test_after_any_sequence_the_rollups_equal_a_rebuild_and_a_naive_count(session, done, days):
    try:
        township = Township()
        for operation in done:
            township.do(*operation)
        assert [str(each) for each in verify_compliance()] == []
        selection = select_items(township.code)
        for on in [date(2026, 1, 1) + day * DAY for day in days]:
            for area in township.grid.values():
                rates = area_rates(area.code, selection, on)
                naive = township.naive_counts(area, on)
                assert {status: naive[status] for status in PairStatus} == counts_of(rates.items)
                assert area_series(area.code, selection, on, on) == [rates]
        before = stored(session)
        rebuild_compliance()
        assert stored(session) == before
        assert list(verify_compliance()) == []
    finally:
        session.rollback()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 5), answers), min_size=2, max_size=8), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_rates(session, facts, random):
    """Each fact is a revision of its own, numbered before the shuffle."""
    try:
        numbered = [(number, position + 1, given) for position, (number, given) in enumerate(facts)]
        one, other = Township(), Township()
        for fact in numbered:
            one.do("observe", *fact)
        random.shuffle(numbered)
        for fact in numbered:
            other.do("observe", *fact)
        first_on, last_on = date(2026, 1, 1), date(2026, 4, 30)
        series = [
            [
                (each.as_of, counts_of(each.items), counts_of(each.communities))
                for each in area_series(
                    township.grid["district"].code, select_items(township.code), first_on, last_on
                )
            ]
            for township in (one, other)
        ]
        assert series[0] == series[1]
    finally:
        session.rollback()


def test_folding_empties_the_deltas_and_changes_no_rate(session):
    township = Township()
    township.observe(0, 1, [("A", "pass", AT, 1), ("B", "fail", AT, 1)])
    selection, area = select_items(township.code), township.grid["district"].code
    before = area_rates(area, selection, date(2026, 1, 20))
    while fold_rollups(3):
        assert area_rates(area, selection, date(2026, 1, 20)) == before
    assert session.scalar(sa.select(sa.func.count()).select_from(RollupDelta)) == 0
    assert area_rates(area, selection, date(2026, 1, 20)) == before
    assert fold_rollups() == 0


def test_a_broken_rollup_is_found_and_repaired(session):
    township = Township()
    township.observe(0, 1, [("A", "pass", AT, 1)])
    while fold_rollups():
        pass
    session.execute(
        sa.update(Rollup).values(change=Rollup.change + 1).where(Rollup.status == PairStatus.PASS),
        execution_options={"synchronize_session": False},
    )
    found = list(verify_compliance())
    assert found
    assert all(each.where.startswith("count") and "pass" in each.where for each in found)
    rebuild_compliance()
    assert list(verify_compliance()) == []


def test_a_broken_segment_is_found_and_repaired(session):
    township = Township()
    township.observe(0, 1, [("A", "pass", AT, 1)])
    session.execute(
        sa.update(PairSegment).values(status=PairStatus.FAIL).where(PairSegment.item_code == "A"),
        execution_options={"synchronize_session": False},
    )
    (found,) = verify_compliance()
    assert "fail" in found.stored
    assert "pass" in found.expected
    rebuild_compliance()
    assert list(verify_compliance()) == []


def committed_township():
    with transaction():
        return Township()


def run_together(app, *works):
    """Run functions at once, each in a thread with its own session; re-raises what any of them raised."""
    start, failures = threading.Barrier(len(works)), []

    def run(work):
        with app.app_context():
            try:
                start.wait()
                work()
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if failures:
        raise failures[0]


@pytest.mark.parametrize("same", [True, False], ids=["same-community", "different-communities"])
def test_writers_at_once_lose_nothing_while_a_fold_runs(committed_app, same):
    with committed_app.app_context():
        township = committed_township()
        ids = [each.id for each in township.communities]
        district = township.grid["district"].code
    rounds = 8

    def writer(number):
        def write():
            community = ids[0] if same else ids[number]
            for turn in range(rounds):
                at = AT + timedelta(hours=turn, minutes=number)
                entries = [ObservationEntry(code, "pass", at, new_id()) for code in ("A", "B", "L")]
                with transaction():
                    record_observations(community, new_id(), 1, entries, at)
                with transaction():
                    case = new_id()
                    open_case_interval(case, community, "A", at + DAY)
                    end_case_interval(case, at + 2 * DAY, passed=True)

        return write

    seen = []

    def fold_and_read():
        for _ in range(rounds):
            fold_all(7)
            selection = select_items(township.code)
            seen.append(area_rates(district, selection, date(2026, 1, 20)).items.counts.total)
            db.session.rollback()

    run_together(committed_app, writer(0), writer(1), fold_and_read)
    with committed_app.app_context():
        assert set(seen) == {9}
        assert [str(each) for each in verify_compliance()] == []
        rates = area_rates(district, select_items(township.code), date(2026, 1, 20))
        assert rates.items.counts.passing == (3 if same else 6)
        fold_all()
        assert list(verify_compliance()) == []
        db.session.remove()


def test_a_rebuild_while_others_write_loses_nothing(committed_app):
    with committed_app.app_context():
        township = committed_township()
        community_id = township.communities[0].id

    def write():
        for turn in range(8):
            at = AT + timedelta(hours=turn)
            with transaction():
                record_observations(
                    community_id, new_id(), 1, [ObservationEntry("A", "pass", at, new_id())], at
                )

    def rebuild():
        for _ in range(4):
            with transaction():
                rebuild_compliance()

    run_together(committed_app, write, rebuild, lambda: fold_all(5))
    with committed_app.app_context():
        assert [str(each) for each in verify_compliance()] == []
        db.session.remove()


def test_two_folds_at_once_count_nothing_twice(committed_app):
    with committed_app.app_context():
        township = committed_township()
        with transaction():
            township.observe(0, 1, [("A", "pass", AT, 1), ("B", "fail", AT, 1)])
    run_together(committed_app, lambda: fold_all(2), lambda: fold_all(2), lambda: fold_all(3))
    with committed_app.app_context():
        fold_all(FOLD_LIMIT)
        assert list(verify_compliance()) == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RollupDelta)) == 0
        db.session.remove()


@pytest.mark.parametrize("is_sound", [True, False])
def test_the_command_finds_what_differs_and_rebuilds_it(committed_app, is_sound):
    with committed_app.app_context():
        township = committed_township()
        with transaction():
            township.observe(0, 1, [("A", "pass", AT, 1)])
            if not is_sound:
                db.session.execute(sa.update(PairSegment).filter_by(item_code="A").values(occurrences=7))
        db.session.remove()
    runner = committed_app.test_cli_runner()
    verified = runner.invoke(commands, ["verify"])
    assert (verified.exit_code == 0) is is_sound
    assert ("no difference" in verified.output) is is_sound
    for command in ("rebuild", "fold", "verify"):
        assert runner.invoke(commands, [command]).exit_code == 0
