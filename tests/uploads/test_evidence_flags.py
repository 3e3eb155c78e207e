from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.positions import Position
from tests.factories import NOW
from uploads.evidence import EvidenceMarks, marks_from_json
from uploads.evidence_flags import FlagCode, PhotoFacts, PhotoFlag, exif_time, flags_of, reused_flag
from uploads.photos import evidence_as_json

HERE = Position(31.62, 121.39)
KILOMETRE_NORTH = Position(31.629, 121.39)
MARKS = EvidenceMarks(
    taken_at_local=datetime(2026, 11, 20, 9, 58),
    utc_offset_minutes=480,
    gps_at=datetime(2026, 11, 20, 1, 58, 3, tzinfo=UTC),
    latitude=31.62,
    longitude=121.39,
    make="Acme",
    model="X99",
    software="MediaTek Camera Application",
)
SOUND = PhotoFacts(
    received_at=NOW,
    marks=MARKS,
    device_sent_at=NOW - timedelta(seconds=20),
    device_taken_at=NOW - timedelta(minutes=2),
    device_position=HERE,
    device_accuracy_metres=15.0,
)


def found(facts: PhotoFacts, *communities: Position) -> dict[FlagCode, PhotoFlag]:
    return {flag.code: flag for flag in flags_of(facts, communities)}


def with_marks(**more: Any) -> PhotoFacts:
    return replace(SOUND, marks=replace(MARKS, **more))


def test_a_photo_whose_clocks_and_places_agree_has_no_flag() -> None:
    assert found(SOUND, HERE) == {}


@pytest.mark.parametrize(("minutes", "is_flagged"), [(-6, True), (-5, False), (5, False), (6, True)])
def test_a_phone_whose_clock_is_more_than_five_minutes_off_is_flagged(minutes: int, is_flagged: bool) -> None:
    facts = replace(SOUND, device_sent_at=NOW + timedelta(minutes=minutes))
    flag = found(facts).get(FlagCode.CLOCK_SKEW)
    assert (flag is not None) == is_flagged
    if flag:
        assert flag.figures == {"skew_seconds": minutes * 60}


def test_the_skew_is_told_with_its_direction() -> None:
    flag = found(replace(SOUND, device_sent_at=NOW - timedelta(hours=3)))[FlagCode.CLOCK_SKEW]
    assert flag.zh == "手机时钟比服务器慢3小时"
    assert flag.en == "The phone's clock is 3 hours behind the server's"


def test_a_phone_that_says_nothing_of_its_clock_is_not_flagged_for_it() -> None:
    assert FlagCode.CLOCK_SKEW not in found(replace(SOUND, device_sent_at=None))


def test_a_taking_time_that_the_exif_contradicts_is_flagged_with_both_times() -> None:
    flag = found(with_marks(taken_at_local=datetime(2026, 11, 18, 9, 58)))[FlagCode.TIME_MISMATCH]
    assert flag.figures["exif"] == "2026-11-18T09:58:00+08:00"
    # The satellites' time is the one furthest off.
    assert flag.figures["apart_seconds"] == 2 * 86400 + 3
    assert "2天" in flag.zh
    assert "2 days" in flag.en


def test_a_camera_without_a_zone_is_taken_to_be_set_to_local_time() -> None:
    marks = replace(MARKS, utc_offset_minutes=None)
    assert exif_time(marks) == datetime(2026, 11, 20, 1, 58, tzinfo=UTC)
    assert found(replace(SOUND, marks=marks)) == {}


def test_a_photo_from_the_future_is_flagged() -> None:
    future = with_marks(taken_at_local=datetime(2026, 11, 20, 10, 10), gps_at=None)
    flag = found(replace(future, device_taken_at=None))[FlagCode.TIME_MISMATCH]
    assert set(flag.figures) == {"exif", "server", "apart_seconds"}


