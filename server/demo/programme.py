"""What happened in the demonstration's last seventy days: which rounds, which visits, which reports, in which township."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grid.demo import HOME_NEIGHBOURHOOD, SECOND_TOWNSHIP
from grid.models import Community
from inspections.assignment_status import RoundKind
from inspections.report_content import ReportChannel
from server.demo import case_stories as fates
from server.demo.cast import HOME_TOWNSHIP, Crew
from server.demo.matters import MATTERS, Matter
from server.demo.report_stories import (
    Report,
    doubled,
    not_filed,
    not_fixed_after_all,
    rated,
    reported,
    waits_for_triage,
    waits_for_verification,
)
from server.demo.visit_stories import PlannedRound, Visit, leave_half_done, plan_round, visit
from server.demo.world import Story, World

CIVILISED, FIRE, WASTE = "civilised_community", "fire_safety", "waste_sorting"
BAOZHEN, XINHE = "310151102", "310151103"


@dataclass(frozen=True, slots=True)
class Part:
    """A township's part: whose communities are assessed for what, and which share of the items fails there."""

    township: str
    civilised: tuple[str, ...]
    fire: tuple[str, ...]
    failing: float


PARTS: Sequence[Part] = (
    Part(
        HOME_TOWNSHIP,
        ("001-01", "001-02", "001-03", "002-01", "002-02", "003-01", "003-02", "004-01"),
        ("001-01", "001-02", "001-03", "002-01", "002-02", "003-01", "004-02", "005-01", "006-02"),
        0.085,
    ),
    Part(BAOZHEN, ("001-01", "001-02", "002-02"), ("003-01", "003-02", "004-01"), 0.14),
    Part(XINHE, ("001-01", "002-02"), ("003-02", "004-01"), 0.18),
    Part(SECOND_TOWNSHIP, ("001-01", "002-02"), ("006-01", "006-02"), 0.085),
)
# Enough to have every kind of story once, for whoever wants it quickly.
SMALL_PARTS: Sequence[Part] = (
    Part(HOME_TOWNSHIP, ("001-01", "001-02", "002-01"), ("003-02", "004-01", "004-02", "005-01"), 0.06),
)
# Where the home township's inspectors go this week.
_TODAYS_COMMUNITIES = ("001-01", "001-02", "001-03", "002-01", "002-02", "003-01")


def codes_of(parts: Sequence[Part]) -> list[str]:
    """Every community that the programme names."""
    return sorted(
        {f"{part.township}{code}" for part in parts for code in (*part.civilised, *part.fire, *_home(part))}
    )


def _home(part: Part) -> tuple[str, ...]:
    return _TODAYS_COMMUNITIES if part.township == HOME_TOWNSHIP else ()


def stories_of(world: World, parts: Sequence[Part]) -> Iterator[Story]:
    """Everything that happens, story by story; each begins when its first instant says."""
    # First what is wanted by name, so that nobody else finds the same before.
    yield from _desk_of_today(world)
    yield from _residents_own(world)
    yield from _present_rounds(world)
    for part in parts:
        yield from _assessments(world, part)
        yield from _fire_rounds(world, part)
        yield from _township_reports(world, part)


# --- Rounds and visits ---


def _assessments(world: World, part: Part) -> Iterator[Story]:
    """The civilised-community assessment of the quarter, and at home a reinspection of three communities."""
    name = "三季度文明小区实地测评"
    planned = PlannedRound(name, RoundKind.ASSESSMENT, CIVILISED, 66, 44)
    yield _round(world, part, planned, part.civilised, part.failing, first_days=64, days_apart=2.4)
    if part.township == HOME_TOWNSHIP and len(part.civilised) > 6:
        again = PlannedRound("文明小区测评复查", RoundKind.REINSPECTION, CIVILISED, 13, 6)
        yield _round(world, part, again, part.civilised[3:6], 0.045, first_days=12, days_apart=1.5)
        waste = PlannedRound("生活垃圾分类专项检查", RoundKind.ROUTINE, WASTE, 20, 15)
        yield _round(world, part, waste, ("001-01", "003-02"), 0.1, first_days=19, days_apart=1.2)


def _fire_rounds(world: World, part: Part) -> Iterator[Story]:
    planned = PlannedRound("消防安全日常巡查", RoundKind.ROUTINE, FIRE, 27, 20)
    # The last community of the first township is forgotten: its assignment is missed.
    codes = part.fire[:-1] if part.township == HOME_TOWNSHIP and len(part.fire) > 3 else part.fire
    yield _round(world, part, planned, codes, 0.1, first_days=26, days_apart=0.6, all_codes=part.fire)


