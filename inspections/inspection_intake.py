"""Taking in an inspection: drafts again and again, the submission once, corrections as revisions of their own.

Nothing is kept of an inspection that breaks a rule: every refusal leaves through an exception, and the caller's
transaction with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from checklists.observations import lock_communities
from grid.models import Community
from grid.permissions import Actor, Permission, may, reach_of
from grid.positions import Position
from inspections.answers import AnswerResult, AnswerReview, Finding, Visit, VisitLimits, review_answers
from inspections.clock_skew import ClockSkew, measure_skew, visit_finished_at
from inspections.inspection_basis import Basis, establish_basis, get_version
from inspections.inspection_content import AnswerContent, InspectionContent, InspectionStatus
from inspections.item_rules import item_rules
from inspections.models import Answer, AnswerPhoto, Inspection
from inspections.row_claims import insert_unless_taken
from inspections.submission import Submission, submit
from server.db import db, new_id
from server.errors import Conflict, FieldError, Forbidden, NotFound, RuleViolated
from uploads.models import PhotoOwnerKind
from uploads.photos import PhotoClaimRefused, PhotoOwner, StoredPhoto, claim_photos


@dataclass(frozen=True, slots=True)
class InspectionPut:
    """What became of a PUT: the inspection, and whether it was stored just now or had been before."""

    inspection: Inspection
    is_new: bool
    is_changed: bool


class InspectionRefused(RuleViolated):
    """Answers break rules of their items; `errors` name each as `answers.<item code>.<field>`, or by the visit's own field."""

    default_code = "answers_refused"

    def __init__(self, findings: Sequence[Finding], more: Sequence[FieldError] = ()) -> None:
        errors = [_field_error(finding) for finding in findings]
        super().__init__(
            "有检查项不符合要求，内容未保存",
            "Some items are not as they must be; nothing was stored",
            errors=[*errors, *more],
        )


class StaleDraft(Conflict):
    """The draft was changed elsewhere (another tab, another phone); `stored` is what stands there now."""

    default_code = "stale_draft"

    def __init__(self, stored: Inspection) -> None:
        super().__init__(
            "草稿已在别处更新，请核对后再保存",
            "The draft was changed elsewhere; look at both and send again",
            extra={"present_revision": stored.revision},
        )
        self.stored = stored


def put_inspection(
    inspection_id: uuid.UUID,
    content: InspectionContent,
    actor: Actor,
    now: datetime,
    *,
    expected_revision: int | None = None,
    limits: VisitLimits | None = None,
) -> InspectionPut:
    """Store an inspection under the phone's own name for it, or recognise that it is stored already.

    The same content again changes nothing. A draft gives way to other content only where `expected_revision` is
    its present one. Raises NotFound or Forbidden for a place that is not the asker's, Conflict for other content
    under a submitted or foreign name, StaleDraft, InspectionRefused, and RuleViolated for a basis (version, round,
    superseded revision) that does not hold.
    """
    community = _get_community(content.community_id, actor)
    version = get_version(content.checklist_version_id)
    if content.is_submission:
        lock_communities([community.id])
    inspection, is_new = _claim_name(inspection_id, content, community, actor, now)
    sent = content.fingerprint()
    if not is_new:
        if _is_repeated(inspection, sent, actor):
            return InspectionPut(inspection, is_new=False, is_changed=False)
        _require_present_draft(inspection, expected_revision)
    basis = establish_basis(content, version, community, inspection.created_at, actor, now)
    _store(inspection, content, sent, basis, actor, now, limits or VisitLimits(), is_new=is_new)
    return InspectionPut(inspection, is_new=is_new, is_changed=True)


