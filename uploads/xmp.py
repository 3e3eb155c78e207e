"""What a photo's XMP packet (ISO 16684-1) says of programs that handled it and of where its pixels come from.

Pure. The packet is the sender's own XML: it is searched as bytes for four names, never parsed, so that no entity is
expanded and no depth is followed; what is not written as usual is not found.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Editors with a long history write some ten kilobytes; one JPEG segment holds 64.
_MAX_BYTES = 256 * 1024
# As an attribute or as an element, under whatever prefix; each value is bounded, so the search is linear.
_PROPERTY = re.compile(
    rb"[:\s](CreatorTool|softwareAgent|DigitalSourceType|AIGC)"
    rb"""(?:\s*=\s*(?:"([^"]{1,500})"|'([^']{1,500})')|\s*>([^<]{1,500})<)"""
)
# IPTC's vocabulary (cv.iptc.org/newscodes/digitalsourcetype): what was not simply captured by a camera.
_NOT_CAPTURED = {
    "humanEdits",
    "compositeWithTrainedAlgorithmicMedia",
    "trainedAlgorithmicMedia",
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "compositeSynthetic",
    "digitalArt",
    "digitalCreation",
}
# GB 45438-2025: made by artificial intelligence for sure (1), perhaps (2), by appearance (3).
_AIGC_LABEL = re.compile(r'"Label"\s*:\s*"?([123])\b')


@dataclass(frozen=True, slots=True)
class XmpMarks:
    """`creator_tool` is what first made the file (a phone's system writes itself there); `history_software` the last
    program that its history names; `source_mark` the mark of a picture that no camera simply took."""

    creator_tool: str | None = None
    history_software: str | None = None
    source_mark: str | None = None


def read_xmp(packet: object) -> XmpMarks:
    """Search a packet; anything that is none says nothing."""
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes):
        return XmpMarks()
    said: dict[str, list[str]] = {}
    for name, value in _properties(packet):
        said.setdefault(name, []).append(value)
    marks = (_source_mark(value) for value in said.get("DigitalSourceType", []) + said.get("AIGC", []))
    return XmpMarks(
        creator_tool=next(iter(said.get("CreatorTool", [])), None),
        history_software=next(reversed(said.get("softwareAgent", [])), None),
        source_mark=next(filter(None, marks), None),
    )


def _properties(packet: bytes) -> Iterator[tuple[str, str]]:
    for found in _PROPERTY.finditer(packet[:_MAX_BYTES]):
        raw = found[2] or found[3] or found[4]
        # Only XML's and HTML's own names for single letters; nothing the packet defines.
        value = html.unescape(raw.decode("utf-8", "replace")).strip()
        if value:
            yield found[1].decode(), value


def _source_mark(value: str) -> str | None:
    term = value.rstrip("/").rpartition("/")[2]
    if term in _NOT_CAPTURED:
        return term
    label = _AIGC_LABEL.search(value)
    return f"AIGC {label[1]}" if label else None
