"""Rates from counts: both sides, what is left out, and that nothing assessed is no rate."""

import pytest

from checklists.compliance import PairStatus
from checklists.rates import (
    COMMUNITY_ATTAINMENT,
    COMMUNITY_ITEMS,
    COVERAGE,
    INDICATOR_ATTAINMENT,
    StatusCounts,
    cut,
    rate_of,
)


def test_a_rate_is_passing_over_assessed_with_its_coverage():
    rate = rate_of(StatusCounts(passing=6, failing=2, stale=1, unassessed=7, not_applicable=5))
    assert (rate.share.numerator, rate.share.denominator, rate.share.value) == (6, 8, 0.75)
    assert (rate.coverage.numerator, rate.coverage.denominator, rate.coverage.value) == (8, 16, 0.5)
    assert rate.interval.low < 0.75 < rate.interval.high


def test_what_is_left_out_is_counted_by_reason():
    rate = rate_of(StatusCounts(passing=1, stale=2, unassessed=3, not_applicable=4))
    assert rate.excluded == {
        PairStatus.STALE: 2,
        PairStatus.UNASSESSED: 3,
        PairStatus.NOT_APPLICABLE: 4,
    }


def test_nothing_assessed_is_not_assessed_rather_than_zero():
    rate = rate_of(StatusCounts(unassessed=9))
    assert (rate.share.value, rate.interval, rate.coverage.value) == (None, None, 0.0)


def test_where_nothing_applies_there_is_no_coverage_either():
    assert rate_of(StatusCounts(not_applicable=3)).coverage.value is None


def test_a_share_that_is_shown_is_cut_and_never_reads_as_a_target_that_it_has_not_reached():
    assert (cut(0.7996), cut(1999 / 2500), cut(2 / 3), cut(0.99999)) == (0.799, 0.799, 0.666, 0.999)
    for target, of in [(0.8, 25_353), (0.9, 9_999_999), (1.0, 3)]:
        assert cut((int(target * of - 1e-9)) / of if target < 1 else (of - 1) / of) < target


def test_exact_shares_stay_exact_whatever_binary_fractions_make_of_them():
    assert all(cut(tenths / 1000) == tenths / 1000 for tenths in range(1001))


def test_counts_add_up_status_by_status():
    one = StatusCounts.of({PairStatus.PASS: 1, PairStatus.STALE: 2})
    assert one + StatusCounts(1, 2, 3, 4, 5) == StatusCounts(2, 2, 5, 4, 5)
    assert (one + one).total == 6


@pytest.mark.parametrize("formula", [INDICATOR_ATTAINMENT, COMMUNITY_ATTAINMENT, COVERAGE])
def test_every_formula_is_stated_in_both_languages_with_a_version(formula):
    assert formula.version >= 1
    assert "÷" in formula.statement_zh
    assert "/" in formula.statement_en


@pytest.mark.parametrize("formula", [INDICATOR_ATTAINMENT, COMMUNITY_ATTAINMENT, COMMUNITY_ITEMS, COVERAGE])
def test_formulas_call_what_was_inspected_by_the_word_that_the_pages_use(formula):
    """未检查 on the pages; the policies' 未测评 would read as something else."""
    assert "检查" in formula.statement_zh
    assert "测评" not in formula.statement_zh
    assert "assessed" not in formula.statement_en
