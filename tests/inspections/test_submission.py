"""A submission costs the same number of statements however many fails it has, and each fail gets its case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.history import verify_case_chain
from cases.models import Case, CaseEvent, CasePhoto
from checklists.compliance_verification import verify_compliance
from checklists.fact_models import CaseIntervalFact
from inspections.answers import AnswerResult
from inspections.inspection_content import AnswerContent, InspectionStatus
from inspections.inspection_intake import InspectionPut
from inspections.models import Answer
from server.db import db, new_id
from tests.factories import NOW
from tests.inspections.published import item, publish
from tests.inspections.visits import Scene, answer, make_photo
from tests.queries import counted_queries

CODES = tuple(f"FIRE-{number:02d}" for number in range(24))
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def scene(session: Any) -> Scene:
    """A checklist of two dozen items whose first visit found everything in order."""
    made = Scene()
    made.version = publish(*(item(code) for code in CODES))
    made.put(made.content(*(answer(code) for code in CODES)))
    # The first fail reads what the version's items mean for cases; what follows finds it kept.
    visit(made, ["FIRE-23"], "预备")
    return made


def answers(scene: Scene, failing: list[str], building: str) -> list[AnswerContent]:
    """All items answered; each failing one with two photos."""
    return [
        answer(code, "fail", building=building, photo_ids=tuple(make_photo(scene.inspector).id for _ in "ab"))
        if code in failing
        else answer(code)
        for code in CODES
    ]


def visit(scene: Scene, failing: list[str], building: str = "", **more: Any) -> InspectionPut:
    return scene.put(scene.content(*answers(scene, failing, building), **more), now=LATER)


def cost(scene: Scene, failing: list[str], building: str = "", **more: Any) -> tuple[int, InspectionPut]:
    content = scene.content(*answers(scene, failing, building), **more)
    with counted_queries() as counted:
        put = scene.put(content, now=LATER)
    return counted.number, put


def joined(put: InspectionPut) -> list[bool]:
    return [line["is_joined"] for line in put.inspection.receipt["cases"]]


def test_twenty_fails_that_open_cases_cost_as_many_statements_as_one(scene: Scene) -> None:
    for_one, one = cost(scene, ["FIRE-00"], "1号楼")
    for_twenty, twenty = cost(scene, list(CODES[:20]), "2号楼")
    assert for_one == for_twenty
    assert (joined(one), joined(twenty)) == ([False], [False] * 20)


def test_twenty_fails_that_join_cases_cost_as_many_statements_as_one(scene: Scene) -> None:
    visit(scene, list(CODES[:20]))
    for_one, one = cost(scene, ["FIRE-00"])
    for_twenty, twenty = cost(scene, list(CODES[:20]))
    assert for_one == for_twenty
    assert (joined(one), joined(twenty)) == ([True], [True] * 20)


def test_any_mix_of_opening_and_joining_costs_the_same(scene: Scene) -> None:
    """Joined and opened cases take turns, so that no run of equal rows makes it cheap."""
    visit(scene, list(CODES[0:20:2]))
    for_two, two = cost(scene, ["FIRE-00", "FIRE-21"])
    for_twenty, twenty = cost(scene, list(CODES[:20]))
    assert for_two == for_twenty
    assert (joined(two), joined(twenty)) == ([True, False], [True, False] * 10)


def test_a_draft_that_is_submitted_costs_the_same_for_many_fails(scene: Scene) -> None:
    numbers = []
    for failing in (["FIRE-00"], list(CODES[:20])):
        name, sent = new_id(), answers(scene, failing, f"{len(failing)}号楼")
        scene.put(scene.content(*sent, status=InspectionStatus.DRAFT), name)
        with counted_queries() as counted:
            scene.put(scene.content(*sent), name, now=LATER, expected_revision=1)
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]


def test_a_correction_costs_the_same_for_many_fails(scene: Scene) -> None:
    """Of the corrected fails half stand and half are taken back, and as many new ones are found."""
    numbers = []
    for half in (1, 8):
        first = visit(scene, list(CODES[: 2 * half]), f"{half}号楼").inspection
        failing = list(CODES[half : 3 * half])
        number, corrected = cost(scene, failing, f"{half}号楼", supersedes_id=first.id)
        assert joined(corrected) == [True] * half + [False] * half
        assert len(corrected.inspection.receipt["withdrawn_cases"]) == half
        numbers.append(number)
    assert numbers[0] == numbers[1]


def test_of_many_fails_each_has_its_own_case_history_and_photos(scene: Scene) -> None:
    visit(scene, list(CODES[0:20:2]))
    put = visit(scene, list(CODES[:20]))
    rows = db.session.scalars(
        sa.select(Answer)
        .where(Answer.inspection_id == put.inspection.id, Answer.result == AnswerResult.FAIL)
        .order_by(Answer.item_code)
    ).all()
    cases = {case.id: case for case in db.session.scalars(sa.select(Case).where(Case.building == ""))}
    assert [cases[row.case_id].item_code for row in rows if row.case_id] == list(CODES[:20])
    assert [row.is_case_joined for row in rows] == [True, False] * 10
    for row in rows:
        case = cases[row.case_id] if row.case_id else None
        assert case is not None
        assert verify_case_chain(case).faults == ()
        last = db.session.scalars(
            sa.select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.seq == case.event_count)
        ).one()
        assert (last.action, last.data["answer_id"]) == (
            "join" if row.is_case_joined else "open",
            str(row.id),
        )
        photos = db.session.scalars(
            sa.select(CasePhoto.photo_id)
            .where(CasePhoto.case_id == case.id, CasePhoto.event_seq == last.seq)
            .order_by(CasePhoto.position)
        )
        assert [str(photo_id) for photo_id in photos] == last.photo_ids
        assert len(last.photo_ids) == 2


def test_of_many_fails_each_case_is_numbered_once_and_fails_its_item_once(scene: Scene) -> None:
    put = visit(scene, list(CODES[:20]))
    numbers = [line["case_number"] for line in put.inspection.receipt["cases"]]
    assert numbers == sorted(set(numbers))
    facts = db.session.execute(
        sa.select(CaseIntervalFact.item_code, CaseIntervalFact.failed_from)
        .join(Case, Case.id == CaseIntervalFact.case_id)
        .where(Case.number.in_(numbers))
    ).all()
    assert sorted(facts) == [(code, answer(code).observed_at) for code in CODES[:20]]
    assert list(verify_compliance()) == []
