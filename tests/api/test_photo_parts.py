"""Photos in parts: Content-Range on PUT, the offset by HEAD, in the terms of draft-ietf-httpbis-resumable-upload."""

from __future__ import annotations

import base64
import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from server.db import db, new_id
from server.errors import StorageFull
from tests.factories import make_account, sign_in
from tests.uploads.images import encoded
from uploads.models import Photo
from uploads.storage import FolderPhotoStore

SECRET = {"Upload-Capability": "resident-own-secret-1234"}
OTHER = {"Upload-Capability": "somebody-elses-secret-99"}
JPEG = encoded(Image.effect_noise((300, 200), 60), quality=95)
HALF = len(JPEG) // 2


def send(
    client: Any,
    photo_id: uuid.UUID,
    first: int,
    body: bytes,
    headers: dict[str, str] | None = None,
    length: int | str = len(JPEG),
) -> Any:
    content_range = f"bytes {first}-{first + len(body) - 1}/{length}"
    return client.put(
        f"/api/v1/photos/{photo_id}",
        data=body,
        headers=(headers or SECRET) | {"Content-Range": content_range},
        content_type="image/jpeg",
    )


def offset(client: Any, photo_id: uuid.UUID, headers: dict[str, str] | None = None) -> tuple[int, Any, Any]:
    response = client.head(f"/api/v1/photos/{photo_id}", headers=headers or SECRET)
    return (
        response.status_code,
        response.headers.get("Upload-Offset"),
        response.headers.get("Upload-Complete"),
    )


def partial_files(app: Flask, photo_id: uuid.UUID) -> list[Path]:
    return list((app.extensions["jiayuan_config"].photo_dir / "incoming").rglob(f"{photo_id}*"))


def test_two_parts_make_a_photo_and_its_receipt(app: Flask, client: Any, session: Any) -> None:
    photo_id = new_id()

    first = send(client, photo_id, 0, JPEG[:HALF])
    assert (first.status_code, first.json) == (
        202,
        {"id": str(photo_id), "upload_offset": HALF, "is_complete": False},
    )
    assert (first.headers["Upload-Offset"], first.headers["Upload-Complete"]) == (str(HALF), "?0")
    assert "max-size=26214400" in first.headers["Upload-Limit"]
    assert db.session.get(Photo, photo_id) is None

    last = send(client, photo_id, HALF, JPEG[HALF:])
    assert (last.status_code, last.json["sha256"]) == (201, hashlib.sha256(JPEG).hexdigest())
    assert (last.headers["Upload-Offset"], last.headers["Upload-Complete"]) == (str(len(JPEG)), "?1")
    assert partial_files(app, photo_id) == []


def test_head_says_where_to_go_on(client: Any, session: Any) -> None:
    photo_id = new_id()
    assert offset(client, photo_id)[0] == 404

    send(client, photo_id, 0, JPEG[:100], length="*")
    assert offset(client, photo_id) == (204, "100", "?0")
    assert offset(client, photo_id, OTHER)[0] == 404

    send(client, photo_id, 100, JPEG[100:])
    assert offset(client, photo_id) == (204, str(len(JPEG)), "?1")
    assert offset(client, photo_id, OTHER)[0] == 404


def test_an_answer_to_the_last_part_that_was_lost_comes_again(client: Any, session: Any) -> None:
    photo_id = new_id()
    send(client, photo_id, 0, JPEG[:HALF])
    receipt = send(client, photo_id, HALF, JPEG[HALF:]).json

    again = send(client, photo_id, HALF, JPEG[HALF:])

    assert (again.status_code, again.json, again.headers["Upload-Complete"]) == (200, receipt, "?1")


