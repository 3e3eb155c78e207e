"""Whatever is PUT under one name, in whatever order and however often: one row, the first answer, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspections.inspection_content import InspectionContent, InspectionStatus
from inspections.models import Answer, Inspection, Report
from server.db import db, new_id
from server.errors import Conflict
from tests.inspections.reporting import content, put
from tests.inspections.visits import Scene, answer, passing

MODEST = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOTES = ("", "甲", "乙")


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


@contextmanager
def undone() -> Iterator[None]:
    """One example's rows, gone before the next one's."""
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        db.session.expunge_all()


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@MODEST
@given(sent=st.lists(st.sampled_from(NOTES), min_size=1, max_size=6))
def test_the_first_report_under_a_name_is_the_one_that_stays(scene: Scene, sent: list[str]) -> None:
    bodies = {note: content(scene, text=f"楼道堆物{note}") for note in NOTES}
    with undone():
        name = new_id()
        first = put(bodies[sent[0]], name)
        for note in sent[1:]:
            try:
                again = put(bodies[note], name)
            except Conflict:
                assert note != sent[0]
            else:
                assert note == sent[0]
                assert (again.is_new, again.tracking_code) == (False, first.tracking_code)
                assert again.report.receipt == first.report.receipt
        assert count(Report) == 1
        assert db.session.scalar(sa.select(Report.text)) == bodies[sent[0]].text


PUTS = st.lists(
    st.tuples(st.sampled_from(NOTES), st.sampled_from(InspectionStatus), st.booleans()), max_size=7
)


@MODEST
@given(puts=PUTS)
def test_an_inspection_holds_what_was_last_accepted_and_is_final_once_submitted(
    scene: Scene, puts: list[tuple[str, InspectionStatus, bool]]
) -> None:
    community_id, version_id = scene.community.id, scene.version.id
    with undone():
        name = new_id()
        kept: tuple[str, InspectionStatus] | None = None
        revision = 0
        for note, status, has_seen in puts:
            answers = passing() if status is InspectionStatus.SUBMITTED else (answer("CORR-01"),)
            body = InspectionContent(community_id, version_id, status, answers, note=note)
            may_change = kept is None or (kept[1] is InspectionStatus.DRAFT and has_seen)
            try:
                done = scene.put(body, name, expected_revision=revision if has_seen else None)
            except Conflict:
                assert not may_change
                assert (note, status) != kept
            else:
                assert done.is_changed is ((note, status) != kept)
                assert may_change or not done.is_changed
                kept, revision = (note, status), revision + done.is_changed
            stored = db.session.execute(
                sa.select(Inspection.note, Inspection.status, Inspection.revision)
            ).one()
            assert kept is not None
            assert tuple(stored) == (*kept, revision)
            assert count(Answer) == (2 if kept[1] is InspectionStatus.SUBMITTED else 1)
