"""Areas: importing them whole, and who sees which."""

from pathlib import Path

import pytest
import sqlalchemy as sa

import grid
from grid import areas
from grid.area_import import AreaPlan, PlannedArea, plan_areas
from grid.areas import AreaFilter
from grid.models import Area, AreaLevel
from grid.permissions import SYSTEM, Actor, Permission, Role
from grid.tables import ImportRefused
from server.errors import Forbidden, NotFound, RuleViolated
from tests.factories import actor_of, make_area, make_grid
from tests.queries import counted_queries

CHONGMING = (Path(grid.__file__).parent / "data" / "chongming_divisions.csv").read_bytes()


def take_in(planned, actor):
    return areas.import_areas(AreaPlan(planned), actor)


def codes(actor, **wanted):
    return [area.code for area in areas.list_areas(actor, AreaFilter(**wanted), None, 500)[0]]


def test_the_grid_of_chongming_is_imported_and_again_changes_nothing(session):
    planned = plan_areas(CHONGMING).areas
    first = take_in(planned, SYSTEM)
    assert (first.created, first.updated, first.unchanged) == (len(planned), 0, 0)
    session.expire_all()
    again = take_in(planned, SYSTEM)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(planned))
    neighbourhood = session.get(Area, "310151101001")
    assert neighbourhood.path == "/310151/310151101/310151101001/"
    assert (neighbourhood.level, neighbourhood.kind) == (AreaLevel.NEIGHBOURHOOD, "committee")


def test_a_changed_name_is_updated_and_counts_a_revision(session):
    planned = [PlannedArea("440103", "荔湾区", "district", None)]
    take_in(planned, SYSTEM)
    outcome = take_in([PlannedArea("440103", "荔湾新区", "district", None)], SYSTEM)
    assert outcome.updated == 1
    stored = session.get(Area, "440103")
    assert (stored.name, stored.revision) == ("荔湾新区", 2)


def test_a_neighbourhood_that_was_put_under_a_station_stays_there(session):
    district = make_area(AreaLevel.DISTRICT, code="440103")
    township = make_area(AreaLevel.TOWNSHIP, district, code="440103001")
    station = make_area(AreaLevel.STATION, township, code="440103001-S1")
    make_area(AreaLevel.NEIGHBOURHOOD, station, code="440103001001", name="旧名", kind="committee")
    take_in(
        [
            PlannedArea("440103", district.name, "district", None),
            PlannedArea("440103001", township.name, "township", "440103"),
            PlannedArea("440103001001", "新名", "neighbourhood", "440103001", "committee"),
        ],
        SYSTEM,
    )
    stored = session.get(Area, "440103001001")
    assert (stored.name, stored.parent_code) == ("新名", "440103001-S1")


def test_an_import_makes_stations_and_moves_nothing(session):
    def planned(parent, *stations):
        return [
            PlannedArea("440103", "荔湾区", "district", None),
            PlannedArea("440103001", "某街道", "township", "440103"),
            *stations,
            PlannedArea("440103001001", "甲居委会", "neighbourhood", parent, "committee", line=2),
        ]

    station = PlannedArea("440103001-S1", "甲站", "station", "440103001")
    assert take_in(planned("440103001-S1", station), SYSTEM).created == 4
    assert session.get(Area, "440103001001").path == "/440103/440103001/440103001-S1/440103001001/"
    assert take_in(planned("440103001"), SYSTEM).unchanged == 3
    other = PlannedArea("440103001-S2", "乙站", "station", "440103001")
    with pytest.raises(ImportRefused) as caught:
        take_in(planned("440103001-S2", other), SYSTEM)
    assert [(bad.line, bad.code) for bad in caught.value.bad_cells] == [(2, "area_moved")]
    assert session.get(Area, "440103001-S2") is None


def test_only_who_manages_the_district_may_import_it(session):
    places = make_grid()
    planned = [PlannedArea(places["district"].code, "改名", "district", None)]
    with pytest.raises(Forbidden):
        take_in(planned, actor_of(Role.TOWNSHIP_MANAGER, places["township"]))
    other = make_area(AreaLevel.DISTRICT)
    with pytest.raises(ImportRefused) as caught:
        take_in(planned, actor_of(Role.DISTRICT_ADMIN, other))
    assert [(bad.value, bad.code) for bad in caught.value.bad_cells] == [
        (places["district"].code, "outside_reach")
    ]
    assert take_in(planned, actor_of(Role.DISTRICT_ADMIN, places["district"])).updated == 1


