"""What a phone sends of one inspection, as plain values, and what makes two sendings the same."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from inspections.answers import AnswerResult, GivenAnswer
from inspections.fingerprint import fingerprint
from inspections.given_positions import GivenPosition


class InspectionStatus(StrEnum):
    """A draft may be PUT again; what is submitted is final."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """One answer as it was sent."""

    item_code: str
    result: AnswerResult
    observed_at: datetime
    occurrences: int | None = None
    photo_ids: tuple[uuid.UUID, ...] = ()
    note: str = ""
    building: str = ""
    position: GivenPosition | None = None

    def to_given(self) -> GivenAnswer:
        """The part of it that the rules look at."""
        return GivenAnswer(
            item_code=self.item_code,
            result=self.result,
            observed_at=self.observed_at,
            occurrences=self.occurrences,
            photo_ids=self.photo_ids,
            note=self.note,
            position=None if self.position is None else self.position.to_position(),
        )


@dataclass(frozen=True, slots=True)
class InspectionContent:
    """One inspection as it was sent. `supersedes_id` names the submitted revision that this one corrects."""

    community_id: uuid.UUID
    checklist_version_id: uuid.UUID
    status: InspectionStatus
    answers: Sequence[AnswerContent]
    round_id: uuid.UUID | None = None
    supersedes_id: uuid.UUID | None = None
    note: str = ""
    started_at: datetime | None = None
    device_sent_at: datetime | None = None

    @property
    def is_submission(self) -> bool:
        return self.status is InspectionStatus.SUBMITTED

    def fingerprint(self) -> str:
        """The same for the same content, however often and whenever it is sent.

        `device_sent_at` belongs to the sending, not to the content; answers have no order among items.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        del values["device_sent_at"]
        values["answers"] = sorted(self.answers, key=lambda answer: answer.item_code)
        return fingerprint(values)
