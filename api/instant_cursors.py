"""Cursors of lists in the order of an instant and an id, newest first."""

from __future__ import annotations

import uuid
from datetime import datetime

from api.paging import decode_cursor
from server.errors import FieldError, RuleViolated

FIRST_YEAR, LAST_YEAR = 1900, 9000
InstantKey = tuple[datetime, uuid.UUID]


def decode_instant_cursor(cursor: str | None) -> InstantKey | None:
    """The key of the last row seen; raises RuleViolated for what is no cursor of such a list."""
    key = decode_cursor(cursor, (str, str))
    if key is None:
        return None
    try:
        instant, row_id = datetime.fromisoformat(key[0]), uuid.UUID(key[1])
    except (ValueError, TypeError, AttributeError) as error:
        raise _bad_cursor() from error
    # What has an offset can still lie beyond the years that a database knows.
    if instant.tzinfo is None or not FIRST_YEAR < instant.year < LAST_YEAR:
        raise _bad_cursor()
    return instant, row_id


def instant_key(instant: datetime, row_id: uuid.UUID) -> list[str]:
    """A row's key as a cursor carries it."""
    return [instant.isoformat(), str(row_id)]


def _bad_cursor() -> RuleViolated:
    field = FieldError("cursor", "bad_cursor", "翻页标记无效", "Not a cursor of this list")
    return RuleViolated(field.zh, field.en, code="bad_cursor", errors=[field])
