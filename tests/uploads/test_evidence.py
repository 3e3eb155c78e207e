from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.uploads.images import FORMATS, SECRET_MODEL, encoded, phone_exif, photo_bytes, two_halves
from uploads.evidence import EvidenceMarks, read_evidence
from uploads.validation import validate_photo

# As uploads.validation sets for the product; pytest resets warning filters for every test.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")


def marks_of(data: bytes) -> EvidenceMarks:
    return read_evidence(validate_photo(data, None).image)


def marks_with(exif: Image.Exif) -> EvidenceMarks:
    return marks_of(photo_bytes(exif=exif))


@pytest.mark.parametrize("kind", FORMATS)
def test_time_position_and_device_are_read_from_every_format(kind: str) -> None:
    marks = marks_of(encoded(two_halves(), kind, exif=phone_exif(6).tobytes()))

    assert marks == EvidenceMarks(
        taken_at_local=datetime(2026, 11, 1, 8, 30, 15),
        utc_offset_minutes=480,
        gps_at=datetime(2026, 11, 1, 0, 30, 14, tzinfo=UTC),
        latitude=31.51,
        longitude=121.8,
        accuracy_metres=4.5,
        direction_degrees=271.5,
        make="Acme",
        model=SECRET_MODEL,
        software="Camera 3.1",
        orientation=6,
    )


def test_the_instant_follows_from_clock_and_zone() -> None:
    assert marks_with(phone_exif()).taken_at == datetime(2026, 11, 1, 0, 30, 15, tzinfo=UTC)


def test_without_a_zone_there_is_no_instant() -> None:
    exif = phone_exif()
    del exif.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal]

    marks = marks_with(exif)

    assert marks.taken_at_local is not None
    assert marks.taken_at is None


def test_a_photo_without_exif_says_nothing() -> None:
    assert marks_of(photo_bytes()) == EvidenceMarks()


def test_the_file_time_serves_where_the_shutter_wrote_none() -> None:
    exif = phone_exif()
    del exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal]
    assert marks_with(exif).taken_at_local == datetime(2026, 11, 1, 9, 5)


@pytest.mark.parametrize(
    "written", ["0000:00:00 00:00:00", "2026-11-01", "    :  :     :  :  ", "2026:13:45 99:00:00"]
)
def test_a_time_that_is_none_is_not_read(written: str) -> None:
    exif = Image.Exif()
    exif[Base.DateTime] = written
    assert marks_with(exif).taken_at_local is None


@pytest.mark.parametrize("written", ["+99:00", "Z", "08:00", "+0800", "+ab:cd"])
def test_a_zone_that_is_none_is_not_read(written: str) -> None:
    exif = phone_exif()
    exif.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] = written
    assert marks_with(exif).utc_offset_minutes is None


def test_south_and_west_are_negative() -> None:
    exif = phone_exif()
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "S"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLongitudeRef] = "W"

    marks = marks_with(exif)

    assert (marks.latitude, marks.longitude) == (-31.51, -121.8)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (GPS.GPSLatitude, (95.0, 0.0, 0.0)),
        (GPS.GPSLatitude, (31.0, 30.0)),
        (GPS.GPSLatitudeRef, "X"),
        (GPS.GPSLongitude, (181.0, 0.0, 0.0)),
        (GPS.GPSLongitudeRef, ""),
    ],
)
def test_half_a_position_is_none(tag: GPS, value: object) -> None:
    exif = phone_exif()
    exif.get_ifd(IFD.GPSInfo)[tag] = value

    marks = marks_with(exif)

    assert (marks.latitude, marks.longitude) == (None, None)
    assert marks.model == SECRET_MODEL


def test_zero_degrees_both_ways_is_no_fix() -> None:
    exif = phone_exif()
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (0.0, 0.0, 0.0)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLongitude] = (0.0, 0.0, 0.0)
    assert marks_with(exif).latitude is None


def test_chinese_device_names_are_read_as_they_were_written() -> None:
    exif = Image.Exif()
    exif[Base.Model] = "华为 P99".encode()
    assert marks_with(exif).model == "华为 P99"


def test_text_is_trimmed_of_padding_and_bounded() -> None:
    exif = Image.Exif()
    exif[Base.Make] = "Acme\0\0\0rest"
    exif[Base.Model] = "M" * 5000

    marks = marks_with(exif)

    assert marks.make == "Acme"
    assert marks.model == "M" * 100


@settings(max_examples=150)
@given(
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=30
    ),
    kept=st.floats(0.1, 1),
)
def test_damaged_exif_never_raises(flips: list[tuple[float, int]], kept: float) -> None:
    exif = bytearray(phone_exif(8).tobytes())
    for place, value in flips:
        exif[6 + int(place * (len(exif) - 6))] = value
    with Image.open(BytesIO(photo_bytes(exif=bytes(exif[: max(8, int(len(exif) * kept))])))) as image:
        marks = read_evidence(image)

    assert marks.latitude is None or -90 <= marks.latitude <= 90
    assert marks.orientation is None or 1 <= marks.orientation <= 8
