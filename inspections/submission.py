"""What a submission sets going: the observations that rates are made of, cases for the fails, the round's tick."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cases.models import Case, CaseOrigin
from cases.opening import FailingAnswer, InspectionCause, NewCase, OpenedCase, open_or_join_cases
from cases.withdrawn_findings import tell_withdrawn_findings
from checklists.derivation import derived_once
from checklists.observations import ObservationEntry, record_observations
from grid.permissions import Actor
from inspections.answers import AnswerResult
from inspections.inspection_basis import Basis
from inspections.inspection_content import InspectionStatus
from inspections.models import Answer, Inspection
from server.db import db
from server.errors import Conflict


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted inspection on its way into the rates and cases; its answers are stored when they know their cases.

    `photo_ids` are those of each answer, by the answer's id.
    """

    inspection: Inspection
    answers: Sequence[Answer]
    photo_ids: Mapping[uuid.UUID, tuple[uuid.UUID, ...]]
    basis: Basis
    finished_at: datetime
    actor: Actor
    now: datetime


def submit(submission: Submission) -> None:
    """Make the inspection final, record its observations, open or join cases for its fails, tell those of fails that
    it takes back, tick its assignment.

    Raises Conflict where the round's assignment has been fulfilled by another inspection.
    """
    _finish(submission)
    _tick_assignment(submission)
    earlier = _cases_of_previous(submission.basis.previous)
    with derived_once():
        _record(submission)
        lines = _find_cases(submission, earlier)
    inspection = submission.inspection
    withdrawn = _withdrawn(earlier, {line["item_code"] for line in lines})
    tell_withdrawn_findings(
        inspection.community_id,
        {uuid.UUID(line["case_id"]) for line in withdrawn},
        inspection.root_id,
        inspection.note,
        submission.actor,
        submission.now,
    )
    inspection.receipt = {**inspection.receipt, "cases": lines, "withdrawn_cases": withdrawn}


def _finish(submission: Submission) -> None:
    inspection, previous = submission.inspection, submission.basis.previous
    inspection.status = InspectionStatus.SUBMITTED.value
    inspection.submitted_at = submission.now
    inspection.finished_at = submission.finished_at
    inspection.number = 1 if previous is None or previous.number is None else previous.number + 1
    db.session.flush()
    if previous is not None:
        previous.superseded_by_id = inspection.id


def _tick_assignment(submission: Submission) -> None:
    assignment, root_id = submission.basis.assignment, submission.inspection.root_id
    if assignment is None:
        return
    if assignment.inspection_id not in (None, root_id):
        raise Conflict(
            "本轮检查中该小区已提交过检查；如需更正请另提交更正版本",
            "This community's inspection is submitted already; correct it by a superseding revision",
            code="assignment_done",
        )
    if assignment.inspection_id is None:
        # A correction does not make a visit late that was in time.
        assignment.inspection_id, assignment.finished_at = root_id, submission.finished_at


def _record(submission: Submission) -> None:
    inspection = submission.inspection
    entries = [
        ObservationEntry(
            item_code=answer.item_code,
            result=answer.result,
            occurrences=answer.occurrences or 0,
            observed_at=answer.observed_at,
            answer_id=answer.id,
            photo_ids=submission.photo_ids[answer.id],
        )
        for answer in submission.answers
    ]
    assert inspection.number is not None
    record_observations(
        inspection.community_id, inspection.root_id, inspection.number, entries, now=submission.now
    )


def _fails(answers: Sequence[Answer]) -> list[Answer]:
    """In the order of their items, so that two inspections at once lock cases in one order."""
    return sorted((a for a in answers if a.result == AnswerResult.FAIL), key=lambda answer: answer.item_code)


def _cases_of_previous(previous: Inspection | None) -> dict[str, Case]:
    """The cases that the corrected revision opened or joined, by item."""
    if previous is None:
        return {}
    statement = (
        sa.select(Answer.item_code, Case)
        .join(Case, Case.id == Answer.case_id)
        .where(Answer.inspection_id == previous.id)
    )
    return {row.item_code: row.Case for row in db.session.execute(statement)}


def _find_cases(submission: Submission, earlier: Mapping[str, Case]) -> list[dict[str, Any]]:
    """Give each fail its case; what the corrected revision found failing already has one."""
    fails = _fails(submission.answers)
    new = [answer for answer in fails if answer.item_code not in earlier]
    opened = open_or_join_cases(
        submission.inspection.community_id,
        _failing_answers(submission, new),
        submission.actor,
        submission.now,
    )
    found = {item_code: OpenedCase(case, is_joined=True) for item_code, case in earlier.items()}
    found |= {answer.item_code: each for answer, each in zip(new, opened, strict=True)}
    return [_case_line(answer, found[answer.item_code]) for answer in fails]


def _case_line(answer: Answer, opened: OpenedCase) -> dict[str, Any]:
    """Note the case with the answer; answer the receipt's line."""
    answer.case_id, answer.is_case_joined = opened.case.id, opened.is_joined
    return {
        "item_code": answer.item_code,
        "case_id": str(opened.case.id),
        "case_number": opened.case.number,
        "is_joined": opened.is_joined,
    }


def _failing_answers(submission: Submission, answers: Sequence[Answer]) -> list[FailingAnswer]:
    return [
        FailingAnswer(
            NewCase(
                community_id=submission.inspection.community_id,
                item_code=answer.item_code,
                text=answer.note,
                building=answer.building,
                latitude=answer.latitude,
                longitude=answer.longitude,
                origin=CaseOrigin.INSPECTION,
            ),
            InspectionCause(
                inspection_id=submission.inspection.root_id,
                answer_id=answer.id,
                observed_at=answer.observed_at,
                photo_ids=submission.photo_ids[answer.id],
            ),
        )
        for answer in answers
    ]


def _withdrawn(earlier: dict[str, Case], still_failing: set[str]) -> list[dict[str, Any]]:
    """Cases of fails that the correction takes back: they stay open until somebody at the desk decides."""
    return [
        {"item_code": item_code, "case_id": str(case.id), "case_number": case.number}
        for item_code, case in sorted(earlier.items())
        if item_code not in still_failing
    ]
