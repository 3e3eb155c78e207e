"""Whether the process lives, whether it can work, and its figures for prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterable

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as PROCESS_REGISTRY
from prometheus_client.metrics_core import Metric
from sqlalchemy.exc import SQLAlchemyError

from api.authentication import public
from server.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database answers and photos can be written."""
    parts = {"database": _database_answers(), "photos": _photos_writable()}
    is_ready = all(parts.values())
    return jsonify(status="ok" if is_ready else "unavailable", parts=parts), 200 if is_ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus' text format, summed over the worker processes."""
    registry: CollectorRegistry = PROCESS_REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        _WorkersFigures(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _WorkersFigures(multiprocess.MultiProcessCollector):
    """The files of all workers but those with nothing in them: a worker that starts makes its file before it fills it,
    and one that is killed in between leaves it empty."""

    def collect(self) -> Iterable[Metric]:
        files = [each.path for each in os.scandir(self._path) if each.name.endswith(".db") and _size_of(each)]
        merged: Iterable[Metric] = self.merge(files, accumulate=True)  # type: ignore[no-untyped-call]
        return merged


def _size_of(file: os.DirEntry[str]) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _database_answers() -> bool:
    try:
        db.session.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _photos_writable() -> bool:
    folder = current_app.extensions["jiayuan_config"].photo_dir
    return os.access(folder, os.W_OK)
