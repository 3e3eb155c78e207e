"""Recording facts: what each service stores and what it does to the derived timelines; repeated it does nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from checklists.compliance import PairStatus, Result, start_of_day
from checklists.compliance_verification import verify_compliance
from checklists.derivation import rederive
from checklists.fact_models import (
    COMMUNITY,
    CaseIntervalFact,
    ObservationFact,
    PairSegment,
    RollupDelta,
)
from checklists.observations import (
    ObservationEntry,
    correct_case_interval,
    end_case_interval,
    open_case_interval,
    record_observations,
)
from grid.models import CommunityAttributes
from server.db import new_id
from server.errors import Conflict, NotFound, RuleViolated
from tests.checklists.published import LIFT_RULE, item, publish
from tests.factories import make_community, make_grid, save
from tests.queries import counted_queries

AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def community(session):
    publish("civil", item("A"), item("B"), item("L", applicability=LIFT_RULE))
    community = make_community(make_grid()["neighbourhood"])
    rederive()
    return community


def entry(item_code, result="pass", observed_at=AT, **more):
    return ObservationEntry(item_code, result, observed_at, new_id(), **more)


def segments(session, community, item_code="A", checklist_code="civil"):
    return [
        (row.since, row.status, row.occurrences)
        for row in session.execute(
            sa.select(PairSegment.since, PairSegment.status, PairSegment.occurrences)
            .where(
                PairSegment.community_id == community.id,
                PairSegment.item_code == item_code,
                PairSegment.checklist_code == checklist_code,
            )
            .order_by(PairSegment.since)
        )
    ]


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_an_answer_passes_the_pair_until_it_is_stale(session, community):
    record_observations(community.id, new_id(), 1, [entry("A")], AT)
    stale_at = start_of_day(datetime(2026, 12, 3, tzinfo=UTC).date())
    assert segments(session, community) == [(AT, PairStatus.PASS, 0), (stale_at, PairStatus.STALE, 0)]


def test_recording_again_changes_nothing(session, community):
    inspection, entries = new_id(), [entry("A", "fail", occurrences=2), entry("B")]
    record_observations(community.id, inspection, 1, entries, AT)
    before = [count(session, model) for model in (ObservationFact, PairSegment, RollupDelta)]
    record_observations(community.id, inspection, 1, entries, AT)
    assert [count(session, model) for model in (ObservationFact, PairSegment, RollupDelta)] == before


def test_another_answer_under_the_same_revision_is_a_conflict(session, community):
    inspection = new_id()
    record_observations(community.id, inspection, 1, [entry("A")], AT)
    with pytest.raises(Conflict):
        record_observations(community.id, inspection, 1, [entry("A", "fail")], AT)


def test_a_revision_replaces_the_answer_and_both_facts_stay(session, community):
    inspection = new_id()
    record_observations(community.id, inspection, 1, [entry("A", "fail")], AT)
    record_observations(community.id, inspection, 2, [entry("A", "pass")], AT)
    assert segments(session, community)[0] == (AT, PairStatus.PASS, 0)
    assert count(session, ObservationFact) == 2


def test_an_older_revision_that_arrives_late_changes_no_timeline(session, community):
    inspection = new_id()
    record_observations(community.id, inspection, 2, [entry("A", "pass")], AT)
    before = segments(session, community)
    record_observations(community.id, inspection, 1, [entry("A", "fail"), entry("B", "fail")], AT)
    assert segments(session, community) == before
    assert segments(session, community, "B") == []
    assert list(verify_compliance()) == []


def test_a_revision_withdraws_what_it_no_longer_answers(session, community):
    inspection = new_id()
    record_observations(community.id, inspection, 1, [entry("A", "fail"), entry("B")], AT)
    record_observations(community.id, inspection, 2, [entry("B")], AT)
    assert segments(session, community) == []
    assert list(verify_compliance()) == []


def test_a_revision_cannot_move_an_inspection_to_another_community(session, community):
    inspection = new_id()
    record_observations(community.id, inspection, 1, [entry("A")], AT)
    other = make_community(make_grid()["neighbourhood"])
    with pytest.raises(RuleViolated):
        record_observations(other.id, inspection, 2, [entry("A")], AT)


def test_an_unknown_community_is_not_found(session, community):
    with pytest.raises(NotFound):
        record_observations(new_id(), new_id(), 1, [entry("A")], AT)


def test_an_unknown_result_is_refused(session, community):
    with pytest.raises(ValueError, match="maybe"):
        record_observations(community.id, new_id(), 1, [entry("A", "maybe")], AT)


def test_an_item_of_two_checklists_is_judged_by_each_with_its_own_validity(session, community):
    publish("fire", item("A"), validity_days=5)
    rederive(checklist_codes=["fire"])
    record_observations(community.id, new_id(), 1, [entry("A")], AT)
    stale = [segments(session, community, "A", code)[1][0] for code in ("civil", "fire")]
    assert stale[0] - stale[1] == 25 * DAY


def test_a_case_fails_the_pair_until_its_fix_passed_the_check(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    end_case_interval(case, AT + DAY, passed=True)
    assert [each[:2] for each in segments(session, community)][:2] == [
        (AT, PairStatus.FAIL),
        (AT + DAY, PairStatus.PASS),
    ]


def test_a_case_that_is_forced_closed_leaves_no_pass(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    end_case_interval(case, AT + DAY, passed=False)
    assert segments(session, community)[-1][:2] == (AT + DAY, PairStatus.UNASSESSED)


def test_opening_and_ending_a_case_again_change_nothing(session, community):
    case = new_id()
    for _ in range(2):
        open_case_interval(case, community.id, "A", AT)
    for _ in range(2):
        end_case_interval(case, AT + DAY, passed=True)
    open_case_interval(case, community.id, "A", AT)
    assert count(session, CaseIntervalFact) == 1
    assert segments(session, community)[1][:2] == (AT + DAY, PairStatus.PASS)


def test_a_reopened_case_is_a_new_interval(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    end_case_interval(case, AT + DAY, passed=True)
    open_case_interval(case, community.id, "A", AT + 2 * DAY)
    assert segments(session, community)[-1][:2] == (AT + 2 * DAY, PairStatus.FAIL)
    assert count(session, CaseIntervalFact) == 2


def test_a_case_found_to_have_been_verified_earlier_fails_from_then(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    open_case_interval(case, community.id, "A", AT - DAY)
    open_case_interval(case, community.id, "A", AT + DAY)
    assert segments(session, community) == [(AT - DAY, PairStatus.FAIL, 1)]


def test_a_case_cannot_end_twice_or_before_it_began(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    with pytest.raises(RuleViolated):
        end_case_interval(case, AT - DAY, passed=True)
    end_case_interval(case, AT + DAY, passed=True)
    with pytest.raises(Conflict):
        end_case_interval(case, AT + 2 * DAY, passed=False)


def test_what_happens_after_a_case_was_voided_leaves_its_history_as_it_was(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    end_case_interval(case, AT + DAY, passed=False)
    before = segments(session, community)
    record_observations(community.id, new_id(), 1, [entry("A", observed_at=AT + 2 * DAY)], AT)
    assert segments(session, community)[:2] == before
    assert list(verify_compliance()) == []


def test_ending_a_case_that_never_failed_an_item_changes_nothing(session, community):
    end_case_interval(new_id(), AT, passed=True)
    assert segments(session, community) == []


def test_a_case_filed_under_the_wrong_item_moves_with_its_history(session, community):
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    correct_case_interval(case, community.id, "B")
    assert segments(session, community, "A") == []
    assert segments(session, community, "B") == [(AT, PairStatus.FAIL, 1)]
    assert list(verify_compliance()) == []


def test_an_item_without_its_thing_does_not_apply_from_the_day_it_was_recorded(session, community):
    save(
        CommunityAttributes(
            community_id=community.id, valid_from=AT - 60 * DAY, attributes={"lifts": 2}, recorded_at=AT
        )
    )
    save(
        CommunityAttributes(community_id=community.id, valid_from=AT, attributes={"lifts": 0}, recorded_at=AT)
    )
    rederive([community.id])
    assert segments(session, community, "L") == [(AT, PairStatus.NOT_APPLICABLE, 0)]


def test_a_community_that_was_never_derived_is_with_its_first_fact(session, community):
    other = make_community(make_grid()["neighbourhood"], attributes={"lifts": 0})
    record_observations(other.id, new_id(), 1, [entry("A")], AT)
    assert segments(session, other, "L")[0][1] is PairStatus.NOT_APPLICABLE
    assert segments(session, other, COMMUNITY)[0][1] is PairStatus.UNASSESSED
    assert list(verify_compliance()) == []


def test_a_community_that_moved_is_counted_where_it_is(session, community):
    record_observations(community.id, new_id(), 1, [entry("A")], AT)
    there = make_grid()["other_neighbourhood"]
    community.area_code, community.area_path = there.code, there.path
    session.flush()
    assert list(verify_compliance()) != []
    record_observations(community.id, new_id(), 1, [entry("B")], AT)
    assert list(verify_compliance()) == []


def test_a_closed_community_is_counted_nowhere(session, community):
    record_observations(community.id, new_id(), 1, [entry("A")], AT)
    community.is_active = False
    rederive([community.id])
    assert count(session, PairSegment) == 0
    assert list(verify_compliance()) == []


@pytest.mark.parametrize("is_known", [False, True])
def test_an_inspection_costs_the_same_queries_for_one_answer_and_for_twenty(session, community, is_known):
    codes = [f"X{number}" for number in range(20)]
    publish("long", *[item(code) for code in codes])
    rederive(checklist_codes=["long"])
    if is_known:
        record_observations(community.id, new_id(), 1, [entry(code) for code in codes], AT)
    numbers = []
    for day, asked in ((1, codes[:1]), (2, codes)):
        with counted_queries() as queries:
            entries = [entry(code, "fail", AT + day * DAY) for code in asked]
            record_observations(community.id, new_id(), 1, entries, AT)
        numbers.append(queries.number)
    assert numbers[0] == numbers[1] <= 15


@pytest.mark.parametrize("result", list(Result))
def test_every_result_is_stored_with_its_photos(session, community, result):
    photo = new_id()
    record_observations(community.id, new_id(), 1, [entry("A", result, photo_ids=[photo])], AT)
    fact = session.scalars(sa.select(ObservationFact)).one()
    assert (fact.result, fact.photo_ids) == (result, [str(photo)])
    assert fact.occurrences == (1 if result is Result.FAIL else 0)


def test_a_case_voided_the_instant_it_was_filed_leaves_the_timelines_as_they_were(session, community):
    record_observations(community.id, new_id(), 1, [entry("A", observed_at=AT - DAY)], AT)
    before = [segments(session, community, code) for code in ("A", COMMUNITY)]
    case = new_id()
    open_case_interval(case, community.id, "A", AT)
    end_case_interval(case, AT, passed=False)
    assert [segments(session, community, code) for code in ("A", COMMUNITY)] == before
    assert list(verify_compliance()) == []
