"""The yardstick: a Flask application with one JSON route and nothing else, on the same gunicorn."""

from __future__ import annotations

from flask import Flask

application = Flask("bare", static_folder=None)


@application.get("/")
def hello() -> dict[str, object]:
    return {"status": "ok", "items": [1, 2, 3]}