def _round(
    world: World,
    part: Part,
    planned: PlannedRound,
    codes: Sequence[str],
    failing: float,
    *,
    first_days: float,
    days_apart: float,
    all_codes: Sequence[str] | None = None,
) -> Story:
    """A round: planned two days ahead, then visit after visit; what they find goes its own way."""
    crew = world.cast.crews[part.township]
    at = world.ago(planned.from_days + 2, 9.5)
    at = yield at
    communities = [_community(world, part.township, code) for code in all_codes or codes]
    inspectors = {each.id: crew.inspectors[n % len(crew.inspectors)] for n, each in enumerate(communities)}
    round_id = plan_round(
        world,
        planned,
        crew.manager,
        {each: actor.account_id for each, actor in inspectors.items() if actor.account_id},
        at,
    )
    for number, community in enumerate(communities[: len(codes)]):
        at = max(
            at, world.office(world.ago(first_days - number * days_apart, 9 + world.dice.uniform(0.5, 6.5)))
        )
        at = yield at
        version = world.versions[planned.checklist]
        for filed in visit(world, Visit(community, version, inspectors[community.id], round_id, failing), at):
            world.go_on(fates.ordinary_fate(world, part.township)(filed, at + timedelta(minutes=5)))
    return at


def _present_rounds(world: World) -> Iterator[Story]:
    """This week's fire round, under way; a third party's, begun; next month's assessment, planned."""
    crew = world.cast.crews[HOME_TOWNSHIP]
    yield _round_under_way(world, crew)
    yield _third_party(world, crew)
    yield _round_to_come(world, crew)


def _round_under_way(world: World, crew: Crew) -> Story:
    planned = PlannedRound("本周消防安全巡查", RoundKind.ROUTINE, FIRE, 1.2, -2)
    at = world.ago(2.5)
    at = yield at
    communities = [_community(world, HOME_TOWNSHIP, code) for code in _TODAYS_COMMUNITIES]
    one, other = crew.inspectors
    visitors = {each.id: (other if n >= 4 else one) for n, each in enumerate(communities)}
    ids = {each: actor.account_id for each, actor in visitors.items() if actor.account_id}
    round_id = plan_round(world, planned, crew.manager, ids, at)
    version = world.versions[FIRE]
    for number, hours in ((1, 3.2), (4, 5.0)):
        at = world.ago(hours / 24)
        inspector = visitors[communities[number].id]
        world.go_on(_todays_visit(world, Visit(communities[number], version, inspector, round_id, 0.08), at))
    at = world.ago(0.9 / 24)
    at = yield at
    leave_half_done(Visit(communities[0], version, one, round_id, 0), at, 0.6)
    return at


def _todays_visit(world: World, what: Visit, at: datetime) -> Story:
    at = yield at
    for filed in visit(world, what, at):
        world.go_on(fates.dispatched(filed, at))
    return at


def _third_party(world: World, crew: Crew) -> Story:
    planned = PlannedRound("第三方暗访（试评）", RoundKind.THIRD_PARTY, WASTE, 3, -4)
    at = world.ago(4)
    at = yield at
    evaluator = world.cast.evaluator
    communities = [_community(world, HOME_TOWNSHIP, code) for code in ("001-02", "002-01")]
    assert evaluator.account_id is not None
    ids = {each.id: evaluator.account_id for each in communities}
    round_id = plan_round(world, planned, crew.manager, ids, at)
    at = world.ago(1.5)
    at = yield at
    visit(world, Visit(communities[0], world.versions[WASTE], evaluator, round_id, 0), at)
    return at


def _round_to_come(world: World, crew: Crew) -> Story:
    planned = PlannedRound("四季度文明小区实地测评", RoundKind.ASSESSMENT, CIVILISED, -5, -25)
    at = world.ago(1)
    at = yield at
    communities = [_community(world, HOME_TOWNSHIP, code) for code in PARTS[0].civilised if _has(world, code)]
    ids = {each.id: crew.inspectors[n % 2].account_id for n, each in enumerate(communities)}
    plan_round(world, planned, crew.manager, {each: one for each, one in ids.items() if one}, at)
    return at


# --- Reports ---

_SCORES: Sequence[tuple[str, str]] = (
    ("satisfied", "处理得很快，谢谢"),
    ("neutral", "弄是弄好了，就是慢了点"),
    ("satisfied", "清理得很干净"),
    ("dissatisfied", "过两天又这样了，希望长期管"),
    ("satisfied", ""),
)


