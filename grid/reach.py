"""What a permission opens, as a condition that a query can carry."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from grid.permissions import Reach

PathColumn = Any
OrganisationColumn = Any


def below(path_column: PathColumn, area_path: str) -> sa.ColumnElement[bool]:
    """The area itself and everything below it. The path is one of ours: codes hold no wildcards."""
    return path_column.startswith(area_path)  # type: ignore[no-any-return]


def within_reach(
    reach: Reach, path_column: PathColumn, organisation_column: OrganisationColumn | None = None
) -> sa.ColumnElement[bool]:
    """Rows that the reach covers; without an organisation column, what is only an organisation's is not."""
    if reach.is_everything:
        return sa.true()
    conditions = [below(path_column, path) for path in reach.area_paths]
    if organisation_column is not None:
        conditions += [_held(path_column, organisation_column, *held) for held in reach.organisations]
    return sa.or_(sa.false(), *conditions)


def _held(
    path_column: PathColumn,
    organisation_column: OrganisationColumn,
    area_path: str,
    organisation_id: uuid.UUID,
) -> sa.ColumnElement[bool]:
    return sa.and_(below(path_column, area_path), organisation_column == organisation_id)


def ancestor_paths(area_path: str) -> list[str]:
    """The paths of the areas that an area lies in, from the root, itself included."""
    codes = area_path.strip("/").split("/")
    return ["/" + "/".join(codes[: depth + 1]) + "/" for depth in range(len(codes))]
