"""docs/walkthrough.md, executed as written against the product as a stranger starts it, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.docs.pages import page
from tests.docs.walkthrough import Walk, walk
from tests.live import running_product

PAGE = page("docs/walkthrough.md")
MOST_CALLS = 25


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str | None]:
    """None for the product's own SQLite file, else the address of a new, empty PostgreSQL database."""
    if database_url.startswith("sqlite"):
        yield None
        return
    server = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"walkthrough_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    # Not str(url): that hides the password.
    yield sa.make_url(database_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.dispose()


@pytest.mark.timeout(300)
def test_the_walkthrough_works_as_written(empty_database: str | None, tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    with running_product(tmp_path / "data", empty_database) as product:
        done = walk(PAGE, {"PORT": str(product.port)}, bin_folder)
        log = product.log.read_text()
    _compare(done, log)
    assert 0 < done.calls <= MOST_CALLS
    assert '"level": "error"' not in log


def _compare(done: Walk, log: str) -> None:
    for step in done.steps:
        seen = "\n".join(step.seen)
        assert step.is_as_written(), (
            f"{step.commands}\n--- the page says\n{chr(10).join(step.expected)}\n--- seen\n{seen}\n--- messages\n"
            f"{done.messages[-2000:]}\n--- log\n{log[-2000:]}"
        )
    assert done.exit_status == 0, done.messages
