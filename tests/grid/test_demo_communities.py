"""The demonstration's communities are synthetic, marked, plausible, and the same everywhere."""

import itertools
from pathlib import Path

import pytest

import grid
from grid.area_import import plan_areas
from grid.attributes import validate_attributes
from grid.demo_communities import make_demo_communities
from grid.positions import distance_m

DATA = Path(grid.__file__).parent / "data"
AREAS = [
    area
    for name in ("chongming", "xincheng")
    for area in plan_areas((DATA / f"{name}_divisions.csv").read_bytes()).areas
    if area.level == "neighbourhood"
]


@pytest.fixture(scope="module")
def communities():
    return list(make_demo_communities((area.code, area.name, area.kind) for area in AREAS))


def test_they_are_the_same_every_time(communities):
    assert list(make_demo_communities((area.code, area.name, area.kind) for area in AREAS)) == communities


def test_a_committee_has_three_or_four_and_a_village_at_most_one(communities):
    for area in AREAS:
        count = sum(community.neighbourhood_code == area.code for community in communities)
        assert count in {"committee": (3, 4), "village": (0, 1), "other": (0,)}[area.kind]


def test_every_name_says_that_it_is_an_example(communities):
    assert all(community.name.startswith("示例") for community in communities)


def test_codes_and_names_within_a_neighbourhood_are_unique(communities):
    assert len({community.code for community in communities}) == len(communities)
    assert len({(c.neighbourhood_code, c.name) for c in communities}) == len(communities)


def test_attributes_are_valid_and_agree_with_the_buildings(communities):
    for community in communities:
        assert validate_attributes(community.attributes, this_year=2026) == community.attributes
        assert community.attributes["buildings"] == len(community.buildings)
        assert community.attributes["lifts"] == sum(building.lifts for building in community.buildings)


def test_the_attributes_differ_enough_to_make_rules_matter(communities):
    kinds = {community.attributes["property_type"] for community in communities}
    with_lifts = sum(community.attributes["lifts"] > 0 for community in communities)
    assert len(kinds) == 7
    assert 0.15 < with_lifts / len(communities) < 0.6
    assert any("has_smart_smoke_alarm" not in community.attributes for community in communities)
    for key in ("has_property_company", "has_owners_committee", "has_shops", "has_ebike_charging"):
        assert {community.attributes[key] for community in communities} == {True, False}


def test_communities_of_one_neighbourhood_lie_close_together(communities):
    for a, b in itertools.pairwise(communities):
        if a.neighbourhood_code == b.neighbourhood_code:
            apart = distance_m(
                a.position.latitude, a.position.longitude, b.position.latitude, b.position.longitude
            )
            assert apart < 1000
