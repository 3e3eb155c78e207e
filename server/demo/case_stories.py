"""What becomes of a case after it was filed: dispatched, handled, checked, and all that comes between. One story each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.after_photos import list_look_alikes
from cases.terms import Action
from grid.demo import HOME_NEIGHBOURHOOD
from grid.models import Community
from server.clock import local_day
from server.demo.cast import Crew, Hand
from server.demo.matters import Matter
from server.demo.pictures import Shot
from server.demo.world import Story, World, after_photos, awake, fresh
from uploads.photos import get_photo
from uploads.releases import make_public_picture, release_photo


@dataclass(frozen=True, slots=True)
class Filed:
    """A case that has been filed, with what its story needs; `number` is the place of the scene that its photos show."""

    world: World
    case_id: uuid.UUID
    community: Community
    matter: Matter
    number: int
    before: tuple[uuid.UUID, ...]

    @property
    def crew(self) -> Crew:
        return self.world.cast.crew_of(self.community)

    @property
    def hand(self) -> Hand:
        return self.crew.hand_for(self.matter.handler, self.community)


Fate = Callable[[Filed, datetime], Story]
# What is late already is not left to the next minute: the time left counts as this at least.
_A_WORKING_DAY = timedelta(hours=9)


def _dispatch(filed: Filed, at: datetime, hand: Hand | None = None) -> None:
    to = hand or filed.hand
    case = fresh(filed.case_id)
    filed.world.act(case, Action.DISPATCH, filed.crew.dispatcher, at, organisation_id=to.organisation_id)


def _start(filed: Filed, at: datetime) -> None:
    filed.world.act(fresh(filed.case_id), Action.START, filed.hand.actor, at)


def _handle(filed: Filed, at: datetime, number: int | None = None) -> uuid.UUID:
    """Hand in as fixed, with the after-photo of the same place."""
    photo = _after_photo(filed, at, filed.number if number is None else number)
    filed.world.act(
        fresh(filed.case_id),
        Action.HANDLE,
        filed.hand.actor,
        at,
        photo_ids=(photo,),
        reason=filed.matter.fixed,
    )
    return photo


def _after_photo(filed: Filed, at: datetime, number: int) -> uuid.UUID:
    """A photo of the place in order. Where it looks too much like what the file shows already, the workflow would refuse
    it, so another one is taken, as the handler would."""
    world, matter = filed.world, filed.matter
    while True:
        shot = Shot(matter.scene, number, is_after=True)
        photo = world.photograph(shot, filed.community, filed.hand.actor, at)
        if not list_look_alikes(filed.case_id, (photo,)):
            return photo
        number = world.pool.next_place(matter.scene)


def _expect_after_photo(filed: Filed) -> None:
    filed.world.pool.expect(Shot(filed.matter.scene, filed.number, is_after=True))


def _pass(filed: Filed, at: datetime) -> None:
    case, dice = fresh(filed.case_id), filed.world.dice
    checker = dice.choice(filed.crew.inspectors)
    filed.world.act(case, Action.CHECK_PASS, checker, at, seen_photo_ids=after_photos(case))


def _to_work(filed: Filed, at: datetime) -> Story:
    """Dispatched within the hour, taken up soon after, in office hours."""
    world = filed.world
    at = world.office(at + world.between(0.1, 0.8))
    at = yield at
    _dispatch(filed, at)
    at = world.office(at + world.between(0.1, 0.8))
    at = yield at
    _start(filed, at)
    return at


def fixed(filed: Filed, at: datetime, shares: tuple[float, float] = (0.15, 0.75)) -> Story:
    """The plain way: worked on, fixed when such a share of the time to the deadline is over, checked, closed; some of
    them shown to the public."""
    world = filed.world
    _expect_after_photo(filed)
    at = yield from _to_work(filed, at)
    at = _at_share_of_the_time_left(filed, at, world.dice.uniform(*shares))
    at = yield at
    after = _handle(filed, at)
    at = world.office(at + world.between(2, 26))
    at = yield at
    _pass(filed, at)
    shown_at = yield at + timedelta(minutes=20)
    release(filed, (*filed.before[:1], after), shown_at)
    return at


def _at_share_of_the_time_left(filed: Filed, at: datetime, share: float) -> datetime:
    """In office hours, unless the deadline does not wait for them."""
    due = _due(filed)
    wanted = at + max(due - at, _A_WORKING_DAY if share > 1 or due <= at else timedelta(0)) * share
    in_office = filed.world.office(wanted)
    return wanted if wanted < due <= in_office else in_office


def slowly_fixed(filed: Filed, at: datetime) -> Story:
    """The same, long past the deadline."""
    return (yield from fixed(filed, at, (1.15, 2.4)))


def reworked(filed: Filed, at: datetime) -> Story:
    """Fixed badly, sent back by the checker, fixed again."""
    world = filed.world
    at = yield from _to_work(filed, at)
    at = world.office(at + world.between(8, 60))
    at = yield at
    _handle(filed, at, world.pool.next_place(filed.matter.scene))
    at = world.office(at + world.between(2, 20))
    at = yield at
    _send_back(filed, at)
    at = world.office(at + world.between(10, 60))
    at = yield at
    _handle(filed, at)
    at = world.office(at + world.between(2, 20))
    at = yield at
    _pass(filed, at)
    return at


def _send_back(filed: Filed, at: datetime) -> None:
    world, checker = filed.world, filed.crew.inspectors[0]
    shot = Shot(filed.matter.scene, filed.number, is_close=True)
    photo = world.photograph(shot, filed.community, checker, at)
    reason = "现场复看未整改到位，照片所示部位仍有问题"
    world.act(fresh(filed.case_id), Action.REWORK, checker, at, reason=reason, photo_ids=(photo,))


def extended(filed: Filed, at: datetime) -> Story:
    """Needs more time and, where the limit leaves time to ask, gets it once; then it is fixed."""
    world = filed.world
    _expect_after_photo(filed)
    at = yield from _to_work(filed, at)
    asked_at = awake(at + world.between(1, 4))
    if asked_at < _due(filed) - timedelta(minutes=30):
        asked_at = yield asked_at
        _ask_for_time(filed, asked_at)
        at = asked_at + world.between(0.5, 2)
        at = yield at
        world.act(fresh(filed.case_id), Action.APPROVE_EXTENSION, filed.crew.dispatcher, at)
    at = world.office(at + timedelta(days=world.dice.uniform(1, 5)))
    at = yield at
    _handle(filed, at)
    at = world.office(at + world.between(2, 20))
    at = yield at
    _pass(filed, at)
    return at


def _ask_for_time(filed: Filed, at: datetime) -> None:
    reason = "需采购配件并安排施工队进场，申请延期一次"
    filed.world.act(fresh(filed.case_id), Action.EXTEND, filed.hand.actor, at, reason=reason)


def _due(filed: Filed) -> datetime:
    due = fresh(filed.case_id).deadline_effective
    assert due is not None
    return due


def returned(filed: Filed, at: datetime) -> Story:
    """Sent to somebody who is not the one, sent back, dispatched to the right one, fixed."""
    world, wrong = filed.world, _another_hand(filed)
    if wrong is None:
        return (yield from fixed(filed, at))
    at = world.office(at + world.between(0.3, 3))
    at = yield at
    _dispatch(filed, at, wrong)
    at = world.office(at + world.between(1, 6))
    at = yield at
    _return(filed, wrong, at)
    return (yield from fixed(filed, at))


def _another_hand(filed: Filed) -> Hand | None:
    others = [hand for kind, hand in filed.crew.hands.items() if kind in ("housing", "urban_enforcement")]
    return next((hand for hand in others if hand.organisation_id != filed.hand.organisation_id), None)


def _return(filed: Filed, wrong: Hand, at: datetime) -> None:
    filed.world.act(
        fresh(filed.case_id),
        Action.RETURN,
        wrong.actor,
        at,
        reason="不属于本单位职责范围，建议由小区物业处置",
        proposed_organisation_id=filed.hand.organisation_id,
    )


def sent_back_today(filed: Filed, at: datetime) -> Story:
    """Returned by who got it first; the dispatcher has to decide again."""
    wrong = _another_hand(filed)
    at += timedelta(minutes=50)
    at = yield at
    _dispatch(filed, at, wrong)
    at += timedelta(minutes=70)
    at = yield at
    _return(filed, wrong or filed.hand, at)
    return at


def returned_and_dispatched(filed: Filed, at: datetime) -> Story:
    """Returned by the first, now with the right one, who has not started."""
    at = yield from sent_back_today(filed, at)
    at += timedelta(minutes=200)
    at = yield at
    _dispatch(filed, at)
    return at


def forced(filed: Filed, at: datetime) -> Story:
    """Cannot be solved here; a manager closes it on an authority's word."""
    world = filed.world
    at = yield from _to_work(filed, at)
    at = world.office(at + timedelta(days=world.dice.uniform(6, 14)))
    at = yield at
    world.act(
        fresh(filed.case_id),
        Action.FORCE_CLOSE,
        filed.crew.manager,
        at,
        authority="住宅小区综合治理联席会议纪要〔2026〕第7号",
        reason="已纳入老旧小区综合改造项目统一实施",
    )
    return at


