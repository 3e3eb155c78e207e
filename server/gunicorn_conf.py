"""gunicorn's settings: threads for slow phones, figures summed over workers, nothing held in a process."""

from __future__ import annotations

import os
from typing import Any

from prometheus_client import multiprocess

from plans.target_catalogue import shipped_targets
from server.config import load_config

_config = load_config()

bind = f"{_config.host}:{_config.port}"
workers = _config.workers
threads = _config.threads
worker_class = "gthread"
# A photo on a slow network may take minutes; the worker's heartbeat does not depend on it.
timeout = 120
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "jiayuan"


def post_worker_init(_worker: Any) -> None:
    """Read the catalogue of targets before the first visitor would have to wait for it."""
    shipped_targets()


def child_exit(_server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
