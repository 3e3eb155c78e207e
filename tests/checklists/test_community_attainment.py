"""When a community attains, and its standing through time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.community_attainment import (
    ItemTerms,
    VersionTerms,
    community_standing,
    community_timeline,
)
from checklists.compliance import PairStatus, Segment, item_score, status_at, timeline
from checklists.rates import StatusCounts
from tests.checklists.facts import START, instants, pair_facts

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def pair(status: PairStatus, occurrences: int = 0, since: datetime = NOON) -> Segment:
    return Segment(since, status, occurrences)


def terms(*items: ItemTerms, pass_mark: int | str = 80, since: datetime = NOON) -> VersionTerms:
    return VersionTerms(since, Decimal(pass_mark), items)


PASS, FAIL, STALE = pair(PairStatus.PASS), pair(PairStatus.FAIL, 1), pair(PairStatus.STALE)
NOT_APPLICABLE = pair(PairStatus.NOT_APPLICABLE)
A, B, C = ItemTerms("A"), ItemTerms("B"), ItemTerms("C", weight=Decimal(2))


def test_the_score_weighs_applicable_and_assessed_items_only():
    standing = community_standing({"A": PASS, "B": NOT_APPLICABLE, "C": FAIL}, terms(A, B, C))
    assert standing.score == Decimal("33.33")
    assert standing.counts == StatusCounts(passing=1, failing=1, not_applicable=1)


def test_a_community_with_every_item_passing_attains():
    assert community_standing({"A": PASS, "B": PASS, "C": NOT_APPLICABLE}, terms(A, B, C)).attains


def test_a_score_just_at_the_pass_mark_attains():
    pairs = {"A": PASS, "C": PASS, "B": FAIL}
    assert community_standing(pairs, terms(A, B, C, pass_mark=75)).attains
    assert not community_standing(pairs, terms(A, B, C, pass_mark="75.01")).attains


def test_a_shown_score_is_never_rounded_up_to_the_mark():
    items = [ItemTerms("A", Decimal("79.9999")), ItemTerms("B", Decimal("20.0001"))]
    standing = community_standing({"A": PASS, "B": FAIL}, terms(*items))
    assert (standing.score, standing.attains) == (Decimal("79.99"), False)


def test_a_deduction_takes_off_its_part_for_every_occurrence():
    item = ItemTerms("A", deduction=Decimal("0.1"))
    standing = community_standing({"A": pair(PairStatus.FAIL, 2)}, terms(item))
    assert (standing.score, standing.attains) == (Decimal(80), True)


def test_a_failing_veto_item_prevents_attaining_whatever_the_score():
    veto = ItemTerms("V", weight=Decimal("0.01"), is_veto=True)
    standing = community_standing({"A": PASS, "V": FAIL}, terms(A, veto))
    assert standing.score > 80
    assert (standing.attains, standing.failing_vetoes) == (False, ("V",))


@pytest.mark.parametrize("missing", [STALE, pair(PairStatus.UNASSESSED)])
def test_less_than_full_coverage_gives_no_verdict_as_long_as_it_could_still_attain(missing):
    standing = community_standing({"A": PASS, "B": missing}, terms(A, B))
    assert (standing.status, standing.score) == (missing.status, Decimal(100))


@pytest.mark.parametrize("missing", [STALE, pair(PairStatus.UNASSESSED)])
def test_a_failing_veto_settles_the_verdict_whatever_is_missing(missing):
    veto = ItemTerms("V", is_veto=True)
    assert community_standing({"V": FAIL, "A": missing}, terms(A, veto)).status is PairStatus.FAIL


def test_a_mark_out_of_reach_settles_the_verdict_and_one_still_in_reach_does_not():
    pairs = {"A": FAIL, "B": PASS}  # C, of weight 2, is open: at best 3 of 4
    assert community_standing(pairs, terms(A, B, C, pass_mark=75)).status is PairStatus.UNASSESSED
    assert community_standing(pairs, terms(A, B, C, pass_mark="75.01")).status is PairStatus.FAIL


@pytest.mark.parametrize(
    "pairs, status",
    [
        ({}, PairStatus.UNASSESSED),
        ({"A": STALE}, PairStatus.STALE),
        ({"A": NOT_APPLICABLE}, PairStatus.UNASSESSED),
        ({"A": NOT_APPLICABLE, "B": NOT_APPLICABLE}, PairStatus.NOT_APPLICABLE),
    ],
)
def test_a_community_without_a_valid_result_is_not_assessed_and_says_why(pairs, status):
    standing = community_standing(pairs, terms(A, B))
    assert (standing.status, standing.score) == (status, None)


def test_an_item_that_the_version_does_not_have_is_ignored():
    assert community_standing({"A": PASS, "OLD": FAIL}, terms(A)).attains


def test_a_new_version_judges_the_same_facts_by_its_own_terms_from_its_day_on():
    pairs = {"A": (pair(PairStatus.PASS),), "B": (pair(PairStatus.FAIL, 1),)}
    versions = [terms(A, since=NOON), terms(A, B, since=NOON + 5 * DAY)]
    standings = community_timeline(pairs, versions, NOON - DAY)
    assert [(since, standing.attains) for since, standing in standings] == [
        (NOON, True),
        (NOON + 5 * DAY, False),
    ]


def test_a_community_is_counted_only_from_the_instant_it_is_known():
    (only,) = community_timeline({}, [terms(A, since=NOON)], NOON + DAY)
    assert (only[0], only[1].status) == (NOON + DAY, PairStatus.UNASSESSED)


def test_without_a_version_there_is_no_standing():
    assert community_timeline({"A": (PASS,)}, [], NOON) == ()


item_terms = st.builds(
    ItemTerms,
    st.just(""),
    st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(3)]),
    st.booleans(),
    st.none() | st.sampled_from([Decimal("0.1"), Decimal("0.4")]),
)


@st.composite
def version_terms(draw):
    codes = draw(st.lists(st.sampled_from("ABCD"), min_size=1, unique=True))
    drawn = [draw(item_terms) for _ in codes]
    items = [ItemTerms(c, t.weight, t.is_veto, t.deduction) for c, t in zip(codes, drawn, strict=True)]
    return VersionTerms(draw(instants), Decimal(draw(st.sampled_from([0, 60, 80, 100]))), tuple(items))


def verdict_by_definition(pairs, version, at):
    """The definition read aloud, for one instant: attains, does not, or (None) cannot be said yet."""
    found = {item.item_code: status_at(pairs.get(item.item_code, ()), at) for item in version.items}
    applicable = {c: s for c, s in found.items() if s.status is not PairStatus.NOT_APPLICABLE}
    assessed = {c: s for c, s in applicable.items() if s.status in (PairStatus.PASS, PairStatus.FAIL)}
    if not assessed:
        return None
    items = {item.item_code: item for item in version.items}
    weight = sum(items[c].weight for c in assessed)
    points = sum(
        items[c].weight * item_score(s.status, s.occurrences, items[c].deduction) for c, s in assessed.items()
    )
    vetoed = any(items[c].is_veto and s.status is PairStatus.FAIL for c, s in assessed.items())
    if vetoed:
        return False
    # Full coverage is the case of nothing left that could still be added.
    rest = sum(items[c].weight for c in applicable) - weight
    if len(assessed) == len(applicable):
        return 100 * points >= version.pass_mark * weight
    return None if 100 * (points + rest) >= version.pass_mark * (weight + rest) else False


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from("ABCD"), pair_facts),
    st.lists(version_terms(), min_size=1, max_size=3, unique_by=lambda version: version.since),
    st.lists(instants, min_size=2, max_size=6),
)
def test_the_timeline_agrees_with_the_definition_at_any_instant(facts, versions, moments):
    pairs = {code: timeline(one) for code, one in facts.items()}
    standings = community_timeline(pairs, versions, START)
    for at in moments:
        in_force = max((v for v in versions if v.since <= at), key=lambda v: v.since, default=None)
        found = [standing for since, standing in standings if since <= at]
        if in_force is None:
            assert not found
            continue
        verdicts = {PairStatus.PASS: True, PairStatus.FAIL: False}
        assert verdicts.get(found[-1].status) == verdict_by_definition(pairs, in_force, at)
