"""Bodies that break the rules of HTTP itself, on a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from server.config import Config
from tests.api.serving import Served, served


@pytest.fixture(scope="module")
def server(schema_app: Flask, config: Config) -> Iterator[Served]:
    with served(config) as running:
        yield running


@pytest.mark.parametrize("chunks", [b"ZZ\r\n\r\n", b"5\r\nab", b"-1\r\n\r\n", b"\r\n\r\n"])
def test_a_body_in_broken_chunks_is_the_senders_mistake(server: Served, chunks: bytes) -> None:
    head = (
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    answer = server.ask(head, chunks, hangs_up=True)
    assert answer.split()[1] in (b"400", b"422"), answer[:300]
    assert b"application/problem+json" in answer
