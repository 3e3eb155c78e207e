"""Rounds and visits of the demonstration's inspectors: what they answer, what they photograph, what it opens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checklists.catalogue_entries import Demand
from checklists.models import ChecklistVersion
from grid.models import Community
from grid.permissions import Actor
from inspections.answers import AnswerResult, Applicability, ItemRule
from inspections.assignment_status import RoundKind
from inspections.inspection_content import AnswerContent, InspectionContent, InspectionStatus
from inspections.inspection_intake import put_inspection
from inspections.item_rules import item_rules
from inspections.models import Inspection
from inspections.rounds import RoundPlan, create_round
from server.demo.case_stories import Fate, Filed
from server.demo.matters import PROOF_SCENES, Matter, matters_by_item
from server.demo.pictures import Shot
from server.demo.world import World, name_of

_BY_ITEM = matters_by_item()
_SECONDS_AN_ITEM = 55


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to come: who, where, for which round, and which share of the items that can fail does."""

    community: Community
    version: ChecklistVersion
    inspector: Actor
    round_id: uuid.UUID | None
    failing: float
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """A round: its name, kind, checklist and window in days before now (negative: to come)."""

    name: str
    kind: RoundKind
    checklist: str
    from_days: float
    to_days: float


def plan_round(
    world: World, planned: PlannedRound, planner: Actor, visitors: dict[uuid.UUID, uuid.UUID], at: datetime
) -> uuid.UUID:
    """Plan a round in which each community has its inspector."""
    made = create_round(
        planner,
        RoundPlan(
            name=planned.name,
            kind=planned.kind,
            checklist_version_id=world.versions[planned.checklist].id,
            starts_at=world.ago(planned.from_days),
            ends_at=world.ago(planned.to_days),
            community_ids=list(visitors),
            inspectors=visitors,
        ),
        at,
    )
    return made.id


def visit(world: World, what: Visit, at: datetime) -> list[Filed]:
    """Submit a visit that ends at an instant; the cases that it opened."""
    failing = _failing_items(world, what)
    begun = at - timedelta(seconds=_SECONDS_AN_ITEM * len(item_rules(what.version, what.community)) + 300)
    shown: dict[str, tuple[int, tuple[uuid.UUID, ...]]] = {}
    answers, moment = [], begun + timedelta(minutes=3)
    for rule in _asked(what):
        moment += timedelta(seconds=world.dice.randrange(20, _SECONDS_AN_ITEM))
        answers.append(_answer(world, what, rule, failing.get(rule.code), moment, shown))
    content = _content(what, InspectionStatus.SUBMITTED, answers, begun, at)
    stored = put_inspection(_visit_id(what, begun), content, what.inspector, at).inspection
    return list(_filed(world, what, stored, failing, shown))


def leave_half_done(what: Visit, at: datetime, share: float) -> None:
    """A draft of a visit under way: some items passed, the last one failing and not proved yet."""
    rules = _asked(what)
    begun = at - timedelta(minutes=25)
    answers = [
        AnswerContent(rule.code, AnswerResult.PASS, begun + timedelta(seconds=70 * number))
        for number, rule in enumerate(rules[: max(2, int(len(rules) * share))])
        if rule.photos is not Demand.ALWAYS
    ]
    answers[-1] = AnswerContent(
        answers[-1].item_code, AnswerResult.FAIL, answers[-1].observed_at, occurrences=1
    )
    content = _content(what, InspectionStatus.DRAFT, answers, begun, at)
    put_inspection(_visit_id(what, begun), content, what.inspector, at)


def _visit_id(what: Visit, begun: datetime) -> uuid.UUID:
    return name_of(f"visit/{what.version.checklist_code}/{what.community.code}/{begun.isoformat()}")


