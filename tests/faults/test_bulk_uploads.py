"""An inspector comes back with 200 photos: all of them arrive, and nobody else waits for them."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from server.config import Config
from server.db import db, new_id
from tests.api.serving import Served, served
from tests.uploads.images import encoded
from uploads.models import Photo

PHOTOS = 200
CONNECTIONS = 12
PICTURE = encoded(Image.effect_noise((640, 480), 40).convert("RGB"), quality=80)


@dataclass
class Phone:
    """Sends photos one after another, over several connections at once, and comes again when it is asked to."""

    server: Served
    capability: str
    statuses: Counter[int] = field(default_factory=Counter)
    retry_after: set[str | None] = field(default_factory=set)

    def send_all(self, numbers: list[int]) -> None:
        while numbers:
            try:
                number = numbers.pop()
            except IndexError:
                return
            self.send(PICTURE + b"%08d" % number)

    def send(self, body: bytes) -> float:
        """Until it is stored; the seconds that took."""
        began, photo_id = time.monotonic(), new_id()
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
            headers = {"Upload-Capability": self.capability, "Content-Type": "image/jpeg"}
            connection.request("PUT", f"/api/v1/photos/{photo_id}", body, headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            self.statuses[answer.status] += 1
            if answer.status == 201:
                return time.monotonic() - began
            assert answer.status == 429
            self.retry_after.add(answer.headers["Retry-After"])
            time.sleep(0.2)


@pytest.mark.timeout(300)
def test_two_hundred_photos_of_one_phone_all_arrive_and_starve_nobody(
    committed_app: Flask, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server below has one process of four threads.
    monkeypatch.setenv("PHOTO_UPLOADS_AT_ONCE", "2")
    with served(replace(config, data_dir=tmp_path)) as server:
        inspector, resident = (Phone(server, name * 4) for name in ("inspector", "resident"))
        numbers = list(range(PHOTOS))
        threads = [threading.Thread(target=inspector.send_all, args=(numbers,)) for _ in range(CONNECTIONS)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        waits = []
        while len(numbers) > PHOTOS // 3:
            waits.append(resident.send(PICTURE + b"resident %d" % len(waits)))
        for thread in threads:
            thread.join()
        whole = time.monotonic() - began

    with committed_app.app_context():
        stored = db.session.scalar(sa.select(sa.func.count()).select_from(Photo))
    assert stored == PHOTOS + len(waits)
    assert inspector.statuses[201] == PHOTOS
    # The phone opened more connections than it may: some were asked to come again, the resident never was.
    assert inspector.retry_after == {"1"}
    assert resident.statuses.keys() == {201}
    assert sorted(waits)[len(waits) // 2] < whole / 10
    assert max(waits) < whole / 2