def _get_community(community_id: uuid.UUID, actor: Actor) -> Community:
    """The community, where the asker inspects it; elsewhere it might as well not exist."""
    if reach_of(actor, Permission.INSPECT).is_empty:
        raise Forbidden()
    community = db.session.get(Community, community_id)
    if (
        community is None
        or not community.is_active
        or not may(actor, Permission.INSPECT, community.area_path)
    ):
        zh, en = "没有这个小区", "There is no such community"
        raise NotFound(zh, en, errors=[FieldError("community_id", "unknown", zh, en)])
    return community


def _claim_name(
    inspection_id: uuid.UUID, content: InspectionContent, community: Community, actor: Actor, now: datetime
) -> tuple[Inspection, bool]:
    """The row under this name, locked; made now where nobody has it. Two phones at once get one row."""
    is_new = insert_unless_taken(
        Inspection,
        id=inspection_id,
        root_id=inspection_id,
        community_id=community.id,
        area_path=community.area_path,
        checklist_version_id=content.checklist_version_id,
        inspector_id=actor.account_id,
        status=InspectionStatus.DRAFT.value,
        fingerprint="",
        received_at=now,
        created_at=now,
        is_skew_flagged=False,
    )
    found = db.session.get(Inspection, inspection_id, with_for_update=True, populate_existing=True)
    assert found is not None
    return found, is_new


def _is_repeated(inspection: Inspection, sent: str, actor: Actor) -> bool:
    if inspection.inspector_id != actor.account_id:
        raise Conflict("这个编号已被使用", "This id is taken", code="id_taken")
    if inspection.fingerprint == sent:
        return True
    if inspection.status == InspectionStatus.SUBMITTED:
        raise Conflict(
            "检查已提交，不能再改；如需更正请另提交更正版本",
            "It is submitted and final; correct it by a revision that supersedes it",
            code="already_submitted",
        )
    return False


def _require_present_draft(inspection: Inspection, expected_revision: int | None) -> None:
    if expected_revision != inspection.revision:
        raise StaleDraft(inspection)


def _store(
    inspection: Inspection,
    content: InspectionContent,
    sent: str,
    basis: Basis,
    actor: Actor,
    now: datetime,
    limits: VisitLimits,
    *,
    is_new: bool,
) -> None:
    skew = None if content.device_sent_at is None else measure_skew(content.device_sent_at, now)
    review = _review(content, basis, now, limits)
    photos = _accept(content, inspection, basis, review, actor, now)
    _write_head(inspection, content, sent, basis, skew, review, now)
    if not is_new:
        _drop_answers(inspection)
    answers = [_answer(inspection.id, place, answer) for place, answer in enumerate(content.answers)]
    inspection.receipt = {
        "photos": [{"id": str(photo.id), "sha256": photo.sha256} for photo in photos],
        "outstanding": [asdict(finding) for finding in review.outstanding],
        "cases": [],
        "withdrawn_cases": [],
    }
    if content.is_submission:
        finished_at = visit_finished_at(_last_observed(content), skew, now)
        photos_of = {row.id: given.photo_ids for row, given in zip(answers, content.answers, strict=True)}
        submit(Submission(inspection, answers, photos_of, basis, finished_at, actor, now))
    elif basis.assignment is not None:
        basis.assignment.draft_at = now
    _write_answers(answers, content)
    db.session.flush()


def _review(content: InspectionContent, basis: Basis, now: datetime, limits: VisitLimits) -> AnswerReview:
    community = basis.community
    has_position = community.latitude is not None and community.longitude is not None
    visit = Visit(
        now=now,
        device_sent_at=content.device_sent_at,
        started_at=content.started_at,
        community_position=Position(community.latitude, community.longitude) if has_position else None,  # type: ignore[arg-type]
        limits=limits,
    )
    given = [answer.to_given() for answer in content.answers]
    return review_answers(item_rules(basis.version, community), given, visit)