@pytest.mark.parametrize("first", [0, HALF - 1, HALF + 1])
def test_a_part_that_does_not_begin_at_the_offset_changes_nothing(
    client: Any, session: Any, first: int
) -> None:
    photo_id = new_id()
    send(client, photo_id, 0, JPEG[:HALF])

    response = send(client, photo_id, first, JPEG[first:])

    assert (response.status_code, response.json["code"]) == (409, "mismatching_upload_offset")
    assert (response.json["expected-offset"], response.json["provided-offset"]) == (HALF, first)
    assert send(client, photo_id, HALF, JPEG[HALF:]).status_code == 201


def test_nobody_can_go_on_with_somebody_elses_parts(client: Any, session: Any) -> None:
    photo_id = new_id()
    send(client, photo_id, 0, JPEG[:HALF])

    assert send(client, photo_id, HALF, JPEG[HALF:], OTHER).json["expected-offset"] == 0
    assert send(client, photo_id, HALF, JPEG[HALF:], sign_in(make_account())).json["expected-offset"] == 0
    assert send(client, photo_id, HALF, JPEG[HALF:]).status_code == 201


def test_a_part_is_held_against_its_digest_and_the_whole_against_its_own(client: Any, session: Any) -> None:
    def digest(data: bytes) -> str:
        return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"

    photo_id = new_id()
    wrong = send(client, photo_id, 0, JPEG[:HALF], SECRET | {"Content-Digest": digest(JPEG)})
    assert (wrong.status_code, wrong.json["code"]) == (422, "digest_mismatch")
    assert offset(client, photo_id)[0] == 404

    send(client, photo_id, 0, JPEG[:HALF], SECRET | {"Content-Digest": digest(JPEG[:HALF])})
    last = SECRET | {"Content-Digest": digest(JPEG[HALF:]), "Repr-Digest": digest(JPEG)}
    assert send(client, photo_id, HALF, JPEG[HALF:], last).status_code == 201


def test_parts_that_are_no_photo_are_refused_and_forgotten(app: Flask, client: Any, session: Any) -> None:
    photo_id = new_id()
    send(client, photo_id, 0, JPEG[:HALF], length=len(JPEG) - 50)

    response = send(client, photo_id, HALF, JPEG[HALF:-50], length=len(JPEG) - 50)

    assert (response.status_code, response.json["code"]) == (422, "truncated")
    assert partial_files(app, photo_id) == []
    assert offset(client, photo_id)[0] == 404


@pytest.mark.parametrize("first, length", [(0, 26214401), (26214400, "*")])
def test_the_limit_holds_for_the_whole(client: Any, session: Any, first: int, length: int | str) -> None:
    response = send(client, new_id(), first, b"x", length=length)
    assert response.status_code == (413 if first == 0 else 409)
    assert offset(client, new_id())[0] == 404


@pytest.mark.parametrize("content_range", ["bytes 0-5/3", "bytes", "bytes 0-999/2000", "bytes 0-3/2000"])
def test_a_range_that_does_not_fit_the_body_is_refused(client: Any, session: Any, content_range: str) -> None:
    photo_id = new_id()
    response = client.put(
        f"/api/v1/photos/{photo_id}",
        data=JPEG[:100],
        headers=SECRET | {"Content-Range": content_range},
        content_type="image/jpeg",
    )

    # Fewer bytes than announced are a connection that was cut: what came is kept.
    assert response.status_code == 400
    assert (response.json["code"] == "incomplete") == ("999" in content_range)
    assert offset(client, photo_id)[0] == (204 if "999" in content_range else 404)


def test_where_the_store_is_full_only_the_last_part_is_sent_again(
    client: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id, body = new_id(), JPEG + b"another"
    send(client, photo_id, 0, body[:HALF], length=len(body))
    with monkeypatch.context() as full:

        def refuse(*_: object) -> None:
            raise StorageFull("满", "full")

        full.setattr(FolderPhotoStore, "keep", refuse)
        assert send(client, photo_id, HALF, body[HALF:], length=len(body)).status_code == 507

    assert offset(client, photo_id) == (204, str(HALF), "?0")
    assert send(client, photo_id, HALF, body[HALF:], length=len(body)).status_code == 201
