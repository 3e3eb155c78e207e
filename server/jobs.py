"""The job queue's ground: Huey on SQLite beside the data, or on Redis by URL. What the jobs do stands in `server/tasks.py`."""

from __future__ import annotations

from typing import Any

from huey import RedisHuey, SqliteHuey

from server.config import Config


def make_huey(config: Config) -> Any:
    """The queue that the settings name; in tests every job runs at once, in the caller."""
    if config.environment == "test":
        return SqliteHuey("jiayuan", filename=":memory:", immediate=True)
    if config.redis_url:
        return RedisHuey("jiayuan", url=config.redis_url)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("jiayuan", filename=str(config.jobs_path))
