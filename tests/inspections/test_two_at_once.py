"""Two phones at once, on real connections: one row, one case, one winner, no lost answer, no deadlock."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from cases.models import Case, CaseReport
from checklists.fact_models import ObservationFact
from grid.permissions import Role
from inspections.assignment_status import RoundKind
from inspections.inspection_content import InspectionStatus
from inspections.models import Answer, Inspection, Report
from inspections.rounds import RoundPlan, create_round
from server.db import db, new_id, transaction
from server.errors import DomainError
from tests.factories import NOW, actor_of
from tests.inspections.reporting import content, put
from tests.inspections.visits import Scene, answer, failing, make_photo


@pytest.fixture
def scene(committed_app: Flask) -> Iterator[Scene]:
    with committed_app.app_context():
        with transaction():
            made = Scene()
        yield made


def at_once(app: Flask, *works: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each on its own connection; answer what each gave, or its error."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    results[place] = work()
            except DomainError as error:
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    return results


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def errors(results: list[Any]) -> list[str]:
    return [each.code for each in results if isinstance(each, DomainError)]


def sending(scene: Scene, body: Any, name: uuid.UUID, **more: Any) -> Callable[[], Any]:
    return lambda: scene.put(body, name, **more)


def test_the_same_inspection_twice_at_once_is_one_row_and_one_answer(
    committed_app: Flask, scene: Scene
) -> None:
    name, body = new_id(), scene.content()
    results = at_once(committed_app, *[sending(scene, body, name)] * 3)
    assert sorted(each.is_new for each in results) == [False, False, True]
    assert all(each.inspection.receipt == results[0].inspection.receipt for each in results)
    assert (count(Inspection), count(Answer), count(ObservationFact)) == (1, 2, 2)


def test_other_content_under_one_name_at_once_has_one_winner(committed_app: Flask, scene: Scene) -> None:
    name = new_id()
    results = at_once(
        committed_app,
        sending(scene, scene.content(note="甲"), name),
        sending(scene, scene.content(note="乙"), name),
    )
    assert errors(results) == ["already_submitted"]
    (winner,) = [each for each in results if not isinstance(each, DomainError)]
    db.session.rollback()
    assert db.session.scalar(sa.select(Inspection.note)) == winner.inspection.note
    assert count(Answer) == 2


def test_two_tabs_never_overwrite_each_other(committed_app: Flask, scene: Scene) -> None:
    name = new_id()
    draft = InspectionStatus.DRAFT
    with transaction():
        scene.put(scene.content(status=draft), name)
    results = at_once(
        committed_app,
        sending(scene, scene.content(answer("CORR-01"), status=draft), name, expected_revision=1),
        sending(scene, scene.content(answer("PACT-01"), status=draft), name, expected_revision=1),
    )
    assert errors(results) == ["stale_draft"]
    assert count(Answer) == 1


def test_two_inspectors_finding_the_same_open_one_case_and_lose_no_answer(
    committed_app: Flask, scene: Scene
) -> None:
    with transaction():
        actors = [actor_of(Role.INSPECTOR, scene.areas["township"]) for _ in range(4)]
        photos = [make_photo(actor) for actor in actors]
    works = [
        sending(scene, scene.content(*failing(photo.id)), new_id(), actor=actor)
        for actor, photo in zip(actors, photos, strict=True)
    ]
    results = at_once(committed_app, *works)
    assert errors(results) == []
    joined = [line["is_joined"] for each in results for line in each.inspection.receipt["cases"]]
    assert sorted(joined) == [False, True, True, True]
    assert (count(Case), count(Inspection), count(ObservationFact)) == (1, 4, 8)


def test_one_assignment_takes_one_of_two_inspections(committed_app: Flask, scene: Scene) -> None:
    with transaction():
        manager = actor_of(Role.TOWNSHIP_MANAGER, scene.areas["township"])
        second = actor_of(Role.INSPECTOR, scene.areas["township"])
        planned = create_round(
            manager,
            RoundPlan(
                name="一轮",
                kind=RoundKind.ROUTINE,
                checklist_version_id=scene.version.id,
                starts_at=NOW.replace(day=1),
                ends_at=NOW.replace(day=28),
                community_ids=[scene.community.id],
            ),
            NOW,
        )
    body = scene.content(round_id=planned.id)
    results = at_once(
        committed_app, sending(scene, body, new_id()), sending(scene, body, new_id(), actor=second)
    )
    assert errors(results) == ["assignment_done"]
    assert count(Inspection) == 1


def test_one_revision_takes_one_of_two_corrections(committed_app: Flask, scene: Scene) -> None:
    with transaction():
        first = scene.put(scene.content()).inspection
    works = [
        sending(scene, scene.content(supersedes_id=first.id, note=note), new_id()) for note in ("甲", "乙")
    ]
    results = at_once(committed_app, *works)
    assert errors(results) == ["already_superseded"]
    assert count(Inspection) == 2


def test_the_same_report_twice_at_once_is_one_row_one_case_one_code(
    committed_app: Flask, scene: Scene
) -> None:
    name, sent = new_id(), content(scene)
    results = at_once(committed_app, *[lambda: put(sent, name)] * 3)
    assert sorted(each.is_new for each in results) == [False, False, True]
    assert len({each.tracking_code for each in results}) == 1
    assert (count(Report), count(Case), count(CaseReport)) == (1, 1, 1)


def test_other_reports_under_one_name_at_once_have_one_winner(committed_app: Flask, scene: Scene) -> None:
    name = new_id()
    works = [lambda text=text: put(content(scene, text=text), name) for text in ("甲", "乙")]
    assert errors(at_once(committed_app, *works)) == ["report_differs"]
    assert (count(Report), count(Case)) == (1, 1)


def test_many_at_once_are_all_kept(committed_app: Flask, scene: Scene) -> None:
    results = at_once(committed_app, *[lambda: put(content(scene)) for _ in range(8)])
    assert errors(results) == []
    assert (count(Report), count(Case)) == (8, 8)
