"""How Alembic reaches the database and the models; run through `flask db …` or `server/start.py`."""

from __future__ import annotations

from alembic import context
from flask import current_app

from server.db import Base, db


def run() -> None:
    """Online only: migrations run against the database that the settings name, all in one transaction."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