def _township_reports(world: World, part: Part) -> Iterator[Story]:
    """Residents, staff and the hotline over the last weeks; most of it long fixed, much of that rated."""
    crew = world.cast.crews[part.township]
    communities = [_community(world, part.township, code) for code in part.civilised]
    count = max(3, len(communities))
    for number in range(count):
        days = 52 - number * 46 / count + world.dice.uniform(-2, 2)
        at = world.office(world.ago(days, world.dice.uniform(7.5, 20)))
        what = _report(world, communities[number % len(communities)], number, crew)
        if number % 2 == 0:
            yield rated(world, what, at, *_SCORES[number // 2 % len(_SCORES)])
        elif number % 7 == 5:
            yield doubled(world, what, at)
        else:
            yield reported(
                world, what, at, fates.ordinary_fate(world, part.township), is_verified=number % 4 == 1
            )


def _report(world: World, community: Community, number: int, crew: Crew) -> Report:
    """The next report from there: by a stranger, with or without a phone, by an inspector, by a hotline clerk."""
    matter = _new_matter(world, community)
    if number % 5 == 2:
        return Report(community, matter, crew.inspectors[0], ReportChannel.STAFF)
    if number % 9 == 7:
        order = f"12345-2026{number:04d}{community.area_code[-3:]}"
        return Report(
            community, matter, crew.dispatcher, ReportChannel.HOTLINE, photos=0, hotline_number=order
        )
    phone = f"1380000{1000 + number * 37 % 9000:04d}" if number % 2 else None
    return Report(
        community, matter, photos=2 if number % 6 == 5 else 1, phone_number=phone, knows_item=number % 4 != 3
    )


def _new_matter(world: World, community: Community) -> Matter:
    """A kind of problem that this community has not had yet, the common ones more often."""
    told = {code for community_id, code in world.told if community_id == community.id}
    choices = [each for each in MATTERS if each.item_code not in told] or list(MATTERS)
    matter = world.dice.choices(choices, [each.weight for each in choices])[0]
    world.told.add((community.id, matter.item_code))
    return matter


def _desk_of_today(world: World) -> Iterator[Story]:
    """What the demonstration's people find when they come in: cases in every state."""
    crew = world.cast.crews[HOME_TOWNSHIP]
    yield from _triage(world, crew)
    for code, item, hours, fate in _CASES_OF_TODAY:
        community = _community(world, HOME_TOWNSHIP, code)
        is_home = community.area_code == HOME_NEIGHBOURHOOD
        reporter = crew.officer if is_home and crew.officer else crew.inspectors[0]
        building = world.building_of(community) if is_home else "6号楼"
        what = Report(
            community, _claimed(world, community, item), reporter, ReportChannel.STAFF, building=building
        )
        yield reported(world, what, world.ago(hours / 24), fate)


# Community, item, reported so many hours ago, and how far it has come. The limits of the items make them what they are:
# 72 hours for sports equipment, 2 for a manhole, 10 working days for posters, 15 for an illegal building.
_CASES_OF_TODAY: Sequence[tuple[str, str, float, fates.Fate]] = (
    ("001-01", "SPORT-02", 67, fates.in_hand),
    ("002-01", "SPORT-02", 62, fates.in_hand),
    ("001-02", "CLEAN-06", 1.9, fates.in_hand),
    ("001-02", "RENO-03", 30, fates.in_hand),
    ("002-02", "GREEN-02", 26, fates.dispatched),
    ("003-01", "PUB-02", 28, fates.dispatched),
    ("001-02", "WASTE-03", 200, fates.in_hand),
    ("002-01", "CORR-01", 340, fates.in_hand),
    ("003-02", "FIRE-01", 270, fates.in_hand),
    ("001-01", "RENO-01", 75, fates.to_be_redone),
    ("002-02", "CORR-02", 54, fates.to_be_redone),
    ("001-02", "PARK-01", 40, fates.returned_and_dispatched),
    ("002-01", "GREEN-01", 31, fates.returned_and_dispatched),
    ("001-01", "CLEAN-02", 22, fates.sent_back_today),
    ("001-02", "PROP-01", 52, fates.asks_for_time),
    ("003-01", "RENO-03", 49, fates.asks_for_time),
    ("002-01", "GREEN-02", 500, fates.suspended),
    ("003-02", "RENO-01", 420, fates.suspended),
    ("004-01", "PUB-02", 27, fates.asks_to_suspend),
    ("001-01", "FIRE-04", 20, fates.handed_in),
    ("001-02", "CORR-03", 17, fates.handed_in),
    ("001-01", "EBIKE-02", 15, fates.handed_in),
    ("002-02", "LIFT-05", 25, fates.handed_in),
    ("003-01", "WASTE-02", 33, fates.handed_in),
    ("004-02", "FIRE-03", 29, fates.handed_in),
    ("001-01", "GREEN-03", 7, fates.waiting),
    ("002-02", "EBIKE-01", 5, fates.waiting),
    ("001-01", "ILLB-01", 96, fates.in_hand),
    ("002-01", "ILLB-01", 150, fates.asks_for_time),
    ("005-01", "CLEAN-05", 45, fates.in_hand),
    ("003-02", "CABLE-01", 610, fates.forced),
    ("001-03", "PUB-03", 30, fates.in_hand),
    ("001-01", "PUB-01", 400, fates.in_hand),
    ("001-03", "PUB-01", 28, fates.handed_in),
    ("004-01", "CORR-02", 290, fates.appealed),
    ("005-01", "CORR-03", 420, fates.appeal_granted),
)


def _triage(world: World, crew: Crew) -> Iterator[Story]:
    """New on the desk: strangers' reports, two of the same, one that joins what is under way, odd photos."""
    here, there = _community(world, HOME_TOWNSHIP, "001-01"), _community(world, HOME_TOWNSHIP, "002-01")
    next_door = _community(world, HOME_TOWNSHIP, "001-02")
    bins = Report(here, _matter("WASTE-03"), building="3号楼", photos=2)
    yield waits_for_triage(world, bins, world.ago(3.4 / 24))
    yield waits_for_triage(
        world,
        Report(here, _matter("WASTE-03"), building="3号楼", phone_number="13800000037"),
        world.ago(2.1 / 24),
    )
    yield waits_for_triage(
        world, Report(next_door, _matter("EBIKE-01"), building="5号楼", knows_item=False), world.ago(1.6 / 24)
    )
    yield waits_for_triage(world, Report(there, _matter("CORR-01"), building="6号楼"), world.ago(1.1 / 24))
    far = Report(next_door, _matter("CABLE-01"), metres_off=1900, photos=2)
    yield waits_for_triage(world, far, world.ago(0.8 / 24))
    slow = Report(there, _matter("RENO-01"), clock_off=-timedelta(minutes=47), phone_number="13800000074")
    yield waits_for_triage(world, slow, world.ago(0.5 / 24))
    order = "12345-20260008812"
    hotline = Report(
        next_door, _matter("PUB-02"), crew.dispatcher, ReportChannel.HOTLINE, photos=0, hotline_number=order
    )
    yield waits_for_triage(world, hotline, world.ago(0.35 / 24))
    yield waits_for_verification(
        world, Report(here, _matter("ILLB-05"), building="2号楼"), world.ago(4.5 / 24)
    )
    yield waits_for_verification(world, Report(there, _matter("EBIKE-02")), world.ago(6 / 24))
    yield doubled(world, Report(there, _claimed(world, there, "WASTE-03"), building="2号楼"), world.ago(8.2))
    private = "属于住户家中内部装修，不在受理范围，已电话解释"
    yield not_filed(world, Report(next_door, _matter("RENO-01")), world.ago(5.3), private)
    yield not_filed(
        world, Report(there, _matter("FIRE-03"), building="1号楼"), world.ago(9.2), "现场核对未发现所述情况"
    )


def _residents_own(world: World) -> Iterator[Story]:
    """What the demonstration's resident has reported: new, under way, fixed, rated, opened again, not taken up."""
    resident, home = world.cast.resident, _community(world, HOME_TOWNSHIP, "001-01")

    def mine(item: str, photos: int = 1) -> Report:
        return Report(home, _claimed(world, home, item), resident, photos=photos)

    yield waits_for_triage(world, mine("CORR-02", photos=2), world.ago(0.6 / 24))
    yield reported(world, mine("PARK-01"), world.ago(9 / 24), fates.in_hand)
    yield reported(world, mine("CORR-01", photos=2), world.ago(6.2), fates.fixed)
    yield rated(world, mine("EBIKE-01"), world.ago(31), "satisfied", "处理得很快，谢谢")
    yield not_fixed_after_all(world, mine("LIFT-05"), world.ago(7.4), fates.taken_up_again)
    yield not_fixed_after_all(world, mine("CORR-03"), world.ago(38), fates.fixed_again)
    yield not_filed(world, mine("CABLE-01"), world.ago(16), "已纳入架空线入地工程，工程期间不另立案")


def _claimed(world: World, community: Community, item_code: str) -> Matter:
    """The matter, which nobody else will come upon in this community."""
    world.told.add((community.id, item_code))
    return _matter(item_code)


def _matter(item_code: str) -> Matter:
    return next(each for each in MATTERS if each.item_code == item_code)


def _community(world: World, township: str, code: str) -> Community:
    return world.cast.communities[f"{township}{code}"]


def _has(world: World, code: str) -> bool:
    return f"{HOME_TOWNSHIP}{code}" in world.cast.communities
