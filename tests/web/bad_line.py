"""A line between phone and server that breaks: connections are cut after some bytes, either way, or answered by a portal."""

from __future__ import annotations

import random
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

_PORTAL = b"<html><title>Wi-Fi</title>\xe8\xaf\xb7\xe5\x85\x88\xe8\xae\xa4\xe8\xaf\x81</html>"
PORTAL_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: "
    + str(len(_PORTAL)).encode()
    + b"\r\n\r\n"
    + _PORTAL
)


class BadLine(socketserver.ThreadingTCPServer):
    """Phones reach the server by this port. `badness` is the share of connections that meet with a mishap."""

    allow_reuse_address = True
    daemon_threads = True
    MOST_BYTES_UP: ClassVar[int] = 120_000
    MOST_BYTES_DOWN: ClassVar[int] = 3_000

    def __init__(self, target_port: int, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target_port = target_port
        self.badness = 0.0
        self.mishaps = {"up": 0, "down": 0, "portal": 0}
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        # A secure context is what the browser takes `localhost` for; 127.0.0.1 is one as well.
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fate(self) -> tuple[str, int]:
        """What becomes of the next connection: how it ends, after how many bytes; "" for one that holds."""
        with self._lock:
            if self._chance.random() >= self.badness:
                return "", 0
            how = self._chance.choice(("up", "down", "down", "portal"))
            self.mishaps[how] += 1
            most = self.MOST_BYTES_UP if how == "up" else self.MOST_BYTES_DOWN
            return how, self._chance.randrange(most)

    def handle_error(self, request: object, client_address: object) -> None:
        """What broke was meant to."""


class _Connection(socketserver.BaseRequestHandler):
    server: BadLine

    def handle(self) -> None:
        how, limit = self.server.fate()
        if how == "portal":
            self.request.recv(65536)
            self.request.sendall(PORTAL_ANSWER)
            return
        try:
            target = socket.create_connection(("127.0.0.1", self.server.target_port), timeout=5)
        except OSError:
            return
        with target:
            self._carry(target, how, limit)

    def _carry(self, target: socket.socket, how: str, limit: int) -> None:
        carried = {"up": 0, "down": 0}
        ways = {self.request: ("up", target), target: ("down", self.request)}
        while True:
            for source in select.select(list(ways), [], [], 60)[0]:
                way, sink = ways[source]
                data = source.recv(16384)
                if not data:
                    return
                if way == how and carried[way] + len(data) > limit:
                    sink.sendall(data[: max(0, limit - carried[way])])
                    # At once and without a farewell, as when the stairwell's door closes.
                    with suppress(OSError):
                        self.request.setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
                        )
                    return
                sink.sendall(data)
                carried[way] += len(data)


@contextmanager
def bad_line(target_port: int, seed: int) -> Iterator[BadLine]:
    """A line that is good until its `badness` is set."""
    with BadLine(target_port, seed) as line:
        threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield line
        line.shutdown()
