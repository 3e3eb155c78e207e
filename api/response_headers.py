"""Headers on every answer: no guessing of types, no framing, no referrer, and no shared cache for what belongs to somebody."""

from __future__ import annotations

from flask import Flask, Response

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self)",
}


def register(app: Flask, *, is_behind_tls: bool) -> None:
    """Add what is missing; a route that sets its own caching keeps it."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        if is_behind_tls:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if response.status_code not in (429, 503):
            # The rate limiter sends it with every answer; on an answer that came it would say to wait.
            response.headers.pop("Retry-After", None)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        response.vary.add("Accept-Language")
        return response
