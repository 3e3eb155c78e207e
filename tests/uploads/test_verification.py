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
from tests.queries import counted_queries
from tests.uploads.images import photo_bytes
from tests.uploads.taking import take_in_bytes
from uploads import verification
from uploads.intake import TakenPhoto
from uploads.photos import store_photo
from uploads.storage import FolderPhotoStore
from uploads.verification import Defect, Finding, hash_photos, list_findings


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


def test_a_stopped_run_goes_on_where_it_was(
    app: Flask, session: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = app.extensions["jiayuan_config"]
    store = app.extensions["jiayuan_photo_store"]
    monkeypatch.setattr(verification, "_ROWS_AT_ONCE", 1)
    for side in (71, 72, 73):
        taken = take_in_bytes(photo_bytes(size=(side, 31)), None, store, config.photo_dir / "incoming")
        store_photo(new_id(), taken, ANONYMOUS, NOW, capability="a-secret-of-its-own-12345")
    hashed: list[str] = []
    real, runner = verification._defect_of, app.test_cli_runner()

    def stopping(kept: Any, sha256: str) -> Any:
        if len(hashed) == 4:
            raise KeyboardInterrupt
        hashed.append(sha256)
        return real(kept, sha256)

    monkeypatch.setattr(verification, "_defect_of", stopping)
    assert runner.invoke(args=["photos", "verify"]).exit_code != 0
    first = list(hashed)
    hashed.clear()
    monkeypatch.setattr(verification, "_defect_of", lambda kept, sha: hashed.append(sha) or real(kept, sha))

    result = runner.invoke(args=["photos", "verify", "--resume"])

    assert result.exit_code == 0, result.output
    # The first photo's three files are not hashed again; the one in whose middle it stopped is.
    assert not set(first[:3]) & set(hashed)
    assert len(hashed) == 6
    assert not (config.data_dir / "photos-verify.json").exists()


def test_verifying_costs_the_same_statements_a_step_whatever_the_number(
    session: Any, store: FolderPhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_ROWS_AT_ONCE", 10)
    taken = take_in_bytes(photo_bytes(), None, store, tmp_path / "incoming")
    numbers = []
    for _ in range(2):
        for _ in range(10):
            store_photo(new_id(), taken, ANONYMOUS, NOW, capability="a-secret-of-its-own-12345")
        with counted_queries() as count:
            steps = list(hash_photos(store))
        numbers.append(count.number / (len(steps) + 1))
    assert numbers[1] <= numbers[0]
    assert [step.photos for step in steps] == [10, 10]
