"""Taking in a report: from a resident, known or not, from staff, from a clerk on the hotline; once, however often sent."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cases.models import Case, CaseOrigin
from cases.opening import NewCase, ReporterLink, attach_report, open_case_for_report
from cases.terms import OPEN_STATES
from checklists.models import ChecklistItem, ChecklistVersion
from checklists.observations import lock_communities
from grid.models import Community
from grid.permissions import Actor, Permission, may, reach_of
from grid.phone_numbers import PhoneKeys, hash_phone_number, normalise_phone_number
from grid.secret_texts import encrypt_text
from inspections.clock_skew import measure_skew
from inspections.models import Report, ReportPhoto
from inspections.report_content import ReportChannel, ReportContent, problems_of_report
from inspections.report_place import PlaceLimits, ReportPlace, resolve_place
from inspections.row_claims import insert_unless_taken
from inspections.tracking_codes import derive_code, hash_code
from server.db import db
from server.errors import Conflict, FieldError, Forbidden, NotFound, RuleViolated
from uploads.models import PhotoOwnerKind
from uploads.photos import PhotoOwner, StoredPhoto, claim_photos

_PERMISSIONS = {
    ReportChannel.STAFF: Permission.REPORT_AS_STAFF,
    ReportChannel.HOTLINE: Permission.TRIAGE_CASES,
}
_ORIGINS = {
    ReportChannel.RESIDENT: CaseOrigin.RESIDENT,
    ReportChannel.STAFF: CaseOrigin.STAFF,
    ReportChannel.HOTLINE: CaseOrigin.HOTLINE,
}


@dataclass(frozen=True, slots=True)
class _Phone:
    """A reporter's number in the two forms in which it is stored; both None where none was given."""

    encrypted: str | None = None
    hash: str | None = None

    @classmethod
    def of(cls, text: str | None, keys: PhoneKeys) -> _Phone:
        if not text:
            return cls()
        number = normalise_phone_number(text)
        return cls(encrypt_text(number, keys.encryption), hash_phone_number(number, keys.lookup))


@dataclass(frozen=True, slots=True)
class ReportPut:
    """What became of a PUT: the report, its tracking code, and whether it was stored just now."""

    report: Report
    tracking_code: str
    is_new: bool


def put_report(
    report_id: uuid.UUID,
    content: ReportContent,
    actor: Actor,
    now: datetime,
    keys: PhoneKeys,
    *,
    capability: str | None = None,
    limits: PlaceLimits | None = None,
) -> ReportPut:
    """Store a report under the phone's own name for it, open its case or join the one it follows.

    The same content from the same sender again changes nothing and gets the same tracking code; anything else
    under that name is a Conflict. Raises RuleViolated naming every field at fault, Forbidden for a channel that
    is not the asker's and for staff whose posts do not report. A resident's report changes no rate until its case
    is verified or filed.
    """
    phone = _Phone.of(content.phone_number, keys)
    sent = content.fingerprint(_sender(actor, capability), phone.hash)
    code = derive_code(keys.lookup.encode(), report_id)
    stored = db.session.get(Report, report_id)
    if stored is not None:
        return ReportPut(_same_report(stored, sent), code, is_new=False)
    _refuse_silent_staff(actor)
    _refuse_unsound(content, now)
    place = resolve_place(content, limits or PlaceLimits())
    _require_channel(actor, content.channel, place.community)
    lock_communities([place.community.id])
    code_hash = hash_code(keys.lookup.encode(), code)
    if not _claim_name(report_id, content, place, phone, sent, actor, now, code_hash):
        return ReportPut(_same_report(_get_report(report_id), sent), code, is_new=False)
    report = _get_report(report_id)
    photos = _take_photos(report, content, actor, now, capability)
    report.receipt = _receipt(_case_of(report, content, actor, now), photos)
    db.session.flush()
    return ReportPut(report, code, is_new=True)


def _take_photos(
    report: Report, content: ReportContent, actor: Actor, now: datetime, capability: str | None
) -> list[StoredPhoto]:
    """Claim the report's photos for good and keep their order."""
    owner = PhotoOwner(PhotoOwnerKind.REPORT, report.id)
    photos = claim_photos(content.photo_ids, owner, actor, now, capability=capability)
    db.session.add_all(
        ReportPhoto(report_id=report.id, photo_id=photo.id, position=position)
        for position, photo in enumerate(photos)
    )
    db.session.flush()
    return photos


def _sender(actor: Actor, capability: str | None) -> str:
    """Who a repeated PUT must come from; strangers are told apart by the secret their photos came with."""
    if actor.account_id is not None:
        return str(actor.account_id)
    return hashlib.sha256((capability or "").encode()).hexdigest()


