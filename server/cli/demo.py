"""`flask demo`: everything a stranger needs to try the product, and nothing outside the demonstration."""

from __future__ import annotations

from datetime import date, datetime

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from checklists.catalogue import SHIPPED_CATALOGUE, load_catalogue
from checklists.derivation import rederive
from checklists.models import ChecklistVersion
from checklists.publishing import publish_catalogue
from grid.demo import LoadedDemo, load_demo_grid
from grid.demo_people import DEMO_PASSWORD, DEMO_RESIDENT_PHONE
from grid.permissions import SYSTEM
from grid.phone_numbers import PhoneKeys
from server import clock
from server.config import Config
from server.db import db, transaction

commands = AppGroup(
    "demo", help="演示：网格、检查表、示例人员 / grid, checklists and people to try things with"
)


@commands.command("load")
def load() -> None:
    """Load the real areas of Chongming and Xincheng, synthetic communities 示例, organisations, people of every role,
    and publish the catalogue. Again, it adds only what is missing."""
    config: Config = current_app.extensions["jiayuan_config"]
    if not config.is_demo:
        raise click.ClickException(
            "示例人员只用于演示环境 / demo people exist only where JIAYUAN_ENV is demo"
        )
    now = clock.now()
    with transaction():
        loaded = load_demo_grid(PhoneKeys(config.phone_keys, config.lookup_key), now)
        published = publish_catalogue(load_catalogue(SHIPPED_CATALOGUE), _effective_on(now), SYSTEM, now)
        # Publishing anything new derives every community again; without it, new ones still need it.
        if loaded.new_communities and not any(result.is_new for result in published):
            rederive()
    _tell(loaded, len(published))


def _effective_on(now: datetime) -> date:
    """The first time from the year's beginning, so that earlier days can be asked about; a changed catalogue from
    today, for figures already shown do not change."""
    today = clock.local_day(now)
    is_first = db.session.scalar(sa.select(ChecklistVersion.id).limit(1)) is None
    return today.replace(month=1, day=1) if is_first else today


def _tell(loaded: LoadedDemo, checklists: int) -> None:
    click.echo(
        f"地区 areas {loaded.areas}，小区 communities {loaded.communities}（示例 synthetic），"
        f"单位 organisations {loaded.organisations}，检查表 checklists {checklists}"
    )
    click.echo(f"示例账号 demo accounts，密码 password: {DEMO_PASSWORD}")
    for person in loaded.people:
        click.echo(f"  {person.username:<26} {person.role.value:<20} {person.display_name}")
    click.echo(f"  居民 resident: {DEMO_RESIDENT_PHONE}，验证码显示在控制台 codes appear on the console")
