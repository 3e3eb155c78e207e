"""Missed and late assignments of a round are visible."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.assignment_status import AssignmentStatus, RoundWindow, assignment_status, round_progress

START = datetime(2026, 11, 16, tzinfo=UTC)
END = datetime(2026, 11, 20, 16, tzinfo=UTC)
WINDOW = RoundWindow(START, END)
DURING = START + timedelta(days=1)
AFTER = END + timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("finished_at", "has_draft", "now", "expected"),
    [
        (None, False, START - MINUTE, AssignmentStatus.PENDING),
        (None, False, DURING, AssignmentStatus.PENDING),
        (None, True, DURING, AssignmentStatus.IN_PROGRESS),
        (None, True, END, AssignmentStatus.IN_PROGRESS),
        (None, False, END + MINUTE, AssignmentStatus.MISSED),
        (None, True, END + MINUTE, AssignmentStatus.MISSED),
        (DURING, False, DURING, AssignmentStatus.DONE),
        (END, False, AFTER, AssignmentStatus.DONE),
        (END + MINUTE, False, AFTER, AssignmentStatus.LATE),
        (END + MINUTE, True, AFTER, AssignmentStatus.LATE),
    ],
)
def test_the_status_follows_window_submission_and_time(
    finished_at: datetime | None, has_draft: bool, now: datetime, expected: AssignmentStatus
) -> None:
    assert assignment_status(WINDOW, finished_at=finished_at, has_draft=has_draft, now=now) is expected


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), st.booleans())
@settings(max_examples=50)
def test_a_submitted_visit_keeps_its_status_whenever_it_is_looked_at(
    finished_at: datetime, now: datetime, has_draft: bool
) -> None:
    seen_then = assignment_status(WINDOW, finished_at=finished_at, has_draft=False, now=finished_at)
    assert assignment_status(WINDOW, finished_at=finished_at, has_draft=has_draft, now=now) is seen_then


@given(st.lists(st.sampled_from(AssignmentStatus)))
@settings(max_examples=50)
def test_the_parts_of_a_rounds_progress_add_up(statuses: list[AssignmentStatus]) -> None:
    progress = round_progress(statuses)
    parts = progress.pending + progress.in_progress + progress.done + progress.late + progress.missed
    assert parts == progress.total == len(statuses)
    assert progress.submitted == sum(s in {AssignmentStatus.DONE, AssignmentStatus.LATE} for s in statuses)


@pytest.mark.parametrize("end", [START, START - MINUTE])
def test_a_window_that_does_not_end_after_it_starts_is_refused(end: datetime) -> None:
    with pytest.raises(ValueError):
        RoundWindow(START, end)
