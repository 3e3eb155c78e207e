"""Datum conversion and distances."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.positions import Datum, Position, distance_m, gcj02_to_wgs84, wgs84_to_gcj02

# Computed with the public-domain library PRCoords, an independent implementation.
REFERENCES = [
    ((31.623, 121.397), (31.621258689320257, 121.4016852590486)),
    ((31.375, 121.25), (31.37303355587498, 121.25443803348729)),
    ((39.9087, 116.3975), (39.91010349934476, 116.40374357265176)),
    ((22.5, 114.05), (22.49726598888089, 114.05510068332586)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), REFERENCES)
def test_gcj02_agrees_with_an_independent_implementation(wgs84, gcj02):
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-9)


@settings(max_examples=200)
@given(st.floats(3, 54), st.floats(73, 136))
def test_a_position_comes_back_from_gcj02_within_a_metre(latitude, longitude):
    back = gcj02_to_wgs84(*wgs84_to_gcj02(latitude, longitude))
    assert distance_m(latitude, longitude, *back) < 1


def test_gcj02_moves_a_place_in_shanghai_by_hundreds_of_metres():
    moved = wgs84_to_gcj02(31.623, 121.397)
    assert 300 < distance_m(31.623, 121.397, *moved) < 700


def test_outside_china_nothing_is_shifted():
    assert wgs84_to_gcj02(48.85, 2.35) == (48.85, 2.35)


def test_a_given_position_in_gcj02_is_stored_as_wgs84():
    position = Position.given(31.621258689320257, 121.4016852590486, Datum.GCJ02)
    assert (position.latitude, position.longitude) == pytest.approx((31.623, 121.397), abs=1e-8)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (math.nan, 0), (0, math.inf)])
def test_a_position_that_is_not_on_earth_is_refused(latitude, longitude):
    with pytest.raises(ValueError, match="纬度"):
        Position.given(latitude, longitude)


def test_one_degree_of_latitude_is_about_111_kilometres():
    assert distance_m(31, 121, 32, 121) == pytest.approx(111_195, rel=1e-4)


def test_distance_to_itself_is_zero_and_to_the_antipode_half_the_circumference():
    assert distance_m(31, 121, 31, 121) == 0
    assert distance_m(0, 0, 0, 180) == pytest.approx(math.pi * 6371008.8)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_distance_is_the_same_both_ways(a, b, c, d):
    there, back = distance_m(a, b, c, d), distance_m(c, d, a, b)
    assert there == pytest.approx(back)