def _accept(
    content: InspectionContent,
    inspection: Inspection,
    basis: Basis,
    review: AnswerReview,
    actor: Actor,
    now: datetime,
) -> list[StoredPhoto]:
    """Claim the photos of a submission; refuse everything that is wrong with it in one answer.

    All revisions of an inspection own their photos together, so a correction may use the old ones.
    """
    if not content.is_submission:
        if review.problems:
            raise InspectionRefused(review.problems)
        return []
    places = {
        photo_id: f"answers.{answer.item_code}.photo_ids"
        for answer in content.answers
        for photo_id in answer.photo_ids
    }
    owner = PhotoOwner(PhotoOwnerKind.INSPECTION, basis.root_id or inspection.id)
    try:
        stored = claim_photos(list(places), owner, actor, now, fields=places)
    except PhotoClaimRefused as refused:
        raise InspectionRefused((*review.problems, *review.outstanding), refused.errors) from refused
    if not review.is_complete:
        raise InspectionRefused((*review.problems, *review.outstanding))
    return stored


def _write_head(
    inspection: Inspection,
    content: InspectionContent,
    sent: str,
    basis: Basis,
    skew: ClockSkew | None,
    review: AnswerReview,
    now: datetime,
) -> None:
    values: dict[str, Any] = {
        "community_id": basis.community.id,
        "area_path": basis.community.area_path,
        "checklist_version_id": basis.version.id,
        "round_id": basis.round_id,
        "assignment_id": None if basis.assignment is None else basis.assignment.id,
        "root_id": basis.root_id or inspection.id,
        "supersedes_id": content.supersedes_id,
        "note": content.note,
        "started_at": content.started_at,
        "device_sent_at": content.device_sent_at,
        "received_at": now,
        "skew_seconds": None if skew is None else skew.skew_seconds,
        "is_skew_flagged": skew is not None and skew.is_flagged,
        "answered": review.progress.answered,
        "applicable": review.progress.applicable,
        "failed": sum(answer.result is AnswerResult.FAIL for answer in content.answers),
        "flags": [asdict(finding) for finding in review.flags],
        "is_flagged": bool(review.flags) or (skew is not None and skew.is_flagged),
        "fingerprint": sent,
        "revision": inspection.revision + 1,
    }
    for name, value in values.items():
        setattr(inspection, name, value)


def _drop_answers(inspection: Inspection) -> None:
    """A draft's earlier answers make room for the ones that have come now."""
    earlier = sa.select(Answer.id).where(Answer.inspection_id == inspection.id)
    db.session.execute(sa.delete(AnswerPhoto).where(AnswerPhoto.answer_id.in_(earlier)))
    db.session.execute(sa.delete(Answer).where(Answer.inspection_id == inspection.id))


def _write_answers(answers: Sequence[Answer], content: InspectionContent) -> None:
    db.session.add_all(answers)
    db.session.flush()
    db.session.add_all(
        AnswerPhoto(answer_id=row.id, photo_id=photo_id, position=position)
        for row, answer in zip(answers, content.answers, strict=True)
        for position, photo_id in enumerate(answer.photo_ids)
    )


def _answer(inspection_id: uuid.UUID, place: int, answer: AnswerContent) -> Answer:
    position = None if answer.position is None else answer.position.to_position()
    return Answer(
        id=new_id(),
        inspection_id=inspection_id,
        item_code=answer.item_code,
        position=place,
        result=answer.result.value,
        occurrences=answer.occurrences,
        note=answer.note,
        building=answer.building,
        observed_at=answer.observed_at,
        latitude=None if position is None else position.latitude,
        longitude=None if position is None else position.longitude,
        accuracy_metres=None if answer.position is None else answer.position.accuracy_metres,
        is_case_joined=False,
    )


def _last_observed(content: InspectionContent) -> datetime | None:
    return max((answer.observed_at for answer in content.answers), default=None)


def _field_error(finding: Finding) -> FieldError:
    path = f"answers.{finding.item}.{finding.field}" if finding.item else finding.field
    return FieldError(path, finding.code, finding.zh, finding.en)