def appealed(filed: Filed, at: datetime) -> Story:
    """Closed late; the handler's organisation appeals and nobody has decided yet."""
    world = filed.world
    at = yield from _late_closing(filed, at)
    at = world.office(at + world.between(3, 30))
    at = yield at
    reason = "等待供电部门停电配合3个工作日，申请不计超期"
    world.act(fresh(filed.case_id), Action.APPEAL, filed.hand.actor, at, reason=reason)
    return at


def appeal_granted(filed: Filed, at: datetime) -> Story:
    """As before, and a manager has granted it."""
    world = filed.world
    at = yield from appealed(filed, at)
    at = world.office(at + world.between(20, 50))
    at = yield at
    world.act(
        fresh(filed.case_id),
        Action.DECIDE_APPEAL,
        filed.crew.manager,
        at,
        is_granted=True,
        reason="停电通知属实，同意",
    )
    return at


def _late_closing(filed: Filed, at: datetime) -> Story:
    world = filed.world
    _expect_after_photo(filed)
    at = yield from _to_work(filed, at)
    at = world.office(at + timedelta(days=world.dice.uniform(3, 5)))
    at = yield at
    _handle(filed, at)
    at = world.office(at + world.between(2, 8))
    at = yield at
    _pass(filed, at)
    return at


