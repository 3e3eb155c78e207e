"""Counting the statements a block of code sends, so that lists prove they cost the same for 1 row and for 10."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass
class QueryCount:
    statements: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(
            [
                each
                for each in self.statements
                if not each.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "ROLLBACK"))
            ]
        )


@contextmanager
def counted_queries() -> Iterator[QueryCount]:
    """Collect every statement sent to any engine inside the block."""
    count = QueryCount()

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", note)
