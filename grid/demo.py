"""Loading the demonstration's grid: real areas, synthetic communities 示例, organisations and people.

Loading again adds only what is missing, so a demonstration keeps what was done in it. Rows go in by bulk
inserts, for a first start should not be waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from grid import accounts
from grid.area_import import plan_areas
from grid.areas import import_areas
from grid.demo_communities import DemoCommunity, make_demo_communities
from grid.demo_people import (
    DEMO_PASSWORD,
    DEMO_RESIDENT_PHONE,
    DemoOrganisation,
    DemoPerson,
    make_committee,
    make_demo_people,
    make_district_bodies,
    make_neighbouring_people,
    make_owners_committee,
    make_second_township_people,
    make_township_bodies,
)
from grid.models import (
    Account,
    Area,
    AreaLevel,
    Building,
    Community,
    CommunityAttributes,
    CommunityService,
    Organisation,
    Post,
)
from grid.permissions import SYSTEM
from grid.phone_numbers import PhoneKeys
from grid.resident_sign_in import find_or_create_resident
from server.db import Base, db, new_id

DATA = Path(__file__).parent / "data"
DIVISION_FILES = ("chongming_divisions.csv", "xincheng_divisions.csv")
# 南门居委会 of 城桥镇 and 迎园社区居委会 of 新成路街道: where the demo's people are at home.
HOME_NEIGHBOURHOOD, SECOND_TOWNSHIP = "310151101001", "310114001"
# Communities, people and their posts were there before the demonstration began.
_KNOWN_SINCE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """What the demonstration holds: how many areas, communities and organisations, and who is in it."""

    areas: int
    communities: int
    organisations: int
    people: tuple[DemoPerson, ...]
    new_communities: int


def load_demo_grid(keys: PhoneKeys, now: datetime) -> LoadedDemo:
    """Load whatever of the demonstration's grid is missing, in the caller's transaction."""
    for name in DIVISION_FILES:
        import_areas(plan_areas((DATA / name).read_bytes()), SYSTEM, is_demo=True)
    areas = {area.code: area for area in db.session.scalars(sa.select(Area).where(Area.is_demo))}
    communities = _make_communities(areas.values())
    organisations = [*_make_organisations(areas.values()), *_make_owners_committees(communities)]
    organisation_ids = _insert_organisations(organisations, areas, now)
    made = _insert_communities(communities, areas, now)
    _insert_services(made, organisation_ids, areas, now)
    people = _make_people(areas)
    _add_people(people, areas, organisation_ids, now)
    find_or_create_resident(DEMO_RESIDENT_PHONE, keys, now - _KNOWN_SINCE)
    return LoadedDemo(len(areas), len(communities), len(organisations), tuple(people), len(made))


def _make_communities(areas: Iterable[Area]) -> list[DemoCommunity]:
    places = ((a.code, a.name, a.kind) for a in areas if a.level is AreaLevel.NEIGHBOURHOOD)
    return list(make_demo_communities(sorted(places)))


def _make_organisations(areas: Iterable[Area]) -> Iterable[DemoOrganisation]:
    for area in areas:
        if area.level is AreaLevel.DISTRICT:
            yield from make_district_bodies(area.code, area.name)
        elif area.level is AreaLevel.TOWNSHIP:
            yield from make_township_bodies(area.code, area.name)
        elif area.kind in ("committee", "village"):
            yield make_committee(area.code, area.name)


def _make_owners_committees(communities: Iterable[DemoCommunity]) -> Iterable[DemoOrganisation]:
    return (
        make_owners_committee(each.neighbourhood_code, each.name)
        for each in communities
        if each.attributes["has_owners_committee"]
    )


def _insert_organisations(
    wanted: Sequence[DemoOrganisation], areas: dict[str, Area], now: datetime
) -> dict[tuple[str, str], Any]:
    """The ids of the demo's organisations by (area code, name), those that were missing just made."""
    rows = db.session.execute(sa.select(Organisation.area_code, Organisation.name, Organisation.id))
    ids = {(area_code, name): organisation_id for area_code, name, organisation_id in rows}
    missing = [each for each in wanted if (each.area_code, each.name) not in ids]
    ids |= {(each.area_code, each.name): new_id() for each in missing}
    _insert(
        Organisation,
        [
            {
                "id": ids[each.area_code, each.name],
                "name": each.name,
                "service_phone": each.service_phone,
                "kind": each.kind,
                "area_code": each.area_code,
                "area_path": areas[each.area_code].path,
                "is_demo": True,
                "created_at": now,
            }
            for each in missing
        ],
    )
    return ids


