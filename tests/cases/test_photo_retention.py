from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cases.photo_retention import count_expired, retire_expired
from cases.terms import Action
from server.db import db
from tests.cases.case_scene import CaseScene
from tests.factories import NOW
from tests.inspections.visits import make_photo
from tests.uploads.images import photo_bytes
from tests.uploads.taking import take_in_bytes
from uploads.file_removals import remove_queued
from uploads.models import Photo, PhotoOwnerKind
from uploads.photos import PhotoOwner, claim_photos
from uploads.storage import FolderPhotoStore
from uploads.verification import list_findings

DAYS = 1000
MUCH_LATER = NOW + timedelta(days=DAYS + 1)


@pytest.fixture
def scene(session: Any) -> CaseScene:
    return CaseScene()


def retired(now: datetime) -> int:
    due = count_expired(now, DAYS)
    assert sum(retire_expired(now, DAYS)) == due
    return due


def photo_of_inspection(scene: CaseScene, **more: Any) -> Photo:
    photo = make_photo(scene.inspector, **more)
    owner = PhotoOwner(PhotoOwnerKind.INSPECTION, photo.id)
    claim_photos([photo.id], owner, scene.inspector, NOW)
    return photo


def test_a_photo_that_no_case_shows_is_kept_its_time_from_its_claim(scene: CaseScene) -> None:
    photo = photo_of_inspection(scene)
    assert retired(NOW + timedelta(days=DAYS)) == 0
    assert retired(MUCH_LATER) == 1
    db.session.refresh(photo)
    assert photo.removed_at == MUCH_LATER


def test_a_tombstone_keeps_what_proves_and_loses_what_shows(scene: CaseScene) -> None:
    photo = photo_of_inspection(
        scene, evidence={"model": "X99"}, device_latitude=31.6, device_longitude=121.4, perceptual_hash=7
    )
    kept = (photo.id, photo.sha256, photo.received_at, photo.owner_id, photo.perceptual_hash)

    retired(MUCH_LATER)

    db.session.refresh(photo)
    assert (photo.id, photo.sha256, photo.received_at, photo.owner_id, photo.perceptual_hash) == kept
    assert (photo.evidence, photo.device_latitude, photo.device_longitude) == ({}, None, None)
    assert photo.removal_reason == "retention: 1000 days"


def test_retiring_again_changes_nothing(scene: CaseScene) -> None:
    photo_of_inspection(scene)
    retired(MUCH_LATER)
    assert retired(MUCH_LATER + timedelta(days=1)) == 0


def test_photos_of_a_case_that_is_open_stay_however_old(scene: CaseScene) -> None:
    scene.handled()
    assert retired(MUCH_LATER) == 0


def test_photos_of_a_closed_case_go_when_its_time_is_over(scene: CaseScene) -> None:
    scene.closed(now=NOW + timedelta(days=1))
    assert retired(NOW + timedelta(days=DAYS)) == 0
    assert retired(NOW + timedelta(days=DAYS + 2)) == 1


def test_photos_stay_while_an_appeal_is_undecided(scene: CaseScene) -> None:
    case = scene.closed()
    scene.act(case, Action.APPEAL, scene.handler, reason="台风期间无法施工")
    assert retired(MUCH_LATER) == 0


def test_of_a_merged_case_the_one_it_went_into_counts(scene: CaseScene) -> None:
    master = scene.in_handling()
    other = scene.act(scene.report(item_code="GREEN-01"), Action.ASK_VERIFICATION, scene.dispatcher)
    scene.act(other, Action.VERIFY, scene.inspector, photo_ids=(scene.photo(scene.inspector),), is_found=True)
    scene.act(other, Action.MERGE, scene.dispatcher, target_case_id=master.id)
    assert retired(MUCH_LATER) == 0


def test_the_files_go_and_verifying_finds_nothing_missing(scene: CaseScene, tmp_path: Path) -> None:
    store = FolderPhotoStore(tmp_path)
    taken = take_in_bytes(photo_bytes(), None, store, tmp_path / "incoming")
    names = {name: getattr(taken, name) for name in ("sha256", "display_sha256", "thumbnail_sha256")}
    photo_of_inspection(scene, **names)
    still_needed = make_photo(scene.inspector, **names | {"sha256": taken.thumbnail_sha256})

    retired(MUCH_LATER)
    sum(remove_queued(store, MUCH_LATER))

    assert not store.exists(taken.sha256)
    assert store.exists(taken.display_sha256)
    assert still_needed.removed_at is None
    assert list(list_findings(store)) == []


def test_the_command_keeps_everything_unless_a_time_is_set(app: Flask, scene: CaseScene) -> None:
    photo_of_inspection(scene)
    runner = app.test_cli_runner()
    assert "photos are kept" in runner.invoke(args=["photos", "retire"]).output
    assert "0 photos retired" in runner.invoke(args=["photos", "retire", "--days", "36500"]).output
    assert runner.invoke(args=["photos", "retire", "--days", "3"]).exit_code == 2
