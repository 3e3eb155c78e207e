"""A place, an inspector and what a phone sends of a visit, for tests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from checklists.models import ChecklistVersion
from grid.models import Area, Community
from grid.permissions import Actor, Role
from inspections.answers import AnswerResult
from inspections.inspection_content import AnswerContent, InspectionContent, InspectionStatus
from inspections.inspection_intake import InspectionPut, put_inspection
from server.db import new_id
from tests.factories import NOW, actor_of, make_community, make_grid, make_organisation, save
from tests.inspections.published import publish
from uploads.models import Photo

SEEN = NOW - timedelta(hours=1)


@dataclass
class Scene:
    """One township with a community, its property company, a checklist and an inspector."""

    areas: dict[str, Area] = field(default_factory=make_grid)
    version: ChecklistVersion = field(default_factory=publish)
    community: Community = field(init=False)
    inspector: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.community = make_community(self.areas["neighbourhood"], attributes={"lifts": 0})
        self.inspector = actor_of(Role.INSPECTOR, self.areas["township"])
        make_organisation("property_company", self.areas["neighbourhood"])

    def content(self, *answers: AnswerContent, **more: Any) -> InspectionContent:
        """A submission of these answers, or of a whole and passing visit."""
        values: dict[str, Any] = {
            "community_id": self.community.id,
            "checklist_version_id": self.version.id,
            "status": InspectionStatus.SUBMITTED,
            "answers": answers or passing(),
            "device_sent_at": NOW,
        } | more
        return InspectionContent(**values)

    def put(
        self, content: InspectionContent, inspection_id: uuid.UUID | None = None, **more: Any
    ) -> InspectionPut:
        actor, now = more.pop("actor", self.inspector), more.pop("now", NOW)
        return put_inspection(inspection_id or new_id(), content, actor, now, **more)


def answer(item_code: str, result: str = "pass", **more: Any) -> AnswerContent:
    return AnswerContent(item_code, AnswerResult(result), **({"observed_at": SEEN} | more))


def passing() -> tuple[AnswerContent, ...]:
    return (answer("CORR-01"), answer("PACT-01"))


def failing(photo_id: uuid.UUID, **more: Any) -> tuple[AnswerContent, ...]:
    return (answer("CORR-01", "fail", photo_ids=(photo_id,), **more), answer("PACT-01"))


def make_photo(actor: Actor | None = None, *, received_at: datetime = NOW, **more: Any) -> Photo:
    """The row of a stored photo; its files do not matter here."""
    photo_id = new_id()
    digest = photo_id.hex * 2
    values: dict[str, Any] = {
        "id": photo_id,
        "sha256": digest,
        "display_sha256": digest,
        "thumbnail_sha256": digest,
        "size_bytes": 1,
        "media_type": "image/jpeg",
        "width": 1,
        "height": 1,
        "uploaded_by": None if actor is None else actor.account_id,
        "received_at": received_at,
        "evidence": {},
    } | more
    return save(Photo(**values))
