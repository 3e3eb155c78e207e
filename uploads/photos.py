"""Photos as rows: stored once under the client's own name, claimed once by what they prove.

The files are kept before (`uploads.intake`); who may look is `uploads.access`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from grid.permissions import Actor
from server.db import db, is_postgresql
from server.errors import Conflict, FieldError, Gone, NotFound, RuleViolated
from uploads.evidence import EvidenceMarks
from uploads.file_removals import hold_names
from uploads.intake import TakenPhoto
from uploads.models import Photo, PhotoOwnerKind
from uploads.similarity import index_hashes

_CAPABILITY = re.compile(r"[A-Za-z0-9_-]{20,200}")


@dataclass(frozen=True, slots=True)
class PhotoOwner:
    """What a photo belongs to."""

    kind: PhotoOwnerKind
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """The receipt: what the server vouches for. Sizes in bytes and, upright, in pixels."""

    id: uuid.UUID
    sha256: str
    size_bytes: int
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the phone says beside the photo: its clock when sending and when taking, its own WGS-84 position."""

    sent_at: datetime | None = None
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_metres: float | None = None


class PhotoClaimRefused(RuleViolated):
    """Some photos cannot be claimed: `refused` says which and why (photo_unknown, photo_claimed); none was."""

    default_code = "photos_not_claimable"

    def __init__(self, refused: Mapping[uuid.UUID, str], fields: Mapping[uuid.UUID, str]) -> None:
        errors = [
            FieldError(fields[photo_id], code, *_CLAIM_SENTENCES[code]) for photo_id, code in refused.items()
        ]
        super().__init__("有照片不能使用", "Some photos cannot be used", errors=errors)
        self.refused = dict(refused)


_CLAIM_SENTENCES = {
    "photo_unknown": ("照片不存在或尚未上传", "There is no such photo; upload it first"),
    "photo_claimed": ("照片已用于其他记录", "The photo already belongs to something else"),
}


def store_photo(
    photo_id: uuid.UUID,
    taken: TakenPhoto,
    actor: Actor,
    now: datetime,
    *,
    capability: str | None = None,
    device: DeviceFacts = DeviceFacts(),
) -> StoredPhoto:
    """Write the row of a photo whose files are kept, and return its receipt.

    The same id with the same bytes is the same receipt; with other bytes, or somebody else's, it is a `Conflict`
    and nothing changes. Nobody in particular must name a capability (`require_capability`). Raises `Unavailable` where
    a sweep is just removing a file of the same bytes.
    """
    if actor.is_anonymous:
        require_capability(capability)
    values = _row_values(photo_id, taken, actor, capability, device, now)
    hold_names((taken.sha256, taken.display_sha256, taken.thumbnail_sha256), now)
    if _insert_absent(values):
        return receipt_of(get_photo(photo_id))
    return receipt_of(check_same_photo(get_photo(photo_id), taken.sha256, actor, capability))


def _row_values(
    photo_id: uuid.UUID,
    taken: TakenPhoto,
    actor: Actor,
    capability: str | None,
    device: DeviceFacts,
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": photo_id,
        "sha256": taken.sha256,
        "display_sha256": taken.display_sha256,
        "thumbnail_sha256": taken.thumbnail_sha256,
        "size_bytes": taken.size_bytes,
        "media_type": taken.type.value,
        "width": taken.width,
        "height": taken.height,
        "thumbhash": taken.thumbhash,
        "uploaded_by": actor.account_id,
        "capability_hash": _hash_of(capability) if capability else None,
        "received_at": now,
        "evidence": evidence_as_json(taken.evidence),
        "perceptual_hash": taken.perceptual_hash,
        **{f"device_{name}": value for name, value in asdict(device).items()},
    }


def check_same_photo(photo: Photo, sha256: str, actor: Actor, capability: str | None) -> Photo:
    """Return the photo if it is what is being sent again; raise `Conflict` if bytes or sender are others.

    Raises `Gone` for a tombstone: a receipt would say that its files are kept.
    """
    if photo.sha256 == sha256 and is_uploader(photo, actor, capability):
        return require_files(photo)
    raise Conflict(
        "这个编号已经用于另一张照片，原照片没有改变",
        "This id already names another photo, which has not changed",
        code="photo_differs",
    )


def require_files(photo: Photo) -> Photo:
    """Raise `Gone` for a photo of which only the tombstone is left."""
    if photo.removed_at is not None:
        raise Gone(
            "照片已超过保存期限，仅保留记录",
            "The photo is past its retention; only the record of it is kept",
            code="photo_removed",
        )
    return photo


def find_photo(photo_id: uuid.UUID) -> Photo | None:
    return db.session.get(Photo, photo_id)


def get_photo(photo_id: uuid.UUID) -> Photo:
    """Return the row; raise `NotFound`."""
    photo = find_photo(photo_id)
    if photo is None:
        raise NotFound("没有这张照片", "There is no such photo")
    return photo


