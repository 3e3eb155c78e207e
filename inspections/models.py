"""Rounds, inspections with their answers, and reports, as tables.

Phones name inspections and reports themselves (UUIDv7), so their ids have no default. `fingerprint` is that
of the content as it was sent (inspections/fingerprint.py), `receipt` the answer that was given: the same PUT
again is answered from these two alone.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from checklists.models import ChecklistVersion
from grid.models import Account, Community
from server.db import Base, Json, UtcDateTime, name_conflict, new_id


class Round(Base):
    """Who inspects which communities with which checklist version, when (定人、定位、定时、定任务)."""

    __tablename__ = "rounds"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    checklist_version_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("checklist_versions.id"), index=True
    )
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    assignments: Mapped[list[RoundAssignment]] = relationship(
        lazy="raise_on_sql", back_populates="round", order_by="RoundAssignment.id"
    )
    version: Mapped[ChecklistVersion] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="window"),)


class RoundAssignment(Base):
    """One community of a round, given to one inspector (NULL: to whoever of the area comes first).

    `inspection_id` is the first revision of the submitted inspection that fulfils it, `finished_at` when that
    visit counts as finished.
    """

    __tablename__ = "round_assignments"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("rounds.id"))
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"), index=True)
    inspector_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    # No foreign key: the inspection has one to here, and two would go round in a circle.
    inspection_id: Mapped[uuid.UUID | None]
    draft_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship(lazy="raise_on_sql", back_populates="assignments")
    community: Mapped[Community] = relationship(lazy="raise_on_sql")
    inspector: Mapped[Account | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("round_id", "community_id", name="uq_round_assignments_round_id"),)


name_conflict(
    "uq_round_assignments_round_id",
    "同一轮检查中一个小区只能出现一次",
    "A community stands in a round only once",
    "community_twice_in_round",
)


class Inspection(Base):
    """One visit to one community with one checklist version.

    A draft may be PUT again; submitted is final. A correction is another inspection with `supersedes_id`: the
    next `number` of the chain that starts at `root_id`. `superseded_by_id` stays NULL on the newest revision.
    `revision` counts the PUTs that changed a draft (ETag).
    """

    __tablename__ = "inspections"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    root_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("inspections.id"))
    number: Mapped[int | None]
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("inspections.id"), index=True)
    superseded_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("inspections.id"))
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    checklist_version_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("checklist_versions.id"), index=True
    )
    assignment_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("round_assignments.id"), index=True)
    round_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("rounds.id"), index=True)
    inspector_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"))
    status: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skew_seconds: Mapped[int | None]
    is_skew_flagged: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered: Mapped[int] = mapped_column(default=0)
    applicable: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    flags: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    # Whether anything is odd about it: a flag, or a clock that is off.
    is_flagged: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    receipt: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=0)

    answers: Mapped[list[Answer]] = relationship(
        lazy="raise_on_sql", back_populates="inspection", order_by="Answer.position"
    )
    community: Mapped[Community] = relationship(lazy="raise_on_sql")
    inspector: Mapped[Account] = relationship(lazy="raise_on_sql")
    version: Mapped[ChecklistVersion] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("root_id", "number", name="uq_inspections_root_id"),
        sa.Index("ix_inspections_community_id_submitted_at", "community_id", "submitted_at"),
        sa.Index("ix_inspections_inspector_id_received_at", "inspector_id", "received_at"),
        sa.Index("ix_inspections_received_at_id", "received_at", "id"),
    )


name_conflict(
    "uq_inspections_root_id",
    "这次检查已被更正，请在最新版本上更正",
    "This inspection has been corrected already; correct its newest revision",
    "already_superseded",
)


class Answer(Base):
    """What one inspection found for one item; `case_id` is the case that a fail opened or joined."""

    __tablename__ = "answers"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    inspection_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("inspections.id"))
    item_code: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    result: Mapped[str] = mapped_column(sa.String(20))
    occurrences: Mapped[int | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    building: Mapped[str] = mapped_column(sa.String(60), default="")
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_metres: Mapped[float | None]
    case_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    is_case_joined: Mapped[bool] = mapped_column(default=False)

    inspection: Mapped[Inspection] = relationship(lazy="raise_on_sql", back_populates="answers")
    photos: Mapped[list[AnswerPhoto]] = relationship(lazy="raise_on_sql", order_by="AnswerPhoto.position")

    __table_args__ = (sa.UniqueConstraint("inspection_id", "item_code"),)

    @property
    def photo_ids(self) -> list[uuid.UUID]:
        return [photo.photo_id for photo in self.photos]


class AnswerPhoto(Base):
    """A photo that an answer names. A draft may name photos that have not arrived yet: hence no foreign key."""

    __tablename__ = "answer_photos"

    answer_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("answers.id"), primary_key=True)
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, index=True)
    position: Mapped[int]


class Report(Base):
    """One person's photo report; which case answers it stands in `cases.models.CaseReport`, and moves with merges.

    `community_id` is where the report was resolved to; what the reporter's phone said of the position stands
    unchanged in `position_given`. The phone number is encrypted, the tracking code stored only as keyed hash.
    """

    __tablename__ = "reports"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    is_following: Mapped[bool] = mapped_column(default=False)
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    building: Mapped[str] = mapped_column(sa.String(60), default="")
    item_code: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    channel: Mapped[str] = mapped_column(sa.String(20))
    hotline_number: Mapped[str] = mapped_column(sa.String(40), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    reporter_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    phone_encrypted: Mapped[str | None] = mapped_column(sa.String(300))
    phone_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    position_given: Mapped[dict[str, Any] | None] = mapped_column(Json)
    observed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skew_seconds: Mapped[int | None]
    is_skew_flagged: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    tracking_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    receipt: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    photos: Mapped[list[ReportPhoto]] = relationship(lazy="raise_on_sql", order_by="ReportPhoto.position")
    community: Mapped[Community] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.Index("ix_reports_received_at_id", "received_at", "id"),
        sa.Index("ix_reports_community_id_received_at", "community_id", "received_at"),
    )

    @property
    def photo_ids(self) -> list[uuid.UUID]:
        return [photo.photo_id for photo in self.photos]

    @property
    def is_anonymous(self) -> bool:
        return self.reporter_id is None

    @property
    def has_phone_number(self) -> bool:
        return self.phone_encrypted is not None


class ReportPhoto(Base):
    """A photo of a report, in the order in which the reporter took them."""

    __tablename__ = "report_photos"

    report_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("reports.id"), primary_key=True)
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("photos.id"), primary_key=True, index=True)
    position: Mapped[int]
