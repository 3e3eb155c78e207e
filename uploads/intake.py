"""From received bytes to files in the store: everything about a photo that needs no database.

Done before any transaction begins, so that nobody waits for a codec while holding the writers' turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from uploads.evidence import EvidenceMarks
from uploads.examined import Examined
from uploads.formats import PhotoType
from uploads.incoming import IncomingFile
from uploads.storage import PhotoStore

# What examines a file by its descriptor: a codec pool with everything but the file settled.
Examine = Callable[[int], Examined]


@dataclass(frozen=True, slots=True)
class TakenPhoto:
    """A photo whose three files are kept durably; only its row is missing."""

    sha256: str
    display_sha256: str
    thumbnail_sha256: str
    size_bytes: int
    type: PhotoType
    width: int
    height: int
    evidence: EvidenceMarks
    thumbhash: str | None = None
    perceptual_hash: int | None = None


def take_in_photo(file: IncomingFile, examine: Examine, store: PhotoStore) -> TakenPhoto:
    """Examine a received file and keep it with both its sizes; returns only when all three are durable.

    Raises `PhotoRefused` for bytes that are no photo, `StorageFull` or `Unavailable` for a store that cannot.
    """
    examined = examine(file.fileno())
    # The original last: where it stands, what is made of it stands too.
    display_sha256 = _keep(store, examined.display)
    thumbnail_sha256 = _keep(store, examined.thumbnail)
    store.keep(file)
    return TakenPhoto(
        sha256=file.sha256,
        display_sha256=display_sha256,
        thumbnail_sha256=thumbnail_sha256,
        size_bytes=file.size_bytes,
        type=examined.type,
        width=examined.width,
        height=examined.height,
        evidence=examined.evidence,
        thumbhash=examined.thumbhash,
        perceptual_hash=examined.perceptual_hash,
    )


def _keep(store: PhotoStore, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    store.put(sha256, BytesIO(data))
    return sha256
