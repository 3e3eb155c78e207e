"""The jobs: what runs by itself, how often. Each opens its own transaction through the same services as people do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from flask import Flask
from huey import crontab

from cases.escalation import sweep_cases
from cases.photo_retention import retire_expired
from checklists.rollups import fold_all
from grid.outbox import deliver_outbox
from grid.sessions import forget_ended_sessions
from server import clock
from server.app import create_app
from server.config import load_config
from server.db import transaction
from server.jobs import make_huey
from uploads.partial_uploads import expire_partial_uploads
from uploads.sweeping import sweep as sweep_unclaimed_photos

log = structlog.get_logger()
huey = make_huey(load_config())
_app: Flask | None = None


def _application() -> Flask:
    """The app of this worker process, made at the first job."""
    global _app
    _app = _app or create_app()
    return _app


def _run(name: str, work: Callable[[datetime], Any]) -> None:
    """One job in the app's context; the work opens its own transactions."""
    with _application().app_context():
        log.info("job", job=name, result=work(clock.now()))


def _in_one_transaction(work: Callable[[datetime], Any]) -> Callable[[datetime], Any]:
    def run(now: datetime) -> Any:
        with transaction():
            return work(now)

    return run


@huey.periodic_task(crontab(minute="*"))
@huey.lock_task("sweep_cases")
def sweep() -> None:
    """Escalate what is overdue, remind before, bring suspended cases back."""
    _run("sweep_cases", sweep_cases)


@huey.periodic_task(crontab(minute="*"))
@huey.lock_task("fold_rollups")
def fold() -> None:
    """Fold the day's changes of status into the rollups that rates are read from."""
    _run("fold_rollups", lambda _now: fold_all())


@huey.periodic_task(crontab(minute="*"))
@huey.lock_task("deliver_outbox")
def deliver() -> None:
    """Send what waits in the outbox."""
    _run("deliver_outbox", partial(deliver_outbox, _application().extensions["jiayuan_delivery"]))


def _retire_photos(now: datetime) -> int:
    days = _application().extensions["jiayuan_config"].photo_retention_days
    return sum(retire_expired(now, days)) if days else 0


def _sweep_photos(now: datetime) -> dict[str, int]:
    """Retired first: their files go in the same sweep."""
    retired = _retire_photos(now)
    return {
        "retired": retired,
        **sweep_unclaimed_photos(_application().extensions["jiayuan_photo_store"], now),
    }


@huey.periodic_task(crontab(minute="37", hour="3"))
@huey.lock_task("sweep_photos")
def sweep_photos() -> None:
    """Remove photos that nothing claimed within a week, retire those past their retention, remove their files."""
    _run("sweep_photos", _sweep_photos)


@huey.periodic_task(crontab(minute="17", hour="3"))
@huey.lock_task("forget_ended_sessions")
def forget() -> None:
    """Remove sessions and one-time codes that ended long ago."""
    _run("forget_ended_sessions", _in_one_transaction(forget_ended_sessions))


@huey.periodic_task(crontab(minute="41"))
@huey.lock_task("expire_partial_uploads")
def expire() -> None:
    """Forget photos in parts that have not grown for a day."""
    folder = _application().extensions["jiayuan_config"].photo_dir / "incoming"
    _run("expire_partial_uploads", partial(expire_partial_uploads, folder))
