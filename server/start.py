"""`make run`: migrate, load the demo on first start, then web server and job worker together until told to stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from alembic.util import CommandError
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.exc import SQLAlchemyError

from server.config import Config, ConfigurationError, load_config

STOP_SECONDS = 35


def main() -> int:
    """Run the product; the exit status is 0 after a stop that was asked for."""
    try:
        config = load_config()
        _prepare(config)
    except (ConfigurationError, SQLAlchemyError, CommandError, OSError) as error:
        return _fail(f"cannot start: {_one_line(error)}")
    return _supervise(config)


def _prepare(config: Config) -> None:
    config.data_dir.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LOG_LEVEL", "INFO")
    _empty_metrics_folder(config)
    from server.app import create_app

    app = create_app(config)
    with app.app_context():
        say("database: migrating to the newest schema")
        upgrade()
        if config.is_demo:
            _load_demo(app)


def _load_demo(app: Flask) -> None:
    say("demo: Chongming's grid, checklists, synthetic communities (示例), people of every role")
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    if result.exit_code != 0:
        raise ConfigurationError(f"loading the demo failed: {_one_line(result.exception or result.output)}")
    print(result.output, end="", flush=True)


def _empty_metrics_folder(config: Config) -> None:
    folder = config.data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _supervise(config: Config) -> int:
    """Start both children; when one ends or a stop is asked for, end the other."""
    children = {
        "web server": _spawn(
            [sys.executable, "-m", "gunicorn", "-c", "python:server.gunicorn_conf", "server.wsgi:app"]
        ),
        "job worker": _spawn([sys.executable, "-m", "huey.bin.huey_consumer", "server.tasks.huey", "-q"]),
    }
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked.append(received))
    say(f"ready: http://{config.host}:{config.port}  (API documentation at /api/docs, stop with Ctrl-C)")
    while not asked and all(child.poll() is None for child in children.values()):
        time.sleep(0.2)
    ended = [name for name, child in children.items() if child.poll() is not None]
    _stop(list(children.values()))
    return 0 if asked else _fail(f"the {' and the '.join(ended)} ended by itself; see the log above")


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the supervisor alone, which ends the children in order.
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def say(line: str, stream: TextIO = sys.stdout) -> None:
    print(f"jiayuan: {line}", file=stream, flush=True)


def _fail(line: str) -> int:
    say(line, sys.stderr)
    return 1


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]


if __name__ == "__main__":
    sys.exit(main())
