"""Organisations: entered, changed, listed; and whom they serve."""

import uuid
from datetime import timedelta

import pytest

from grid import organisations
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.organisations import OrganisationFilter
from grid.permissions import Role
from server.errors import Forbidden, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_community, make_grid, make_organisation

LATER = NOW + timedelta(days=1)


@pytest.fixture
def places(session):
    return make_grid()


@pytest.fixture
def manager(places):
    return actor_of(Role.TOWNSHIP_MANAGER, places["township"])


def names(actor, **wanted):
    rows = organisations.list_organisations(actor, OrganisationFilter(**wanted), None, 100)[0]
    return [organisation.name for organisation in rows]


def test_an_organisation_is_entered_for_an_area_within_reach(places, manager):
    made = organisations.create_organisation(
        manager, name="安居物业", kind="property_company", area_code=places["township"].code, now=NOW
    )
    assert (made.area_path, made.kind, made.revision) == (places["township"].path, "property_company", 1)
    with pytest.raises(RuleViolated):
        organisations.create_organisation(
            manager,
            name="别处物业",
            kind="property_company",
            area_code=places["other_township"].code,
            now=NOW,
        )


def test_a_kind_that_does_not_exist_is_refused(places, manager):
    with pytest.raises(RuleViolated) as caught:
        organisations.create_organisation(
            manager, name="某单位", kind="secret_service", area_code=places["township"].code, now=NOW
        )
    assert caught.value.errors[0].field == "kind"


def test_changes_count_a_revision(places, manager):
    row = make_organisation("property_company", places["township"])
    locked = organisations.lock_organisation(row.id, manager)
    organisations.update_organisation(locked, {"name": "新名", "is_active": False})
    assert (row.name, row.is_active, row.revision) == ("新名", False, 2)


def test_who_may_not_manage_an_organisation_cannot_lock_it(places, manager):
    district = make_organisation("water", places["district"])
    elsewhere = make_organisation("housing", places["other_township"])
    mine = make_organisation("housing", places["township"])
    for row in (district, elsewhere):
        with pytest.raises(NotFound):
            organisations.lock_organisation(row.id, manager)
    with pytest.raises(Forbidden):
        organisations.lock_organisation(mine.id, actor_of(Role.INSPECTOR, places["township"]))


def test_one_sees_what_works_in_ones_area_and_what_serves_it_from_above(places, manager):
    district = make_organisation("water", places["district"])
    mine = make_organisation("housing", places["township"])
    committee = make_organisation("owners_committee", places["neighbourhood"])
    elsewhere = make_organisation("housing", places["other_township"])
    assert set(names(manager)) == {district.name, mine.name, committee.name}
    assert organisations.get_organisation(district.id, manager) is district
    for hidden in (elsewhere.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            organisations.get_organisation(hidden, manager)


def test_organisations_are_listed_by_kind_area_service_text_and_state(places, manager):
    district = make_organisation("water", places["district"])
    mine = make_organisation("housing", places["township"], name="城桥房管所")
    committee = make_organisation("owners_committee", places["neighbourhood"])
    closed = make_organisation("housing", places["township"], is_active=False)
    assert names(manager, kind="housing") == [mine.name]
    assert names(manager, kind="housing", is_active=None) == [mine.name, closed.name]
    assert set(names(manager, area_code=places["township"].code)) == {mine.name, committee.name}
    assert set(names(manager, serving=places["township"].code)) == {district.name, mine.name}
    assert names(manager, text="房管") == [mine.name]


def test_pages_of_organisations_follow_each_other(places, manager):
    made = [make_organisation(kind, places["township"]).name for kind in ("housing", "water", "housing")]
    first, key = organisations.list_organisations(manager, OrganisationFilter(), None, 2)
    second, end = organisations.list_organisations(manager, OrganisationFilter(), key, 2)
    assert [row.name for row in first + second] == [made[0], made[2], made[1]]
    assert end is None


def serving(community, now):
    return {service.organisation.name for service in organisations.list_services([community.id], now)}


def test_a_change_of_property_company_keeps_who_served_before(places, manager):
    community = make_community(places["neighbourhood"])
    old, new = (make_organisation("property_company", places["township"]) for _ in range(2))
    committee = make_organisation("owners_committee", places["neighbourhood"])
    organisations.set_services(community, [old.id, committee.id], manager, NOW)
    organisations.set_services(community, [new.id, committee.id], manager, LATER)
    assert serving(community, NOW) == {old.name, committee.name}
    assert serving(community, LATER) == {new.name, committee.name}


def test_an_organisation_from_elsewhere_cannot_serve_a_community(places, manager):
    community = make_community(places["neighbourhood"])
    elsewhere = make_organisation("property_company", places["other_township"])
    gone = make_organisation("property_company", places["township"], is_active=False)
    for row in (elsewhere, gone):
        with pytest.raises(RuleViolated) as caught:
            organisations.set_services(community, [row.id], manager, NOW)
        assert caught.value.errors[0].field == "organisation_ids.0"


def test_every_kind_has_both_names():
    assert all(kind.code == code and kind.zh and kind.en for code, kind in ORGANISATION_KINDS.items())
