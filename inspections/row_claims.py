"""Rows that clients name: inserted once, whoever comes first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.db import Base, db, is_postgresql


def insert_unless_taken(model: type[Base], **values: Any) -> bool:
    """Insert unless the name is taken, waiting for whoever is inserting it just now; tell whether it was inserted."""
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    statement = insert(model).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return db.session.execute(statement).first() is not None