def _content(
    what: Visit, status: InspectionStatus, answers: Sequence[AnswerContent], begun: datetime, at: datetime
) -> InspectionContent:
    return InspectionContent(
        community_id=what.community.id,
        checklist_version_id=what.version.id,
        status=status,
        answers=answers,
        round_id=what.round_id,
        started_at=begun,
        device_sent_at=at,
    )


def _asked(what: Visit) -> list[ItemRule]:
    """What applies or may apply and is an inspector's to answer, in order."""
    rules = item_rules(what.version, what.community)
    return [
        each for each in rules if each.may_answer and each.applicability is not Applicability.DOES_NOT_APPLY
    ]


def _failing_items(world: World, what: Visit) -> dict[str, Matter]:
    """The items that fail this time, each with its matter; the common ones more often, none that was told before."""
    asked = {rule.code for rule in _asked(what)}
    choices = [
        matter
        for code in sorted(asked & _BY_ITEM.keys())
        for matter in _BY_ITEM[code]
        if (what.community.id, code) not in world.told
    ]
    wanted = round(what.failing * len(asked))
    chosen: dict[str, Matter] = {}
    while choices and len(chosen) < wanted:
        matter = world.dice.choices(choices, [each.weight for each in choices])[0]
        choices.remove(matter)
        chosen[matter.item_code] = matter
        world.told.add((what.community.id, matter.item_code))
    return chosen


def _answer(
    world: World,
    what: Visit,
    rule: ItemRule,
    matter: Matter | None,
    moment: datetime,
    shown: dict[str, tuple[int, tuple[uuid.UUID, ...]]],
) -> AnswerContent:
    position = world.position_near(what.community)
    if matter is None:
        photos = _proof(world, what, rule, moment) if rule.photos is Demand.ALWAYS else ()
        note = "现场查看，符合要求" if rule.note is Demand.ALWAYS else ""
        return AnswerContent(
            rule.code, AnswerResult.PASS, moment, photo_ids=photos, note=note, position=position
        )
    number = world.pool.next_place(matter.scene)
    photos = _photos_of(world, what, matter, number, max(1, rule.min_photos), moment)
    shown[rule.code] = (number, photos)
    return AnswerContent(
        rule.code,
        AnswerResult.FAIL,
        moment,
        occurrences=world.dice.randrange(1, 4) if rule.counts_occurrences else None,
        photo_ids=photos,
        note=matter.note,
        building=world.building_of(what.community) if matter.is_indoors else "",
        position=position,
    )


def _photos_of(
    world: World, what: Visit, matter: Matter, number: int, count: int, moment: datetime
) -> tuple[uuid.UUID, ...]:
    """The whole view first, then a closer look at the same place, then other places."""
    shots = [Shot(matter.scene, number), Shot(matter.scene, number, is_close=True)][:count]
    while len(shots) < count:
        shots.append(Shot(matter.scene, world.pool.next_place(matter.scene), is_close=True))
    return tuple(world.photograph(shot, what.community, what.inspector, moment) for shot in shots)


def _proof(world: World, what: Visit, rule: ItemRule, moment: datetime) -> tuple[uuid.UUID, ...]:
    """Photos of what is as it should be."""
    scene = PROOF_SCENES[rule.code]
    shots = [
        Shot(scene, world.pool.next_proof(scene), is_after=True, is_close=True)
        for _ in range(max(1, rule.min_photos))
    ]
    return tuple(world.photograph(shot, what.community, what.inspector, moment) for shot in shots)


def _filed(
    world: World,
    what: Visit,
    stored: Inspection,
    failing: dict[str, Matter],
    shown: dict[str, tuple[int, tuple[uuid.UUID, ...]]],
) -> Iterable[Filed]:
    """The cases that this visit opened, for their own stories to go on."""
    for line in stored.receipt["cases"]:
        if line["is_joined"]:
            continue
        code = line["item_code"]
        number, photos = shown[code]
        yield Filed(world, uuid.UUID(line["case_id"]), what.community, failing[code], number, photos)
