"""What is noted of every request: an id, one JSON log line, counters and times; never names, numbers or bodies."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import event
from sqlalchemy.engine import Engine

log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

REQUESTS = Counter("jiayuan_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("jiayuan_http_request_seconds", "Time to answer", ["method", "route"])
CONNECTIONS = Gauge(
    "jiayuan_database_connections_in_use", "Connections that requests hold now", multiprocess_mode="livesum"
)


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def watch_connections(engine: Engine) -> None:
    """Count the connections that are out of the pool: none may stay out once its request has ended."""
    event.listen(engine, "checkout", lambda *_: CONNECTIONS.inc())
    event.listen(engine, "checkin", lambda *_: CONNECTIONS.dec())


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = (
        request.method
        if request.method in ("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")
        else "OTHER"
    )
    response.headers["X-Request-ID"] = g.get("request_id", "")
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    SECONDS.labels(method, route).observe(seconds)
    actor = g.get("actor")
    log.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        account=str(actor.account_id) if actor and actor.account_id else None,
    )
    structlog.contextvars.clear_contextvars()
    return response
