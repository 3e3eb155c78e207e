"""`flask photos …`: looking after the photo store. Each can be stopped anywhere and begun again."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from api.photo_store import photo_store
from api.settings import current_config
from cases.photo_retention import count_expired, retire_expired
from server import clock
from uploads.file_removals import count_queued, remove_queued
from uploads.sweeping import count_unclaimed, sweep_unclaimed
from uploads.verification import Defect, Finding, count_photos, find_orphans, hash_photos

commands = AppGroup("photos", help="照片存储 / the photo store")


@dataclass
class _Verified:
    """How far a verification has come: the last photo hashed, then the last file listed (None: not begun)."""

    hashed_to: uuid.UUID | None = None
    listed_to: str | None = None
    counts: dict[Defect, int] = field(default_factory=lambda: dict.fromkeys(Defect, 0))


@commands.command("verify")
@click.option(
    "--resume",
    is_flag=True,
    help="go on where a stopped run was; what was looked at before is not looked at again",
)
def verify(resume: bool) -> None:
    """Hash every stored photo again; report missing, corrupt and orphaned files, fail on the first two."""
    store, place = photo_store(), current_config().data_dir / "photos-verify.json"
    state = _stopped_at(place) if resume else _Verified()
    if state.listed_to is None:
        with _bar(count_photos(state.hashed_to), "hashing") as bar:
            for step in hash_photos(store, state.hashed_to):
                _tell(step.findings, state.counts)
                state.hashed_to = step.last
                _note(place, state)
                bar.update(step.photos)
        state.listed_to = ""
    with _bar(1000, "looking for orphans") as bar:
        for listed in find_orphans(store, state.listed_to):
            _tell(listed.findings, state.counts)
            state.listed_to = listed.last
            _note(place, state)
            bar.update(listed.permille - bar.pos)
    place.unlink(missing_ok=True)
    click.echo(", ".join(f"{number} {defect}" for defect, number in state.counts.items()))
    if state.counts[Defect.MISSING] or state.counts[Defect.CORRUPT]:
        raise click.exceptions.Exit(1)


@commands.command("sweep")
def sweep() -> None:
    """Remove photos that nothing claimed within 7 days, and every file that no photo names any more."""
    now = clock.now()
    photos = _counted(sweep_unclaimed(now), count_unclaimed(now), "unclaimed photos")
    files = _counted(remove_queued(photo_store(), now), count_queued(), "files")
    click.echo(f"{photos} photos, {files} files removed")


@commands.command("retire")
@click.option("--days", type=click.IntRange(30), help="instead of PHOTO_RETENTION_DAYS")
def retire(days: int | None) -> None:
    """Make tombstones of photos whose cases ended longer ago than the retention time; their files go."""
    now, days = clock.now(), days or current_config().photo_retention_days
    if not days:
        click.echo("PHOTO_RETENTION_DAYS is not set: photos are kept")
        return
    photos = _counted(retire_expired(now, days), count_expired(now, days), "expired photos")
    files = _counted(remove_queued(photo_store(), now), count_queued(), "files")
    click.echo(f"{photos} photos retired, {files} files removed")


def _bar(length: int, label: str) -> Any:
    return click.progressbar(length=length, label=label, file=sys.stderr)


def _counted(steps: Iterable[int], length: int, label: str) -> int:
    done = 0
    with _bar(length, label) as bar:
        for number in steps:
            done += number
            bar.update(number)
    return done


def _tell(findings: Iterable[Finding], counts: dict[Defect, int]) -> None:
    for finding in findings:
        counts[finding.defect] += 1
        click.echo(f"{finding.defect} {finding.sha256} {finding.photo_id or ''}".rstrip())


def _note(place: Path, state: _Verified) -> None:
    """How far this run has come, kept whole however it is stopped."""
    draft = place.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state), default=str))
    draft.replace(place)


def _stopped_at(place: Path) -> _Verified:
    try:
        kept = json.loads(place.read_text())
    except FileNotFoundError:
        return _Verified()
    hashed_to = kept.get("hashed_to")
    counts = {defect: int(kept["counts"].get(defect, 0)) for defect in Defect}
    return _Verified(hashed_to and uuid.UUID(hashed_to), kept.get("listed_to"), counts)
