"""Reads of published checklists: which version is in force on a day, its items, and searching items by words."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, defer, selectinload

from checklists.models import ChecklistItem, ChecklistVersion
from checklists.problem_names import problem_name
from server.db import db
from server.errors import NotFound

# A document is large; lists of versions read it for the few that they show.
_VERSIONS_WITHOUT_DOCUMENT = sa.select(ChecklistVersion).options(
    defer(ChecklistVersion.document, raiseload=True)
)
# Words of a search beyond this are not looked at.
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class ChecklistOverview:
    """A checklist as of a day: the version in force (None before its first day) and the newest that was published."""

    code: str
    in_force: ChecklistVersion | None
    latest: ChecklistVersion


def get_version(version_id: uuid.UUID) -> ChecklistVersion:
    """A published version with its items; raises NotFound."""
    return _get(ChecklistVersion.id == version_id)


def get_version_by_number(checklist_code: str, number: int) -> ChecklistVersion:
    """A checklist's version by its number, with its items; raises NotFound."""
    return _get(ChecklistVersion.checklist_code == checklist_code, ChecklistVersion.number == number)


def _get(*conditions: sa.ColumnElement[bool]) -> ChecklistVersion:
    statement = sa.select(ChecklistVersion).where(*conditions).options(selectinload(ChecklistVersion.items))
    version = db.session.scalar(statement)
    if version is None:
        raise NotFound("没有这个检查表版本", "No such checklist version")
    return version


def find_version_in_force(checklist_code: str, on: date) -> ChecklistVersion | None:
    """The version in force at the end of a day, with its items: the newest of those effective by then.

    A retired version stays in force for what was inspected with it, until the next one; `retired_at` says that it takes
    no new inspections.
    """
    statement = (
        sa.select(ChecklistVersion)
        .where(ChecklistVersion.checklist_code == checklist_code, ChecklistVersion.effective_on <= on)
        .order_by(ChecklistVersion.effective_on.desc(), ChecklistVersion.number.desc())
        .limit(1)
        .options(selectinload(ChecklistVersion.items))
    )
    return db.session.scalar(statement)


