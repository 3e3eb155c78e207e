"""Encrypting what is stored anew under the newest key, so that an old key can be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from grid.phone_numbers import PhoneKeys
from grid.secret_texts import UnreadableText, rotate_text
from server.db import db

_BATCH = 500


@dataclass(slots=True)
class Rotation:
    """How many texts are under the newest key now, and how many no key of ours can read."""

    rotated: int = 0
    unreadable: int = 0


def rotate_column(column: Any, keys: PhoneKeys) -> Rotation:
    """Encrypt every text of a column (of a model with an `id`) under the newest key, in batches.

    A text that cannot be read stays as it is: the key may yet be found.
    """
    rotation = Rotation()
    model = column.class_
    for rows in _batches(column):
        changes = []
        for row_id, stored in rows:
            try:
                changes.append({"id": row_id, column.key: rotate_text(stored, keys.encryption)})
            except UnreadableText:
                rotation.unreadable += 1
        rotation.rotated += len(changes)
        if changes:
            db.session.execute(sa.update(model), changes)
    return rotation


def _batches(column: Any) -> Iterator[list[Any]]:
    model = column.class_
    query = sa.select(model.id, column).where(column.is_not(None)).order_by(model.id).limit(_BATCH)
    rows = list(db.session.execute(query.with_for_update()))
    while rows:
        yield rows
        rows = list(db.session.execute(query.where(model.id > rows[-1][0]).with_for_update()))
