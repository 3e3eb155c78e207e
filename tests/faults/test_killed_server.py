"""Kill -9 at random moments under concurrent uploads: whatever was acknowledged is there, nothing half is ever served.

`make test` runs a short form; `make soak` some hundreds of kills (`KILLS`). What this cannot show is a power cut:
the kernel outlives these kills. For that the files are fsynced before they are named and before the row is written.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from server.config import Config
from server.db import db, new_id
from tests.live import ROOT, free_port
from tests.uploads.images import encoded
from uploads.models import Photo

KILLS = int(os.environ.get("KILLS", "3"))
SENDERS = 6
CAPABILITY = "killed-server-killed-server"
PICTURE = encoded(Image.effect_noise((640, 480), 70).convert("RGB"), quality=90)


@dataclass
class Server:
    """A gunicorn of two workers in a process group of its own, to be killed and started again."""

    config: Config
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environ = os.environ | {
            "JIAYUAN_ENV": "test",
            "SECRET_KEY": "the same over all starts, the same over all starts",
            "DATA_DIR": str(self.config.data_dir),
            "DATABASE_URL": self.config.database_url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            "WEB_THREADS": "8",
            "PHOTO_UPLOADS_AT_ONCE": "64",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "CRITICAL",
        }
        command = [sys.executable, "-m", "gunicorn", "-c", "server/gunicorn_conf.py", "server.wsgi:app"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, start_new_session=True, stderr=subprocess.DEVNULL
        )
        self.wait()

    def wait(self) -> None:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not listen")

    def kill(self) -> None:
        """All of it at one instant: master, workers, codec processes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_one(self, number: random.Random) -> None:
        """One worker or codec process; the others, and the master that replaces it, live on."""
        assert self.process is not None
        victims = psutil.Process(self.process.pid).children(recursive=True)
        if victims:
            os.kill(number.choice(victims).pid, signal.SIGKILL)


@dataclass
class Clients:
    """Phones that send, send again what was not acknowledged, and look at what was."""

    port: int
    acknowledged: dict[uuid.UUID, str] = field(default_factory=dict)
    halves: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def send(self, seed: int) -> None:
        number = random.Random(seed)
        while not self.is_over.is_set():
            photo_id = new_id()
            # Bytes after the end of the image make every photo another.
            body = PICTURE + number.randbytes(number.randrange(10, 200_000))
            while not self.is_over.is_set() and not self._put(photo_id, body):
                time.sleep(0.02)

    def look(self, seed: int) -> None:
        number = random.Random(seed)
        while not self.is_over.is_set():
            known = list(self.acknowledged)
            if known:
                self.look_at(number.choice(known))
            time.sleep(0.01)

    def wait_for_one_more(self) -> None:
        """Until one more photo has been acknowledged, at most half a minute."""
        before, deadline = len(self.acknowledged), time.monotonic() + 30
        while len(self.acknowledged) == before and time.monotonic() < deadline:
            time.sleep(0.02)

    def look_at(self, photo_id: uuid.UUID) -> bool:
        """Whether the display size is answered; whatever is answered must be whole."""
        status, headers, body = self._ask("GET", f"/api/v1/photos/{photo_id}/display")
        if status != 200:
            return False
        if hashlib.sha256(body).hexdigest() not in headers.get("ETag", ""):
            self.halves.append(f"{photo_id}: {len(body)} bytes")
        Image.open(io.BytesIO(body)).load()
        return True

    def never_seen(self, photo_ids: list[uuid.UUID], seconds: float) -> list[uuid.UUID]:
        """Those that are not shown however often one asks: a server just started may refuse the first of them."""
        deadline = time.monotonic() + seconds
        while (
            photo_ids := [each for each in photo_ids if not self.look_at(each)]
        ) and time.monotonic() < deadline:
            time.sleep(0.5)
        return photo_ids

    def _put(self, photo_id: uuid.UUID, body: bytes) -> bool:
        status, _, answer = self._ask("PUT", f"/api/v1/photos/{photo_id}", body)
        if status not in (200, 201):
            return False
        sha256 = hashlib.sha256(body).hexdigest()
        assert sha256 in answer.decode()
        self.acknowledged[photo_id] = sha256
        return True

    def _ask(
        self, method: str, path: str, body: bytes | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request on a connection of its own; 0 where the answer did not come whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Upload-Capability": CAPABILITY, "Content-Type": "image/jpeg"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, http.client.HTTPMessage(), b""
        finally:
            connection.close()


def bombard(server: Server, clients: Clients, kills: int, number: random.Random) -> None:
    """Kill at random moments while everybody sends; every third time only one of its processes."""
    threads = [threading.Thread(target=clients.send, args=(seed,)) for seed in range(SENDERS)]
    threads += [threading.Thread(target=clients.look, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(kills):
            # A server killed before it took anything in proves nothing.
            clients.wait_for_one_more()
            time.sleep(number.uniform(0.0, 0.7))
            if turn % 3 == 2:
                server.kill_one(number)
                continue
            server.kill()
            server.start()
        time.sleep(1.5)
    finally:
        clients.is_over.set()
        for thread in threads:
            thread.join()


@pytest.mark.timeout(120 + 10 * KILLS)
def test_every_acknowledged_photo_survives_kill_9_at_any_moment(
    committed_app: Flask, config: Config, tmp_path: Path
) -> None:
    server = Server(replace(config, data_dir=tmp_path))
    clients = Clients(server.port)
    number = random.Random(20261121)
    server.start()
    try:
        bombard(server, clients, KILLS, number)
        with committed_app.app_context():
            rows = {row.id: row.sha256 for row in db.session.execute(sa.select(Photo.id, Photo.sha256))}
        unseen = clients.never_seen(list(clients.acknowledged), seconds=20)
    finally:
        server.kill()

    assert len(clients.acknowledged) > KILLS
    assert clients.acknowledged.items() <= rows.items()
    assert unseen == []
    assert clients.halves == []
    assert broken_files(config=server.config, promised=set(rows.values())) == []


def broken_files(config: Config, promised: set[str]) -> list[str]:
    """Promised files that are missing, and files in the store that are not what their name says."""
    found = {path.name: path for path in config.photo_dir.glob("[0-9a-f][0-9a-f]/*")}
    wrong = [name for name, path in found.items() if hashlib.sha256(path.read_bytes()).hexdigest() != name]
    left = [str(path) for path in (config.photo_dir / "incoming").glob("*") if path.name != "partial"]
    return wrong + left + sorted(promised - found.keys())
