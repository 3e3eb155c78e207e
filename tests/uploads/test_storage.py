from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from io import BytesIO
from pathlib import Path

import pytest

from server.errors import NotFound, StorageFull, Unavailable
from uploads.storage import FolderPhotoStore

DATA = b"bytes of a photo" * 1000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderPhotoStore:
    return FolderPhotoStore(tmp_path / "photos")


def kept_files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def read(store: FolderPhotoStore, sha256: str) -> bytes:
    with store.open(sha256) as file:
        return file.read()


def test_what_is_put_can_be_opened(store: FolderPhotoStore) -> None:
    store.put(SHA, BytesIO(DATA))

    assert store.exists(SHA)
    assert read(store, SHA) == DATA


def test_putting_the_same_again_keeps_one_file(store: FolderPhotoStore, tmp_path: Path) -> None:
    store.put(SHA, BytesIO(DATA))
    store.put(SHA, BytesIO(DATA))

    assert kept_files(tmp_path) == [SHA]
    assert list(store.list_names()) == [SHA]


def test_bytes_under_a_wrong_name_are_not_kept(store: FolderPhotoStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        store.put("0" * 64, BytesIO(DATA))

    assert kept_files(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "ab", "", "0" * 63 + "/", "0" * 64 + "\n"])
def test_only_a_hash_can_be_a_name(store: FolderPhotoStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.open(name)
    with pytest.raises(ValueError, match="SHA-256"):
        store.put(name, BytesIO(DATA))


def test_a_missing_file_is_not_found(store: FolderPhotoStore) -> None:
    assert not store.exists(SHA)
    with pytest.raises(NotFound):
        store.open(SHA)


def test_deleting_removes_and_deleting_nothing_is_harmless(store: FolderPhotoStore) -> None:
    store.put(SHA, BytesIO(DATA))

    store.delete(SHA)
    store.delete(SHA)

    assert not store.exists(SHA)


class BrokenStream(BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise OSError(errno.EIO, "gone")
        return super().read(10)


def test_a_stream_that_breaks_leaves_nothing(store: FolderPhotoStore, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        store.put(SHA, BrokenStream(DATA))

    assert kept_files(tmp_path) == []


def test_a_full_disk_says_so_and_leaves_nothing(
    store: FolderPhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StorageFull):
        store.put(SHA, BytesIO(DATA))

    assert kept_files(tmp_path) == []


def test_a_store_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("in the way")
    with pytest.raises(Unavailable):
        FolderPhotoStore(tmp_path / "photos").put(SHA, BytesIO(DATA))


def test_the_file_is_on_the_disk_before_it_has_its_name(
    store: FolderPhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        seen.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_fsync(descriptor)

    def rename(self: Path, target: Path) -> Path:
        seen.append("rename")
        return real_rename(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    store.put(SHA, BytesIO(DATA))

    assert seen == ["file", "folder", "rename", "folder"]


def test_many_writers_of_the_same_photo_agree(store: FolderPhotoStore, tmp_path: Path) -> None:
    writers = [threading.Thread(target=store.put, args=(SHA, BytesIO(DATA))) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert kept_files(tmp_path) == [SHA]
    assert read(store, SHA) == DATA
