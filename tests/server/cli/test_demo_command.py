"""`flask demo load`: only in the demonstration, and harmless again."""

import dataclasses

import pytest

from checklists.models import ChecklistVersion
from grid import demo
from grid.demo_communities import make_demo_communities
from grid.demo_people import DEMO_PASSWORD
from grid.models import Account, Community


@pytest.fixture
def load(app, config, monkeypatch):
    # A dozen neighbourhoods' communities: the whole is only more of the same.
    monkeypatch.setattr(
        demo, "make_demo_communities", lambda places: make_demo_communities(list(places)[:12])
    )

    def load(environment="demo"):
        changed = dataclasses.replace(config, environment=environment, demo_history="off")
        monkeypatch.setitem(app.extensions, "jiayuan_config", changed)
        return app.test_cli_runner().invoke(args=["demo", "load"])

    return load


def test_the_demonstration_is_loaded_and_its_accounts_printed(load, session):
    result = load()
    assert result.exit_code == 0, result.output
    assert DEMO_PASSWORD in result.output
    for account in session.query(Account).filter(Account.username.is_not(None)):
        assert account.username in result.output
    assert session.query(ChecklistVersion).count() >= 7


def test_loading_again_changes_nothing(load, session):
    load()
    before = [session.query(table).count() for table in (Account, Community, ChecklistVersion)]
    assert load().exit_code == 0
    assert [session.query(table).count() for table in (Account, Community, ChecklistVersion)] == before


@pytest.mark.parametrize("environment", ["production", "test"])
def test_outside_the_demonstration_nobody_is_made(load, session, environment):
    result = load(environment)
    assert result.exit_code == 1
    assert session.query(Account).count() == 0