def neglected(filed: Filed, at: datetime) -> Story:
    """Taken up and never fixed: overdue, going up from loop to loop."""
    return (yield from _to_work(filed, at))


def put_off(filed: Filed, at: datetime) -> Story:
    """Too big for now: put off to a date while there is time to ask for it, else left as it is."""
    world = filed.world
    at = yield from _to_work(filed, at)
    at += timedelta(minutes=15)
    if at < _due(filed):
        at = yield at
        _ask_to_suspend(filed, at)
        at = world.office(at + world.between(0.5, 3))
        at = yield at
        world.act(fresh(filed.case_id), Action.APPROVE_SUSPENSION, filed.crew.manager, at)
    return at


def ignored(filed: Filed, at: datetime) -> Story:
    """Dispatched, and nobody has taken it up."""
    at = filed.world.office(at + filed.world.between(0.3, 2))
    at = yield at
    _dispatch(filed, at)
    return at


def waiting(_filed: Filed, at: datetime) -> Story:
    """Filed; the dispatcher has not got to it."""
    yield from ()
    return at


def dispatched(filed: Filed, at: datetime) -> Story:
    """With who is to handle it, not taken up yet."""
    at += timedelta(minutes=25)
    at = yield at
    _dispatch(filed, at)
    return at


def _soon_at_work(filed: Filed, at: datetime) -> Story:
    """Without regard for office hours: for what is to be under way now, whatever day and hour it is."""
    at = yield from dispatched(filed, at)
    at += timedelta(minutes=25)
    at = yield at
    _start(filed, at)
    return at


def in_hand(filed: Filed, at: datetime) -> Story:
    """Being worked on."""
    return (yield from _soon_at_work(filed, at))


