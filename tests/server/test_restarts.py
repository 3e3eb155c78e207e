"""A product started again on what it has, and its job worker ended again and again: in this order, the last test ends it."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from tests.live import Product, free_port, refuse, running_product

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Left:
    """What a product that ran and was ended has left."""

    folder: Path
    secrets: bytes
    rows: dict[str, int]


# What the job worker of either product works off, when it comes to it.
WORKED_OFF = {"rollups", "rollup_deltas"}


def count_rows(folder: Path) -> dict[str, int]:
    """How many rows each table has, but for those that change by themselves while a product runs."""
    engine = sa.create_engine(f"sqlite:///{folder / 'jiayuan.sqlite3'}")
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        found = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
            for name in tables
            if name not in WORKED_OFF
        }
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    folder = tmp_path_factory.mktemp("restarts") / "data"
    with (
        running_product(folder, WEB_WORKERS="1") as first,
        urllib.request.urlopen(f"{first.address}/readyz") as answer,
    ):
        assert answer.status == 200
    assert first.process.returncode == 0, first.log.read_text()[-2000:]
    return Left(folder, (folder / "secrets.json").read_bytes(), count_rows(folder))


@pytest.fixture(scope="module")
def started_again(left: Left) -> Iterator[Product]:
    with running_product(left.folder, WEB_WORKERS="1") as second:
        yield second


def test_a_second_start_keeps_what_the_first_one_had_and_loads_nothing_twice(
    left: Left, started_again: Product
) -> None:
    folder = left.folder
    assert "already runs on DATA_DIR" in refuse(folder, PORT=str(free_port()))[1]
    assert (folder / "jiayuan.sqlite3").stat().st_mode & 0o077 == 0
    assert "demo-inspector" in started_again.log.read_text()
    assert (folder / "secrets.json").read_bytes() == left.secrets
    assert sum(left.rows.values()) > 100
    assert count_rows(folder) == left.rows


def test_a_killed_job_worker_is_started_again_and_one_that_cannot_live_ends_the_product(
    started_again: Product,
) -> None:
    product = started_again
    wait_for(lambda: job_workers(product) != [])
    killed = job_workers(product)[0]
    killed.kill()
    wait_for(lambda: any(each.pid != killed.pid for each in job_workers(product)))
    with urllib.request.urlopen(f"{product.address}/readyz") as answer:
        assert answer.status == 200
    while product.process.poll() is None:
        for each in job_workers(product):
            each.kill()
        time.sleep(0.05)
    assert product.process.returncode == 1
    assert "the job worker keeps ending by itself" in product.log.read_text()


def job_workers(product: Product) -> list[psutil.Process]:
    """The product's living job workers."""
    try:
        children = psutil.Process(product.process.pid).children()
        return [each for each in children if "huey_consumer" in " ".join(each.cmdline())]
    except psutil.Error:
        return []


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)
