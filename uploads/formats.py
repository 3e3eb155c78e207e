"""The image formats taken in: recognised by their first bytes, and followed to the end of their container.

Nothing is decoded here; a file that passes can still be refused by its codec.
"""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from uploads.refusals import PhotoRefused, RefusalCode


class PhotoType(StrEnum):
    """The media types stored, as the receipt and the response headers name them."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIF = "image/heif"
    AVIF = "image/avif"


# What clients write instead: Apple says heic, some Android cameras say jpg.
_ALIASES = {
    "image/jpg": PhotoType.JPEG,
    "image/pjpeg": PhotoType.JPEG,
    "image/heic": PhotoType.HEIF,
    "image/heic-sequence": PhotoType.HEIF,
    "image/heif-sequence": PhotoType.HEIF,
    "image/avif-sequence": PhotoType.AVIF,
}
_UNDECLARED = {"", "application/octet-stream"}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_JPEG_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_STANDALONE = {0x01, 0xD8}
# Cameras write about ten; every scan costs a pass over the whole image, so thousands are an attack.
_MAX_JPEG_SCANS = 32


def recognise(data: bytes) -> PhotoType | None:
    """Return the real type by the magic bytes, or None for anything that is not taken in."""
    if data.startswith(b"\xff\xd8\xff"):
        return PhotoType.JPEG
    if data.startswith(_PNG_SIGNATURE):
        return PhotoType.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PhotoType.WEBP
    if data[4:8] == b"ftyp":
        return _recognise_brand(data)
    return None


def _recognise_brand(data: bytes) -> PhotoType | None:
    """ISO/IEC 14496-12 `ftyp`: major brand, version, compatible brands; mif1 alone says HEIF or AVIF."""
    end = min(int.from_bytes(data[:4], "big"), 512, len(data))
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end - 3, 4)}
    if brands & _AVIF_BRANDS:
        return PhotoType.AVIF
    return PhotoType.HEIF if brands & _HEIF_BRANDS else None


def is_declared_as(real: PhotoType, declared: str | None) -> bool:
    """True when a Content-Type names the real type, an alias of it, or nothing in particular."""
    named = (declared or "").split(";", 1)[0].strip().lower()
    return named in _UNDECLARED or named == real or _ALIASES.get(named) is real


def check_container(real: PhotoType, data: bytes) -> None:
    """Follow the container to its end; raise `PhotoRefused` truncated or undecodable.

    Codecs fill missing rows with grey and say nothing: this is what notices a file cut short. Bytes after
    the end (motion photos, gain maps) are no concern.
    """
    _CONTAINER_CHECKS[real](data)


def _check_jpeg(data: bytes) -> None:
    """ITU-T T.81 annex B: segments, then scans, until the end-of-image marker."""
    position, scans = 2, 0
    while match := _JPEG_MARKER.search(data, position):
        marker, position = match[1][0], match.end()
        if marker == _JPEG_END:
            return
        scans += marker == _JPEG_SCAN
        if scans > _MAX_JPEG_SCANS:
            raise PhotoRefused(RefusalCode.UNDECODABLE)
        if marker not in _JPEG_STANDALONE:
            position += int.from_bytes(data[position : position + 2], "big")
    raise PhotoRefused(RefusalCode.TRUNCATED)


def _check_png(data: bytes) -> None:
    """W3C PNG clause 5: chunks with a CRC each, until IEND."""
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            break
        if zlib.crc32(memoryview(data)[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise PhotoRefused(RefusalCode.UNDECODABLE)
        if data[position + 4 : position + 8] == b"IEND":
            return
        position = end
    raise PhotoRefused(RefusalCode.TRUNCATED)


def _check_webp(data: bytes) -> None:
    """RIFF: the header counts the bytes that follow it."""
    if len(data) < 8 + int.from_bytes(data[4:8], "little"):
        raise PhotoRefused(RefusalCode.TRUNCATED)


def _check_boxes(data: bytes) -> None:
    """ISO/IEC 14496-12: top-level boxes, each with its size, the last one perhaps open-ended."""
    position = 0
    while position < len(data):
        size = _box_size(data, position)
        if size < 8:
            raise PhotoRefused(RefusalCode.UNDECODABLE)
        position += size
    if position > len(data):
        raise PhotoRefused(RefusalCode.TRUNCATED)


def _box_size(data: bytes, position: int) -> int:
    remaining = len(data) - position
    if remaining < 8:
        raise PhotoRefused(RefusalCode.TRUNCATED)
    size = int.from_bytes(data[position : position + 4], "big")
    if size == 0:
        return remaining
    return int.from_bytes(data[position + 8 : position + 16], "big") if size == 1 else size


_CONTAINER_CHECKS = {
    PhotoType.JPEG: _check_jpeg,
    PhotoType.PNG: _check_png,
    PhotoType.WEBP: _check_webp,
    PhotoType.HEIF: _check_boxes,
    PhotoType.AVIF: _check_boxes,
}
