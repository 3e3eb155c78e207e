"""What the demonstration's stories act with: people, photos, dice, and the product's own services, at past instants."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from cases.actions import ActionRequest, act_on_case
from cases.models import Case
from cases.stored_case import facts_of
from cases.terms import Action
from checklists.models import ChecklistVersion
from grid.models import Building, Community
from grid.permissions import Actor
from grid.phone_numbers import PhoneKeys
from inspections.given_positions import GivenPosition
from server.clock import LOCAL_ZONE, local_day
from server.db import db
from server.demo.cast import Cast
from server.demo.photo_pool import PhotoPool
from server.demo.pictures import Shot
from uploads.photos import DeviceFacts, store_photo

# A story tells when its next step would be and is answered when it is, which is later where people sleep; the step is
# taken at that instant, as if it were now. What it returns is when it ended.
Story = Generator[datetime, datetime, datetime]

_NAMES = uuid.UUID("5a6f0d0e-2f0b-5d57-9c55-4a1a79616e31")
_OPENING, _CLOSING = 8.6, 16.8
# When people are about: from the first hour to the last; a night's events are told in the hour after it.
_RISING, _RETIRING = 7.5, 20.5
_MORNING = timedelta(hours=1)
_NIGHT = timedelta(hours=24 - _RETIRING + _RISING)


def name_of(what: str) -> uuid.UUID:
    """The id that a phone of the demonstration gives a thing: the same in every load."""
    return uuid.uuid5(_NAMES, what)


def awake(moment: datetime) -> datetime:
    """The instant itself by day; by night one in the hour after rising, and the later it was, the later in that hour."""
    rising = _rising_of(moment)
    if moment >= rising:
        retiring = rising + timedelta(hours=_RETIRING - _RISING)
        if moment < retiring:
            return moment
        rising += timedelta(days=1)
    return rising + (moment - (rising - _NIGHT)) / _NIGHT * _MORNING


def last_waking(moment: datetime) -> datetime:
    """The last instant up to this one at which a day's events are all told: this one by day, else the evening's end."""
    rising = _rising_of(moment)
    retiring = rising + timedelta(hours=_RETIRING - _RISING)
    if moment < rising + _MORNING:
        return retiring - timedelta(days=1)
    return min(moment, retiring)


def _rising_of(moment: datetime) -> datetime:
    """When people rise on that local day."""
    midnight = datetime.combine(local_day(moment), datetime.min.time(), LOCAL_ZONE)
    return midnight + timedelta(hours=_RISING)


@dataclass(slots=True)
class World:
    """The stage of one load; `now` is the last instant at which anything is done in it (`last_waking`)."""

    cast: Cast
    pool: PhotoPool
    keys: PhoneKeys
    now: datetime
    versions: dict[str, ChecklistVersion]
    dice: Random
    buildings: dict[uuid.UUID, list[str]] = field(default_factory=dict)
    told: set[tuple[uuid.UUID, str]] = field(default_factory=set)
    begun: list[Story] = field(default_factory=list)
    shown: set[uuid.UUID] = field(default_factory=set)

    def go_on(self, story: Story) -> None:
        """Let another story begin beside the one that is told."""
        self.begun.append(story)

    def ago(self, days: float, hour: float | None = None) -> datetime:
        """So many days ago, at an hour of that local day if one is named."""
        then = self.now - timedelta(days=days)
        if hour is None:
            return then
        midnight = datetime.combine(local_day(then), datetime.min.time(), LOCAL_ZONE)
        return midnight + timedelta(hours=hour)

    def between(self, low: float, high: float) -> timedelta:
        """A span of so many hours."""
        return timedelta(hours=self.dice.uniform(low, high))

    def office(self, moment: datetime) -> datetime:
        """The instant itself in office hours, else soon after the next opening; weekends are no office days."""
        local = moment.astimezone(LOCAL_ZONE)
        hour = local.hour + local.minute / 60
        if hour >= _CLOSING:
            local += timedelta(days=1)
        elif hour >= _OPENING and local.weekday() < 5:
            return moment
        while local.weekday() >= 5:
            local += timedelta(days=1)
        opening = datetime.combine(local.date(), datetime.min.time(), LOCAL_ZONE) + timedelta(hours=_OPENING)
        return opening + timedelta(minutes=self.dice.uniform(2, 90))

    def position_near(self, community: Community) -> GivenPosition:
        """Where a phone says it is, within some forty metres."""
        assert community.latitude is not None
        assert community.longitude is not None
        return GivenPosition(
            round(community.latitude + self.dice.uniform(-3, 3) * 1e-4, 6),
            round(community.longitude + self.dice.uniform(-3, 3) * 1e-4, 6),
            accuracy_metres=float(self.dice.randrange(5, 30)),
        )

    def building_of(self, community: Community) -> str:
        return self.dice.choice(self.buildings.get(community.id) or ["1号楼"])

    def photograph(
        self,
        shot: Shot,
        community: Community,
        actor: Actor,
        at: datetime,
        *,
        capability: str | None = None,
        clock_off: timedelta = timedelta(0),
        metres_off: float = 0,
    ) -> uuid.UUID:
        """Send a photo as a phone does; the clock or the position may be off, for somebody to notice."""
        here = self.position_near(community)
        said = at + clock_off
        photo_id = name_of(f"photo/{shot}/{community.code}/{at.isoformat()}")
        device = DeviceFacts(
            said,
            said - timedelta(seconds=self.dice.randrange(8, 70)),
            here.latitude + metres_off / 111_000,
            here.longitude,
            here.accuracy_metres,
        )
        store_photo(photo_id, self.pool.get(shot), actor, at, capability=capability, device=device)
        return photo_id

    def act(self, case: Case, action: Action, actor: Actor, at: datetime, **more: Any) -> Case:
        """One action on a case at a past instant, through the workflow as everybody's."""
        return act_on_case(case.id, ActionRequest(action, **more), actor, at)


def fresh(case_id: uuid.UUID) -> Case:
    """The case as it stands."""
    return db.session.get_one(Case, case_id)


def after_photos(case: Case) -> tuple[uuid.UUID, ...]:
    return facts_of(case).after_photo_ids


def read_buildings(communities: list[Community]) -> dict[uuid.UUID, list[str]]:
    """The names of each community's buildings."""
    found: dict[uuid.UUID, list[str]] = {}
    wanted = [each.id for each in communities]
    rows = db.session.execute(
        sa.select(Building.community_id, Building.name)
        .where(Building.community_id.in_(wanted))
        .order_by(Building.community_id, Building.id)
    )
    for community_id, name in rows:
        found.setdefault(community_id, []).append(name)
    return found
