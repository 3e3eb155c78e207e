"""Pages of lists: how a query goes on behind the last row that was shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from server.db import db

Row = TypeVar("Row")
Key = list[Any]


def fetch_page(
    query: sa.Select[Row],
    order: Sequence[Any],
    after: Sequence[Any] | None,
    limit: int,
    key_of: Callable[[Row], Key],
) -> tuple[list[Row], Key | None]:
    """Up to `limit` rows in the order of these columns behind the key `after`, and the key of a next page.

    The order must be unique, its columns ascending and never NULL.
    """
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*after))
    rows = list(db.session.scalars(query.order_by(*order).limit(limit + 1)))
    shown = rows[:limit]
    return shown, key_of(shown[-1]) if len(rows) > limit else None


def containing(column: Any, text: str) -> sa.ColumnElement[bool]:
    """The column contains the text, letter case aside."""
    return column.icontains(text, autoescape=True)  # type: ignore[no-any-return]