def handed_in(filed: Filed, at: datetime) -> Story:
    """Fixed, and waiting for the check."""
    _expect_after_photo(filed)
    at = yield from _soon_at_work(filed, at)
    at += timedelta(hours=filed.world.dice.uniform(1.5, 3))
    at = yield at
    after = _handle(filed, at)
    shown_at = yield at + timedelta(minutes=10)
    release(filed, (*filed.before[:1], after), shown_at)
    return at


def to_be_redone(filed: Filed, at: datetime) -> Story:
    """Sent back by the checker; waits for the handler's second attempt."""
    at = yield from _soon_at_work(filed, at)
    at += timedelta(hours=2)
    at = yield at
    _handle(filed, at, filed.world.pool.next_place(filed.matter.scene))
    at += timedelta(hours=1.5)
    at = yield at
    _send_back(filed, at)
    return at


def asks_for_time(filed: Filed, at: datetime) -> Story:
    """Waits for the dispatcher's word on an extension."""
    at = yield from _soon_at_work(filed, at)
    at += timedelta(minutes=80)
    at = yield at
    _ask_for_time(filed, at)
    return at


def asks_to_suspend(filed: Filed, at: datetime) -> Story:
    """Waits for the manager's word on a suspension."""
    at = yield from _soon_at_work(filed, at)
    at += timedelta(minutes=80)
    at = yield at
    _ask_to_suspend(filed, at)
    return at


def suspended(filed: Filed, at: datetime) -> Story:
    """Put off to a date, with the manager's word."""
    at = yield from asks_to_suspend(filed, at)
    at += timedelta(minutes=140)
    at = yield at
    filed.world.act(fresh(filed.case_id), Action.APPROVE_SUSPENSION, filed.crew.manager, at)
    return at


def _ask_to_suspend(filed: Filed, at: datetime) -> None:
    filed.world.act(
        fresh(filed.case_id),
        Action.SUSPEND,
        filed.hand.actor,
        at,
        reason="需列入明年春季绿化、管线改造计划，申请挂账",
        until_on=local_day(filed.world.now) + timedelta(days=75),
    )


def taken_up_again(filed: Filed, at: datetime) -> Story:
    """Reopened, and begun anew by who had it."""
    at += timedelta(minutes=90)
    at = yield at
    _start(filed, at)
    return at


def fixed_again(filed: Filed, at: datetime) -> Story:
    """Reopened, and this time fixed for good."""
    world = filed.world
    at = world.office(at + world.between(1, 6))
    at = yield at
    _start(filed, at)
    at = world.office(at + world.between(4, 30))
    at = yield at
    _handle(filed, at, world.pool.next_place(filed.matter.scene))
    at = world.office(at + world.between(2, 20))
    at = yield at
    _pass(filed, at)
    return at


def release(filed: Filed, photo_ids: tuple[uuid.UUID, ...], at: datetime) -> None:
    """Let the public see these photos: at home mostly, elsewhere now and then."""
    world = filed.world
    is_home = filed.community.area_code == HOME_NEIGHBOURHOOD
    if filed.case_id not in world.shown and not is_home and world.dice.random() > 0.1:
        return
    world.shown.add(filed.case_id)
    for photo_id in photo_ids:
        if photo_id not in world.shown:
            world.shown.add(photo_id)
            picture = make_public_picture(get_photo(photo_id), (), world.pool.store)
            release_photo(photo_id, (), "", picture, filed.crew.dispatcher, at)


# How often what happens after an ordinary finding; the rest is simply fixed.
ORDINARY: Mapping[Fate, float] = {
    slowly_fixed: 0.13,
    reworked: 0.06,
    extended: 0.05,
    returned: 0.04,
    ignored: 0.01,
    forced: 0.01,
}


def ordinary_fate(world: World, township: str) -> Fate:
    """What becomes of a finding: in some townships more is left or put off than in others."""
    slack = SLACK[township]
    if world.dice.random() < slack:
        return put_off if world.dice.random() < 0.3 else neglected
    roll = world.dice.random()
    for fate, share in ORDINARY.items():
        if roll < share:
            return fate
        roll -= share
    return fixed


# The share of findings that nobody brings to an end, by township.
SLACK: Mapping[str, float] = {"310151101": 0.05, "310151102": 0.42, "310151103": 0.6, "310114001": 0.22}
