"""Communities: made, changed with their history, listed, found by place, imported whole."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid import communities
from grid.attributes import InvalidAttributes
from grid.communities import CommunityFilter, NewBuilding
from grid.community_import import CommunityPlan, PlannedCommunity, plan_communities
from grid.community_intake import import_communities
from grid.models import AreaLevel, Community, CommunityAttributes
from grid.permissions import SYSTEM, Role
from grid.positions import Position
from grid.tables import ImportRefused
from server.errors import Forbidden, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_area, make_community, make_grid
from tests.queries import counted_queries

LATER = NOW + timedelta(days=30)


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return actor_of(Role.TOWNSHIP_MANAGER, places["township"])


def create(places, manager, **more):
    values = {"name": "南门新村", "area_code": places["neighbourhood"].code, "now": NOW} | more
    return communities.create_community(manager, **values)


def history(community):
    rows = communities.list_attribute_history(community.id)
    return [(row.valid_from, row.attributes) for row in rows]


def listed(actor, **wanted):
    return [
        each.code for each in communities.list_communities(actor, CommunityFilter(**wanted), None, 100)[0]
    ]


def test_a_new_community_gets_the_next_code_and_the_first_line_of_its_history(places, manager):
    first = create(places, manager, attributes={"lifts": 2}, position=Position(31.6, 121.4))
    second = create(places, manager, name="花园弄")
    assert first.code == f"{places['neighbourhood'].code}-01"
    assert second.code == f"{places['neighbourhood'].code}-02"
    assert first.area_path == places["neighbourhood"].path
    assert history(first) == [(NOW, {"lifts": 2})]


def test_changed_attributes_leave_the_old_ones_in_the_history(places, manager):
    community = create(places, manager, attributes={"lifts": 0})
    communities.update_community(community, manager, {"attributes": {"lifts": 4}}, LATER)
    assert community.attributes == {"lifts": 4}
    assert history(community) == [(NOW, {"lifts": 0}), (LATER, {"lifts": 4})]
    assert communities.list_attribute_history(community.id)[1].recorded_by == manager.account_id


def test_a_change_of_something_else_adds_nothing_to_the_history(places, manager):
    community = create(places, manager, attributes={"lifts": 0})
    communities.update_community(community, manager, {"name": "新名", "attributes": {"lifts": 0}}, LATER)
    assert (community.name, community.revision, community.updated_at) == ("新名", 2, LATER)
    assert len(history(community)) == 1


def test_two_changes_in_one_instant_are_one(places, manager):
    community = create(places, manager, attributes={"lifts": 0})
    communities.update_community(community, manager, {"attributes": {"lifts": 1}}, NOW)
    assert history(community) == [(NOW, {"lifts": 1})]


def test_wrong_attributes_change_nothing(places, manager):
    community = create(places, manager, attributes={"lifts": 0})
    with pytest.raises(InvalidAttributes):
        communities.update_community(community, manager, {"attributes": {"lifts": -1}}, LATER)
    assert community.attributes == {"lifts": 0}


def test_buildings_are_replaced_whole_and_those_that_stay_keep_their_ids(places, manager):
    community = create(
        places, manager, buildings=[NewBuilding("1号楼", 6, 0), NewBuilding("10号楼"), NewBuilding("2号楼")]
    )
    before = {building.name: building.id for building in communities.list_buildings(community.id)}
    assert list(before) == ["1号楼", "2号楼", "10号楼"]
    wanted = [NewBuilding("1号楼", 7, 1), NewBuilding("3号楼")]
    communities.update_community(community, manager, {"buildings": wanted}, LATER)
    after = communities.list_buildings(community.id)
    assert [(building.name, building.floors) for building in after] == [("1号楼", 7), ("3号楼", None)]
    assert after[0].id == before["1号楼"]


def test_two_buildings_of_one_name_are_refused(places, manager):
    with pytest.raises(RuleViolated):
        create(places, manager, buildings=[NewBuilding("1号楼"), NewBuilding("1号楼")])


def test_a_community_stands_under_a_neighbourhood_within_reach(places, manager):
    for code in ("township", "other_neighbourhood"):
        with pytest.raises(RuleViolated):
            create(places, manager, area_code=places[code].code)
    inspector = actor_of(Role.INSPECTOR, places["township"])
    with pytest.raises(Forbidden):
        create(places, inspector)


def test_who_may_not_manage_a_community_cannot_lock_it_for_change(places, manager):
    mine, other = make_community(places["neighbourhood"]), make_community(places["other_neighbourhood"])
    assert communities.lock_community(mine.id, manager) is mine
    with pytest.raises(NotFound):
        communities.lock_community(other.id, manager)
    with pytest.raises(Forbidden):
        communities.lock_community(mine.id, actor_of(Role.INSPECTOR, places["township"]))


def test_one_reads_the_communities_of_ones_own_area_and_no_others(places):
    mine, other = make_community(places["neighbourhood"]), make_community(places["other_neighbourhood"])
    inspector = actor_of(Role.INSPECTOR, places["township"])
    assert listed(inspector) == [mine.code]
    assert communities.get_visible_community(mine.id, inspector).area.name == places["neighbourhood"].name
    with pytest.raises(NotFound):
        communities.get_visible_community(other.id, inspector)


def test_communities_are_listed_by_area_text_state_and_attributes(places):
    admin = actor_of(Role.DISTRICT_ADMIN, places["district"])
    tall = make_community(
        places["neighbourhood"],
        name="高楼苑",
        attributes={"lifts": 2, "has_shops": True, "property_type": "commodity"},
    )
    low = make_community(
        places["other_neighbourhood"], name="矮楼村", attributes={"lifts": 0, "has_shops": False}
    )
    gone = make_community(places["neighbourhood"], name="已拆村", is_active=False)
    assert listed(admin) == sorted([tall.code, low.code])
    assert listed(admin, is_active=None, text="拆") == [gone.code]
    assert listed(admin, area_code=places["township"].code) == [tall.code]
    assert listed(admin, text="高楼") == [tall.code]
    assert listed(admin, attributes={"lifts": 2}) == [tall.code]
    assert listed(admin, attributes={"has_shops": False}) == [low.code]
    assert listed(admin, attributes={"has_shops": True, "property_type": "commodity"}) == [tall.code]
    assert listed(admin, attributes={"property_type": "lilong"}) == []


def test_a_list_of_ten_costs_the_queries_of_one(places):
    inspector = actor_of(Role.INSPECTOR, places["township"])
    make_community(places["neighbourhood"])
    with counted_queries() as one:
        [each.area.name for each in communities.list_communities(inspector, CommunityFilter(), None, 50)[0]]
    for _ in range(9):
        make_community(places["neighbourhood"])
    with counted_queries() as ten:
        rows = communities.list_communities(inspector, CommunityFilter(), None, 50)[0]
    assert len({each.area.name for each in rows}) == 1
    assert len(rows) == 10
    assert ten.number == one.number


def test_the_nearest_active_community_is_found_within_the_given_distance(places):
    near = make_community(places["neighbourhood"], latitude=31.6200, longitude=121.3900)
    far = make_community(places["neighbourhood"], latitude=31.6300, longitude=121.3900)
    make_community(places["neighbourhood"], latitude=31.6210, longitude=121.3900, is_active=False)
    make_community(places["neighbourhood"], latitude=None, longitude=None)
    assert communities.find_nearest_community(31.6212, 121.3900, 500) is near
    assert communities.find_nearest_community(31.6290, 121.3900, 500) is far
    assert communities.find_nearest_community(31.7000, 121.3900, 500) is None
    around = communities.list_nearby_communities(31.6212, 121.3900, 2000)
    assert [community.code for community, _ in around] == [near.code, far.code]
    assert around[0][1] == pytest.approx(133, abs=2)


def test_choices_are_active_and_match_name_address_and_area(places):
    mine = make_community(places["neighbourhood"], name="翠湖苑", address="鼓浪屿路1号")
    make_community(places["other_neighbourhood"], name="翠湖苑")
    make_community(places["neighbourhood"], name="翠湖旧村", is_active=False)
    assert communities.list_choices("翠湖", places["township"].code) == [mine]
    assert communities.list_choices("鼓浪屿", None) == [mine]
    assert communities.list_choices("%", None) == []


def planned(places, name, line=2, code="", **more):
    return PlannedCommunity(line, code, name, more.pop("area", places["neighbourhood"]).code, **more)


def take_in(lines, actor, now):
    return import_communities(CommunityPlan(lines), actor, now)


def test_an_import_makes_communities_and_again_changes_nothing(places, manager, session):
    lines = [
        planned(places, "甲", attributes={"lifts": 1}),
        planned(places, "乙", 3, position=Position(31.6, 121.4)),
    ]
    outcome = take_in(lines, manager, NOW)
    assert (outcome.created, len(outcome.touched)) == (2, 2)
    session.expire_all()
    again = take_in(lines, manager, LATER)
    assert (again.created, again.updated, again.unchanged, again.touched) == (0, 0, 2, [])
    assert session.scalar(sa.select(sa.func.count()).select_from(CommunityAttributes)) == 2


def test_an_import_updates_what_it_says_and_leaves_what_it_does_not(places, manager, session):
    take_in([planned(places, "甲", address="旧址", attributes={"lifts": 1, "households": 9})], manager, NOW)
    outcome = take_in([planned(places, "甲", attributes={"lifts": 2})], manager, LATER)
    (community,) = session.scalars(sa.select(Community))
    assert outcome.updated == 1
    assert community.attributes == {"lifts": 2, "households": 9}
    assert community.address == "旧址"
    assert [attributes["lifts"] for _, attributes in history(community)] == [1, 2]


def test_a_code_finds_the_community_whose_name_changed(places, manager, session):
    community = make_community(places["neighbourhood"], code="NM-1", name="旧名")
    outcome = take_in([planned(places, "新名", code="NM-1")], manager, LATER)
    assert (outcome.created, outcome.updated) == (0, 1)
    assert community.name == "新名"


def test_a_given_code_is_not_handed_out_to_another_line(places, manager, session):
    area = places["neighbourhood"]
    lines = [
        planned(places, "甲"),
        planned(places, "乙", 3, code=f"{area.code}-01"),
        planned(places, "丙", 4),
    ]
    take_in(lines, manager, NOW)
    codes = {each.name: each.code for each in session.scalars(sa.select(Community))}
    assert codes == {"甲": f"{area.code}-02", "乙": f"{area.code}-01", "丙": f"{area.code}-03"}


def refusals(lines, actor):
    with pytest.raises(ImportRefused) as caught:
        take_in(lines, actor, NOW)
    return [(bad.line, bad.column, bad.code) for bad in caught.value.bad_cells]


def test_one_bad_line_keeps_the_whole_file_out(places, manager, session):
    make_community(places["neighbourhood"], name="甲", code="A-1")
    make_community(places["neighbourhood"], name="丁", code="D-1")
    other = make_area(AreaLevel.NEIGHBOURHOOD, places["township"])
    lines = [
        planned(places, "好", 2),
        planned(places, "外", 3, area=places["other_neighbourhood"]),
        planned(places, "镇", 4, area=places["township"]),
        planned(places, "搬", 5, code="A-1", area=other),
        planned(places, "甲", 6, code="Z-9"),
        planned(places, "丁", 7),
        planned(places, "戊", 8, code="D-1"),
    ]
    assert refusals(lines, manager) == [
        (3, "neighbourhood_code", "unknown_area"),
        (4, "neighbourhood_code", "unknown_area"),
        (5, "code", "other_area"),
        (6, "name", "name_taken"),
        (8, "name", "duplicate"),
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(Community)) == 2


def test_the_queries_of_an_import_do_not_grow_with_its_rows(places, session):
    take_in([planned(places, "一")], SYSTEM, NOW)
    with counted_queries() as few:
        take_in([planned(places, "二")], SYSTEM, NOW)
    with counted_queries() as many:
        take_in([planned(places, f"第{n}", n) for n in range(3, 103)], SYSTEM, NOW)
    assert many.number <= few.number + 2


def test_the_queries_of_an_import_that_corrects_many_things_do_not_grow_with_its_rows(places, session):
    """Each row is corrected in something else, the three taking turns."""

    def corrected(line, word):
        more = ({"address": word}, {"attributes": {"lifts": len(word)}}, {"position": Position(31.6, 121.4)})
        return planned(places, f"第{line}", line, **more[line % 3])

    take_in([planned(places, f"第{n}", n) for n in range(60)], SYSTEM, NOW)
    costs = []
    for rows, word, now in ((6, "新址", LATER), (60, "又一新址", LATER + timedelta(days=1))):
        session.expunge_all()
        with counted_queries() as count:
            outcome = take_in([corrected(n, word) for n in range(rows)], SYSTEM, now)
        costs.append(count.number)
    assert costs[0] == costs[1]
    assert outcome.updated == 58  # two of the six have their place already
    stored = session.scalars(sa.select(Community).where(Community.name.in_(["第3", "第4", "第5"])))
    assert sorted(each.address for each in stored.all()) == ["", "", "又一新址"]


def test_an_imported_place_far_from_the_township_s_communities_is_told_by_line(places, manager):
    make_community(places["neighbourhood"], name="甲")
    lines = [
        planned(places, "近", 2, position=Position(31.6, 121.4)),
        planned(places, "远", 3, position=Position(39.9, 116.4)),
    ]
    assert refusals(lines, manager) == [(3, "latitude", "implausible_position")]


FAULTS = {
    "no_name": ("name", "", "required"),
    "lifts": ("lifts", "-1", "out_of_range"),
    "address": ("address", "=1+1", "invalid_address"),
    "code": ("code", "甲", "invalid_code"),
    "datum": ("datum", "bd09", "unknown_datum"),
    "unknown_area": ("neighbourhood_code", "310151109999", "unknown_area"),
    "short_code": ("neighbourhood_code", "31015110", "invalid_code"),
}
FAR = {"latitude": "39.9", "longitude": "116.4"}


def faulty_table(area_code, faults_of_rows):
    """A file whose rows have these faults, and what must be told of it."""
    heads = ["code", "name", "neighbourhood_code", "address", "lifts", "latitude", "longitude", "datum"]
    lines, told = [",".join(heads)], []
    for number, faults in enumerate(faults_of_rows, start=2):
        row = {"name": f"第{number}", "neighbourhood_code": area_code} | (FAR if "far" in faults else {})
        row |= {FAULTS[fault][0]: FAULTS[fault][1] for fault in sorted(faults - {"far"})}
        told += [
            (number, FAULTS[fault][0], FAULTS[fault][2])
            for fault in faults - {"far"}
            if row[FAULTS[fault][0]] == FAULTS[fault][1]
        ]
        if "far" in faults and not faults & {"datum", "unknown_area", "short_code"}:
            told.append((number, "latitude", "implausible_position"))
        lines.append(",".join(row.get(head, "") for head in heads))
    return "\n".join(lines).encode(), sorted(told)


@pytest.fixture
def coded_neighbourhood(places):
    """A neighbourhood with a code as the statisticians give it, and a community that has its place."""
    area = make_area(AreaLevel.NEIGHBOURHOOD, places["township"], code="310151101001")
    make_community(area)
    return area


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from([*FAULTS, "far"])), min_size=1, max_size=6).filter(any))
def test_whatever_is_wrong_with_whichever_rows_is_told_at_once(coded_neighbourhood, faults_of_rows):
    content, told = faulty_table(coded_neighbourhood.code, faults_of_rows)
    with pytest.raises(ImportRefused) as caught:
        import_communities(plan_communities(content, 2026), SYSTEM, NOW)
    assert sorted((bad.line, bad.column, bad.code) for bad in caught.value.bad_cells) == told


def test_the_queries_of_a_refusal_do_not_grow_with_its_bad_rows(coded_neighbourhood, session):
    code = coded_neighbourhood.code
    rows = [{"no_name", "lifts"}, {"far", "code"}, {"unknown_area"}, set()]
    costs = []
    for times in (1, 40):
        plan = plan_communities(faulty_table(code, rows * times)[0], 2026)
        session.expunge_all()
        with counted_queries() as count, pytest.raises(ImportRefused) as caught:
            import_communities(plan, SYSTEM, NOW)
        costs.append(count.number)
        assert len(caught.value.bad_cells) == 5 * times
    assert costs[0] == costs[1]
