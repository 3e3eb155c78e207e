"""`flask grid`: take in areas and communities, make the first administrator, look into the outbox."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from checklists.derivation import rederive
from grid import accounts, areas, outbox, posts
from grid.area_import import plan_areas
from grid.community_import import plan_communities
from grid.community_intake import import_communities
from grid.key_rotation import rotate_column
from grid.models import Account, OutboxMessage
from grid.permissions import SYSTEM, Role
from grid.phone_numbers import PhoneKeys, mask_phone_number
from grid.secret_texts import UnreadableText
from grid.tables import ImportRefused
from inspections.models import Report
from server import clock
from server.config import Config
from server.db import transaction
from server.errors import DomainError

commands = AppGroup("grid", help="网格：导入地区与小区、建立管理员 / areas, communities, administrators")
# Every column of the house that `grid/secret_texts.py` has encrypted.
ENCRYPTED_COLUMNS = (
    Account.phone_encrypted,
    OutboxMessage.recipient_encrypted,
    OutboxMessage.text_encrypted,
    Report.phone_encrypted,
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@commands.command("import")
@click.argument("file", type=FILE)
@click.option("--district-name", help="name of the district, where it is none of Shanghai's")
def import_area_file(file: Path, district_name: str | None) -> None:
    """Take in the areas of FILE (CSV or XLSX: township, township_code, community, community_code, kind).

    Two more columns, station and station_code, may name the community station 社区工作站 in between. All of it or
    nothing; every bad row is told with its line and reason. The same file again changes nothing.
    """
    try:
        plan = plan_areas(file.read_bytes(), district_name)
        with transaction():
            outcome = areas.import_areas(plan, SYSTEM)
    except DomainError as error:
        raise _refusal(error) from error
    _tell(outcome)


@commands.command("import-communities")
@click.argument("file", type=FILE)
def import_community_file(file: Path) -> None:
    """Take in the communities 住宅小区 of FILE (CSV or XLSX: name, neighbourhood_code, and what is known).

    All of it or nothing; every bad row is told with its line and reason. The same file again changes nothing.
    """
    now = clock.now()
    try:
        plan = plan_communities(file.read_bytes(), clock.local_day(now).year)
        with transaction():
            outcome = import_communities(plan, SYSTEM, now)
            if outcome.touched:
                rederive(outcome.touched)
    except DomainError as error:
        raise _refusal(error) from error
    _tell(outcome)


@commands.command("create-admin")
@click.argument("username")
@click.option("--district", required=True, help="code of the district, 6 digits; import its areas first")
@click.option("--name", "display_name", default="区管理员", help="display name")
def create_admin(username: str, district: str, display_name: str) -> None:
    """Make a district's administrator; prints a first password, to be changed at first use."""
    now = clock.now()
    try:
        with transaction():
            account, password = accounts.create_account(username=username, display_name=display_name, now=now)
            posts.add_post(account, SYSTEM, role=Role.DISTRICT_ADMIN, area_code=district, valid_from=now)
    except DomainError as error:
        raise _refusal(error) from error
    click.echo(f"已建立 created: {account.username}")
    click.echo(f"初始密码 first password: {password}")


@commands.command("outbox")
def show_outbox() -> None:
    """Show the messages (sign-in codes) that wait for a sender, oldest first; numbers are masked."""
    config: Config = current_app.extensions["jiayuan_config"]
    keys = PhoneKeys(config.phone_keys, config.lookup_key)
    waiting = outbox.list_unsent()
    for message in waiting:
        try:
            recipient, text = outbox.read_message(message, keys)
        except UnreadableText:
            click.echo(
                f"{message.created_at:%Y-%m-%d %H:%M:%S}  密钥已丢失 encrypted under a key that is gone"
            )
            continue
        click.echo(f"{message.created_at:%Y-%m-%d %H:%M:%S}  {mask_phone_number(recipient)}  {text}")
    click.echo(f"{len(waiting)} 条待发送 / waiting")


@commands.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt phone numbers and messages anew under the first of PHONE_KEYS; then the others can go.

    Put the new key in front of PHONE_KEYS, restart, run this, take the old keys away, restart.
    """
    config: Config = current_app.extensions["jiayuan_config"]
    keys = PhoneKeys(config.phone_keys, config.lookup_key)
    with transaction():
        rotations = [rotate_column(column, keys) for column in ENCRYPTED_COLUMNS]
    rotated = sum(rotation.rotated for rotation in rotations)
    unreadable = sum(rotation.unreadable for rotation in rotations)
    click.echo(f"已重新加密 encrypted anew: {rotated}")
    if unreadable:
        raise click.ClickException(
            f"{unreadable} 条密钥缺失，未改动 / cannot be read with these keys, left alone"
        )


def _tell(outcome: areas.ImportOutcome) -> None:
    click.echo(
        f"新增 created {outcome.created}，更新 updated {outcome.updated}，未变 unchanged {outcome.unchanged}"
    )


def _refusal(error: DomainError) -> click.ClickException:
    if isinstance(error, ImportRefused):
        for bad in error.bad_cells:
            value = bad.value[:40].replace("\n", " ")
            click.echo(
                f"第 {bad.line} 行 line {bad.line}  {bad.column}  {value!r}  {bad.zh} / {bad.en}", err=True
            )
    return click.ClickException(f"{error.zh} / {error.en}")
