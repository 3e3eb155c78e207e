"""Wilson's interval against published figures and its own promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.intervals import wilson_interval


# Newcombe (1998), Statistics in Medicine 17, table I: 81/263, 15/148, 0/20, 1/29, method 3.
@pytest.mark.parametrize(
    "successes, trials, low, high",
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_it_gives_the_published_bounds(successes, trials, low, high):
    interval = wilson_interval(successes, trials)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_nothing_tried_has_no_interval():
    assert wilson_interval(0, 0) is None


@pytest.mark.parametrize("successes, trials", [(-1, 3), (4, 3), (0, -1)])
def test_counts_that_cannot_be_are_refused(successes, trials):
    with pytest.raises(ValueError, match="cannot be"):
        wilson_interval(successes, trials)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_the_share_within_zero_and_one(counts):
    successes, trials = counts
    interval = wilson_interval(successes, trials)
    assert 0 <= interval.low <= successes / trials <= interval.high <= 1
    assert interval.low < interval.high


def test_a_larger_sample_is_surer():
    few, many = wilson_interval(8, 10), wilson_interval(800, 1000)
    assert many.high - many.low < few.high - few.low
