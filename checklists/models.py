"""Published checklists as tables: versions never change once they stand here; facts and rates are in `fact_models.py`."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Json, UtcDateTime, new_id


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
        lazy="raise_on_sql", order_by="ChecklistItem.position", back_populates="version"
    )

    __table_args__ = (sa.UniqueConstraint("checklist_code", "number"),)


class ChecklistItem(Base):
    """One observable criterion 检查项 of a published version, with what queries need beside the document."""

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

    version: Mapped[ChecklistVersion] = relationship(lazy="raise_on_sql", back_populates="items")

    __table_args__ = (sa.Index("ix_checklist_items_item_code", "item_code"),)
