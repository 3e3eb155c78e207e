"""The database: one metadata with named constraints, column types that mean the same on SQLite and PostgreSQL,
and `transaction()`, the only thing in the project that commits."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
import uuid_utils
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from server.errors import Conflict, DomainError, Unavailable

# Longest wait for another writer on SQLite, where writers take turns.
SQLITE_BUSY_SECONDS = 20


class Base(DeclarativeBase):
    """Constraint names are part of the contract: `IntegrityError` becomes a named `Conflict` by them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Models derive from `Base` itself; Flask-SQLAlchemy brings the engines and the session of each request.
db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False, "autoflush": False})


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive value is a programming error."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unguessable enough for no secret, ordered by time for the indexes' sake."""
    return uuid.UUID(str(uuid_utils.uuid7()))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """SQLite only: WAL, full durability, foreign keys, and transactions that we begin ourselves."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A writer on SQLite says so at once (BEGIN IMMEDIATE): upgrading a read later could only fail."""
    if connection.dialect.name == "sqlite":
        is_write = connection.get_execution_options().get("jiayuan_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work: everything inside is committed together or not at all.

    Raises `Conflict` for a broken unique constraint (by its name) and `Unavailable` where the database
    cannot take the work now. Reads made before it began are let go first, so no stale snapshot is kept.
    """
    session = db.session
    end_read()
    try:
        session.connection(execution_options={"jiayuan_write": True})
        yield
        session.flush()
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise conflict_of(error) from error
    except OperationalError as error:
        session.rollback()
        raise Unavailable(
            "系统繁忙，请稍后再试；本次内容没有保存。", "Busy; nothing was stored, please try again."
        ) from error
    except BaseException:
        session.rollback()
        raise


def end_read() -> None:
    """Give the connection back after reading, so that a slow client never holds one."""
    if db.session.registry.has() and db.session().in_transaction():
        db.session.commit()


ConflictFactory = Callable[[], DomainError]
_conflicts: dict[str, ConflictFactory] = {}


def name_conflict(constraint: str, zh: str, en: str, code: str) -> None:
    """Say what breaking a unique constraint means to people; models call it beside the constraint."""
    _conflicts[constraint] = lambda: Conflict(zh, en, code=code)


def conflict_of(error: IntegrityError) -> DomainError:
    """The named conflict behind a broken constraint; never the driver's message."""
    broken = constraint_of(error)
    factory = _conflicts.get(broken or "")
    return (
        factory() if factory else Conflict("内容与已有数据冲突", "This conflicts with what is already stored")
    )


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the broken constraint, also on SQLite, which tells only the columns."""
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name  # type: ignore[no-any-return]
    text = str(error.orig)
    if "index '" in text:
        return text.split("index '", 1)[1].split("'", 1)[0]
    if "UNIQUE constraint failed: " not in text:
        return None
    return _by_columns(text.split("UNIQUE constraint failed: ", 1)[1])


def _by_columns(listed: str) -> str | None:
    pairs = [part.strip().split(".") for part in listed.split(",")]
    table = Base.metadata.tables.get(pairs[0][0])
    if table is None:
        return None
    columns = {name for _, name in pairs}
    unique: list[Any] = [*table.constraints, *table.indexes]
    for constraint in unique:
        is_unique = isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint) or getattr(
            constraint, "unique", False
        )
        if is_unique and {column.name for column in constraint.columns} == columns:
            return str(constraint.name)
    return None


def update_alike(rows: Sequence[Base], *columns: str) -> None:
    """Write these columns of changed rows in one statement.

    A flush would send one for every run of rows in which the same columns differ, so a file's worth of mixed
    corrections might take one each.
    """
    if not rows:
        return
    table = Base.metadata.tables[type(rows[0]).__tablename__]
    is_row = [key == sa.bindparam(f"key_{key.name}") for key in table.primary_key]
    # Not by the session's own bulk update: that sends one statement a row.
    db.session.connection().execute(
        sa.update(table).where(*is_row).values({name: sa.bindparam(f"new_{name}") for name in columns}),
        [
            {f"key_{key.name}": getattr(row, key.name) for key in table.primary_key}
            | {f"new_{name}": getattr(row, name) for name in columns}
            for row in rows
        ],
    )
    for row in rows:
        for name in columns:
            set_committed_value(row, name, getattr(row, name))


def is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"
