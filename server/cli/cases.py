"""`flask cases …`: check every case's history, run the sweeper once."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from cases.escalation import sweep_cases
from cases.history import CheckedChain, verify_chains
from cases.redating import redate_provisional_cases
from server import clock

commands = AppGroup("cases", help="案件 / cases")


@commands.command("verify")
def verify() -> None:
    """Check the hash chain of every case's history; exit with 1 where anything is wrong."""
    checked, events, broken = 0, 0, []
    for chain in verify_chains():
        checked, events = checked + 1, events + chain.event_count
        if chain.faults:
            broken.append(chain)
            _tell(chain)
    click.echo(f"{checked} cases, {events} events, {len(broken)} with faults")
    if broken:
        raise SystemExit(1)


def _tell(chain: CheckedChain) -> None:
    for fault in chain.faults:
        click.echo(f"{chain.number}: {fault.fault.value} at event {fault.seq}: {fault.detail}", err=True)


@commands.command("sweep")
def sweep() -> None:
    """Do what is due now: bring suspended cases back, escalate, remind."""
    done = sweep_cases(clock.now())
    click.echo(", ".join(f"{name} {number}" for name, number in sorted(done.items())) or "nothing was due")


@commands.command("redate")
def redate() -> None:
    """Compute provisional deadlines again, after an update brought a year's announced holidays."""
    click.echo(f"{redate_provisional_cases(clock.now())} deadlines moved")
