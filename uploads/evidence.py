"""What a photo says about itself: when, where, with what, which way up. Read, never corrected, never trusted.

Pure; garbage in any field gives None in that field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from uploads.xmp import read_xmp

_MAX_TEXT = 100
_MAX_OFFSET_MINUTES = 14 * 60
# Before the first is no digital camera's time; both ends leave room for reckoning with zones.
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class EvidenceMarks:
    """Plain values out of EXIF and XMP; each is None where the photo does not say it or says nonsense.

    `taken_at_local` is the camera's wall clock (naive), `utc_offset_minutes` its zone where the camera wrote
    it; `gps_at` is the satellites' time (UTC). Positions are WGS-84 degrees, accuracy in metres, direction
    in degrees from north. `orientation` is 1 to 8. The last three are the XMP's (`uploads.xmp`).
    """

    taken_at_local: datetime | None = None
    utc_offset_minutes: int | None = None
    gps_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_metres: float | None = None
    direction_degrees: float | None = None
    make: str | None = None
    model: str | None = None
    software: str | None = None
    orientation: int | None = None
    creator_tool: str | None = None
    history_software: str | None = None
    source_mark: str | None = None

    @property
    def taken_at(self) -> datetime | None:
        """The instant in UTC, only where the camera wrote its zone."""
        if self.taken_at_local is None or self.utc_offset_minutes is None:
            return None
        return (self.taken_at_local - timedelta(minutes=self.utc_offset_minutes)).replace(tzinfo=UTC)


def read_evidence(image: Image.Image) -> EvidenceMarks:
    """Read the EXIF and the XMP of an opened image; raises nothing."""
    main = _read_directory(image)
    detail = _read_directory(image, IFD.Exif)
    gps = _read_directory(image, IFD.GPSInfo)
    latitude, longitude = _position(gps)
    xmp = read_xmp(image.info.get("xmp"))
    return EvidenceMarks(
        taken_at_local=_first_time(detail, main),
        utc_offset_minutes=_offset(detail.get(Base.OffsetTimeOriginal) or detail.get(Base.OffsetTime)),
        gps_at=_gps_time(gps),
        latitude=latitude,
        longitude=longitude,
        accuracy_metres=_number(gps.get(GPS.GPSHPositioningError), 0, 1_000_000),
        direction_degrees=_number(gps.get(GPS.GPSImgDirection), 0, 360),
        make=_text(main.get(Base.Make)),
        model=_text(main.get(Base.Model)),
        software=_text(main.get(Base.Software)),
        orientation=_orientation(image, main),
        creator_tool=_text(xmp.creator_tool),
        history_software=_text(main.get(Base.ProcessingSoftware)) or _text(xmp.history_software),
        source_mark=xmp.source_mark,
    )


def marks_from_json(said: Mapping[str, Any]) -> EvidenceMarks:
    """What was kept of a photo's own statements, as they were read; the inverse of `uploads.photos.evidence_as_json`."""
    known: dict[str, Any] = {name: said.get(name) for name in EvidenceMarks.__dataclass_fields__}
    instants = ("taken_at_local", "gps_at")
    times: dict[str, Any] = {name: datetime.fromisoformat(known[name]) for name in instants if known[name]}
    return EvidenceMarks(**(known | times))


def _read_directory(image: Image.Image, ifd: IFD | None = None) -> Mapping[int, Any]:
    try:
        exif = image.getexif()
        return dict(exif) if ifd is None else dict(exif.get_ifd(ifd))
    except Exception:
        # The parser raises struct.error, SyntaxError, TypeError and more on broken directories.
        return {}


def _orientation(image: Image.Image, main: Mapping[int, Any]) -> int | None:
    """HEIF's reader turns the pixels itself and keeps what the file said elsewhere."""
    value = image.info.get("original_orientation") or main.get(Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _first_time(detail: Mapping[int, Any], main: Mapping[int, Any]) -> datetime | None:
    """The shutter's time, else the digitiser's, else the file's."""
    written = (detail.get(Base.DateTimeOriginal), detail.get(Base.DateTimeDigitized), main.get(Base.DateTime))
    return next((time for time in map(_time, written) if time is not None), None)


def _time(value: object) -> datetime | None:
    text = _text(value)
    if text is None:
        return None
    try:
        time = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (a wall clock has no zone)
    except ValueError:
        return None
    return time if time.year in _YEARS else None


def _offset(value: object) -> int | None:
    """`+08:00` as minutes."""
    text = _text(value)
    if text is None or len(text) != 6 or text[0] not in "+-" or text[3] != ":":
        return None
    try:
        minutes = int(text[1:3]) * 60 + int(text[4:6])
    except ValueError:
        return None
    return None if minutes > _MAX_OFFSET_MINUTES else (-minutes if text[0] == "-" else minutes)


def _gps_time(gps: Mapping[int, Any]) -> datetime | None:
    date, clock = _text(gps.get(GPS.GPSDateStamp)), _three(gps.get(GPS.GPSTimeStamp))
    if date is None or clock is None:
        return None
    try:
        day = datetime.strptime(date, "%Y:%m:%d").replace(tzinfo=UTC)
        if day.year not in _YEARS:
            return None
        hours, minutes, seconds = clock
        time = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return day + time if time < timedelta(days=1) else None
    except (ValueError, OverflowError):
        return None


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Both or neither. 0°N 0°E is what phones write that have no fix, not a place anyone inspects."""
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS", 90)
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: object, reference: object, letters: str, limit: int) -> float | None:
    """Degrees, minutes, seconds and a hemisphere letter as signed decimal degrees."""
    parts, side = _three(value), (_text(reference) or "").upper()[:1]
    if parts is None or side not in letters or not side:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return None if degrees > limit else round(-degrees if side == letters[1] else degrees, 7)


def _three(value: object) -> tuple[float, float, float] | None:
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        return None
    numbers = [_number(part, 0, 1e6) for part in value]
    first, second, third = numbers
    return None if first is None or second is None or third is None else (first, second, third)


def _number(value: Any, low: float, high: float) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and low <= number <= high else None


def _text(value: object) -> str | None:
    """Trimmed, printable, at most 100 characters. EXIF says ASCII; phones write UTF-8."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    text = "".join(letter for letter in value.split("\0", 1)[0] if letter.isprintable()).strip()
    return text[:_MAX_TEXT] or None
