"""`make run`: migrate, load the demo on first start, then web server and job worker together until told to stop."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TextIO

from alembic.util import CommandError
from flask_migrate import upgrade
from sqlalchemy.exc import SQLAlchemyError

from server.config import Config, ConfigurationError, load_config

STOP_SECONDS = 35
RESTARTS = 5
RESTART_WINDOW_SECONDS = 60


def main() -> int:
    """Run the product; the exit status is 0 after a stop that was asked for."""
    # What people wrote and photographed is nobody else's on this machine.
    os.umask(0o077)
    try:
        config = load_config()
        with _only_one_here(config):
            _check_port(config)
            _prepare(config)
            return _supervise(config)
    except (ConfigurationError, SQLAlchemyError, CommandError, OSError) as error:
        return _fail(f"cannot start: {_one_line(error)}")


@contextmanager
def _only_one_here(config: Config) -> Iterator[None]:
    """Two products on one DATA_DIR would run every job twice; the lock ends with the process, however it ends."""
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (config.data_dir / "running.lock").open("w")
    except OSError as error:
        raise ConfigurationError(f"DATA_DIR {config.data_dir} cannot be used: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(f"another Jiayuan already runs on DATA_DIR {config.data_dir}") from None
        yield


def _check_port(config: Config) -> None:
    """Somebody else's server on our port must not be taken for ours."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            reason = f"{config.host}:{config.port} cannot be listened on ({error.strerror})"
            raise ConfigurationError(
                f"{reason}; choose another, such as PORT={config.port % 65535 + 1}"
            ) from error


def _prepare(config: Config) -> None:
    # Who tries the demonstration in a terminal looks for the address and the accounts, not for requests.
    is_tried_out = config.is_demo and sys.stdout.isatty()
    os.environ.setdefault("LOG_LEVEL", "WARNING" if is_tried_out else "INFO")
    _empty_metrics_folder(config)
    from server.app import create_app

    app = create_app(config)
    with app.app_context():
        say("database: migrating to the newest schema")
        upgrade()
        if config.is_demo:
            _load_demo(config)


def _load_demo(config: Config) -> None:
    from server.cli.demo import describe
    from server.demo.loading import load_demonstration

    say("demo: Chongming's grid, checklists, synthetic communities (示例), people of every role")
    try:
        loaded = load_demonstration(config, lambda line: say(f"demo: {line}"))
    except Exception as error:
        raise ConfigurationError(f"loading the demo failed: {_one_line(error)}") from error
    print(*describe(loaded), sep="\n", flush=True)


def _empty_metrics_folder(config: Config) -> None:
    folder = config.data_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


@dataclass
class Child:
    """A process that is started again when it ends by itself, unless it keeps ending."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts = [*self.starts[-RESTARTS:], time.monotonic()]
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends the children in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def keeps_ending(self) -> bool:
        return len(self.starts) > RESTARTS and self.starts[-1] - self.starts[0] < RESTART_WINDOW_SECONDS

    def stop(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _supervise(config: Config) -> int:
    """Run both children until a stop is asked for or one of them cannot be kept up."""
    children = [
        Child(
            "web server",
            [sys.executable, "-m", "gunicorn", "-c", "python:server.gunicorn_conf", "server.wsgi:app"],
        ),
        Child("job worker", [sys.executable, "-m", "huey.bin.huey_consumer", "server.tasks.huey", "-q"]),
    ]
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked.append(received))
    for child in children:
        child.start()
    lost = _keep_up(children, asked, config)
    _stop(children)
    return _fail(f"the {lost.name} keeps ending by itself; see the log above") if lost else 0


def _keep_up(children: Sequence[Child], asked: Sequence[int], config: Config) -> Child | None:
    """Start again what ends by itself; the child that cannot be kept up, None after a stop that was asked for."""
    is_announced = False
    while not asked:
        if not is_announced and _answers(config):
            is_announced = True
            say(
                f"ready: http://{config.host}:{config.port}  (API documentation at /api/docs, stop with Ctrl-C)"
            )
        for child in children:
            if not child.has_ended():
                continue
            if child.keeps_ending():
                return child
            say(f"the {child.name} ended by itself; starting it again", sys.stderr)
            child.start()
        time.sleep(0.2)
    return None


def _answers(config: Config) -> bool:
    """Whether the web server answers yet."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104
    connection = HTTPConnection(host, config.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(children: Sequence[Child]) -> None:
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.process.terminate()
    for child in children:
        child.stop()


def say(line: str, stream: TextIO = sys.stdout) -> None:
    print(f"jiayuan: {line}", file=stream, flush=True)


def _fail(line: str) -> int:
    say(line, sys.stderr)
    return 1


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]


if __name__ == "__main__":
    sys.exit(main())
