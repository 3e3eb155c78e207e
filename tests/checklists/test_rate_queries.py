"""Rates of areas and communities: whose pairs count, under which version, and at the same cost for any history."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from checklists.compliance import PairStatus
from checklists.derivation import rederive
from checklists.observations import ObservationEntry, open_case_interval, record_observations
from checklists.rate_queries import (
    area_rates,
    area_series,
    community_rates,
    community_series,
    rates_by_area,
    rates_by_checklist,
    rates_by_indicator,
    rates_by_item,
    select_items,
)
from checklists.rates import COMMUNITY_ATTAINMENT, INDICATOR_ATTAINMENT, StatusCounts
from checklists.rollups import fold_rollups
from grid.models import AreaLevel
from server.db import new_id
from server.errors import NotFound, RuleViolated
from tests.checklists.published import LIFT_RULE, item, publish
from tests.factories import make_area, make_community, make_grid
from tests.queries import counted_queries

AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)


@pytest.fixture
def grid(session):
    publish(
        "civil", item("A"), item("B"), item("F", "FIRE", is_veto=True), item("L", applicability=LIFT_RULE)
    )
    return make_grid()


@pytest.fixture
def communities(grid):
    found = [make_community(grid["neighbourhood"], attributes={"lifts": 0}) for _ in range(2)]
    found.append(make_community(grid["other_neighbourhood"], attributes={"lifts": 3}))
    rederive()
    return found


def inspect(community, at=AT, **results):
    entries = [ObservationEntry(code, result, at, new_id()) for code, result in results.items()]
    record_observations(community.id, new_id(), 1, entries, at)


def test_an_area_counts_every_pair_below_it(grid, communities):
    inspect(communities[0], A="pass", B="fail")
    inspect(communities[2], A="pass")
    selection = select_items("civil")
    rates = area_rates(grid["district"].code, selection, TODAY)
    assert rates.items.counts == StatusCounts(passing=2, failing=1, unassessed=7, not_applicable=2)
    assert rates.items.formula is INDICATOR_ATTAINMENT
    assert rates.communities.formula is COMMUNITY_ATTAINMENT
    assert area_rates(grid["township"].code, selection, TODAY).items.counts.total == 8
    assert area_rates(grid["other_neighbourhood"].code, selection, TODAY).items.counts.passing == 1


def test_a_station_between_township_and_neighbourhood_counts_like_any_area(grid):
    station = make_area(AreaLevel.STATION, grid["township"])
    community = make_community(make_area(AreaLevel.NEIGHBOURHOOD, station))
    rederive()
    inspect(community, A="pass")
    assert area_rates(station.code, select_items("civil"), TODAY).items.counts.passing == 1


def test_a_community_attains_only_when_everything_that_applies_was_looked_at(grid, communities):
    inspect(communities[0], A="pass", B="pass", F="pass")
    inspect(communities[1], A="pass", B="pass")
    rates = area_rates(grid["district"].code, select_items("civil"), TODAY)
    assert rates.communities.counts == StatusCounts(passing=1, unassessed=2)


def test_a_failing_veto_counts_against_a_community_before_everything_was_looked_at(grid, communities):
    inspect(communities[0], A="pass", B="pass", F="pass")
    inspect(communities[1], F="fail")
    rates = area_rates(grid["district"].code, select_items("civil"), TODAY)
    assert rates.communities.counts == StatusCounts(passing=1, failing=1, unassessed=1)


def test_a_rate_as_of_an_earlier_day_is_what_it_was_then(grid, communities):
    inspect(communities[0], A="fail")
    inspect(communities[0], at=AT + DAY, A="pass")
    selection = select_items("civil", item_code="A")
    values = [
        area_rates(grid["district"].code, selection, TODAY + days * DAY).items.share.value
        for days in (-1, 0, 1, 40)
    ]
    assert values == [None, 0.0, 1.0, None]


def test_a_case_dips_the_rate_on_its_day(grid, communities):
    inspect(communities[0], A="pass")
    open_case_interval(new_id(), communities[0].id, "A", AT + DAY)
    series = area_series(grid["district"].code, select_items("civil", item_code="A"), TODAY, TODAY + 2 * DAY)
    assert [each.items.share.value for each in series] == [1.0, 0.0, 0.0]


def test_before_the_first_version_there_is_nothing_to_count(grid, communities):
    rates = area_rates(grid["district"].code, select_items("civil"), date(2025, 12, 31))
    assert rates.version is None
    assert (rates.items.share.value, rates.items.counts.total) == (None, 0)


def test_each_day_is_judged_by_the_version_in_force_on_it(grid, communities):
    publish("civil", item("A"), item("NEW"), number=2, effective_on=TODAY + DAY)
    rederive(checklist_codes=["civil"])
    inspect(communities[0], A="pass", B="fail")
    series = area_series(grid["district"].code, select_items("civil"), TODAY, TODAY + DAY)
    assert [each.version.number for each in series] == [1, 2]
    assert [(each.items.share.numerator, each.items.share.denominator) for each in series] == [(1, 2), (1, 1)]
    selection = select_items("civil", item_code="NEW")
    old, new = area_series(grid["district"].code, selection, TODAY, TODAY + DAY)
    assert (old.items.counts.total, new.items.counts.total) == (0, 3)


def test_the_breakdowns_add_up_to_the_whole(grid, communities):
    inspect(communities[0], A="pass", B="fail", F="fail")
    inspect(communities[2], A="pass", L="pass")
    selection, code = select_items("civil"), grid["district"].code
    whole = area_rates(code, selection, TODAY).items.counts
    areas = [grid["township"], grid["other_township"]]
    for rows in (
        rates_by_indicator(code, selection, TODAY),
        rates_by_item(code, selection, TODAY),
        rates_by_area(areas, selection, TODAY),
    ):
        assert sum((row.rates.items.counts for row in rows), StatusCounts()) == whole
    assert [row.code for row in rates_by_indicator(code, selection, TODAY)] == ["CLEAN", "FIRE"]
    assert [row.code for row in rates_by_item(code, selection, TODAY)] == ["A", "B", "F", "L"]


def test_a_breakdown_keeps_to_the_selection(grid, communities):
    selection = select_items("civil", indicator_code="FIRE")
    assert [row.code for row in rates_by_item(grid["district"].code, selection, TODAY)] == ["F"]
    assert [row.code for row in rates_by_indicator(grid["district"].code, selection, TODAY)] == ["FIRE"]


def test_every_checklist_has_its_own_rate(grid, communities):
    publish("fire", item("F"))
    rederive(checklist_codes=["fire"])
    inspect(communities[0], A="pass", F="fail")
    rows = rates_by_checklist(grid["district"].code, TODAY)
    assert [(row.code, row.rates.items.share.value) for row in rows] == [("civil", 0.5), ("fire", 0.0)]


def test_a_community_shows_its_score_and_every_item(grid, communities):
    inspect(communities[2], A="pass", B="pass", F="fail", L="pass")
    rates = community_rates(communities[2].id, select_items("civil"), TODAY)
    assert (rates.standing.score, rates.standing.failing_vetoes) == (Decimal(75), ("F",))
    assert {code: segment.status for code, segment in rates.pairs.items()} == {
        "A": PairStatus.PASS,
        "B": PairStatus.PASS,
        "F": PairStatus.FAIL,
        "L": PairStatus.PASS,
    }


def test_a_communitys_series_follows_its_days(grid, communities):
    inspect(communities[2], A="pass", B="pass", F="pass", L="pass")
    open_case_interval(new_id(), communities[2].id, "B", AT + DAY)
    series = community_series(communities[2].id, select_items("civil"), TODAY - DAY, TODAY + DAY)
    assert [each.standing.status for each in series] == [
        PairStatus.UNASSESSED,
        PairStatus.PASS,
        PairStatus.FAIL,
    ]


@pytest.mark.parametrize("folded", [False, True])
def test_a_rate_costs_one_query_whatever_the_history(grid, communities, folded):
    selection = select_items("civil")
    numbers = []
    for turns in (1, 10):
        for turn in range(turns):
            inspect(communities[0], at=AT + turn * 7 * DAY, A="pass", B="fail")
        while folded and fold_rollups():
            pass
        with counted_queries() as queries:
            area_rates(grid["district"].code, selection, TODAY)
            area_series(grid["district"].code, selection, TODAY - 30 * DAY, TODAY)
            rates_by_item(grid["district"].code, selection, TODAY)
        numbers.append(queries.number)
    assert numbers == [3, 3]


@pytest.mark.parametrize(
    "checklist, indicator, code", [("nope", None, None), ("civil", "NO", None), ("civil", None, "X")]
)
def test_what_no_version_has_is_not_found(grid, checklist, indicator, code):
    with pytest.raises(NotFound):
        select_items(checklist, indicator, code)


@pytest.mark.parametrize("days", [-1, 1100])
def test_a_period_backwards_or_too_long_is_refused(grid, days):
    with pytest.raises(RuleViolated) as refused:
        area_series(grid["district"].code, select_items("civil"), TODAY, TODAY + days * DAY)
    assert refused.value.errors[0].field == "to"