def _insert_communities(
    communities: Sequence[DemoCommunity], areas: dict[str, Area], now: datetime
) -> list[tuple[Any, DemoCommunity]]:
    """Make the communities that are missing, with history and buildings; their ids beside them."""
    present = set(db.session.scalars(sa.select(Community.code)))
    made = [(new_id(), community) for community in communities if community.code not in present]
    _insert(Community, [_community_row(community_id, each, areas, now) for community_id, each in made])
    _insert(
        CommunityAttributes,
        [
            {
                "community_id": community_id,
                "valid_from": now - _KNOWN_SINCE,
                "attributes": dict(each.attributes),
                "recorded_at": now,
            }
            for community_id, each in made
        ],
    )
    _insert(
        Building,
        [
            {
                "community_id": community_id,
                "name": building.name,
                "floors": building.floors,
                "lifts": building.lifts,
            }
            for community_id, each in made
            for building in each.buildings
        ],
    )
    return made


def _community_row(
    community_id: Any, community: DemoCommunity, areas: dict[str, Area], now: datetime
) -> dict[str, Any]:
    return {
        "id": community_id,
        "code": community.code,
        "name": community.name,
        "area_code": community.neighbourhood_code,
        "area_path": areas[community.neighbourhood_code].path,
        "address": community.address,
        "latitude": community.position.latitude,
        "longitude": community.position.longitude,
        "attributes": dict(community.attributes),
        "is_synthetic": True,
        "created_at": now,
        "updated_at": now,
    }


def _insert_services(
    made: Sequence[tuple[Any, DemoCommunity]],
    organisation_ids: dict[tuple[str, str], Any],
    areas: dict[str, Area],
    now: datetime,
) -> None:
    rows = [
        {
            "community_id": community_id,
            "organisation_id": organisation_ids[server],
            "valid_from": now - _KNOWN_SINCE,
        }
        for community_id, community in made
        for server in _servers(community, areas)
    ]
    _insert(CommunityService, rows)


def _servers(community: DemoCommunity, areas: dict[str, Area]) -> Iterable[tuple[str, str]]:
    """Who serves a community, as (area code, organisation name)."""
    neighbourhood = areas[community.neighbourhood_code]
    yield neighbourhood.code, neighbourhood.name
    if community.attributes["has_owners_committee"]:
        owners = make_owners_committee(neighbourhood.code, community.name)
        yield owners.area_code, owners.name
    if community.attributes["has_property_company"]:
        township = areas[neighbourhood.parent_code or ""]
        companies = [
            each
            for each in make_township_bodies(township.code, township.name)
            if each.kind == "property_company"
        ]
        # Most of a township is one company's, so that the demo's handler has work.
        company = companies[1 if community.code.endswith("3") else 0]
        yield company.area_code, company.name


def _make_people(areas: dict[str, Area]) -> list[DemoPerson]:
    home = areas[HOME_NEIGHBOURHOOD]
    township = areas[home.code[:9]]
    return [
        *make_demo_people(township.code[:6], township.code, home.code, home.name, township.name),
        *make_second_township_people(SECOND_TOWNSHIP),
        *make_neighbouring_people(SECOND_TOWNSHIP, areas[SECOND_TOWNSHIP].name),
    ]


def _add_people(
    people: Sequence[DemoPerson],
    areas: dict[str, Area],
    organisation_ids: dict[tuple[str, str], Any],
    now: datetime,
) -> None:
    usernames = [person.username for person in people]
    present = set(db.session.scalars(sa.select(Account.username).where(Account.username.in_(usernames))))
    for person in people:
        if person.username in present:
            continue
        account, _ = accounts.create_account(
            username=person.username,
            display_name=person.display_name,
            password=DEMO_PASSWORD,
            must_change_password=False,
            is_demo=True,
            now=now - _KNOWN_SINCE,
        )
        db.session.add(_post(account, person, areas, organisation_ids, now))
    db.session.flush()


def _post(
    account: Account,
    person: DemoPerson,
    areas: dict[str, Area],
    organisation_ids: dict[tuple[str, str], Any],
    now: datetime,
) -> Post:
    organisation_id = None
    if person.organisation is not None:
        organisation_id = organisation_ids[person.area_code, person.organisation]
    return Post(
        account_id=account.id,
        role=person.role.value,
        area_code=person.area_code,
        area_path=areas[person.area_code].path,
        organisation_id=organisation_id,
        valid_from=now - _KNOWN_SINCE,
    )


def _insert(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model), rows)