def receipt_of(photo: Photo) -> StoredPhoto:
    return StoredPhoto(photo.id, photo.sha256, photo.size_bytes, photo.media_type, photo.width, photo.height)


def require_capability(capability: str | None) -> None:
    """Nobody in particular proves later that a photo is theirs by a secret of their own making.

    Raises `RuleViolated` where it is missing or too weak (fewer than 20 letters, digits, `_`, `-`).
    """
    if capability is None or not _CAPABILITY.fullmatch(capability):
        error = FieldError(
            "Upload-Capability",
            "capability_required",
            "未登录上传需要自定口令（20–200 位字母、数字、_、-）",
            "Without signing in, send a secret of your own: 20 to 200 letters, digits, _ or -",
        )
        raise RuleViolated(error.zh, error.en, code="capability_required", errors=[error])


def sender_of(actor: Actor, capability: str | None) -> str:
    """Who sends, as one word that is no secret: the account, or the hash of the capability."""
    return str(actor.account_id) if actor.account_id else _hash_of(capability or "")


def is_uploader(photo: Photo, actor: Actor, capability: str | None) -> bool:
    """Whether the asker sent this photo: by account, or by the capability it was sent with."""
    if photo.uploaded_by is not None and photo.uploaded_by == actor.account_id:
        return True
    if photo.capability_hash is None or not capability:
        return False
    return hmac.compare_digest(photo.capability_hash, _hash_of(capability))


def claim_photos(
    photo_ids: Sequence[uuid.UUID],
    owner: PhotoOwner,
    actor: Actor,
    now: datetime,
    *,
    capability: str | None = None,
    fields: Mapping[uuid.UUID, str] | None = None,
) -> list[StoredPhoto]:
    """Bind photos to what they prove; return them in the order asked.

    Only the uploader can, and only once: again for the same owner changes nothing. `fields` says where in the
    request each id stands (default `photo_ids.<n>`). Raises `PhotoClaimRefused` naming every id that is unknown
    or somebody else's (both photo_unknown: outsiders learn nothing) or claimed; then none is claimed.
    """
    photos = _lock_photos(photo_ids)
    refused = {
        photo_id: code
        for photo_id in dict.fromkeys(photo_ids)
        if (code := _refusal_of(photos.get(photo_id), owner, actor, capability))
    }
    if refused:
        raise PhotoClaimRefused(refused, _fields_of(photo_ids, fields))
    claimed = [photo for photo in photos.values() if photo.owner_id is None]
    for photo in claimed:
        photo.owner_kind, photo.owner_id, photo.claimed_at = owner.kind.value, owner.id, now
    index_hashes(claimed)
    db.session.flush()
    return [receipt_of(photos[photo_id]) for photo_id in photo_ids]


def _lock_photos(photo_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Photo]:
    """Two claims at once take turns: rows are locked in one order, and read as they are after the wait."""
    if not photo_ids:
        return {}
    wanted = sa.select(Photo).where(Photo.id.in_(set(photo_ids))).order_by(Photo.id).with_for_update()
    rows = db.session.scalars(wanted.execution_options(populate_existing=True))
    return {photo.id: photo for photo in rows}


def _refusal_of(photo: Photo | None, owner: PhotoOwner, actor: Actor, capability: str | None) -> str | None:
    if photo is not None and (photo.owner_kind, photo.owner_id) == (owner.kind.value, owner.id):
        return None
    if photo is None or not is_uploader(photo, actor, capability):
        return "photo_unknown"
    return None if photo.owner_id is None else "photo_claimed"


def _fields_of(
    photo_ids: Sequence[uuid.UUID], fields: Mapping[uuid.UUID, str] | None
) -> dict[uuid.UUID, str]:
    places = {photo_id: f"photo_ids.{number}" for number, photo_id in enumerate(photo_ids)}
    return places | dict(fields or {})


def list_photos_of(owner: PhotoOwner) -> list[StoredPhoto]:
    """What a report, inspection or case has claimed, in the order received."""
    claimed = sa.select(Photo).where(Photo.owner_kind == owner.kind.value, Photo.owner_id == owner.id)
    return [receipt_of(photo) for photo in db.session.scalars(claimed.order_by(Photo.received_at, Photo.id))]


def evidence_as_json(marks: EvidenceMarks) -> dict[str, Any]:
    """Only what the photo says, instants as RFC 3339."""
    said = {name: value for name, value in asdict(marks).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}


def _hash_of(capability: str) -> str:
    return hashlib.sha256(capability.encode()).hexdigest()


def _insert_absent(values: Mapping[str, Any]) -> bool:
    """Insert unless the id is taken, waiting for whoever is inserting it just now; tell whether it was inserted."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    statement = insert(Photo).values(**values).on_conflict_do_nothing()
    # Told by what comes back: the PostgreSQL driver does not tell the row count of such an insert.
    return db.session.scalar(statement.returning(Photo.id)) is not None
