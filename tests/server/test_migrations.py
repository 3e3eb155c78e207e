"""Migrations on real databases: up, down, up again; and the models say exactly what the migrations made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from server.app import create_app
from server.db import Base, db
from tests.conftest import make_config

MIGRATIONS = Path(__file__).parents[2] / "server" / "migrations"


@pytest.fixture
def empty_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database of its own, beside the one that other tests use."""
    if database_url.startswith("sqlite"):
        yield from _app_on(f"sqlite:///{tmp_path / 'migrations.sqlite3'}", tmp_path)
        return
    engine = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS migrations")
        connection.exec_driver_sql("CREATE DATABASE migrations")
    url = sa.make_url(database_url).set(database="migrations").render_as_string(hide_password=False)
    yield from _app_on(url, tmp_path)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE migrations")
    engine.dispose()


def _app_on(url: str, folder: Path) -> Iterator[Flask]:
    app = create_app(make_config(url, folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def drift() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_up_down_up_leaves_the_models_tables(empty_app: Flask) -> None:
    upgrade(directory=str(MIGRATIONS))
    assert tables() == set(Base.metadata.tables)
    downgrade(directory=str(MIGRATIONS), revision="base")
    assert tables() == set()
    upgrade(directory=str(MIGRATIONS))
    assert drift() == []


def test_the_key_of_the_rollups_carries_the_change_on_postgresql(empty_app: Flask) -> None:
    """A rate is read from the index alone; Alembic does not write this by itself."""
    upgrade(directory=str(MIGRATIONS))
    if db.engine.dialect.name == "postgresql":
        key = sa.text("SELECT pg_get_indexdef(CAST('pk_rollups' AS regclass))")
        with db.engine.connect() as connection:
            assert connection.scalar(key).endswith("INCLUDE (change)")


def test_the_head_file_names_the_newest_revision() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert (MIGRATIONS / "HEAD").read_text().strip() == script.get_current_head()
    assert len(script.get_heads()) == 1
