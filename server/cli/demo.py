"""`flask demo`: everything a stranger needs to try the product, and nothing outside the demonstration."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from grid.demo_people import DEMO_PASSWORD, DEMO_RESIDENT_PHONE
from server.config import Config
from server.demo.loading import Loaded, load_demonstration

commands = AppGroup(
    "demo", help="演示：网格、检查表、示例人员 / grid, checklists and people to try things with"
)


@commands.command("load")
def load() -> None:
    """Load the real areas of Chongming and Xincheng, synthetic communities 示例, organisations, people of every role,
    publish the catalogue, and (unless DEMO_HISTORY is off) let the last weeks' rounds, reports and cases have happened.
    Again, it adds only what is missing."""
    config: Config = current_app.extensions["jiayuan_config"]
    if not config.is_demo:
        raise click.ClickException(
            "示例人员只用于演示环境 / demo people exist only where JIAYUAN_ENV is demo"
        )
    for line in describe(load_demonstration(config, click.echo)):
        click.echo(line)


def describe(loaded: Loaded) -> list[str]:
    """What the demonstration holds and who is in it, line by line."""
    grid, history = loaded.grid, loaded.history
    lines = [
        f"地区 areas {grid.areas}，小区 communities {grid.communities}（示例 synthetic），"
        f"单位 organisations {grid.organisations}，检查表 checklists {loaded.checklists}"
    ]
    if history:
        lines.append(
            f"历史（示例） history: 检查轮次 rounds {history.rounds}，检查 inspections {history.inspections}，"
            f"上报 reports {history.reports}，案件 cases {history.cases}"
        )
    lines.append(f"示例账号 demo accounts，密码 password: {DEMO_PASSWORD}")
    lines += [
        f"  {person.username:<26} {person.role.value:<20} {person.display_name}" for person in grid.people
    ]
    return [*lines, f"  居民 resident: {DEMO_RESIDENT_PHONE}，验证码显示在控制台 codes appear on the console"]