def test_one_sees_ones_own_area_what_is_below_and_what_it_lies_in(session):
    places = make_grid()
    inspector = actor_of(Role.INSPECTOR, places["township"])
    assert set(codes(inspector)) == {places[key].code for key in ("district", "township", "neighbourhood")}
    assert areas.get_area(places["district"].code, inspector) is places["district"]
    for hidden in ("other_township", "other_neighbourhood"):
        with pytest.raises(NotFound):
            areas.get_area(places[hidden].code, inspector)


def test_an_actor_without_posts_sees_nothing(session):
    places = make_grid()
    assert codes(Actor()) == []
    with pytest.raises(NotFound):
        areas.get_area(places["district"].code, Actor())


def test_areas_are_listed_by_level_parent_subtree_and_text(session):
    places = make_grid()
    admin = actor_of(Role.DISTRICT_ADMIN, places["district"])
    here, there = places["township"], places["other_township"]
    assert codes(admin, level=AreaLevel.TOWNSHIP) == sorted([here.code, there.code])
    assert codes(admin, parent_code=here.code) == [places["neighbourhood"].code]
    assert codes(admin, under=there.code) == [there.code, places["other_neighbourhood"].code]
    assert codes(admin, text=here.name) == [here.code]
    assert codes(admin, text="%") == []


def test_a_subtree_out_of_sight_is_not_found_rather_than_empty(session):
    places = make_grid()
    with pytest.raises(NotFound):
        codes(actor_of(Role.INSPECTOR, places["township"]), under=places["other_township"].code)


def test_pages_follow_each_other_without_gap_or_repetition(session):
    places = make_grid()
    admin = actor_of(Role.DISTRICT_ADMIN, places["district"])
    seen, after = [], None
    while True:
        rows, after = areas.list_areas(admin, AreaFilter(), after, 2)
        seen += [area.code for area in rows]
        if after is None:
            break
    assert seen == codes(admin)
    assert len(seen) == 5


def test_the_way_up_is_listed_from_the_district_down(session):
    places = make_grid()
    found = areas.list_ancestors(places["neighbourhood"])
    assert [area.level for area in found] == [AreaLevel.DISTRICT, AreaLevel.TOWNSHIP, AreaLevel.NEIGHBOURHOOD]


def test_an_area_for_an_action_must_be_within_that_permissions_reach(session):
    places = make_grid()
    manager = actor_of(Role.TOWNSHIP_MANAGER, places["township"])
    code = places["neighbourhood"].code
    assert areas.get_area_for(code, manager, Permission.MANAGE_COMMUNITIES).code == code
    for out_of_reach in (places["other_township"].code, places["district"].code, "000000"):
        with pytest.raises(RuleViolated) as caught:
            areas.get_area_for(out_of_reach, manager, Permission.MANAGE_COMMUNITIES)
        assert caught.value.errors[0].field == "area_code"
    with pytest.raises(Forbidden):
        areas.get_area_for(code, actor_of(Role.INSPECTOR, places["township"]), Permission.MANAGE_COMMUNITIES)


def test_an_import_of_a_district_costs_few_queries(session):
    planned = plan_areas(CHONGMING).areas
    take_in(planned, SYSTEM)
    session.expunge_all()
    with counted_queries() as count:
        take_in(planned, SYSTEM)
    assert count.number <= 3
    assert session.scalar(sa.select(sa.func.count()).select_from(Area)) == len(planned)


def test_an_import_that_corrects_many_areas_costs_as_many_queries_as_one_that_corrects_few(session):
    def file(number, word):
        """A district whose first neighbourhoods have other names or kinds, in turns."""
        areas_of = [PlannedArea("440103", "荔湾区", "district", None)]
        areas_of.append(PlannedArea("440103001", "沙面街道", "township", "440103"))
        for each in range(40):
            name = f"{word}{each}" if each < number and each % 2 else f"第{each}"
            kind = word if each < number and not each % 2 else ""
            areas_of.append(PlannedArea(f"440103001{each:03d}", name, "neighbourhood", "440103001", kind))
        return areas_of

    take_in(file(0, ""), SYSTEM)
    costs = []
    for number, word in ((4, "甲"), (40, "乙")):
        session.expunge_all()
        with counted_queries() as count:
            outcome = take_in(file(number, word), SYSTEM)
        costs.append((count.number, outcome.updated))
    assert costs == [(2, 4), (2, 40)]
    session.expunge_all()
    assert session.get(Area, "440103001003").name == "乙3"
    assert session.get(Area, "440103001002").kind == "乙"
