"""From timelines to counts per day: what a changed timeline adds to the counts, and where they fold.

A day's status is the one at its end, in the grid's time zone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from checklists.compliance import SHANGHAI, PairStatus, local_day

Steps = tuple[tuple[date, PairStatus], ...]
Changes = dict[tuple[date, PairStatus], int]


class BucketSpan(StrEnum):
    """How much time one bucket of changes covers."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """All changes of one day, month or year; `first_on` is its first day."""

    span: BucketSpan
    first_on: date


def day_steps(statuses: Iterable[tuple[datetime, PairStatus]]) -> Steps:
    """The days at whose end the status differs from the day before, and that status.

    `statuses` are a timeline's (since, status) in order of time.
    """
    at_day_end = {local_day(since, SHANGHAI): status for since, status in statuses}
    steps: list[tuple[date, PairStatus]] = []
    for day, status in at_day_end.items():
        if not steps or steps[-1][1] is not status:
            steps.append((day, status))
    return tuple(steps)


def status_on(steps: Sequence[tuple[date, PairStatus]], day: date) -> PairStatus | None:
    """The status at the end of a day; None before the first step."""
    return next((status for since_on, status in reversed(steps) if since_on <= day), None)


def count_changes(before: Steps, after: Steps) -> Changes:
    """What must be added to the counts, by (day, status), when one timeline's steps become others.

    The sum of all changes up to a day is the number of timelines that have the status at that day's end.
    """
    changes: Counter[tuple[date, PairStatus]] = Counter()
    for steps, sign in ((before, -1), (after, 1)):
        previous: PairStatus | None = None
        for day, status in steps:
            changes[day, status] += sign
            if previous is not None:
                changes[day, previous] -= sign
            previous = status
    return {key: count for key, count in changes.items() if count}


def buckets_of(day: date) -> tuple[Bucket, Bucket, Bucket]:
    """The day, month and year buckets that a change on this day folds into."""
    return (
        Bucket(BucketSpan.DAY, day),
        Bucket(BucketSpan.MONTH, day.replace(day=1)),
        Bucket(BucketSpan.YEAR, day.replace(month=1, day=1)),
    )


def is_summed(bucket: Bucket, as_of: date) -> bool:
    """Whether the count as of a day's end is made of this bucket: whole years, then months, then days.

    Every change up to the day is in exactly one such bucket, so a reader adds up at most 31 days, 11 months
    and the years, however long the history is.
    """
    month_on = as_of.replace(day=1)
    year_on = month_on.replace(month=1)
    if bucket.span is BucketSpan.YEAR:
        return bucket.first_on < year_on
    if bucket.span is BucketSpan.MONTH:
        return year_on <= bucket.first_on < month_on
    return month_on <= bucket.first_on <= as_of
