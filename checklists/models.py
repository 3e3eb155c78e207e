"""Published checklists as tables: versions never change once they stand here; facts and rates are in `fact_models.py`."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, mapped_column, relationship

from server.db import Base, Json, UtcDateTime, name_conflict, new_id


class ChecklistVersion(Base):
    """An immutable published version of a checklist 检查表; `document` is the whole of it, `sha256` its fingerprint.

    In force from `effective_on` until the next version's; a retired version takes no new inspections."""

    __tablename__ = "checklist_versions"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    checklist_code: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    effective_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list[ChecklistItem]] = relationship(
        lazy="raise_on_sql",
        order_by="ChecklistItem.position",
        back_populates="version",
        passive_deletes="all",
    )

    __table_args__ = (sa.UniqueConstraint("checklist_code", "number"),)


name_conflict(
    "uq_checklist_versions_checklist_code_number",
    "别人刚刚发布了这份检查表的新版本，请刷新后再试",
    "Somebody else has just published a version of this checklist; please look again",
    "version_published_meanwhile",
)


class ChecklistItem(Base):
    """One observable criterion 检查项 of a published version, with what queries need beside the document.

    `definition` is the item exactly as it stands in the document; `search_text` is what a search looks through."""

    __tablename__ = "checklist_items"

    version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("checklist_versions.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    indicator_code: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    weight: Mapped[float]
    is_veto: Mapped[bool]
    deduction: Mapped[float | None]
    applicability: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    criterion_zh: Mapped[str] = mapped_column(sa.String(300))
    criterion_en: Mapped[str] = mapped_column(sa.String(500))
    group_code: Mapped[str] = mapped_column(sa.String(10), default="")
    answered_by: Mapped[str] = mapped_column(sa.String(12), default="inspector")
    has_tile: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    definition: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    version: Mapped[ChecklistVersion] = relationship(lazy="raise_on_sql", back_populates="items")

    __table_args__ = (sa.Index("ix_checklist_items_item_code", "item_code"),)


class ImmutableVersion(RuntimeError):
    """The program tried to change or delete what was published; what inspections were pinned to must stay."""


@event.listens_for(ChecklistVersion, "before_update")
def _only_retirement_may_change(
    _mapper: Mapper[Any], _connection: Connection, version: ChecklistVersion
) -> None:
    state = sa.inspect(version)
    changed = {
        column.key for column in state.mapper.column_attrs if state.attrs[column.key].history.has_changes()
    }
    if changed - {"retired_at"}:
        raise ImmutableVersion(f"a published version cannot change: {', '.join(sorted(changed))}")
    if changed and state.attrs.retired_at.history.deleted not in ((), (None,), [], [None]):
        raise ImmutableVersion("a version is retired once")


@event.listens_for(ChecklistItem, "before_update")
def _items_stay(_mapper: Mapper[Any], _connection: Connection, item: ChecklistItem) -> None:
    state = sa.inspect(item)
    if any(state.attrs[column.key].history.has_changes() for column in state.mapper.column_attrs):
        raise ImmutableVersion(f"the published item {item.item_code} cannot change")


@event.listens_for(ChecklistVersion, "before_delete")
@event.listens_for(ChecklistItem, "before_delete")
def _nothing_is_deleted(_mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    raise ImmutableVersion(f"what was published cannot be deleted: {type(row).__name__}")


@event.listens_for(Session, "do_orm_execute")
def _nor_in_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    if state.bind_mapper.class_ in (ChecklistVersion, ChecklistItem):
        raise ImmutableVersion("published versions are not updated or deleted in bulk")
