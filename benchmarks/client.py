"""The asking side: requests over kept-open connections from a process of its own, each answer timed.

A plain socket and the smallest possible reader of answers, so that the client's own cost stays far below
the server's on a machine that both share.
"""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Load:
    """What one measurement sends: `requests` are taken in turn, around and around unless each may go once only."""

    host: str
    port: int
    requests: Sequence[bytes]
    expected_statuses: frozenset[int]
    is_once_only: bool
    concurrency: int
    seconds: float


@dataclass(slots=True)
class Answers:
    """What came back: seconds per answer, answers per status, bytes of all bodies, seconds in all."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    body_bytes: int = 0
    elapsed_seconds: float = 0.0
    first_refusal: str = ""


class Connection:
    """One kept-open connection; opened again where the server closed it between two requests."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request, return status and body; one more try on a connection found closed."""
        if self._socket is not None:
            try:
                return self._exchange(self._socket, request)
            except ConnectionError:
                self.close()
        self._socket = socket.create_connection(self._address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._exchange(self._socket, request)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, connection: socket.socket, request: bytes) -> tuple[int, bytes]:
        connection.sendall(request)
        answer = bytearray()
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += _received(connection)
        head = bytes(answer[:end]).lower()
        length = _content_length(head)
        while len(answer) < end + 4 + length:
            answer += _received(connection)
        if b"connection: close" in head:
            self.close()
        return int(head[9:12]), bytes(answer[end + 4 :])


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(262_144)
    if not part:
        raise ConnectionResetError("the server closed the connection")
    return part


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError("an answer without Content-Length")


def run(load: Load) -> Answers:
    """Send the load from a fresh process and return what came back."""
    command = [sys.executable, "-c", "from benchmarks.client import main; main()"]
    done = subprocess.run(command, cwd=ROOT, input=pickle.dumps(load), stdout=subprocess.PIPE, check=True)
    answers: Answers = pickle.loads(done.stdout)
    return answers


def main() -> None:
    """The fresh process: the load comes in on its standard input, the answers go out."""
    load: Load = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(_send_all(load)))


def _send_all(load: Load) -> Answers:
    answers = [Answers() for _ in range(load.concurrency)]
    started = time.perf_counter()
    threads = [
        threading.Thread(target=_ask_until, args=(load, number, started + load.seconds, answers[number]))
        for number in range(load.concurrency)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _merged(answers, time.perf_counter() - started)


def _ask_until(load: Load, number: int, end: float, answers: Answers) -> None:
    """This thread's share: every concurrency-th request, until time or requests run out."""
    connection = Connection(load.host, load.port)
    position = number
    while time.perf_counter() < end:
        if position >= len(load.requests):
            if load.is_once_only:
                break
            position %= len(load.requests)
        before = time.perf_counter()
        status, body = connection.ask(load.requests[position])
        answers.latencies.append(time.perf_counter() - before)
        answers.statuses[status] += 1
        answers.body_bytes += len(body)
        if status not in load.expected_statuses and not answers.first_refusal:
            answers.first_refusal = body[:500].decode(errors="replace")
        position += load.concurrency
    connection.close()


def _merged(answers: Sequence[Answers], elapsed_seconds: float) -> Answers:
    merged = Answers(elapsed_seconds=elapsed_seconds)
    for each in answers:
        merged.latencies += each.latencies
        merged.statuses += each.statuses
        merged.body_bytes += each.body_bytes
        merged.first_refusal = merged.first_refusal or each.first_refusal
    return merged
