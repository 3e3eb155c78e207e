from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from server.config import Config
from server.db import db, new_id
from tests.api.serving import Served, everything, served
from tests.uploads.images import encoded
from uploads.models import Photo

JPEG = encoded(Image.effect_noise((600, 600), 60), quality=95)


@pytest.fixture(scope="module")
def server(schema_app: Flask, config: Config) -> Iterator[Served]:
    with served(config) as running:
        yield running


def head(photo_id: uuid.UUID, *more: str, length: int | None = None) -> bytes:
    lines = [
        f"PUT /api/v1/photos/{photo_id} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: image/jpeg",
        "Upload-Capability: resident-own-secret-1234",
        *more,
    ]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunked(data: bytes, size: int = 10_000) -> bytes:
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def status_and_body(answer: bytes) -> tuple[int, dict[str, object]]:
    top, _, body = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), json.loads(body)


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Photo.sha256)))


def photo_files(config: Config) -> set[Path]:
    return {path for path in config.photo_dir.rglob("*") if path.is_file()}


def test_a_whole_body_is_stored_whether_its_length_is_announced_or_chunked(
    server: Served, committed_app: Flask
) -> None:
    plain = server.ask(head(new_id(), length=len(JPEG)) + JPEG)
    in_chunks = server.ask(head(new_id(), "Transfer-Encoding: chunked") + chunked(JPEG) + b"0\r\n\r\n")

    for answer in (plain, in_chunks):
        status, receipt = status_and_body(answer)
        assert (status, receipt["sha256"]) == (201, hashlib.sha256(JPEG).hexdigest())
    assert len(stored(committed_app)) == 2


@pytest.mark.parametrize("sent", [0, 1, 5000, len(JPEG) - 1, len(JPEG)])
def test_a_body_shorter_than_announced_is_refused_and_nothing_is_stored(
    server: Served, committed_app: Flask, config: Config, sent: int
) -> None:
    """Also where what did arrive would pass for a photo: a motion photo cut before its video."""
    before = photo_files(config)

    answer = server.ask(head(new_id(), length=len(JPEG) + 5000) + JPEG[:sent], hangs_up=True)

    status, problem = status_and_body(answer)
    assert (status, problem["code"]) == ((400, "incomplete") if sent else (422, "empty"))
    assert stored(committed_app) == []
    assert photo_files(config) == before


def test_a_chunked_body_without_its_end_is_refused_and_nothing_is_stored(
    server: Served, committed_app: Flask, config: Config
) -> None:
    before = photo_files(config)

    answer = server.ask(head(new_id(), "Transfer-Encoding: chunked") + chunked(JPEG)[:-3000], hangs_up=True)

    assert status_and_body(answer)[1]["code"] == "incomplete"
    assert stored(committed_app) == []
    assert photo_files(config) == before


def test_bytes_beyond_the_announced_length_are_no_part_of_the_photo(
    server: Served, committed_app: Flask
) -> None:
    """The announced part is cut off within the picture, so it is refused."""
    answer = server.ask(head(new_id(), length=len(JPEG) - 4000) + JPEG)

    assert status_and_body(answer)[1]["code"] == "truncated"
    assert stored(committed_app) == []


def test_an_announced_length_over_the_limit_is_refused_before_a_byte_is_sent(
    server: Served, committed_app: Flask
) -> None:
    status, problem = status_and_body(server.ask(head(new_id(), length=10**9)))

    assert (status, problem["code"], problem["max_bytes"]) == (413, "too_large", 25 * 1024 * 1024)


def test_an_endless_chunked_body_is_refused_at_the_limit(
    server: Served, committed_app: Flask, config: Config
) -> None:
    before = photo_files(config)
    chunk = chunked(b"\xff\xd8\xff" + b"\0" * 1_000_000, 2_000_000)

    with server.connect() as connection:
        connection.sendall(head(new_id(), "Transfer-Encoding: chunked"))
        try:
            for _ in range(40):
                connection.sendall(chunk)
        except OSError:
            pass  # refused while we were still talking

    assert stored(committed_app) == []
    assert photo_files(config) == before


def test_clients_that_hang_up_leave_the_server_as_able_as_before(
    server: Served, committed_app: Flask, config: Config
) -> None:
    """More of them than the server has threads and connections, each at another moment."""
    before = photo_files(config)
    for number in range(24):
        with server.connect() as connection:
            connection.sendall(head(new_id(), length=len(JPEG)) + JPEG[: number * 300])

    status, _ = status_and_body(server.ask(head(new_id(), length=len(JPEG)) + JPEG))

    assert status == 201
    assert len(stored(committed_app)) == 1
    assert len(photo_files(config) - before) <= 3


def test_a_body_that_trickles_in_is_stored_whole(server: Served, committed_app: Flask) -> None:
    half = len(JPEG) // 2
    with server.connect() as connection:
        connection.sendall(head(new_id(), length=len(JPEG)) + JPEG[:half])
        time.sleep(0.5)
        connection.sendall(JPEG[half:])
        answer = everything(connection)

    assert status_and_body(answer)[0] == 201
