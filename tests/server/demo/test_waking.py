"""When the demonstration's people are about: nothing of theirs happens at night, and nothing sooner than it would."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.clock import LOCAL_ZONE
from server.demo.world import awake, last_waking

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))


def hour_of(moment: datetime) -> float:
    local = moment.astimezone(LOCAL_ZONE)
    return local.hour + local.minute / 60 + local.second / 3600


@given(MOMENTS)
def test_what_would_happen_at_night_happens_in_the_hour_after_it(moment: datetime) -> None:
    found = awake(moment)
    assert 7.5 <= hour_of(found) <= 20.5
    if found == moment:
        return
    assert not 7.5 <= hour_of(moment) < 20.5
    assert 7.5 <= hour_of(found) <= 8.5
    assert timedelta(0) < found - moment <= timedelta(hours=11)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_a_nights_events_keep_their_order(moment: datetime, later: timedelta) -> None:
    """Only those: what really falls into the hour after rising mixes with them, each at its own instant."""
    first, second = awake(moment), awake(moment + later)
    if first != moment and second != moment + later:
        assert first <= second


@given(MOMENTS)
def test_the_history_ends_by_day_and_at_most_a_night_ago(moment: datetime) -> None:
    found = last_waking(moment)
    assert 8.5 <= hour_of(found) <= 20.5
    assert timedelta(0) <= moment - found <= timedelta(hours=12)
    assert awake(found - timedelta(seconds=1)) < found
    if 8.5 <= hour_of(moment) < 20.5:
        assert found == moment
