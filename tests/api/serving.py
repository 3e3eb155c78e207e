"""The product on a real gunicorn and a real socket, for what no in-process client can do: hang up, lie, trickle."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from server.config import Config
from tests.live import ROOT, free_port


@dataclass(frozen=True)
class Served:
    """Where it listens and the process that does."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, *parts: bytes, hangs_up: bool = False) -> bytes:
        """Send the parts on one connection, let go of the sending side if asked, return all that is answered."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
            return everything(connection)


def everything(connection: socket.socket) -> bytes:
    """All that is answered until the server closes."""
    answer = b""
    try:
        while part := connection.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    return answer


@contextmanager
def served(config: Config) -> Iterator[Served]:
    """Start one worker on the tests' database; stop it in the end."""
    port = free_port()
    environ = os.environ | {
        "JIAYUAN_ENV": "test",
        "DATA_DIR": str(config.data_dir),
        "DATABASE_URL": config.database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "server/gunicorn_conf.py", "server.wsgi:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait_for(port, process)
        yield Served(port, process)
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server did not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not listen")
