"""Headers on every answer: no guessing of types, no framing, no referrer, and no shared cache for what belongs to somebody."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self)",
}
_BEHIND_TLS = {"Strict-Transport-Security": "max-age=31536000"}


def headers_of_every_answer(*, is_behind_tls: bool) -> Mapping[str, str]:
    """What no answer goes without, be it the API's or a file of the web app."""
    return {**_ALWAYS, **_BEHIND_TLS} if is_behind_tls else _ALWAYS


def register(app: Flask, *, is_behind_tls: bool) -> None:
    """Add what is missing; a route that sets its own caching keeps it."""
    always = headers_of_every_answer(is_behind_tls=is_behind_tls)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if response.status_code not in (429, 503):
            # The rate limiter sends it with every answer; on an answer that came it would say to wait.
            response.headers.pop("Retry-After", None)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        response.vary.add("Accept-Language")
        return response
