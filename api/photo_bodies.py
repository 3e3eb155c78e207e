"""Receiving a photo's raw body: to a file without a name, hashed on the way, counted against what was announced.

While a slow phone sends, nothing is held but the file: no memory, no connection to the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from server.errors import Conflict
from uploads.digests import Digests, hashes_for, is_digest_right, read_digests
from uploads.incoming import IncomingFile, incoming_file
from uploads.partial_uploads import PartialUpload, PartRange, RangeMalformed
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.validation import PhotoLimits, check_size

_CHUNK_BYTES = 256 * 1024


@contextmanager
def received_body(folder: Path, limits: PhotoLimits) -> Iterator[IncomingFile]:
    """Receive this request's body into a nameless file in `folder`, gone when the block ends unless it was kept.

    Raises `PhotoRefused`: too_large by the announced or the counted length, empty, incomplete where fewer bytes
    came than announced, digest_mismatch.
    """
    if request.content_length is not None:
        check_size(request.content_length, limits)
    digests = announced_digests()
    expected = {**digests.of_photo, **digests.of_body}
    hashes = hashes_for(expected)
    with incoming_file(folder) as file:
        for chunk in body_chunks(limits.max_bytes):
            check_size(file.size_bytes + len(chunk), limits)
            file.write(chunk)
            for each in hashes.values():
                each.update(chunk)
        check_size(file.size_bytes, limits)
        check_complete(file.size_bytes)
        if not (is_digest_right(digests.of_body, hashes) and is_digest_right(digests.of_photo, hashes)):
            raise PhotoRefused(RefusalCode.DIGEST_MISMATCH)
        yield file


def receive_part(upload: PartialUpload, part: PartRange, limits: PhotoLimits) -> None:
    """Append this request's body, as far as it comes, to what has arrived of the photo.

    Raises `PhotoRefused`: too_large, incomplete (what did come is kept, unless a Content-Digest was to vouch for it),
    digest_mismatch (the part is forgotten); `Conflict` where the part does not begin where the photo ends.
    """
    _check_offset(upload, part)
    check_size(max(part.last + 1, part.length or 0), limits)
    expected = announced_digests().of_body
    hashes = hashes_for(expected)
    try:
        for chunk in body_chunks(limits.max_bytes):
            if upload.offset + len(chunk) > part.last + 1:
                raise RangeMalformed()
            upload.append(chunk)
            for each in hashes.values():
                each.update(chunk)
        if upload.offset != part.last + 1:
            raise PhotoRefused(RefusalCode.INCOMPLETE, upload_offset=upload.offset)
        if not is_digest_right(expected, hashes):
            raise PhotoRefused(RefusalCode.DIGEST_MISMATCH)
    except (PhotoRefused, RangeMalformed) as refused:
        is_cut = isinstance(refused, PhotoRefused) and refused.reason is RefusalCode.INCOMPLETE
        if expected or not is_cut:
            upload.cut_to(part.first)
        raise
    finally:
        upload.sync()


def _check_offset(upload: PartialUpload, part: PartRange) -> None:
    """The draft's problem type `mismatching-upload-offset`, with both offsets in the answer."""
    if part.first != upload.offset:
        raise Conflict(
            f"应从第 {upload.offset} 字节继续上传",
            f"The next part begins at byte {upload.offset}",
            code="mismatching_upload_offset",
            extra={"expected-offset": upload.offset, "provided-offset": part.first},
        )


@contextmanager
def assembled(upload: PartialUpload, folder: Path) -> Iterator[IncomingFile]:
    """The whole photo out of its parts, hashed; held against the digests of the photo.

    Raises `PhotoRefused` (digest_mismatch).
    """
    expected = announced_digests().of_photo
    hashes = hashes_for(expected)
    with incoming_file(folder) as file:
        for chunk in upload.chunks():
            file.write(chunk)
            for each in hashes.values():
                each.update(chunk)
        if not is_digest_right(expected, hashes):
            raise PhotoRefused(RefusalCode.DIGEST_MISMATCH)
        yield file


def announced_digests() -> Digests:
    """What the client says the bytes hash to."""
    headers = request.headers
    return read_digests(headers.get("Content-Digest"), headers.get("Repr-Digest"), headers.get("Digest"))


def check_complete(received_bytes: int) -> None:
    """Raise `PhotoRefused` (incomplete) where the announced length did not come."""
    if request.content_length is not None and received_bytes != request.content_length:
        raise PhotoRefused(RefusalCode.INCOMPLETE)


def body_chunks(max_bytes: int) -> Iterator[bytes]:
    """The body as it arrives; a connection that is cut ends it with `PhotoRefused` (incomplete)."""
    request.max_content_length = max_bytes + 1
    while chunk := _next_chunk():
        yield chunk


def _next_chunk() -> bytes:
    try:
        return request.stream.read(_CHUNK_BYTES)
    except RequestEntityTooLarge:
        raise
    except Exception as error:
        # A connection reset, a chunk without its end: each server names a cut body its own way.
        raise PhotoRefused(RefusalCode.INCOMPLETE) from error
