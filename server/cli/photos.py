"""`flask photos …`: looking after the photo store."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from uploads.storage import FolderPhotoStore
from uploads.verification import Defect, list_findings

commands = AppGroup("photos", help="照片存储 / the photo store")


@commands.command("verify")
def verify() -> None:
    """Hash every stored photo again; report missing, corrupt and orphaned files, fail on the first two."""
    store = FolderPhotoStore(current_app.extensions["jiayuan_config"].photo_dir)
    counts = dict.fromkeys(Defect, 0)
    for finding in list_findings(store):
        counts[finding.defect] += 1
        click.echo(f"{finding.defect} {finding.sha256} {finding.photo_id or ''}".rstrip())
    click.echo(", ".join(f"{number} {defect}" for defect, number in counts.items()))
    if counts[Defect.MISSING] or counts[Defect.CORRUPT]:
        raise click.exceptions.Exit(1)
