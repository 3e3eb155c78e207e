"""The phone's clock against the server's: measured, flagged and stored, never used to rewrite a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DEFAULT_SKEW_THRESHOLD = timedelta(minutes=5)
# Beyond this a clock is not merely off: it was reset, and may have been so between two of its own times.
RESET_THRESHOLD = timedelta(days=1)
_MOST_SECONDS = 2**31 - 1  # what an integer column holds


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """How far a phone's clock is from the server's; positive seconds mean that the phone is ahead."""

    device_sent_at: datetime
    received_at: datetime
    skew_seconds: int
    is_flagged: bool


def measure_skew(
    device_sent_at: datetime, received_at: datetime, threshold: timedelta = DEFAULT_SKEW_THRESHOLD
) -> ClockSkew:
    """Measure the skew between the moment the phone says it sent and the moment the server received.

    Both instants are kept as they are. A skew larger than `threshold` either way is flagged: the time
    on the way counts as skew, so a request that was hours on its way is flagged too, rightly. Seconds stop at 68
    years either way; the instants themselves tell the rest.
    """
    skew = device_sent_at - received_at
    return ClockSkew(
        device_sent_at=device_sent_at,
        received_at=received_at,
        skew_seconds=max(-_MOST_SECONDS, min(_MOST_SECONDS, round(skew.total_seconds()))),
        is_flagged=abs(skew) > threshold,
    )


def tells_order(device_sent_at: datetime | None, received_at: datetime) -> bool:
    """Whether the moment of sending says what came before it; that of a clock which was reset does not."""
    return device_sent_at is not None and abs(device_sent_at - received_at) <= RESET_THRESHOLD


def visit_finished_at(
    last_observed_at: datetime | None, skew: ClockSkew | None, received_at: datetime
) -> datetime:
    """Return when a visit counts as finished: the phone's own moment where its clock can be trusted.

    A phone without a network finishes in time and delivers late; that is not the inspector's lateness.
    Where the clock is flagged or unknown the receipt counts, and it is also the latest possible moment.
    """
    if last_observed_at is None or skew is None or skew.is_flagged:
        return received_at
    return min(last_observed_at, received_at)
