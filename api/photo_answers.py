"""Answering with a picture's bytes: as the one type that it is, in parts where asked, not at all where known."""

from __future__ import annotations

from flask import Response, request

from api.photo_store import photo_store

# Bytes that strangers sent are handed out as the one thing they are, never as a page.
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Disposition": "inline",
    "Referrer-Policy": "no-referrer",
}
# What a private answer depends on, for a cache that one person's devices share.
_ASKER = "Authorization, Cookie, Upload-Capability"


def image_answer(sha256: str, media_type: str, caching: str) -> Response:
    """The file of this SHA-256, which is its ETag: 304 without touching the store where the asker has it, 206 for a part."""
    response = Response(content_type=media_type)
    if not request.if_none_match.contains_weak(sha256):
        with photo_store().open(sha256) as file:
            response.set_data(file.read())
    response.headers.update(_SAFE_HEADERS)
    response.headers["Cache-Control"] = caching
    if caching.startswith("private"):
        response.headers["Vary"] = _ASKER
    response.set_etag(sha256)
    response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
    return response
