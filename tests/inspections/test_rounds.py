"""Rounds: planned by who may, given to who can, fixed once begun, and honest about what is late or missed."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from grid.permissions import Actor, Role
from inspections.assignment_status import RoundKind
from inspections.inspection_content import AnswerContent, InspectionStatus
from inspections.models import Round, RoundAssignment
from inspections.round_queries import RoundFilter, get_round, list_assignments, list_rounds
from inspections.rounds import RoundPlan, RoundRefused, cancel_round, create_round, edit_round, lock_round
from inspections.spreading import spread
from server.db import db, new_id
from server.errors import Conflict, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_community
from tests.inspections.published import publish
from tests.inspections.visits import Scene, passing
from tests.queries import counted_queries

STARTS, ENDS = NOW - timedelta(days=1), NOW + timedelta(days=5)


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


@pytest.fixture
def manager(scene: Scene) -> Actor:
    return actor_of(Role.TOWNSHIP_MANAGER, scene.areas["township"])


def plan(scene: Scene, **more: Any) -> RoundPlan:
    values: dict[str, Any] = {
        "name": "十一月实地测评",
        "kind": RoundKind.ASSESSMENT,
        "checklist_version_id": scene.version.id,
        "starts_at": STARTS,
        "ends_at": ENDS,
        "community_ids": [scene.community.id],
    } | more
    return RoundPlan(**values)


def given(planned: Round) -> dict[uuid.UUID, uuid.UUID | None]:
    rows = sa.select(RoundAssignment).where(RoundAssignment.round_id == planned.id)
    return {each.community_id: each.inspector_id for each in db.session.scalars(rows)}


def fields(refused: pytest.ExceptionInfo[Any]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


class TestPlanning:
    def test_a_round_gives_each_community_to_an_inspector(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene, inspector_ids=[scene.inspector.account_id]), NOW)
        assert given(planned) == {scene.community.id: scene.inspector.account_id}
        assert planned.area_path == scene.areas["neighbourhood"].path

    def test_an_area_brings_all_its_active_communities_and_no_others(
        self, scene: Scene, manager: Actor
    ) -> None:
        second = make_community(scene.areas["neighbourhood"])
        make_community(scene.areas["neighbourhood"], is_active=False)
        make_community(scene.areas["other_neighbourhood"])
        wanted = plan(scene, community_ids=[], area_codes=[scene.areas["township"].code])
        assert given(create_round(manager, wanted, NOW)).keys() == {scene.community.id, second.id}

    def test_a_community_named_twice_stands_once(self, scene: Scene, manager: Actor) -> None:
        wanted = plan(
            scene,
            community_ids=[scene.community.id, scene.community.id],
            area_codes=[scene.areas["township"].code],
        )
        assert len(given(create_round(manager, wanted, NOW))) == 1

    def test_who_is_named_for_a_community_gets_it_and_the_rest_is_spread(
        self, scene: Scene, manager: Actor
    ) -> None:
        second = make_community(scene.areas["neighbourhood"])
        other = actor_of(Role.INFORMATION_OFFICER, scene.areas["neighbourhood"])
        wanted = plan(
            scene,
            community_ids=[scene.community.id, second.id],
            inspector_ids=[scene.inspector.account_id],
            inspectors={second.id: other.account_id},
        )
        assert given(create_round(manager, wanted, NOW)) == {
            scene.community.id: scene.inspector.account_id,
            second.id: other.account_id,
        }

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"ends_at": STARTS}, "ends_at", "ends_before_start"),
            ({"starts_at": NOW - timedelta(days=9), "ends_at": NOW}, "ends_at", "in_the_past"),
            ({"ends_at": STARTS + timedelta(days=367)}, "ends_at", "window_too_long"),
            ({"checklist_version_id": new_id()}, "checklist_version_id", "unknown"),
            ({"community_ids": []}, "community_ids", "number_of_communities"),
            ({"community_ids": [new_id()]}, "community_ids.0", "unknown"),
            ({"area_codes": ["nowhere"]}, "area_codes.0", "unknown"),
            ({"inspector_ids": [new_id()]}, "inspector_ids.0", "unknown"),
        ],
    )
    def test_what_is_wrong_is_said_by_field(
        self, scene: Scene, manager: Actor, changes: dict[str, Any], field: str, code: str
    ) -> None:
        with pytest.raises(RoundRefused) as refused:
            create_round(manager, plan(scene, **changes), NOW)
        assert fields(refused) == [(field, code)]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Round)) == 0

    def test_a_retired_version_is_refused(self, scene: Scene, manager: Actor) -> None:
        scene.version = publish(retired_at=NOW)
        with pytest.raises(RoundRefused) as refused:
            create_round(manager, plan(scene), NOW)
        assert fields(refused) == [("checklist_version_id", "retired_version")]

    def test_another_areas_community_or_area_does_not_exist(self, scene: Scene, manager: Actor) -> None:
        elsewhere = make_community(scene.areas["other_neighbourhood"])
        wanted = plan(scene, community_ids=[elsewhere.id], area_codes=[scene.areas["other_township"].code])
        with pytest.raises(RoundRefused) as refused:
            create_round(manager, wanted, NOW)
        assert fields(refused) == [("area_codes.0", "unknown"), ("community_ids.0", "unknown")]

    @pytest.mark.parametrize(
        ("role", "area"), [(Role.HANDLER, "township"), (Role.INSPECTOR, "other_township")]
    )
    def test_who_cannot_inspect_there_is_refused(
        self, scene: Scene, manager: Actor, role: Role, area: str
    ) -> None:
        wrong = actor_of(role, scene.areas[area]).account_id
        with pytest.raises(RoundRefused) as refused:
            create_round(manager, plan(scene, inspectors={scene.community.id: wrong}), NOW)
        assert fields(refused) == [(f"inspectors.{scene.community.id}", "inspector_out_of_area")]


class TestChanging:
    def test_a_round_is_replanned_until_it_starts(self, scene: Scene, manager: Actor) -> None:
        ahead = {"starts_at": NOW + timedelta(days=1)}
        planned = create_round(manager, plan(scene, **ahead), NOW)
        second = make_community(scene.areas["neighbourhood"])
        edit_round(manager, planned, plan(scene, name="改期", community_ids=[second.id], **ahead), NOW)
        assert (planned.name, planned.revision) == ("改期", 2)
        assert given(planned).keys() == {second.id}

    def test_a_round_that_has_started_stays_as_it_is(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        with pytest.raises(Conflict) as refused:
            edit_round(manager, planned, plan(scene, name="改名"), NOW)
        assert refused.value.code == "round_started"

    def test_a_round_called_off_expects_nothing_more(self, scene: Scene, manager: Actor) -> None:
        planned = cancel_round(create_round(manager, plan(scene), NOW), NOW)
        assert planned.cancelled_at == NOW
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(round_id=planned.id))
        assert refused.value.code == "round_cancelled"
        assert list_rounds(manager, RoundFilter(), NOW, 10) == []

    def test_a_round_that_is_over_is_not_called_off(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        with pytest.raises(Conflict):
            cancel_round(planned, ENDS + timedelta(seconds=1))

    def test_only_who_manages_all_of_it_may_change_it(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        outsider = actor_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"])
        assert lock_round(manager, planned.id) is planned
        with pytest.raises(NotFound):
            lock_round(outsider, planned.id)


class TestVisits:
    def test_a_visit_in_time_is_done(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        scene.put(scene.content(round_id=planned.id))
        (line,) = list_assignments(manager, planned, NOW)
        assert (line.status, line.assignment.community.name) == ("done", scene.community.name)

    def test_a_draft_is_in_progress_and_missed_when_the_round_is_over(
        self, scene: Scene, manager: Actor
    ) -> None:
        planned = create_round(manager, plan(scene), NOW)
        scene.put(scene.content(round_id=planned.id, status=InspectionStatus.DRAFT))
        assert [line.status for line in list_assignments(manager, planned, NOW)] == ["in_progress"]
        after = ENDS + timedelta(days=1)
        assert [line.status for line in list_assignments(manager, planned, after)] == ["missed"]

    def test_a_visit_after_the_end_is_late(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        after = ENDS + timedelta(days=1)
        late = scene.content(
            *[_at(each, after) for each in passing()], round_id=planned.id, device_sent_at=after
        )
        scene.put(late, now=after)
        assert [line.status for line in list_assignments(manager, planned, after)] == ["late"]
        (line,) = list_rounds(manager, RoundFilter(), after, 10)
        assert (line.progress.late, line.progress.done, line.progress.missed) == (1, 0, 0)

    def test_a_visit_made_in_time_and_delivered_late_is_done(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        after = ENDS + timedelta(days=1)
        scene.put(scene.content(round_id=planned.id, device_sent_at=after), now=after)
        assert [line.status for line in list_assignments(manager, planned, after)] == ["done"]

    def test_a_correction_does_not_make_a_visit_late(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        first = scene.put(scene.content(round_id=planned.id)).inspection
        after = ENDS + timedelta(days=1)
        late = [_at(each, after) for each in passing()]
        scene.put(scene.content(*late, supersedes_id=first.id, device_sent_at=after), now=after)
        assert [line.status for line in list_assignments(manager, planned, after)] == ["done"]

    def test_an_assignment_takes_one_inspection(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        scene.put(scene.content(round_id=planned.id))
        with pytest.raises(Conflict) as refused:
            scene.put(scene.content(round_id=planned.id))
        assert refused.value.code == "assignment_done"

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"round_id": new_id()}, "round_id", "unknown"),
            ({"checklist_version_id": "another"}, "checklist_version_id", "not_the_rounds"),
        ],
    )
    def test_a_visit_must_be_the_rounds(
        self, scene: Scene, manager: Actor, changes: dict[str, Any], field: str, code: str
    ) -> None:
        planned = create_round(manager, plan(scene), NOW)
        if "checklist_version_id" in changes:
            changes = {"checklist_version_id": publish().id}
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(**({"round_id": planned.id} | changes)))
        assert fields(refused) == [(field, code)]

    def test_a_community_given_to_somebody_else_is_theirs(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene, inspector_ids=[scene.inspector.account_id]), NOW)
        other = actor_of(Role.INSPECTOR, scene.areas["township"])
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(round_id=planned.id), actor=other)
        assert fields(refused) == [("round_id", "not_assigned_to_you")]

    def test_a_round_that_has_not_started_takes_nothing(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene, starts_at=NOW + timedelta(days=1)), NOW)
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(round_id=planned.id))
        assert fields(refused) == [("round_id", "round_not_started")]

    def test_a_version_retired_after_the_round_was_planned_is_still_taken(
        self, scene: Scene, manager: Actor
    ) -> None:
        planned = create_round(manager, plan(scene), NOW)
        scene.version.retired_at = NOW + timedelta(hours=1)
        db.session.flush()
        later = NOW + timedelta(days=1)
        assert scene.put(scene.content(round_id=planned.id, device_sent_at=later), now=later).is_new


class TestLooking:
    def test_progress_counts_what_is_done_open_and_missed(self, scene: Scene, manager: Actor) -> None:
        others = [make_community(scene.areas["neighbourhood"], attributes={"lifts": 0}) for _ in range(2)]
        planned = create_round(
            manager, plan(scene, community_ids=[scene.community.id, *(each.id for each in others)]), NOW
        )
        scene.put(scene.content(round_id=planned.id))
        scene.put(
            scene.content(round_id=planned.id, community_id=others[0].id, status=InspectionStatus.DRAFT)
        )
        (now,) = list_rounds(manager, RoundFilter(), NOW, 10)
        (after,) = list_rounds(manager, RoundFilter(), ENDS + timedelta(days=1), 10)
        assert (now.progress.done, now.progress.in_progress, now.progress.pending) == (1, 1, 1)
        assert (after.progress.done, after.progress.missed, after.progress.total) == (1, 2, 3)

    def test_the_counted_progress_is_that_of_the_assignments(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        scene.put(scene.content(round_id=planned.id))
        (line,) = list_rounds(manager, RoundFilter(), NOW, 10)
        statuses = [each.status.value for each in list_assignments(manager, planned, NOW)]
        assert [getattr(line.progress, name) for name in set(statuses)] == [len(statuses)]

    def test_outsiders_do_not_see_a_round(self, scene: Scene, manager: Actor) -> None:
        planned = create_round(manager, plan(scene), NOW)
        outsider = actor_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"])
        with pytest.raises(NotFound):
            get_round(outsider, planned.id)
        assert list_rounds(outsider, RoundFilter(), NOW, 10) == []

    def test_a_township_sees_its_own_part_of_the_districts_round(self, scene: Scene) -> None:
        admin = actor_of(Role.DISTRICT_ADMIN, scene.areas["district"])
        elsewhere = make_community(scene.areas["other_neighbourhood"])
        planned = create_round(admin, plan(scene, community_ids=[scene.community.id, elsewhere.id]), NOW)
        township = actor_of(Role.AUDITOR, scene.areas["township"])
        assert planned.area_path == scene.areas["district"].path
        assert [each.assignment.community_id for each in list_assignments(township, planned, NOW)] == [
            scene.community.id
        ]
        assert [each.progress.total for each in list_rounds(township, RoundFilter(), NOW, 10)] == [1]

    def test_an_inspector_finds_what_is_theirs(self, scene: Scene, manager: Actor) -> None:
        mine = create_round(manager, plan(scene, inspector_ids=[scene.inspector.account_id]), NOW)
        create_round(manager, plan(scene), NOW)
        wanted = RoundFilter(inspector_id=scene.inspector.account_id)
        assert [each.round.id for each in list_rounds(scene.inspector, wanted, NOW, 10)] == [mine.id]

    def test_pages_follow_each_other_without_gap_or_repetition(self, scene: Scene, manager: Actor) -> None:
        planned = {create_round(manager, plan(scene), NOW).id for _ in range(3)}
        first = list_rounds(manager, RoundFilter(), NOW, 2)
        key = (first[-1].round.starts_at, first[-1].round.id)
        second = list_rounds(manager, RoundFilter(), NOW, 2, key)
        assert {each.round.id for each in [*first, *second]} == planned
        assert len(second) == 1

    def test_looking_costs_the_same_for_one_and_for_ten(self, scene: Scene, manager: Actor) -> None:
        def cost() -> int:
            db.session.expunge_all()
            with counted_queries() as counted:
                lines = list_rounds(manager, RoundFilter(), NOW, 50)
                list_assignments(manager, lines[0].round, NOW)
            return counted.number

        create_round(manager, plan(scene), NOW)
        one = cost()
        communities = [make_community(scene.areas["neighbourhood"]) for _ in range(9)]
        ids = [each.id for each in communities]
        for _ in range(9):
            create_round(manager, plan(scene, community_ids=ids), NOW)
        assert cost() == one


def test_places_are_spread_evenly_and_neighbours_stay_together() -> None:
    assert spread("abcdefg", [1, 2, 3]) == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3, "g": 3}
    assert spread("ab", []) == {}


def _at(given_answer: AnswerContent, when: datetime) -> AnswerContent:
    return replace(given_answer, observed_at=when)
