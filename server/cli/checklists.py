"""`flask checklists`: check the catalogue's files, and publish the checklists drawn from them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from checklists.catalogue import SHIPPED_CATALOGUE, CatalogueError, load_catalogue
from checklists.catalogue_entries import Catalogue
from checklists.publishing import publish_catalogue
from grid.permissions import SYSTEM
from server import clock
from server.db import transaction
from server.errors import DomainError

commands = AppGroup("checklists", help="检查表：校验目录、发布版本 / check the catalogue, publish versions")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@commands.command("validate")
@click.argument("folder", type=FOLDER, default=SHIPPED_CATALOGUE)
def validate(folder: Path) -> None:
    """Check the YAML files of FOLDER (by default the shipped catalogue); every problem is told by file and line."""
    catalogue = _load(folder)
    click.echo(
        f"{len(catalogue.items)} 个检查项，{len(catalogue.checklists)} 份检查表，没有问题 / no problems"
    )
    for code, checklist in catalogue.checklists.items():
        click.echo(f"  {code:<24} {checklist.name.zh}  {len(checklist.items)} 项 / items")


@commands.command("publish")
@click.option("--folder", type=FOLDER, default=SHIPPED_CATALOGUE, help="the catalogue to publish from")
@click.option("--code", "codes", multiple=True, help="only this checklist; may be given several times")
@click.option(
    "--effective-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="first day in force, YYYY-MM-DD (default: today)",
)
def publish(folder: Path, codes: tuple[str, ...], effective_on: datetime | None) -> None:
    """Publish every checklist that has changed as its next version; what has not changed stays as it is."""
    now = clock.now()
    catalogue = _load(folder)
    day = effective_on.date() if effective_on else clock.local_day(now)
    try:
        with transaction():
            results = publish_catalogue(catalogue, day, SYSTEM, now, checklist_codes=codes or None)
    except DomainError as error:
        raise click.ClickException(f"{error.zh} / {error.en}") from error
    for result in results:
        version = result.version
        word = "已发布 published" if result.is_new else "未变化 unchanged"
        click.echo(
            f"{word}  {version.checklist_code} 第{version.number}版  {version.effective_on}  {version.sha256[:12]}"
        )


def _load(folder: Path) -> Catalogue:
    try:
        return load_catalogue(folder)
    except CatalogueError as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(
            f"目录有 {len(error.problems)} 处问题 / {len(error.problems)} problems"
        ) from error
