from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from benchmarks.client import Connection, Load, run

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Server:
    """Answers each request of any connection with the next of its answers, cut into the pieces given."""

    def __init__(self, *answers: list[bytes]) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self._answers = list(answers)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                with self._lock:
                    self.asked.append(request)
                    pieces = self._answers.pop(0) if self._answers else [ANSWER]
                for piece in pieces:
                    if not piece:
                        return
                    connection.sendall(piece)


@pytest.fixture
def connected() -> Iterator[tuple[Server, Connection]]:
    server = Server(
        [b"HTTP/1.1 201 Created\r\nConte", b"nt-Length: 10\r\n", b"\r\nhello", b"world"],
        [b""],
        [ANSWER],
    )
    connection = Connection("127.0.0.1", server.port)
    yield server, connection
    connection.close()
    server.close()


def test_an_answer_in_pieces_is_read_whole_and_a_closed_connection_is_opened_again(
    connected: tuple[Server, Connection],
) -> None:
    server, connection = connected

    assert connection.ask(b"GET /1") == (201, b"helloworld")
    assert connection.ask(b"GET /2") == (200, b"hello")
    assert server.connections == 2
    assert server.asked == [b"GET /1", b"GET /2", b"GET /2"]


def test_what_may_be_sent_once_is_sent_once() -> None:
    server = Server()
    requests = [f"PUT /{number}".encode() for number in range(20)]
    load = Load("127.0.0.1", server.port, requests, frozenset({200}), True, concurrency=3, seconds=20)

    answers = run(load)
    server.close()

    assert sorted(server.asked) == sorted(requests)
    assert answers.statuses == {200: 20}
    assert len(answers.latencies) == 20
    assert answers.elapsed_seconds < 20


def test_an_unexpected_answer_is_told() -> None:
    server = Server([b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"])
    load = Load("127.0.0.1", server.port, [b"PUT /1"], frozenset({200}), True, concurrency=1, seconds=5)

    answers = run(load)
    server.close()

    assert answers.statuses == {503: 1}
    assert answers.first_refusal == "busy"
