from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from grid.permissions import ANONYMOUS
from server.db import new_id
from tests.factories import NOW
from tests.uploads.images import photo_bytes
from tests.uploads.taking import take_in_bytes
from uploads.intake import TakenPhoto
from uploads.photos import store_photo
from uploads.storage import FolderPhotoStore
from uploads.verification import Defect, Finding, list_findings


@pytest.fixture
def store(tmp_path: Path) -> FolderPhotoStore:
    return FolderPhotoStore(tmp_path)


def path_of(tmp_path: Path, sha256: str) -> Path:
    return tmp_path / sha256[:2] / sha256


@pytest.fixture
def taken(session: Any, store: FolderPhotoStore, tmp_path: Path) -> TakenPhoto:
    return take_in_bytes(photo_bytes(size=(400, 300)), None, store, tmp_path / "incoming")


@pytest.fixture
def photo_id(taken: TakenPhoto) -> Any:
    return store_photo(new_id(), taken, ANONYMOUS, NOW, capability="a-secret-of-its-own-12345").id


def test_a_sound_store_has_no_findings(store: FolderPhotoStore, photo_id: Any) -> None:
    assert list(list_findings(store)) == []


def test_a_missing_file_is_found(
    store: FolderPhotoStore, taken: TakenPhoto, photo_id: Any, tmp_path: Path
) -> None:
    path_of(tmp_path, taken.thumbnail_sha256).unlink()
    assert list(list_findings(store)) == [Finding(Defect.MISSING, taken.thumbnail_sha256, photo_id)]


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: bytes([data[0] ^ 1]) + data[1:]])
def test_a_changed_file_is_found(
    store: FolderPhotoStore,
    taken: TakenPhoto,
    photo_id: Any,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
) -> None:
    path = path_of(tmp_path, taken.sha256)
    path.write_bytes(damage(path.read_bytes()))
    assert list(list_findings(store)) == [Finding(Defect.CORRUPT, taken.sha256, photo_id)]


def test_a_file_that_no_row_names_is_an_orphan(store: FolderPhotoStore, photo_id: Any) -> None:
    import hashlib

    sha256 = hashlib.sha256(b"left behind").hexdigest()
    store.put(sha256, BytesIO(b"left behind"))
    assert list(list_findings(store)) == [Finding(Defect.ORPHAN, sha256)]


def test_the_command_fails_where_a_photo_is_lost(app: Flask, session: Any) -> None:
    folder = app.extensions["jiayuan_config"].photo_dir
    store = FolderPhotoStore(folder)
    taken = take_in_bytes(photo_bytes(size=(123, 321)), None, store, folder / "incoming")
    store_photo(new_id(), taken, ANONYMOUS, NOW, capability="a-secret-of-its-own-12345")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["photos", "verify"]).exit_code == 0

    store.delete(taken.sha256)

    result = runner.invoke(args=["photos", "verify"])
    assert result.exit_code == 1
    assert f"missing {taken.sha256}" in result.output