@pytest.mark.parametrize(("days", "is_flagged"), [(6, False), (8, True)])
def test_a_photo_older_than_a_week_is_flagged(days: int, is_flagged: bool) -> None:
    old = with_marks(taken_at_local=datetime(2026, 11, 20, 9, 58) - timedelta(days=days), gps_at=None)
    assert (FlagCode.TIME_MISMATCH in found(replace(old, device_taken_at=None))) == is_flagged


def test_a_position_far_from_the_community_is_flagged_in_metres() -> None:
    flag = found(SOUND, KILOMETRE_NORTH)[FlagCode.FAR_FROM_COMMUNITY]
    assert flag.figures["metres"] == pytest.approx(1001, abs=2)
    assert flag.zh.startswith(("照片定位距小区100", "手机定位距小区100"))


def test_the_phone_may_be_near_while_the_photo_is_not() -> None:
    flag = found(with_marks(latitude=31.70), HERE)[FlagCode.FAR_FROM_COMMUNITY]
    assert flag.figures["source"] == "exif"


def test_what_the_accuracy_explains_is_not_far() -> None:
    facts = replace(
        SOUND, marks=EvidenceMarks(), device_position=KILOMETRE_NORTH, device_accuracy_metres=900.0
    )
    assert FlagCode.FAR_FROM_COMMUNITY not in found(facts, HERE)
    closer = replace(facts, device_accuracy_metres=100.0)
    assert found(closer, HERE)[FlagCode.FAR_FROM_COMMUNITY].figures["accuracy_metres"] == 100


def test_of_several_communities_the_nearest_counts() -> None:
    assert FlagCode.FAR_FROM_COMMUNITY not in found(SOUND, KILOMETRE_NORTH, HERE)


def test_while_no_community_is_known_nothing_is_far() -> None:
    assert FlagCode.FAR_FROM_COMMUNITY not in found(SOUND)


def test_no_position_at_all_is_flagged_and_either_one_will_do() -> None:
    bare = with_marks(latitude=None, longitude=None)
    assert FlagCode.NO_POSITION in found(replace(bare, device_position=None))
    assert FlagCode.NO_POSITION not in found(bare)
    assert FlagCode.NO_POSITION not in found(replace(SOUND, device_position=None))


@pytest.mark.parametrize(
    "software", ["Adobe Photoshop 25.1", "Snapseed 2.0", "美图秀秀 11.2", "GIMP 2.10.36"]
)
def test_an_editors_name_in_the_software_tag_is_flagged(software: str) -> None:
    flag = found(with_marks(software=software))[FlagCode.EDITED]
    assert flag.figures == {"software": software}
    assert software in flag.zh


@pytest.mark.parametrize(
    "software", [None, "17.1.2", "HDR+ 1.0.585", "MediaTek Camera Application", "HarmonyOS"]
)
def test_what_phones_write_there_is_not(software: str | None) -> None:
    assert FlagCode.EDITED not in found(with_marks(software=software))


def test_the_very_same_file_is_told_apart_from_a_near_one() -> None:
    assert reused_flag([]) is None
    same, near = reused_flag([2, None]), reused_flag([4, 2])
    assert same is not None
    assert "同一张" in same.zh
    assert near is not None
    assert (near.figures["bits_of_64"], near.figures["earlier_photos"]) == (2, 2)


MARKS_STRATEGY = st.builds(
    EvidenceMarks,
    taken_at_local=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)),
    utc_offset_minutes=st.none() | st.integers(-840, 840),
    gps_at=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    accuracy_metres=st.none() | st.floats(0, 1e6),
    software=st.none() | st.text(max_size=20),
)


@given(marks=MARKS_STRATEGY)
def test_whatever_the_exif_says_the_flags_are_sentences_and_nothing_fails(marks: EvidenceMarks) -> None:
    for flag in flags_of(replace(SOUND, marks=marks), [HERE]):
        assert flag.zh
        assert flag.en


@given(marks=MARKS_STRATEGY)
def test_marks_come_back_from_json_as_they_were(marks: EvidenceMarks) -> None:
    assert marks_from_json(evidence_as_json(marks)) == marks
