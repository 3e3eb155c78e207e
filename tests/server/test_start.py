"""`python -m server.start`, the way `make run` calls it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from server.app import create_app
from tests.conftest import make_config
from tests.live import ROOT, Product, free_port, running_product


def refuse(data_dir: Path, **environ: str) -> tuple[int, str]:
    """Start with settings that cannot work; the exit status and what was said."""
    env = {**os.environ, "DATA_DIR": str(data_dir), **environ}
    done = subprocess.run(
        [sys.executable, "-m", "server.start"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.strip()


def test_production_without_secrets_refuses_in_one_clear_line(tmp_path: Path) -> None:
    status, said = refuse(tmp_path / "data", JIAYUAN_ENV="production")
    assert status == 1
    assert said.splitlines()[-1].startswith(
        "jiayuan: cannot start: production refuses to start without SECRET_KEY"
    )
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_one_clear_line_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, said = refuse(tmp_path / "data", PORT=str(port))
    assert status == 1
    assert f"127.0.0.1:{port} cannot be listened on" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, said = refuse(tmp_path / "file" / "data", JIAYUAN_ENV="test")
    assert status == 1
    assert "DATA_DIR" in said.splitlines()[-1]


def test_a_command_on_a_database_without_tables_is_one_clear_line(tmp_path: Path) -> None:
    app = create_app(make_config(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    result = app.test_cli_runner().invoke(args=["cases", "verify"])
    assert result.exit_code == 1
    assert "has no tables" in result.output


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    status, said = refuse(tmp_path / "data", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert status == 1
    assert "cannot start" in said.splitlines()[-1]
    assert "Traceback" not in said


@pytest.mark.timeout(240)
def test_a_second_start_keeps_what_the_first_one_had_and_loads_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with (
        running_product(folder, WEB_WORKERS="1") as first,
        urllib.request.urlopen(f"{first.address}/readyz") as answer,
    ):
        assert answer.status == 200
    assert first.process.returncode == 0, first.log.read_text()[-2000:]
    secrets = (folder / "secrets.json").read_bytes()
    with running_product(folder, WEB_WORKERS="1") as second:
        assert "already runs on DATA_DIR" in refuse(folder, PORT=str(free_port()))[1]
        assert (folder / "jiayuan.sqlite3").stat().st_mode & 0o077 == 0
        said = second.log.read_text()
        assert "demo-inspector" in said
    assert second.process.returncode == 0
    assert (folder / "secrets.json").read_bytes() == secrets


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


@pytest.mark.timeout(240)
def test_a_killed_job_worker_is_started_again_and_one_that_cannot_live_ends_the_product(
    tmp_path: Path,
) -> None:
    with running_product(tmp_path / "data", JIAYUAN_ENV="test", WEB_WORKERS="1") as product:
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
