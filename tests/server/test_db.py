from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from grid.models import Account
from server.db import db, transaction
from server.errors import Conflict, RuleViolated
from tests.factories import NOW


def account(name: str) -> Account:
    return Account(username=name, created_at=NOW)


def number_of_accounts() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Account)) or 0


def test_a_broken_unique_constraint_is_a_named_conflict_and_stores_nothing(session: Any) -> None:
    with transaction():
        session.add(account("taken"))
    with pytest.raises(Conflict) as raised, transaction():
        session.add(account("other"))
        session.flush()
        session.add(account("taken"))
    assert raised.value.code == "username_taken"
    assert number_of_accounts() == 1


def test_a_rule_that_says_no_leaves_nothing_behind(session: Any) -> None:
    with pytest.raises(RuleViolated), transaction():
        session.add(account("half"))
        session.flush()
        raise RuleViolated("不行", "No")
    assert number_of_accounts() == 0


def test_instants_come_back_aware_and_equal_whatever_zone_they_were_written_in(session: Any) -> None:
    local = datetime(2026, 11, 21, 10, 2, tzinfo=timezone(timedelta(hours=8)))
    row = Account(username="zone", created_at=local)
    session.add(row)
    session.flush()
    session.expire(row)
    assert row.created_at == local
    assert row.created_at.tzinfo is UTC


def test_a_naive_instant_is_refused(session: Any) -> None:
    session.add(Account(username="naive", created_at=datetime(2026, 1, 1)))
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        session.flush()
    session.rollback()


def test_eight_writers_at_once_all_succeed(committed_app: Flask) -> None:
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with committed_app.app_context(), transaction():
                assert number_of_accounts() >= 0
                db.session.add(account(f"writer-{number}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with committed_app.app_context():
        assert number_of_accounts() == 8
