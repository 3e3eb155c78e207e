"""Publishing at the same moment, with real commits on both databases."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from checklists.catalogue import checklist_document, load_catalogue
from checklists.models import ChecklistVersion
from checklists.publishing import publish_checklist
from grid.permissions import SYSTEM
from server.db import db, transaction
from server.errors import Conflict, DomainError

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return checklist_document(load_catalogue(), "group_renting")


def publish_at_once(app: Flask, documents: list[dict[str, Any]]) -> list[DomainError]:
    """Publish from as many threads, each in its own transaction; answers the refusals."""
    barrier, refused = Barrier(len(documents)), []

    def one(document: dict[str, Any]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with transaction():
                    publish_checklist(document, TODAY, SYSTEM, NOW)
            except DomainError as error:
                refused.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=one, args=(document,)) for document in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refused


@pytest.mark.parametrize("is_same", [True, False])
def test_of_two_who_publish_at_once_none_is_lost_and_no_number_is_given_twice(
    committed_app: Flask, document: dict[str, Any], is_same: bool
) -> None:
    changed = {**copy.deepcopy(document), "pass_mark": 77}
    refused = publish_at_once(committed_app, [document, document if is_same else changed])
    assert all(
        isinstance(error, Conflict) and error.code == "version_published_meanwhile" for error in refused
    )
    with committed_app.app_context():
        numbers = list(
            db.session.scalars(sa.select(ChecklistVersion.number).order_by(ChecklistVersion.number))
        )
        db.session.remove()
    assert numbers == ([1] if is_same or refused else [1, 2])
