"""The product as a stranger starts it: `python -m server.start` in a process of its own, on a free loopback port."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 300


@dataclass(frozen=True)
class Product:
    """A running product."""

    port: int
    data_dir: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


# Below the ports that the system lends to outgoing connections, which could take one between here and its server's
# start; each process begins elsewhere, and gives none twice.
_ports = itertools.count(20_000 + os.getpid() * 37 % 10_000)


def free_port() -> int:
    """A loopback port that nobody listens on, for a server of the test's own."""
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("ports have no end")


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


@contextmanager
def running_product(data_dir: Path, database_url: str | None = None, **environ: str) -> Iterator[Product]:
    """Start it, wait until it is ready, end it (and everything it started) afterwards."""
    port, log = free_port(), data_dir.with_suffix(".log")
    env = {
        **os.environ,
        "PORT": str(port),
        "DATA_DIR": str(data_dir),
        "JIAYUAN_ENV": "demo",
        "RATE_LIMITS": "off",
        # Figures and accounts that nothing has happened to, unless a test asks for more.
        "DEMO_HISTORY": "off",
        **environ,
    }
    if database_url:
        env["DATABASE_URL"] = database_url
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.start"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    product = Product(port, data_dir, process, log)
    try:
        _wait_until_ready(product)
        yield product
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_ready(product: Product) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert product.process.poll() is None, product.log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{product.address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("not ready in time:\n" + product.log.read_text()[-3000:])
