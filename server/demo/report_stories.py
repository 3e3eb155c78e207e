"""Reports of the demonstration's residents and staff, what the desk makes of them, and what the reporters say in the end."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.models import Case
from cases.opening import find_case_of_report
from cases.terms import Action, State
from grid.models import Community
from grid.permissions import ANONYMOUS, Actor
from inspections.report_content import ReportChannel, ReportContent
from inspections.report_intake import put_report
from inspections.tracking import rate_report, say_not_fixed
from server.demo.case_stories import Fate, Filed, fixed, release
from server.demo.matters import Matter
from server.demo.pictures import Shot
from server.demo.world import Story, World, fresh, name_of


@dataclass(frozen=True, slots=True)
class Report:
    """One report to come. `knows_item` is whether the reporter chose the item; `oddity` is for who reviews photos."""

    community: Community
    matter: Matter
    reporter: Actor = ANONYMOUS
    channel: ReportChannel = ReportChannel.RESIDENT
    photos: int = 1
    knows_item: bool = True
    phone_number: str | None = None
    hotline_number: str = ""
    building: str = ""
    clock_off: timedelta = timedelta(0)
    metres_off: float = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A report that was sent: its case, and the code by which its reporter follows it."""

    world: World
    what: Report
    case_id: uuid.UUID
    code: str
    number: int
    photos: tuple[uuid.UUID, ...]

    def case(self) -> Case:
        return fresh(self.case_id)

    def filed(self) -> Filed:
        return Filed(
            self.world, self.case_id, self.what.community, self.what.matter, self.number, self.photos
        )


def tell(world: World, what: Report, at: datetime, number: int | None = None) -> Told:
    """Send a report with its photos, as a phone does."""
    world.told.add((what.community.id, what.matter.item_code))
    place = world.pool.next_place(what.matter.scene) if number is None else number
    key = f"report/{what.community.code}/{what.matter.item_code}/{at.isoformat()}"
    capability = f"demo-{name_of(key).hex}" if what.reporter.account_id is None else None
    shots = [Shot(what.matter.scene, place), Shot(what.matter.scene, place, is_close=True)][: what.photos]
    photos = tuple(
        world.photograph(
            shot,
            what.community,
            what.reporter,
            at - timedelta(seconds=40),
            capability=capability,
            clock_off=what.clock_off,
            metres_off=what.metres_off,
        )
        for shot in shots
    )
    content = ReportContent(
        channel=what.channel,
        text=world.dice.choice(what.matter.found),
        item_code=what.matter.item_code if what.knows_item else None,
        photo_ids=photos,
        community_id=what.community.id,
        building=what.building or (world.building_of(what.community) if what.matter.is_indoors else ""),
        position=world.position_near(what.community),
        phone_number=what.phone_number,
        hotline_number=what.hotline_number,
        observed_at=at - timedelta(minutes=2),
        device_sent_at=at,
    )
    put = put_report(name_of(key), content, what.reporter, at, world.keys, capability=capability)
    case = find_case_of_report(put.report.id)
    assert case is not None
    return Told(world, what, case.id, put.tracking_code, place, photos)


def reported(world: World, what: Report, at: datetime, fate: Fate, *, is_verified: bool = False) -> Story:
    """Reported, looked at by the desk, verified on the spot where it is doubtful, filed; then the fate."""
    at = yield at
    told = tell(world, what, at)
    at += world.between(0.15, 0.6)
    if is_verified:
        at = yield from _verified(told, at)
    at = yield at
    _file(told, at)
    return (yield from fate(told.filed(), at))


def _file(told: Told, at: datetime) -> None:
    """Accept and file, the item first where the reporter did not know it."""
    world, dispatcher = told.world, told.filed().crew.dispatcher
    if not told.what.knows_item:
        changes = {"item_code": told.what.matter.item_code}
        world.act(told.case(), Action.EDIT, dispatcher, at, changes=changes, reason="按照片确定类别")
    world.act(told.case(), Action.FILE, dispatcher, at)
    release(told.filed(), told.photos[:1], at)


def _verified(told: Told, at: datetime) -> Story:
    world, crew = told.world, told.filed().crew
    at = yield at
    world.act(told.case(), Action.ASK_VERIFICATION, crew.dispatcher, at)
    at += world.between(0.6, 2)
    at = yield at
    verifier = crew.inspectors[-1]
    shot = Shot(told.what.matter.scene, told.number, is_close=True)
    photo = world.photograph(shot, told.what.community, verifier, at)
    world.act(told.case(), Action.VERIFY, verifier, at, photo_ids=(photo,), is_found=True, reason="现场属实")
    return at + timedelta(minutes=15)


def waits_for_triage(world: World, what: Report, at: datetime, number: int | None = None) -> Story:
    """New on the desk."""
    at = yield at
    tell(world, what, at, number)
    return at


def waits_for_verification(world: World, what: Report, at: datetime) -> Story:
    """Sent to an inspector to be looked at."""
    at = yield at
    told = tell(world, what, at)
    at += timedelta(minutes=20)
    at = yield at
    world.act(told.case(), Action.ASK_VERIFICATION, told.filed().crew.dispatcher, at)
    return at


def not_filed(world: World, what: Report, at: datetime, reason: str) -> Story:
    """Looked at and not taken up, with the reason."""
    at = yield at
    told = tell(world, what, at)
    at += world.between(0.3, 3)
    at = yield at
    world.act(told.case(), Action.NOT_FILE, told.filed().crew.dispatcher, at, reason=reason)
    return at


def doubled(world: World, what: Report, at: datetime) -> Story:
    """Two people report the same; the second case is merged into the first, which is then fixed for both."""
    at = yield at
    first = tell(world, what, at)
    at += world.between(0.6, 3)
    at = yield at
    second = tell(world, what, at)
    at += world.between(0.2, 1)
    at = yield at
    _file(first, at)
    at += timedelta(minutes=6)
    at = yield at
    world.act(second.case(), Action.MERGE, second.filed().crew.dispatcher, at, target_case_id=first.case_id)
    return (yield from fixed(first.filed(), at))


def rated(world: World, what: Report, at: datetime, score: str, note: str = "") -> Story:
    """Fixed and judged by who reported it."""
    at = yield at
    told = tell(world, what, at)
    at += world.between(0.15, 0.6)
    at = yield at
    _file(told, at)
    at = yield from fixed(told.filed(), at)
    at += world.between(1, 40)
    at = yield at
    if told.case().state is State.CLOSED:
        rate_report(told.code, world.keys.lookup.encode(), score, note, at)
    return at


def not_fixed_after_all(world: World, what: Report, at: datetime, fate: Fate) -> Story:
    """Closed, and the reporter says that it is not fixed: it opens again by itself, and the fate follows."""
    at = yield at
    told = tell(world, what, at)
    at += world.between(0.15, 0.6)
    at = yield at
    _file(told, at)
    at = yield from fixed(told.filed(), at, (0.05, 0.3))
    at += world.between(3, 20)
    at = yield at
    say_not_fixed(told.code, world.keys.lookup.encode(), "只清了一半，昨天又堆上了", (), what.reporter, at)
    return (yield from fate(told.filed(), at))
