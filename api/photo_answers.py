"""Answering with a picture's bytes: as the one type that it is, in parts where asked, not at all where known."""

from __future__ import annotations

from collections.abc import Callable

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


def image_answer(
    sha256: str, media_type: str, caching: str, made_by: Callable[[bytes], bytes] | None = None
) -> Response:
    """The file of this SHA-256, which is its ETag: 304 without touching the store where the asker has it, 206 for a part.

    With `made_by`, what that makes of the file.
    """
    tag = sha256 if made_by is None else f"{sha256}-{made_by.__name__}"
    response = Response(content_type=media_type)
    if not request.if_none_match.contains_weak(tag):
        with photo_store().open(sha256) as file:
            data = file.read()
        response.set_data(data if made_by is None else made_by(data))
    response.headers.update(_SAFE_HEADERS)
    response.headers["Cache-Control"] = caching
    if caching.startswith("private"):
        response.headers["Vary"] = _ASKER
    response.set_etag(tag)
    response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)
    return response
