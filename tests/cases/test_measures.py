from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.measures import FORMULAS, CaseRow, Period, measure
from cases.terms import Loop, Satisfaction, State

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
PERIOD = Period(START, END, END)
DUE = START + timedelta(days=10)


def row(state=State.CLOSED, **more):
    """A case filed in the period, due on its tenth day, handled a day before and closed on the due day."""
    values = {
        "opened_at": START,
        "filed_at": START,
        "deadline_effective": DUE,
        "handled_at": DUE - timedelta(days=1),
        "closed_at": DUE,
        "loop_path": (Loop.SELF,),
    } | more
    return CaseRow(state=state, **values)


def rate(code, *rows, period=PERIOD):
    found = next(each for each in measure(rows, period) if each.code == code)
    return found.numerator, found.denominator


LATE = {"handled_at": DUE + timedelta(hours=1)}
PENDING = {"handled_at": None, "closed_at": None}


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.code)
def test_nothing_counted_is_not_assessed(formula):
    found = next(each for each in measure([], PERIOD) if each.code == formula.code)
    assert (found.denominator, found.value) == (0, None)


def test_on_time_handling_counts_what_was_handed_in_by_the_deadline():
    rows = row(), row(**LATE), row(State.HANDLING, **PENDING)
    assert rate("on_time_handling_rate", *rows) == (1, 3)


def test_the_waiting_for_the_check_does_not_make_a_closing_late():
    assert rate("on_time_closing_rate", row(closed_at=DUE + timedelta(days=5))) == (1, 1)
    assert rate("on_time_closing_rate", row(State.HANDLED, closed_at=None)) == (0, 1)


def test_what_is_not_due_yet_and_not_handled_is_not_counted():
    waiting = row(State.HANDLING, deadline_effective=END - timedelta(days=1), **PENDING)
    early = Period(START, END, START + timedelta(days=12))
    assert rate("closing_rate", waiting, row(), period=early) == (1, 1)


def test_a_case_due_exactly_at_the_periods_end_belongs_to_the_next():
    later = Period(END, END + timedelta(days=30), END + timedelta(days=30))
    on_the_edge = row(deadline_effective=END)
    assert rate("closing_rate", on_the_edge) == (0, 0)
    assert rate("closing_rate", on_the_edge, period=later) == (1, 1)


@pytest.mark.parametrize("state", [State.SUSPENDED, State.FORCE_CLOSED, State.MERGED, State.NOT_FILED])
def test_suspended_and_otherwise_ended_cases_are_not_due(state):
    assert rate("closing_rate", row(state)) == (0, 0)


def test_an_exempt_case_leaves_both_sides_of_the_rates_of_time_and_is_told():
    exempt = row(**LATE, is_exempt=True)
    measures = {each.code: each for each in measure([row(), exempt], PERIOD)}
    on_time, closing = measures["on_time_handling_rate"], measures["closing_rate"]
    assert (on_time.numerator, on_time.denominator, on_time.exempt) == (1, 1, 1)
    assert (closing.numerator, closing.denominator, closing.exempt) == (2, 2, 0)


def test_overdue_and_pending_are_those_still_with_their_holder():
    rows = row(State.HANDLING, **PENDING), row(**LATE), row()
    assert rate("overdue_pending_rate", *rows) == (1, 3)


def test_rework_extension_and_reopening_count_cases_not_times():
    assert rate("rework_rate", row(rework_count=3), row()) == (1, 2)
    assert rate("extension_rate", row(extension_count=2), row()) == (1, 2)
    reopened = row(State.DISPATCHED, reopen_count=2, **PENDING)
    never_closed = row(State.HANDLING, **PENDING)
    assert rate("reopen_rate", reopened, row(), never_closed) == (1, 2)


def test_small_matters_solved_in_the_neighbourhood():
    left = row(loop_path=(Loop.SELF, Loop.MICRO))
    came_back = row(loop_path=(Loop.SELF, Loop.MICRO, Loop.SELF))
    big = row(loop_path=(Loop.LARGE,))
    assert rate("solved_in_neighbourhood_rate", row(), left, came_back, big) == (1, 3)


def test_satisfaction_counts_rated_cases_where_all_are_satisfied():
    yes, no = Satisfaction.SATISFIED, Satisfaction.NEUTRAL
    rows = row(ratings=(yes, yes)), row(ratings=(yes, no)), row()
    assert rate("satisfaction_rate", *rows) == (1, 2)


def test_filing_rate_leaves_merged_reports_out():
    rows = row(), row(State.NOT_FILED, filed_at=None), row(State.MERGED)
    assert rate("filing_rate", *rows) == (1, 2)


moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
rows = st.builds(
    CaseRow,
    state=st.sampled_from(State),
    opened_at=moments,
    loop_path=st.lists(st.sampled_from(Loop), min_size=1, max_size=3).map(tuple),
    filed_at=st.none() | moments,
    deadline_effective=st.none() | moments,
    handled_at=st.none() | moments,
    closed_at=st.none() | moments,
    rework_count=st.integers(0, 2),
    reopen_count=st.integers(0, 2),
    is_exempt=st.booleans(),
    ratings=st.lists(st.sampled_from(Satisfaction), max_size=2).map(tuple),
)


@given(st.lists(rows, max_size=8))
def test_every_rate_lies_between_nothing_and_all_and_shows_its_rule(some):
    for found in measure(some, PERIOD):
        assert 0 <= found.numerator <= found.denominator <= len(some)
        assert found.rule_zh
        assert found.rule_en


@given(st.lists(rows, max_size=6), st.lists(rows, max_size=6))
def test_the_parts_of_areas_add_up_to_the_whole(one, other):
    for whole, left, right in zip(
        measure([*one, *other], PERIOD), measure(one, PERIOD), measure(other, PERIOD), strict=True
    ):
        assert whole.numerator == left.numerator + right.numerator
        assert whole.denominator == left.denominator + right.denominator
