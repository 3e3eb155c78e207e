"""`flask compliance …`: hold what is derived against the facts, rebuild it, fold the rollups."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from checklists.compliance_verification import read_one_snapshot, rebuild_compliance, verify_compliance
from checklists.rollups import fold_all
from server.db import end_read, transaction

commands = AppGroup("compliance", help="达标率 / compliance rates")


@commands.command("verify")
def verify() -> None:
    """Rebuild every timeline and count from the facts and print each difference; exit with 1 where there is one."""
    end_read()
    read_one_snapshot()
    number = 0
    for difference in verify_compliance():
        number += 1
        click.echo(str(difference))
    end_read()
    click.echo(f"{number} differences" if number else "no difference: every figure follows from the facts")
    if number:
        raise SystemExit(1)


@commands.command("rebuild")
def rebuild() -> None:
    """Derive every timeline and count again from the facts."""
    with transaction():
        number = rebuild_compliance()
    click.echo(f"{number} communities derived again")


@commands.command("fold")
def fold() -> None:
    """Fold waiting changes into the rollups (the job does this every minute)."""
    click.echo(f"{fold_all()} changes folded")
