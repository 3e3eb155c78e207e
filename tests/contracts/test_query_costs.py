"""What is written or read about many rows at once costs the same number of statements as about a few."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.history import NewEvent, append_events
from cases.models import Case
from cases.queries import get_case, list_public_steps, names_of_actors, organisations_named
from cases.terms import Action
from grid.permissions import Actor, Role
from inspections.assignment_status import RoundKind
from inspections.inspection_queries import get_inspection
from inspections.rounds import RoundPlan, create_round, edit_round, lock_round
from inspections.tracking import get_tracking, say_not_fixed
from server.db import db, new_id
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, actor_of, make_community, make_organisation
from tests.inspections import reporting
from tests.inspections.published import item, publish
from tests.inspections.visits import Scene, answer, make_photo
from tests.queries import counted_queries


def cost_of(work: Callable[[], Any]) -> int:
    db.session.flush()
    db.session.expunge_all()
    with counted_queries() as counted:
        work()
    return counted.number


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


@pytest.fixture
def desk(session: Any) -> CaseScene:
    made = CaseScene()
    made.report()  # what the version says of its items is read once and kept
    return made


def test_a_round_of_many_communities(scene: Scene) -> None:
    manager = actor_of(Role.TOWNSHIP_MANAGER, scene.areas["township"])
    others = [actor_of(Role.INSPECTOR, scene.areas["township"]).account_id for _ in range(10)]
    ids = [make_community(scene.areas["neighbourhood"]).id for _ in range(40)]

    def planned(communities: int, inspectors: int) -> RoundPlan:
        return RoundPlan(
            "十一月",
            RoundKind.ROUTINE,
            scene.version.id,
            NOW + timedelta(days=1),
            NOW + timedelta(days=5),
            community_ids=ids[:communities],
            inspector_ids=[each for each in others[:inspectors] if each],
        )

    few, many = planned(1, 1), planned(40, 10)
    assert cost_of(lambda: create_round(manager, few, NOW)) == cost_of(
        lambda: create_round(manager, many, NOW)
    )
    a_round = create_round(manager, few, NOW).id

    def edited(plan: RoundPlan) -> int:
        return cost_of(lambda: edit_round(manager, lock_round(manager, a_round), plan, NOW))

    assert edited(replace(few, note="少")) == edited(many) == edited(replace(few, note="又少"))


def test_a_report_with_many_photos(scene: Scene) -> None:
    def sent(photos: int) -> int:
        ids = tuple(make_photo(scene.inspector).id for _ in range(photos))
        content = reporting.content(scene, photo_ids=ids)
        return cost_of(lambda: reporting.put(content, actor=scene.inspector))

    sent(1)
    assert sent(1) == sent(9)


def test_merging_a_case_with_many_reports_and_photos_and_taking_it_back(desk: CaseScene) -> None:
    target = desk.filed(place="东").id

    def case_with(reports: int) -> Case:
        case = desk.report(place=f"西{reports}")
        steps = [
            NewEvent(NOW, None, "reporter", "join", "reported", "reported", photo_ids=_photos(desk, 3))
            for _ in range(reports)
        ]
        append_events([(case, step) for step in steps])
        return case

    def costs(reports: int) -> tuple[int, int]:
        case = case_with(reports)
        merging = cost_of(lambda: desk.act(case, Action.MERGE, desk.dispatcher, target_case_id=target))
        taking_back = cost_of(lambda: desk.act(case, Action.UNMERGE, desk.manager, reason="并错"))
        return merging, taking_back

    assert costs(1) == costs(9)


def _photos(desk: CaseScene, number: int, actor: Actor | None = None) -> tuple[uuid.UUID, ...]:
    return tuple(desk.photo(actor or desk.inspector) for _ in range(number))


def test_handling_with_many_photos(desk: CaseScene) -> None:
    def handled(photos: int) -> int:
        case, after = desk.in_handling(place=str(photos)), _photos(desk, photos, desk.handler)
        return cost_of(lambda: desk.act(case, Action.HANDLE, desk.handler, photo_ids=after))

    assert handled(1) == handled(9)


def test_a_case_with_many_events_photos_and_people(desk: CaseScene) -> None:
    def seen(events: int) -> int:
        case = desk.dispatched(place=str(events))
        organisation = make_organisation("grid_centre", desk.areas["township"])
        data = {"organisation_id": organisation.id}
        for _ in range(events):
            actor = actor_of(Role.DISPATCHER, desk.areas["township"]).account_id
            event = NewEvent(NOW, actor, "dispatcher", "reassign", "dispatched", "dispatched", data=data)
            append_events([(case, replace(event, photo_ids=_photos(desk, 2)))])

        def look() -> None:
            found = get_case(case.id, desk.manager)
            assert (len(found.photos), len(found.events)) == (2 * events, events + 3)
            names_of_actors(found.events)
            organisations_named(found)
            list_public_steps(found.id)

        return cost_of(look)

    assert seen(1) == seen(12)


def test_an_inspection_with_many_answers_and_photos(scene: Scene) -> None:
    codes = [f"FIRE-{number:02d}" for number in range(20)]
    scene.version = publish(*(item(code) for code in codes))

    def seen(fails: int) -> int:
        answers = [
            answer(code, "fail", photo_ids=tuple(make_photo(scene.inspector).id for _ in range(2)))
            if place < fails
            else answer(code)
            for place, code in enumerate(codes)
        ]
        name = scene.put(scene.content(*answers), new_id()).inspection.id
        return cost_of(lambda: get_inspection(scene.inspector, name))

    assert seen(1) == seen(20)


def test_following_and_reopening_with_many_photos(scene: Scene) -> None:
    organisation = make_organisation("property_company", scene.areas["neighbourhood"])

    def costs(photos: int) -> tuple[int, int]:
        ids = tuple(make_photo(scene.inspector).id for _ in range(photos))
        sent = reporting.content(scene, photo_ids=ids, building=str(photos))
        code = reporting.put(sent, actor=scene.inspector).tracking_code
        case_id = db.session.scalars(sa.select(Case.id).where(Case.building == str(photos))).one()
        reporting.close_case(scene, case_id, organisation, NOW)
        again = [make_photo(scene.inspector).id for _ in range(photos)]
        looking = cost_of(lambda: get_tracking(code, reporting.SECRET, NOW))
        return looking, cost_of(
            lambda: say_not_fixed(code, reporting.SECRET, "没修好", again, scene.inspector, NOW)
        )

    assert costs(1) == costs(9)
