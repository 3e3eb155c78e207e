"""Starting what is measured and reading what it used: gunicorn on a free loopback port, CPU of whole process trees."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
_LIBRARIES = ("Flask", "Werkzeug", "SQLAlchemy", "marshmallow", "gunicorn", "psycopg")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    pid: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(application: str, environ: Mapping[str, str]) -> Iterator[Running]:
    """Serve an application with the product's own gunicorn settings; stop it in the end."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:server.gunicorn_conf", application]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environ | {"HOST": HOST, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_listening(port, process)
        yield Running(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("the server ended before it listened")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not listen")


def run_flask(arguments: list[str], environ: Mapping[str, str]) -> None:
    """One of the product's own commands, in a process of its own; ends the run where it fails."""
    command = [sys.executable, "-m", "flask", "--app", "server.wsgi", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"flask {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its living descendants and of those that have ended."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def resident_megabytes(pid: int) -> list[int]:
    """Resident memory of each worker below a gunicorn master."""
    workers = psutil.Process(pid).children(recursive=True)
    return sorted(round(worker.memory_info().rss / 1_048_576) for worker in workers)


def describe_machine() -> dict[str, object]:
    return {
        "processor": _processor_name(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system() + " " + platform.release().split("-")[0],
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
