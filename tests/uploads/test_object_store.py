"""The S3 side against a real HTTP server on loopback (moto's). It does not prove what only a real service has:
its durability, its signatures' checking, its slowness, its own half-finished writes."""

from __future__ import annotations

import hashlib
import time
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from server.errors import NotFound, StorageFull, Unavailable
from tests.live import free_port
from uploads.incoming import incoming_file
from uploads.object_store import ObjectPhotoStore

DATA = b"bytes of a photo" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


class S3:
    """A server that can be gone for a while, with one bucket."""

    def __init__(self) -> None:
        self.port = free_port()
        self.server: ThreadedMotoServer | None = None
        self.environ = {
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
        }

    def start(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.server.start()
        address = f"http://127.0.0.1:{self.port}/photos"
        urllib.request.urlopen(urllib.request.Request(address, method="PUT")).close()

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None

    def store(self, url: str = "s3://photos/jiayuan") -> ObjectPhotoStore:
        return ObjectPhotoStore(url, self.environ)


@pytest.fixture
def s3() -> Iterator[S3]:
    running = S3()
    running.start()
    yield running
    running.stop()
    # The server keeps its buckets in this process, whichever thread serves them.
    moto_api_backend.reset()


def read(store: ObjectPhotoStore, sha256: str = SHA) -> bytes:
    with store.open(sha256) as file:
        return file.read()


def test_what_is_put_can_be_opened_by_whoever_names_the_same_store(s3: S3) -> None:
    s3.store().put(SHA, BytesIO(DATA))
    s3.store().put(SHA, BytesIO(DATA))

    assert read(s3.store()) == DATA
    assert s3.store().exists(SHA)
    assert list(s3.store().list_names()) == [SHA]
    assert list(s3.store("s3://photos/elsewhere").list_names()) == []


def test_a_received_file_is_kept_under_its_hash(s3: S3, tmp_path: Path) -> None:
    with incoming_file(tmp_path) as file:
        file.write(DATA)
        s3.store().keep(file)

    assert read(s3.store()) == DATA


def test_bytes_under_a_wrong_name_are_not_kept(s3: S3) -> None:
    with pytest.raises(ValueError, match="hash"):
        s3.store().put("0" * 64, BytesIO(DATA))
    with pytest.raises(ValueError, match="SHA-256"):
        s3.store().open("../" * 10)

    assert list(s3.store().list_names()) == []


def test_a_missing_file_is_not_found_and_deleting_nothing_is_harmless(s3: S3) -> None:
    store = s3.store()
    store.put(SHA, BytesIO(DATA))
    store.delete(SHA)
    store.delete(SHA)

    assert not store.exists(SHA)
    with pytest.raises(NotFound):
        store.open(SHA)


def test_more_files_than_one_page_are_listed(s3: S3) -> None:
    store, names = s3.store(), set()
    for number in range(30):
        data = str(number).encode()
        names.add(hashlib.sha256(data).hexdigest())
        store.put(hashlib.sha256(data).hexdigest(), BytesIO(data))

    assert set(store.list_names()) == names


def test_a_store_that_is_gone_is_unavailable_soon_and_recovers_by_itself(s3: S3) -> None:
    store = s3.store()
    store.put(SHA, BytesIO(DATA))
    s3.stop()
    began = time.monotonic()

    for ask in (
        lambda: store.put(SHA, BytesIO(DATA)),
        lambda: store.open(SHA),
        lambda: store.exists(SHA),
        lambda: store.delete(SHA),
        lambda: list(store.list_names()),
    ):
        with pytest.raises(Unavailable):
            ask()

    assert time.monotonic() - began < 30
    s3.start()
    store.put(SHA, BytesIO(DATA))
    assert read(store) == DATA


def test_a_bucket_that_does_not_exist_is_unavailable_not_a_missing_photo(s3: S3) -> None:
    nowhere = s3.store("s3://nowhere")

    with pytest.raises(Unavailable):
        nowhere.put(SHA, BytesIO(DATA))
    with pytest.raises(Unavailable):
        nowhere.open(SHA)


def test_a_store_over_its_quota_is_full(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    from obstore.exceptions import GenericError

    def put(*_: object, **__: object) -> None:
        raise GenericError("Server returned error: 507 Insufficient Storage: <Code>XMinioStorageFull</Code>")

    monkeypatch.setattr("obstore.put", put)

    with pytest.raises(StorageFull):
        s3.store().put(SHA, BytesIO(DATA))
