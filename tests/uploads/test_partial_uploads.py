from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.errors import Conflict
from uploads.partial_uploads import (
    PartRange,
    RangeMalformed,
    expire_partial_uploads,
    find_offset,
    partial_upload,
    read_part_range,
)

PHOTO = uuid.UUID(int=7)
SENDER = "a-sender"


@pytest.mark.parametrize(
    "text, part",
    [
        ("bytes 0-99/300", PartRange(0, 99, 300)),
        ("bytes 200-299/300", PartRange(200, 299, 300)),
        ("bytes 5-5/*", PartRange(5, 5, None)),
    ],
)
def test_a_range_is_read(text: str, part: PartRange) -> None:
    assert read_part_range(text) == part


def test_the_last_part_is_the_one_that_ends_where_the_photo_does() -> None:
    assert read_part_range("bytes 200-299/300").is_last
    assert not read_part_range("bytes 100-199/300").is_last
    assert not read_part_range("bytes 100-199/*").is_last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes",
        "bytes 5-4/10",
        "bytes 0-10/10",
        "bytes */10",
        "items 0-1/2",
        "bytes -5-9/10",
        "bytes 0-1/",
    ],
)
def test_a_range_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(RangeMalformed):
        read_part_range(text)


def test_parts_add_up_and_are_read_from_the_start(tmp_path: Path) -> None:
    for part in (b"one ", b"two ", b"three"):
        with partial_upload(tmp_path, PHOTO, SENDER) as upload:
            upload.append(part)
    with partial_upload(tmp_path, PHOTO, SENDER) as upload:
        assert b"".join(upload.chunks()) == b"one two three"
        upload.cut_to(4)

    assert find_offset(tmp_path, PHOTO, SENDER) == 4


def test_every_sender_has_parts_of_their_own(tmp_path: Path) -> None:
    with partial_upload(tmp_path, PHOTO, SENDER) as upload:
        upload.append(b"mine")

    assert find_offset(tmp_path, PHOTO, "somebody-else") is None


def test_nothing_received_leaves_nothing(tmp_path: Path) -> None:
    with partial_upload(tmp_path, PHOTO, SENDER):
        pass

    assert find_offset(tmp_path, PHOTO, SENDER) is None


def test_two_requests_do_not_write_at_once(tmp_path: Path) -> None:
    with partial_upload(tmp_path, PHOTO, SENDER) as upload:
        upload.append(b"first")
        with pytest.raises(Conflict) as caught, partial_upload(tmp_path, PHOTO, SENDER):
            pass

    assert caught.value.code == "upload_in_progress"
    assert find_offset(tmp_path, PHOTO, SENDER) == 5


def test_parts_that_have_not_grown_for_a_day_are_removed(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for sender, age in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        with partial_upload(tmp_path, PHOTO, sender) as upload:
            upload.append(b"part")
        at = (now - age).timestamp()
        os.utime(tmp_path / "partial" / f"{PHOTO}.{sender}", (at, at))

    assert expire_partial_uploads(tmp_path, now) == 1
    assert find_offset(tmp_path, PHOTO, "old") is None
    assert find_offset(tmp_path, PHOTO, "young") == 4