def _get_report(report_id: uuid.UUID) -> Report:
    report = db.session.get(Report, report_id, with_for_update=True, populate_existing=True)
    assert report is not None
    return report


def _same_report(stored: Report, sent: str) -> Report:
    if stored.fingerprint != sent:
        raise Conflict(
            "这个编号已经用于另一份上报，原上报没有改变",
            "This id already names another report, which has not changed",
            code="report_differs",
        )
    return stored


def _refuse_unsound(content: ReportContent, now: datetime) -> None:
    errors = problems_of_report(content, now)
    if content.item_code is not None and not _is_known_item(content.item_code):
        errors.append(FieldError("item_code", "unknown_item", "没有这类问题", "There is no such item"))
    if errors:
        raise RuleViolated(
            "上报内容有误", "The report is not as it must be", code="report_refused", errors=errors
        )


def _is_known_item(item_code: str) -> bool:
    """An item that some checklist version in use has."""
    statement = sa.select(
        sa.exists()
        .where(ChecklistItem.item_code == item_code)
        .where(ChecklistItem.version_id == ChecklistVersion.id)
        .where(ChecklistVersion.retired_at.is_(None))
    )
    return bool(db.session.scalar(statement))


def _refuse_silent_staff(actor: Actor) -> None:
    """Staff whose posts do not report (auditors, evaluators, handlers) open no case, by no channel."""
    if actor.grants and reach_of(actor, Permission.REPORT_AS_STAFF).is_empty:
        raise Forbidden("您的岗位不能上报", "Your post does not report")


def _require_channel(actor: Actor, channel: ReportChannel, community: Community) -> None:
    permission = _PERMISSIONS.get(channel)
    if permission is None or may(actor, permission, community.area_path):
        return
    if reach_of(actor, permission).is_empty:
        raise Forbidden("您不能以此渠道上报", "This channel is not yours")
    zh, en = "没有这个小区", "There is no such community"
    raise NotFound(zh, en, errors=[FieldError("community_id", "unknown", zh, en)])


def _claim_name(
    report_id: uuid.UUID,
    content: ReportContent,
    place: ReportPlace,
    phone: _Phone,
    sent: str,
    actor: Actor,
    now: datetime,
    code_hash: str,
) -> bool:
    """Insert the row unless another request has just done so; tell whether it was inserted."""
    skew = None if content.device_sent_at is None else measure_skew(content.device_sent_at, now)
    return insert_unless_taken(
        Report,
        id=report_id,
        is_following=content.follows_case_id is not None,
        community_id=place.community.id,
        area_path=place.community.area_path,
        building=content.building,
        item_code=content.item_code,
        channel=content.channel.value,
        hotline_number=content.hotline_number,
        text=content.text,
        reporter_id=actor.account_id,
        phone_encrypted=phone.encrypted,
        phone_hash=phone.hash,
        latitude=None if place.position is None else place.position.latitude,
        longitude=None if place.position is None else place.position.longitude,
        position_given=None if content.position is None else content.position.to_dict(),
        observed_at=content.observed_at,
        device_sent_at=content.device_sent_at,
        received_at=now,
        skew_seconds=None if skew is None else skew.skew_seconds,
        is_skew_flagged=skew is not None and skew.is_flagged,
        flags=list(place.flags),
        fingerprint=sent,
        tracking_hash=code_hash,
    )


def _case_of(report: Report, content: ReportContent, actor: Actor, now: datetime) -> Case:
    """Open the report's case, or join the open one that the reporter follows."""
    link = ReporterLink(report_id=report.id, account_id=report.reporter_id, photo_ids=content.photo_ids)
    if content.follows_case_id is None:
        return open_case_for_report(_new_case(report), link, actor, now)
    followed = db.session.get(Case, content.follows_case_id)
    if followed is None or followed.community_id != report.community_id or followed.state not in OPEN_STATES:
        zh, en = (
            "要跟进的问题不存在或已办结，请重新上报",
            "There is no such open problem here; report it anew",
        )
        raise RuleViolated(
            zh, en, code="cannot_follow", errors=[FieldError("follows_case_id", "cannot_follow", zh, en)]
        )
    return attach_report(followed.id, link, actor, now)


def _new_case(report: Report) -> NewCase:
    return NewCase(
        community_id=report.community_id,
        item_code=report.item_code,
        text=report.text,
        building=report.building,
        latitude=report.latitude,
        longitude=report.longitude,
        origin=_ORIGINS[ReportChannel(report.channel)],
    )


def _receipt(case: Case, photos: Sequence[StoredPhoto]) -> dict[str, object]:
    return {
        "case_id": str(case.id),
        "case_number": case.number,
        "photos": [{"id": str(photo.id), "sha256": photo.sha256} for photo in photos],
    }
