"""Positions on the ground: WGS-84 as stored, GCJ-02 as Chinese maps give them, and distances between them."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

# 国内 as a box, generously: what lies outside was swapped or mistyped.
CHINA_LATITUDES, CHINA_LONGITUDES = (3.0, 54.0), (73.0, 136.0)


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class Position:
    """Latitude and longitude in degrees, WGS-84."""

    latitude: float
    longitude: float

    @classmethod
    def given(cls, latitude: float, longitude: float, datum: Datum = Datum.WGS84) -> Self:
        """A client's position, converted to WGS-84; raises ValueError when it is none on earth."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # false for NaN as well
            raise ValueError("纬度应在 -90 至 90 之间，经度应在 -180 至 180 之间")
        if datum is Datum.GCJ02:
            latitude, longitude = gcj02_to_wgs84(latitude, longitude)
        return cls(latitude, longitude)


# The obfuscation of Chinese public maps, 国测局坐标 GCJ-02. It was never published; this is the formula
# in public circulation since 2010 ("eviltransform", "PRCoords"), on the Krasovsky 1940 ellipsoid.
_SEMI_MAJOR_AXIS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323

_EARTH_RADIUS_M = 6371008.8  # mean radius of WGS-84, IUGG


def is_obfuscated_region(latitude: float, longitude: float) -> bool:
    """Map providers shift positions only inside this box around mainland China."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def wgs84_to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """A WGS-84 position as Chinese maps draw it, in degrees; outside China it stays as it is."""
    if not is_obfuscated_region(latitude, longitude):
        return latitude, longitude
    north_m, east_m = _shift_m(latitude - 35.0, longitude - 105.0)
    radians = math.radians(latitude)
    curvature = 1 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = _SEMI_MAJOR_AXIS_M / math.sqrt(curvature) * math.cos(radians)
    return latitude + math.degrees(north_m / meridian_m), longitude + math.degrees(east_m / parallel_m)


def gcj02_to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """The WGS-84 position that a Chinese map draws at this place; exact to well below a metre.

    The shift has no closed inverse. It changes so slowly that subtracting it at the best guess converges:
    three rounds leave less than a millimetre.
    """
    guess_latitude, guess_longitude = latitude, longitude
    for _ in range(4):
        drawn_latitude, drawn_longitude = wgs84_to_gcj02(guess_latitude, guess_longitude)
        guess_latitude += latitude - drawn_latitude
        guess_longitude += longitude - drawn_longitude
    return guess_latitude, guess_longitude


def distance_m(latitude_a: float, longitude_a: float, latitude_b: float, longitude_b: float) -> float:
    """Great-circle distance in metres (haversine on the mean sphere; within 0.5 % of the ellipsoid's)."""
    half_latitude = math.radians(latitude_b - latitude_a) / 2
    half_longitude = math.radians(longitude_b - longitude_a) / 2
    parallels = math.cos(math.radians(latitude_a)) * math.cos(math.radians(latitude_b))
    chord = math.sin(half_latitude) ** 2 + parallels * math.sin(half_longitude) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def _shift_m(y: float, x: float) -> tuple[float, float]:
    """How far north and east a map moves the place that lies y, x degrees from 35 N 105 E, in metres."""
    ripple = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (ripple + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (ripple + _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))) * 2 / 3
    return north, east


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(amplitude * math.sin(math.pi * frequency * value) for amplitude, frequency in terms)