def find_latest_version(checklist_code: str) -> ChecklistVersion | None:
    """The version with the highest number, in force or not."""
    statement = (
        sa.select(ChecklistVersion)
        .where(ChecklistVersion.checklist_code == checklist_code)
        .order_by(ChecklistVersion.number.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def list_checklists(on: date) -> list[ChecklistOverview]:
    """Every checklist that was ever published, by code, with what is in force on a day; two queries."""
    statement = _VERSIONS_WITHOUT_DOCUMENT.order_by(ChecklistVersion.checklist_code, ChecklistVersion.number)
    by_code: dict[str, list[ChecklistVersion]] = {}
    for version in db.session.scalars(statement):
        by_code.setdefault(version.checklist_code, []).append(version)
    overviews = [_overview(code, each, on) for code, each in by_code.items()]
    _load_documents([version for overview in overviews for version in (overview.in_force, overview.latest)])
    return overviews


def get_checklist(checklist_code: str, on: date) -> ChecklistOverview:
    """One checklist as of a day; raises NotFound where none was published."""
    overview = _overview(checklist_code, list_versions(checklist_code), on)
    _load_documents([overview.in_force, overview.latest])
    return overview


def list_versions(checklist_code: str) -> list[ChecklistVersion]:
    """All versions of a checklist, the first one first, without their documents; raises NotFound where there is none."""
    statement = _VERSIONS_WITHOUT_DOCUMENT.where(ChecklistVersion.checklist_code == checklist_code)
    versions = list(db.session.scalars(statement.order_by(ChecklistVersion.number)))
    if not versions:
        raise NotFound("没有这份检查表", "No such checklist")
    return versions


def _load_documents(versions: Sequence[ChecklistVersion | None]) -> None:
    ids = {version.id for version in versions if version is not None}
    statement = sa.select(ChecklistVersion).where(ChecklistVersion.id.in_(ids))
    list(db.session.scalars(statement.execution_options(populate_existing=True)))


def _overview(code: str, versions: Sequence[ChecklistVersion], on: date) -> ChecklistOverview:
    effective = [version for version in versions if version.effective_on <= on]
    in_force = max(effective, key=lambda version: (version.effective_on, version.number), default=None)
    return ChecklistOverview(code, in_force, versions[-1])


def list_items(version_id: uuid.UUID) -> list[ChecklistItem]:
    """The items of a version in the order in which they are asked."""
    statement = (
        sa.select(ChecklistItem)
        .where(ChecklistItem.version_id == version_id)
        .order_by(ChecklistItem.position)
    )
    return list(db.session.scalars(statement))


def find_item(item_code: str, on: date) -> ChecklistItem | None:
    """An item as the versions in force on a day have it; of several checklists' the newest version's.

    Checklists that share an item may differ in its weight, veto and evidence, never in its criterion, handlers, loop or
    limit, unless their versions were drawn from different catalogues.
    """
    statement = (
        sa.select(ChecklistItem)
        .join(ChecklistVersion, ChecklistVersion.id == ChecklistItem.version_id)
        .where(ChecklistItem.item_code == item_code, _in_force(on))
        .order_by(
            ChecklistVersion.effective_on.desc(),
            ChecklistVersion.published_at.desc(),
            ChecklistVersion.checklist_code,
        )
        .limit(1)
    )
    return db.session.scalar(statement)


def get_item(item_code: str, on: date) -> ChecklistItem:
    """As `find_item`; raises NotFound where no checklist in force has the item."""
    item = find_item(item_code, on)
    if item is None:
        raise NotFound("没有这个检查项", "No such item")
    return item


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """What to look for among the items in force: words, a group, a checklist; only residents' items for the public."""

    words: str = ""
    group_code: str | None = None
    checklist_code: str | None = None
    is_for_residents: bool = False


def list_items_in_force(
    search: ItemSearch, on: date, *, after: str | None = None, limit: int | None = None
) -> list[ChecklistItem]:
    """The items in force on a day that match, each once, by code; two queries whatever their number.

    All words must occur in the item's texts, keywords, group or code, in either language and any case.
    """
    statement = (
        sa.select(ChecklistItem.item_code, ChecklistItem.version_id)
        .join(ChecklistVersion, ChecklistVersion.id == ChecklistItem.version_id)
        .where(_in_force(on), *_conditions(search))
        .order_by(
            ChecklistItem.item_code,
            ChecklistVersion.effective_on.desc(),
            ChecklistVersion.published_at.desc(),
            ChecklistVersion.checklist_code,
        )
    )
    if after is not None:
        statement = statement.where(ChecklistItem.item_code > after)
    chosen: dict[str, uuid.UUID] = {}
    for code, version_id in db.session.execute(statement):
        chosen.setdefault(code, version_id)
    wanted = list(chosen.items())[:limit]
    if not wanted:
        return []
    keys = sa.tuple_(ChecklistItem.item_code, ChecklistItem.version_id)
    return list(
        db.session.scalars(sa.select(ChecklistItem).where(keys.in_(wanted)).order_by(ChecklistItem.item_code))
    )


def list_groups_in_force(on: date) -> list[dict[str, Any]]:
    """The groups that residents' items stand in, as the newest version in force names them, in the tiles' order."""
    statement = sa.select(ChecklistVersion.id).where(_in_force(on)).order_by(ChecklistVersion.published_at)
    version_ids = list(db.session.scalars(statement))
    _keep_groups([version_id for version_id in version_ids if version_id not in _groups])
    newest = {code: group for version_id in version_ids for code, group in _groups[version_id].items()}
    tiles = [{"code": code, **group} for code, group in newest.items() if group.get("tile")]
    return sorted(tiles, key=lambda group: (group["tile_order"], group["code"]))


# Versions never change, so what was read of one holds.
_groups: dict[uuid.UUID, dict[str, Any]] = {}


def _keep_groups(missing: Sequence[uuid.UUID]) -> None:
    if not missing:
        return
    statement = sa.select(ChecklistVersion.id, ChecklistVersion.document).where(
        ChecklistVersion.id.in_(missing)
    )
    for version_id, document in db.session.execute(statement):
        _groups[version_id] = document.get("groups", {})


def _conditions(search: ItemSearch) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [
        ChecklistItem.search_text.contains(word, autoescape=True)
        for word in search.words.lower().split()[:MOST_WORDS]
    ]
    if search.group_code is not None:
        conditions.append(ChecklistItem.group_code == search.group_code)
    if search.checklist_code is not None:
        conditions.append(ChecklistVersion.checklist_code == search.checklist_code)
    if search.is_for_residents:
        conditions.append(ChecklistItem.has_tile.is_(True))
    return conditions


def _in_force(on: date) -> sa.ColumnElement[bool]:
    """The version is the last of its checklist that is effective by the day."""
    later = aliased(ChecklistVersion)
    is_later = sa.or_(
        later.effective_on > ChecklistVersion.effective_on,
        sa.and_(later.effective_on == ChecklistVersion.effective_on, later.number > ChecklistVersion.number),
    )
    replaced = sa.exists().where(
        later.checklist_code == ChecklistVersion.checklist_code, later.effective_on <= on, is_later
    )
    return sa.and_(ChecklistVersion.effective_on <= on, ~replaced)


@dataclass(frozen=True, slots=True)
class ItemName:
    """What people call an item: its criterion in both languages, the group that it belongs to, and the few words that
    say what is wrong, as they stand on the tile where residents are offered one."""

    criterion_zh: str
    criterion_en: str
    group_code: str
    tile_zh: str
    tile_en: str


def name_items(item_codes: Collection[str]) -> dict[str, ItemName]:
    """The items as the latest published version words them, by code; one query."""
    statement = (
        sa.select(
            ChecklistItem.item_code,
            ChecklistItem.criterion_zh,
            ChecklistItem.criterion_en,
            ChecklistItem.group_code,
            ChecklistItem.definition["tile"],
            ChecklistItem.definition["problem"],
        )
        .join(ChecklistVersion, ChecklistVersion.id == ChecklistItem.version_id)
        .where(ChecklistItem.item_code.in_(item_codes))
        .order_by(ChecklistVersion.published_at, ChecklistVersion.id)
    )
    found = {}
    for code, zh, en, group, tile, problem in db.session.execute(statement):
        name = problem_name({"tile": tile, "problem": problem, "criterion": {"zh": zh, "en": en}})
        found[code] = ItemName(zh, en, group, name.zh, name.en)
    return found


def list_kindred_items(item_code: str) -> frozenset[str]:
    """The other items of an item's groups, in whatever version; one query."""
    own = sa.select(ChecklistItem.group_code).where(
        ChecklistItem.item_code == item_code, ChecklistItem.group_code != ""
    )
    statement = sa.select(ChecklistItem.item_code).where(
        ChecklistItem.group_code.in_(own), ChecklistItem.item_code != item_code
    )
    return frozenset(db.session.scalars(statement.distinct()))
