"""Near duplicates are offered by place, item and age, likeliest first, at most five."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.positions import Position
from inspections.duplicates import STAFF_RADIUS_M, OpenCase, Sighting, rank_duplicates

NOW = datetime(2026, 11, 21, tzinfo=UTC)
COMMUNITY = UUID(int=1)
HERE = Position(31.6229, 121.3975)
METRE_OF_LATITUDE = 1 / 111_195
NEW = Sighting(COMMUNITY, NOW, "CORR-01", HERE)


def north(metres: float) -> Position:
    return Position(HERE.latitude + metres * METRE_OF_LATITUDE, HERE.longitude)


def case(number: int = 1, **changes: object) -> OpenCase:
    return OpenCase(UUID(int=number), replace(NEW, **changes))  # type: ignore[arg-type]


def found(*cases: OpenCase, new: Sighting = NEW, **options: object) -> list[int]:
    return [match.case_id.int for match in rank_duplicates(new, cases, **options)]  # type: ignore[arg-type]


def test_the_same_item_at_the_same_place_is_a_duplicate() -> None:
    assert found(case()) == [1]


def test_another_community_is_never_a_duplicate() -> None:
    assert found(case(community_id=UUID(int=2))) == []


def test_another_known_item_is_never_a_duplicate() -> None:
    assert found(case(item_code="FIRE-01")) == []


def test_a_kindred_item_is_less_likely_than_the_same_and_counts_only_at_the_same_place() -> None:
    new = replace(NEW, kindred_items=frozenset({"CORR-02"}))
    kindred = case(1, item_code="CORR-02")
    assert found(kindred, case(2, position=north(40)), case(3, item_code="FIRE-01"), new=new) == [2, 1]
    assert found(kindred, case(2, item_code=None), new=new) == [2, 1]
    assert found(kindred, new=replace(new, position=None)) == []


def test_a_kindred_item_in_another_building_is_another_problem_however_near_it_stands() -> None:
    new = replace(NEW, kindred_items=frozenset({"CORR-02"}), building="3号楼")
    assert found(case(1, item_code="CORR-02", building="4号楼", position=north(5)), new=new) == []
    assert found(case(2, item_code="CORR-02", building="3号楼", position=north(5)), new=new) == [2]
    assert found(case(3, item_code="CORR-02", building=None, position=north(5)), new=new) == [3]
    assert found(case(4, building="4号楼", position=north(5)), new=new) == [4], "the same item still is"


@pytest.mark.parametrize("side", ["new", "old"])
def test_an_unknown_item_may_be_the_same(side: str) -> None:
    if side == "new":
        assert found(case(), new=replace(NEW, item_code=None)) == [1]
    else:
        assert found(case(item_code=None)) == [1]


def test_residents_are_offered_what_is_within_50_metres() -> None:
    assert found(case(1, position=north(49)), case(2, position=north(51))) == [1]


def test_staff_are_offered_what_is_within_250_metres() -> None:
    cases = (case(1, position=north(249)), case(2, position=north(251)))
    assert found(*cases, radius_m=STAFF_RADIUS_M) == [1]


def test_a_case_older_than_the_period_is_left_out() -> None:
    week = timedelta(days=7)
    cases = (case(1, seen_at=NOW - week), case(2, seen_at=NOW - week - timedelta(seconds=1)))
    assert found(*cases, within=week) == [1]


def test_without_a_position_the_same_building_is_the_same_place() -> None:
    new = replace(NEW, position=None, building="3号楼")
    assert found(
        case(1, position=None, building="3号楼"), case(2, position=None, building="4号楼"), new=new
    ) == [1]


def test_without_any_place_only_the_same_known_item_counts() -> None:
    new = replace(NEW, position=None)
    assert found(case(1), case(2, item_code=None), new=new) == [1]
    assert found(case(1), new=replace(new, item_code=None)) == []


def test_the_nearer_case_comes_first() -> None:
    assert found(case(1, position=north(40)), case(2, position=north(5)), case(3, position=north(20))) == [
        2,
        3,
        1,
    ]


def test_the_same_item_comes_before_an_unknown_one() -> None:
    assert found(case(1, item_code=None), case(2)) == [2, 1]


def test_the_newer_case_comes_first() -> None:
    assert found(case(1, seen_at=NOW - timedelta(days=9)), case(2, seen_at=NOW - timedelta(days=1))) == [2, 1]


def test_a_match_says_how_far_away_it_is() -> None:
    (match,) = rank_duplicates(NEW, [case(position=north(30))])
    assert match.distance_m == pytest.approx(30, abs=0.5)


@given(
    st.lists(
        st.tuples(st.floats(-400, 400), st.sampled_from([None, "CORR-01", "FIRE-01"]), st.integers(0, 40)),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=50)
def test_ranking_is_the_same_in_every_order_and_never_longer_than_five(drawn, random) -> None:  # type: ignore[no-untyped-def]
    cases = [
        case(n, position=north(metres), item_code=item, seen_at=NOW - timedelta(days=days))
        for n, (metres, item, days) in enumerate(drawn)
    ]
    ranked = rank_duplicates(NEW, cases, radius_m=STAFF_RADIUS_M)
    random.shuffle(cases)
    assert rank_duplicates(NEW, cases, radius_m=STAFF_RADIUS_M) == ranked
    assert len(ranked) <= 5
    assert all(0 <= match.score <= 1 for match in ranked)
    assert [m.score for m in ranked] == sorted((m.score for m in ranked), reverse=True)
