"""Clients that hang up in the middle of a request or an answer leave no open transaction and no busy connection."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.request
import uuid
from pathlib import Path

import sqlalchemy as sa

from grid.demo_people import DEMO_PASSWORD
from tests.live import Product

MANY = 60
# Fewer than the server has threads, so that its figures can still be read.
SLOW = 12


def send(product: Product, head: str, body: bytes, read: int = 0) -> None:
    """Send this much, read this much of the answer, hang up without a word."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        if read:
            connection.recv(read)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def connections_in_use(product: Product) -> float:
    with urllib.request.urlopen(f"{product.address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.findall(r"^jiayuan_database_connections_in_use\S* (\S+)$", text, re.MULTILINE)
    return sum(float(value) for value in found)


def open_transactions(url: str) -> int:
    """PostgreSQL: sessions that sit in a transaction. SQLite: 1 where a writer cannot get its turn at once."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            query = (
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
            )
            return int(connection.exec_driver_sql(query).scalar_one())
    raw = engine.raw_connection()
    raw.execute("PRAGMA busy_timeout=2000")  # type: ignore[attr-defined]
    try:
        raw.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
    except Exception:
        return 1
    finally:
        raw.rollback()
        raw.close()
    return 0


def settle(product: Product, url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (connections_in_use(product) or open_transactions(url)):
        time.sleep(0.3)


def assert_nothing_is_left(product: Product, url: str) -> None:
    settle(product, url)
    assert connections_in_use(product) == 0
    assert open_transactions(url) == 0
    with urllib.request.urlopen(f"{product.address}/readyz", timeout=10) as answer:
        assert json.load(answer)["status"] == "ok"


def signed_in(product: Product) -> str:
    """The token of the demo's inspector."""
    body = json.dumps({"username": "demo-inspector", "password": DEMO_PASSWORD}).encode()
    request = urllib.request.Request(
        f"{product.address}/api/v1/sessions", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["access_token"])


def test_slow_clients_hold_no_connection_and_hanging_up_leaves_none(
    live_product: tuple[Product, str],
) -> None:
    started, url = live_product
    token = signed_in(started)
    slow = []
    for _ in range(SLOW):
        connection = socket.create_connection(("127.0.0.1", started.port), timeout=10)
        head = (
            f"PUT /api/v1/inspections/{uuid.uuid4()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 90000\r\n\r\n"
        )
        connection.sendall(head.encode() + b'{"answers": [' + b" " * 10_000)
        slow.append(connection)
    time.sleep(1)
    assert connections_in_use(started) == 0
    for connection in slow:
        connection.close()
    assert_nothing_is_left(started, url)


def test_hanging_up_in_the_middle_of_a_report(live_product: tuple[Product, str]) -> None:
    started, url = live_product
    for _ in range(MANY):
        head = f"PUT /api/v1/reports/{uuid.uuid4()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000"
        send(started, head, b'{"text": "half a rep')
    assert_nothing_is_left(started, url)


def test_hanging_up_in_the_middle_of_a_photo(live_product: tuple[Product, str]) -> None:
    started, url = live_product
    for _ in range(MANY):
        head = (
            f"PUT /api/v1/photos/{uuid.uuid4()} HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\n"
            "Upload-Capability: hang-ups-hang-ups-hang-ups\r\nContent-Length: 500000"
        )
        send(started, head, b"\xff\xd8\xff\xe0" + b"x" * 20_000)
    assert_nothing_is_left(started, url)
    assert not any(Path(started.data_dir / "photos").rglob("*.jpg"))


def test_hanging_up_in_the_middle_of_an_answer(live_product: tuple[Product, str]) -> None:
    started, url = live_product
    for _ in range(MANY):
        send(started, "GET /api/v1/items?limit=200 HTTP/1.1\r\nHost: x", b"", read=10)
    assert_nothing_is_left(started, url)
