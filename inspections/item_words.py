"""What residents call an item: its tile says what is wrong, its criterion how it ought to be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from checklists.queries import name_items
from inspections.timeline import PublicText


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item in words that anyone may read; `tile` is None for what only inspectors look at."""

    criterion: PublicText
    tile: PublicText | None
    group_code: str | None


def words_of(item_codes: Collection[str | None]) -> dict[str, ItemWords]:
    """The words of each item, as the latest published version has them; one query."""
    names = name_items({code for code in item_codes if code})
    return {
        code: ItemWords(
            PublicText(name.criterion_zh, name.criterion_en),
            PublicText(name.tile_zh, name.tile_en) if name.tile_zh and name.tile_en else None,
            name.group_code or None,
        )
        for code, name in names.items()
    }
