"""Who acts in the demonstration's history: its own people as rules see them, township by township."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import sqlalchemy as sa

from grid.demo import HOME_NEIGHBOURHOOD, SECOND_TOWNSHIP
from grid.demo_people import DEMO_RESIDENT_PHONE, NEIGHBOURING_TOWNSHIPS
from grid.models import Account, Community, Organisation, Post
from grid.permissions import Actor, Grant, Role
from grid.phone_numbers import PhoneKeys
from grid.resident_sign_in import find_or_create_resident
from server import clock
from server.db import db

HOME_TOWNSHIP = HOME_NEIGHBOURHOOD[:9]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who handles for an organisation."""

    organisation_id: uuid.UUID
    actor: Actor


@dataclass(frozen=True, slots=True)
class Crew:
    """The people of one township; `hands` by the kind of their organisation, `officer` where there is one."""

    township: str
    manager: Actor
    dispatcher: Actor
    inspectors: tuple[Actor, ...]
    hands: dict[str, Hand]
    officer: Actor | None = None

    def hand_for(self, kind: str, community: Community) -> Hand:
        """Who handles such a matter there: the company unless somebody of that kind is at hand."""
        hand = self.hands.get(kind, self.hands["property_company"])
        is_committees_own = kind == "neighbourhood_committee" and community.area_code == HOME_NEIGHBOURHOOD
        return (
            hand if kind != "neighbourhood_committee" or is_committees_own else self.hands["property_company"]
        )


@dataclass(slots=True)
class Cast:
    """Everybody, and the communities of the history by code."""

    crews: dict[str, Crew]
    evaluator: Actor
    resident: Actor
    communities: dict[str, Community] = field(default_factory=dict)

    def crew_of(self, community: Community) -> Crew:
        return self.crews[community.area_code[:9]]


def gather_cast(keys: PhoneKeys, community_codes: list[str]) -> Cast:
    """Read the demonstration's people and the named communities."""
    people = _read_people()
    account = find_or_create_resident(DEMO_RESIDENT_PHONE, keys, clock.now())
    rows = db.session.scalars(sa.select(Community).where(Community.code.in_(community_codes)))
    return Cast(
        crews={
            HOME_TOWNSHIP: _home_crew(people),
            SECOND_TOWNSHIP: _crew(people, SECOND_TOWNSHIP, "xincheng"),
            **{code: _crew(people, code, short) for code, _, short in NEIGHBOURING_TOWNSHIPS},
        },
        evaluator=people["demo-evaluator"][0],
        resident=Actor(account.id, account.display_name),
        communities={each.code: each for each in rows},
    )


_Person = tuple[Actor, uuid.UUID | None, str | None]


def _read_people() -> dict[str, _Person]:
    """Each person of the demonstration by username: as an actor, with organisation and its kind."""
    rows = db.session.execute(
        sa.select(Account, Post, Organisation.kind)
        .join(Post, Post.account_id == Account.id)
        .outerjoin(Organisation, Organisation.id == Post.organisation_id)
        .where(Account.is_demo, Account.username.is_not(None))
    )
    return {
        account.username or "": (
            Actor(
                account.id,
                account.display_name,
                (Grant(Role(post.role), post.area_path, post.organisation_id),),
            ),
            post.organisation_id,
            kind,
        )
        for account, post, kind in rows
    }


def _home_crew(people: dict[str, _Person]) -> Crew:
    hands = [people[f"demo-{name}"] for name in ("handler", "enforcer", "housing", "committee")]
    return Crew(
        HOME_TOWNSHIP,
        manager=people["demo-manager"][0],
        dispatcher=people["demo-dispatcher"][0],
        inspectors=(people["demo-inspector"][0], people["demo-inspector2"][0]),
        hands={
            kind: Hand(organisation_id, actor)
            for actor, organisation_id, kind in hands
            if organisation_id and kind
        },
        officer=people["demo-officer"][0],
    )


def _crew(people: dict[str, _Person], township: str, short: str) -> Crew:
    handler, organisation_id, kind = people[f"demo-{short}-handler"]
    assert organisation_id is not None
    assert kind is not None
    return Crew(
        township,
        manager=people[f"demo-{short}-manager"][0],
        dispatcher=people[f"demo-{short}-dispatcher"][0],
        inspectors=(people[f"demo-{short}-inspector"][0],),
        hands={kind: Hand(organisation_id, handler)},
    )
