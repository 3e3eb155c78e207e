"""Explanations: each failing pair with its causes, each pair left out with its reason, page by page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from checklists.compliance import PairStatus
from checklists.derivation import rederive
from checklists.explain import Extent, explain_communities, explain_pairs
from checklists.observations import ObservationEntry, open_case_interval, record_observations
from checklists.rate_queries import area_rates, select_items
from server.db import new_id
from tests.checklists.published import LIFT_RULE, item, publish
from tests.factories import make_community, make_grid
from tests.queries import counted_queries

AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
EVERYTHING = Extent(area_path="/")
ALL = tuple(PairStatus)


@pytest.fixture
def grid(session):
    publish("civil", item("A"), item("F", "FIRE", is_veto=True), item("L", applicability=LIFT_RULE))
    return make_grid()


@pytest.fixture
def community(grid):
    community = make_community(grid["neighbourhood"], attributes={"lifts": 0})
    rederive()
    return community


def inspect(community, at=AT, photos=(), **results):
    entries = [ObservationEntry(code, result, at, new_id(), 2, photos) for code, result in results.items()]
    inspection = new_id()
    record_observations(community.id, inspection, 1, entries, at)
    return inspection


def pairs(extent=EVERYTHING, statuses=ALL, as_of=TODAY, **more):
    return explain_pairs(extent, select_items("civil"), as_of, statuses, **more)


def test_a_failing_pair_leads_to_its_answer_with_photos_and_to_its_case(community):
    photo, case = new_id(), new_id()
    inspection = inspect(community, photos=[photo], A="fail")
    open_case_interval(case, community.id, "A", AT)
    (row,) = pairs(statuses=[PairStatus.FAIL]).rows
    assert (row.community.id, row.item_code, row.status, row.since) == (
        community.id,
        "A",
        PairStatus.FAIL,
        AT,
    )
    assert (row.occurrences, row.case_ids) == (2, (case,))
    assert [(each.inspection_id, each.photo_ids) for each in row.answers] == [(inspection, (photo,))]


def test_each_pair_that_is_left_out_says_why(community):
    inspect(community, at=AT - 60 * DAY, A="pass")
    found = {row.item_code: (row.status, row.reason_zh) for row in pairs().rows}
    assert found["A"] == (PairStatus.STALE, "结果已过有效期")
    assert found["F"] == (PairStatus.UNASSESSED, "未检查")
    assert found["L"][0] is PairStatus.NOT_APPLICABLE
    assert found["L"][1].startswith("不适用：")


@pytest.mark.parametrize("status", ALL)
def test_the_pairs_of_a_status_are_as_many_as_the_rate_counts(grid, community, status):
    inspect(community, A="fail")
    inspect(make_community(grid["other_neighbourhood"], attributes={"lifts": 1}), A="pass", F="pass")
    inspect(make_community(grid["other_neighbourhood"]), at=AT - 60 * DAY, A="pass")
    for area in (grid["district"], grid["township"], grid["other_township"]):
        counts = area_rates(area.code, select_items("civil"), TODAY).items.counts
        wanted = {
            PairStatus.PASS: counts.passing,
            PairStatus.FAIL: counts.failing,
            PairStatus.STALE: counts.stale,
            PairStatus.UNASSESSED: counts.unassessed,
            PairStatus.NOT_APPLICABLE: counts.not_applicable,
        }
        assert len(pairs(Extent(area_path=area.path), [status]).rows) == wanted[status]


def test_an_earlier_day_is_explained_as_it_was(community):
    inspect(community, A="fail")
    inspect(community, at=AT + DAY, A="pass")
    assert [row.status for row in pairs(statuses=[PairStatus.FAIL], as_of=TODAY).rows] == [PairStatus.FAIL]
    assert pairs(statuses=[PairStatus.FAIL], as_of=TODAY + DAY).rows == []
    assert pairs(as_of=date(2025, 1, 1)).rows == ()


@pytest.mark.parametrize(
    "statuses", [ALL, [PairStatus.UNASSESSED], [PairStatus.FAIL, PairStatus.NOT_APPLICABLE]]
)
def test_pages_follow_each_other_without_gap_or_repetition(grid, community, statuses):
    for _ in range(3):
        inspect(make_community(grid["neighbourhood"], attributes={"lifts": 0}), A="fail")
    whole = [(row.community.id, row.item_code) for row in pairs(statuses=statuses).rows]
    paged, after = [], None
    while True:
        page = pairs(statuses=statuses, after=after, limit=2)
        paged += [(row.community.id, row.item_code) for row in page.rows]
        after = page.next_position
        if after is None:
            break
    assert paged == whole
    assert len(whole) > 2


def test_one_community_is_explained_alone(grid, community):
    inspect(community, A="fail")
    inspect(make_community(grid["neighbourhood"]), A="fail")
    rows = pairs(Extent(community_id=community.id), [PairStatus.FAIL]).rows
    assert [row.community.id for row in rows] == [community.id]


def test_a_community_that_does_not_attain_says_what_it_lacks(community):
    inspect(community, F="fail")
    (row,) = explain_communities(EVERYTHING, select_items("civil"), TODAY, [PairStatus.FAIL]).rows
    assert row.community.id == community.id
    assert "一票否决项不达标：F" in row.reason_zh
    assert "1 项没有有效结果" in row.reason_zh
    assert "0.00" in row.reason_zh


def test_an_explanation_costs_the_same_queries_for_one_row_and_for_ten(grid, community):
    inspect(community, A="fail")
    numbers = []
    for _ in range(2):
        for statuses in ([PairStatus.FAIL], ALL):
            selection = select_items("civil")
            with counted_queries() as queries:
                explain_pairs(EVERYTHING, selection, TODAY, statuses)
                explain_communities(EVERYTHING, selection, TODAY, statuses)
            numbers.append(queries.number)
        for _ in range(9):
            inspect(make_community(grid["neighbourhood"]), A="fail", F="pass")
    assert numbers == [6, 6, 6, 6]


def test_a_pair_fails_since_it_first_did_not_since_a_later_check_found_the_same(community):
    inspect(community, A="pass", at=AT - 3 * DAY)
    case = new_id()
    open_case_interval(case, community.id, "A", AT - 2 * DAY)
    inspect(community, A="fail", at=AT)
    (row,) = pairs(statuses=[PairStatus.FAIL]).rows
    assert [each.observed_at for each in row.answers] == [AT], "the later check is what it rests upon"
    assert row.case_ids == (case,)
    assert row.since == AT - 2 * DAY
    (before,) = pairs(statuses=[PairStatus.PASS], as_of=TODAY - 3 * DAY).rows
    assert before.since == AT - 3 * DAY


def test_a_pass_in_between_begins_a_failing_anew(community):
    inspect(community, A="fail", at=AT - 2 * DAY)
    inspect(community, A="pass", at=AT - DAY)
    inspect(community, A="fail", at=AT)
    (row,) = pairs(statuses=[PairStatus.FAIL]).rows
    assert row.since == AT
