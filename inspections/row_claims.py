"""Rows that clients name: inserted once, whoever comes first."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from server.db import Base, db, is_postgresql


def insert_unless_taken(model: type[Base], **values: Any) -> bool:
    """Insert unless the name is taken, waiting for whoever is inserting it just now; tell whether it was inserted."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    done = db.session.execute(insert(model).values(**values).on_conflict_do_nothing())
    return bool(done.rowcount)  # type: ignore[attr-defined]
