"""The store of a district or a city: any S3-compatible service by URL, through obstore.

The embedded folder (`uploads.storage`) does not go through obstore, whose local store does not wait for the disk.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from server.errors import NotFound
from uploads.incoming import IncomingFile
from uploads.storage import checked_bytes, is_name
from uploads.store_errors import storage_full, store_unavailable

_SETTINGS = {
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
    "region": "AWS_REGION",
    "endpoint": "AWS_ENDPOINT_URL",
}
_SECONDS = timedelta(seconds=20)
# A store that is gone for a moment is asked again within a request; longer than this the phone is told to come again.
_RETRY = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=8),
    "backoff": {"base": 2, "init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2)},
}
# What stores say that are full or over their quota (S3 itself never is).
_FULL = ("InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "507 ")


class ObjectPhotoStore:
    """`url` is `s3://bucket/prefix`; credentials, region and endpoint come from `AWS_…` variables."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        endpoint = environ.get("AWS_ENDPOINT_URL")
        self._store = S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=_given(environ),  # type: ignore[arg-type]
            client_options={
                "timeout": _SECONDS,
                "connect_timeout": timedelta(seconds=3),
                "allow_http": bool(endpoint and endpoint.startswith("http://")),
            },
            retry_config=_RETRY,  # type: ignore[arg-type]
        )

    def put(self, sha256: str, stream: BinaryIO) -> None:
        self._put(sha256, checked_bytes(sha256, stream))

    def keep(self, file: IncomingFile) -> None:
        # One request with the whole body: the store has all of it or nothing, and no parts are left behind.
        self._put(file.sha256, file.rewound().read())

    def open(self, sha256: str) -> BinaryIO:
        with _as_store_errors():
            return io.BytesIO(obstore.get(self._store, _path(sha256)).bytes())

    def exists(self, sha256: str) -> bool:
        try:
            with _as_store_errors():
                obstore.head(self._store, _path(sha256))
        except NotFound:
            return False
        return True

    def delete(self, sha256: str) -> None:
        try:
            with _as_store_errors():
                obstore.delete(self._store, _path(sha256))
        except NotFound:
            return

    def list_names(self, after: str = "") -> Iterator[str]:
        # S3 lists in ascending order, and begins where it is told to.
        with _as_store_errors():
            for page in obstore.list(self._store, offset=_path(after) if after else None, chunk_size=1000):
                names = (entry["path"].rpartition("/")[2] for entry in page)
                yield from (name for name in names if is_name(name))

    def _put(self, sha256: str, data: bytes) -> None:
        try:
            with _as_store_errors():
                obstore.put(self._store, _path(sha256), data, use_multipart=False)
        except NotFound as error:
            # No such bucket: nothing that a sender could do about it.
            raise store_unavailable() from error


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """Only what is set: without keys the store asks the machine it runs on for its role."""
    values = {option: environ.get(name) for option, name in _SETTINGS.items()}
    return {"region": "us-east-1"} | {option: value for option, value in values.items() if value}


def _path(sha256: str) -> str:
    if not is_name(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256}"


@contextmanager
def _as_store_errors() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        if "NoSuchBucket" in str(error):
            raise store_unavailable() from error
        raise NotFound("照片文件不存在", "The photo's file is missing") from None
    except (BaseError, OSError) as error:
        raise (storage_full() if _is_full(error) else store_unavailable()) from error


def _is_full(error: Exception) -> bool:
    return any(word in str(error) for word in _FULL)
