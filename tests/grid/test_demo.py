"""Loading the demonstration: everything is there, once, and marked."""

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from grid import demo
from grid.demo import HOME_NEIGHBOURHOOD, load_demo_grid
from grid.demo_communities import make_demo_communities
from grid.demo_people import DEMO_PASSWORD
from grid.models import (
    Account,
    Area,
    Building,
    Community,
    CommunityAttributes,
    CommunityService,
    Organisation,
    Post,
)
from grid.organisation_kinds import ORGANISATION_KINDS
from grid.passwords import is_password_right
from grid.permissions import Role
from grid.phone_numbers import PhoneKeys
from tests.factories import NOW

KEYS = PhoneKeys((Fernet.generate_key().decode(),), "lookup key")
TABLES = (Area, Community, CommunityAttributes, Building, Organisation, CommunityService, Account, Post)


@pytest.fixture
def loaded(session, monkeypatch):
    """The demonstration with a dozen neighbourhoods' communities; the whole is only more of the same."""
    monkeypatch.setattr(
        demo, "make_demo_communities", lambda places: make_demo_communities(list(places)[:12])
    )
    return load_demo_grid(KEYS, NOW)


def counts(session):
    return {table.__name__: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in TABLES}


def test_loading_again_adds_nothing_and_takes_nothing_back(session, loaded):
    before = counts(session)
    community = session.scalars(sa.select(Community).limit(1)).one()
    community.name = "改过的名字"
    session.flush()
    session.expunge_all()
    assert load_demo_grid(KEYS, NOW).new_communities == 0
    assert counts(session) == before
    assert session.get(Community, community.id).name == "改过的名字"


def test_a_community_that_was_lost_comes_back_alone(session, loaded):
    lost = session.scalars(
        sa.select(Community).where(~sa.exists().where(Building.community_id == Community.id))
    )
    assert lost.first() is None
    before = counts(session)
    victim = session.scalars(sa.select(Community).limit(1)).one()
    for table in (CommunityAttributes, Building, CommunityService):
        session.execute(sa.delete(table).where(table.community_id == victim.id))
    session.delete(victim)
    session.flush()
    assert load_demo_grid(KEYS, NOW).new_communities == 1
    assert counts(session) == before


def test_the_real_areas_and_synthetic_communities_are_there(session, loaded):
    assert session.get(Area, HOME_NEIGHBOURHOOD).name == "南门居委会"
    assert session.get(Area, "310114001").name == "新成路街道"
    assert counts(session)["Community"] == loaded.communities >= 36
    made_up = session.scalars(sa.select(Community.is_synthetic).distinct()).all()
    assert made_up == [True]


def test_every_role_has_a_person_who_can_sign_in(session, loaded):
    roles = set(session.scalars(sa.select(Post.role)))
    assert roles == {role.value for role in Role} - {Role.RESIDENT.value}
    staff = session.scalars(sa.select(Account).where(Account.username.is_not(None))).all()
    assert all(account.is_demo and account.username.startswith("demo-") for account in staff)
    assert is_password_right(staff[0].password_hash, DEMO_PASSWORD)
    assert session.query(Account).filter(Account.phone_hash.is_not(None)).count() == 1


def test_handlers_work_for_an_organisation_and_every_kind_of_organisation_is_there(session, loaded):
    handlers = session.scalars(sa.select(Post.organisation_id).where(Post.role == Role.HANDLER.value)).all()
    assert handlers
    assert None not in handlers
    assert set(session.scalars(sa.select(Organisation.kind))) == set(ORGANISATION_KINDS)


def test_every_community_is_served_by_its_committee_and_by_the_company_it_says_it_has(session, loaded):
    served = {}
    rows = session.execute(
        sa.select(CommunityService.community_id, Organisation.kind).join(
            Organisation, Organisation.id == CommunityService.organisation_id
        )
    )
    for community_id, kind in rows:
        served.setdefault(community_id, []).append(kind)
    for community in session.scalars(sa.select(Community)):
        kinds = served[community.id]
        assert kinds.count("neighbourhood_committee") == 1
        assert ("property_company" in kinds) == community.attributes["has_property_company"]
        assert ("owners_committee" in kinds) == community.attributes["has_owners_committee"]
