"""Where one assignment of a round stands: 定人 (who), 定位 (where), 定时 (when), 定任务 (what).

An assignment is one community of a round, given to one inspector; the window is the round's.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RoundKind(StrEnum):
    """Why a round goes out."""

    ROUTINE = "routine"  # 日常巡查
    ASSESSMENT = "assessment"  # 实地测评
    THIRD_PARTY = "third_party"  # 第三方测评
    REINSPECTION = "reinspection"  # 复查


class AssignmentStatus(StrEnum):
    """What a township sees of one assignment."""

    PENDING = "pending"  # 未开始
    IN_PROGRESS = "in_progress"  # 进行中
    DONE = "done"  # 按时完成
    LATE = "late"  # 逾期完成
    MISSED = "missed"  # 逾期未完成


@dataclass(frozen=True, slots=True)
class RoundWindow:
    """The time in which a round's visits are due: from `starts_at` to `ends_at`, both included."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError("a window ends after it starts")

    def has_started(self, now: datetime) -> bool:
        return now >= self.starts_at

    def has_ended(self, now: datetime) -> bool:
        return now > self.ends_at


def assignment_status(
    window: RoundWindow, *, finished_at: datetime | None, has_draft: bool, now: datetime
) -> AssignmentStatus:
    """Return the status of one assignment at `now`.

    `finished_at` is when the submitted visit counts as finished (see clock_skew.visit_finished_at), None
    while nothing is submitted. A draft keeps an assignment from being pending, never from being missed.
    """
    if finished_at is not None:
        return AssignmentStatus.LATE if finished_at > window.ends_at else AssignmentStatus.DONE
    if window.has_ended(now):
        return AssignmentStatus.MISSED
    return AssignmentStatus.IN_PROGRESS if has_draft else AssignmentStatus.PENDING


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """How many of a round's assignments stand where; the parts always add up to `total`."""

    total: int
    pending: int
    in_progress: int
    done: int
    late: int
    missed: int

    @property
    def submitted(self) -> int:
        """Assignments with a submitted visit, in time or late."""
        return self.done + self.late


def round_progress(statuses: Iterable[AssignmentStatus]) -> RoundProgress:
    """Count assignments by status."""
    counts = Counter(statuses)
    return RoundProgress(
        total=counts.total(), **{status.value: counts[status] for status in AssignmentStatus}
    )
