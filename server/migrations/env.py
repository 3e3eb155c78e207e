"""How Alembic reaches the database and the models; run through `flask db …` or `server/start.py`."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import JSON

from server.db import Base, UtcDateTime, db


def _render(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """A migration names plain column types, never our own classes, which may change after it was written."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Online only: migrations run against the database that the settings name, all in one transaction."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            render_item=_render,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
