"""The case file (案卷) as tables: cases, their events, photos, reports and ratings; routing rules as staff edit them.

Columns follow `cases.case_facts`; the clock's adjustments and the pending request are kept as JSON beside them.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.event_chain import GENESIS
from cases.terms import AppealStatus, Loop, Satisfaction, State, Verification
from grid.models import Community, Organisation
from server.db import Base, Json, UtcDateTime, name_conflict, new_id


class CaseOrigin(StrEnum):
    """How a case came about (案件来源)."""

    RESIDENT = "resident"
    INSPECTION = "inspection"
    HOTLINE = "hotline"
    STAFF = "staff"


# None is NULL here, not JSON's null: "has a request" is a question that lists ask.
_JsonOrNull = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _text_enum(kind: type[StrEnum], name: str) -> sa.Enum:
    values = [member.value for member in kind]
    return sa.Enum(kind, native_enum=False, length=20, name=name, values_callable=lambda _kind: values)


class Case(Base):
    """One matter in one place, worked on until it is verified as fixed. `revision` is the version for If-Match.

    `matter_key` names community, item and place; `open_key` is the same while the case is the one to join there,
    and unique, so that two answers arriving together cannot open two cases.
    `next_sweep_at` is when the sweeper has to look at it again.
    """

    __tablename__ = "cases"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    revision: Mapped[int] = mapped_column(default=1)

    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(sa.String(120))
    item_code: Mapped[str | None] = mapped_column(sa.String(40))
    title: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    building: Mapped[str] = mapped_column(sa.String(60), default="")
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    origin: Mapped[CaseOrigin] = mapped_column(_text_enum(CaseOrigin, "case_origin"))
    matter_key: Mapped[str | None] = mapped_column(sa.String(320), index=True)
    open_key: Mapped[str | None] = mapped_column(sa.String(320), unique=True)

    state: Mapped[State] = mapped_column(_text_enum(State, "case_state"))
    loop: Mapped[Loop] = mapped_column(_text_enum(Loop, "case_loop"))
    loop_path: Mapped[list[str]] = mapped_column(Json, default=list)
    loop_entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"))
    verification: Mapped[Verification] = mapped_column(
        _text_enum(Verification, "case_verification"), default=Verification.NONE
    )

    limit_amount: Mapped[float]
    limit_unit: Mapped[str] = mapped_column(sa.String(20))
    clock_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clock_adjustments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    deadline_raw: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_effective: Mapped[datetime | None] = mapped_column(UtcDateTime)
    calendar_is_provisional: Mapped[bool] = mapped_column(default=False)
    loop_due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_sweep_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    handled_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    after_photo_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    # Whether the next handing in may show what the case file shows already; a dispatcher's exception.
    is_resemblance_allowed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    pending: Mapped[dict[str, Any] | None] = mapped_column(_JsonOrNull)
    returned_by_accounts: Mapped[list[str]] = mapped_column(Json, default=list)
    returned_by_organisations: Mapped[list[str]] = mapped_column(Json, default=list)
    return_count: Mapped[int] = mapped_column(default=0)
    is_with_joint_office: Mapped[bool] = mapped_column(default=False)
    is_joint_office_decision: Mapped[bool] = mapped_column(default=False)
    rework_count: Mapped[int] = mapped_column(default=0)
    reopen_count: Mapped[int] = mapped_column(default=0)
    appeal: Mapped[AppealStatus] = mapped_column(
        _text_enum(AppealStatus, "case_appeal"), default=AppealStatus.NONE
    )
    is_exempt: Mapped[bool] = mapped_column(default=False)
    is_failing: Mapped[bool] = mapped_column(default=False)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    state_before_merge: Mapped[str | None] = mapped_column(sa.String(20))

    event_count: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS)

    community: Mapped[Community] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    events: Mapped[list[CaseEvent]] = relationship(
        lazy="raise_on_sql", order_by="CaseEvent.seq", viewonly=True
    )
    photos: Mapped[list[CasePhoto]] = relationship(
        lazy="raise_on_sql", order_by="CasePhoto.event_seq, CasePhoto.position", viewonly=True
    )
    reports: Mapped[list[CaseReport]] = relationship(
        lazy="raise_on_sql", order_by="CaseReport.joined_at", viewonly=True, foreign_keys="CaseReport.case_id"
    )
    ratings: Mapped[list[CaseRating]] = relationship(
        lazy="raise_on_sql", order_by="CaseRating.rated_at", viewonly=True
    )

    __table_args__ = (
        # The lists: newest first within an area, a community, an organisation.
        sa.Index("ix_cases_opened_at_id", "opened_at", "id"),
        sa.Index("ix_cases_area_path_opened_at", "area_path", "opened_at"),
        sa.Index("ix_cases_community_id_opened_at", "community_id", "opened_at"),
        sa.Index("ix_cases_organisation_id_opened_at", "organisation_id", "opened_at"),
        sa.Index("ix_cases_state_opened_at", "state", "opened_at"),
        sa.Index("ix_cases_item_code_opened_at", "item_code", "opened_at"),
    )


name_conflict(
    "uq_cases_open_key",
    "该处已有同一问题的案件正在办理",
    "A case on the same matter is open there",
    "case_already_open",
)


class CaseEvent(Base):
    """One step of a case; rows are only ever added. The chain is `cases.event_chain`."""

    __tablename__ = "case_events"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(sa.String(40))
    action: Mapped[str] = mapped_column(sa.String(40))
    from_state: Mapped[str] = mapped_column(sa.String(20))
    to_state: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    photo_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    prev_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.UniqueConstraint("case_id", "seq"),)


name_conflict(
    "uq_case_events_case_id_seq",
    "案件刚被别人更新，请刷新后再试",
    "Somebody else has just acted on the case",
    "case_moved_on",
)


@event.listens_for(CaseEvent, "before_update")
@event.listens_for(CaseEvent, "before_delete")
def _refuse_to_rewrite(*_: Any) -> None:
    raise RuntimeError("a case's events are never changed or removed")


class CaseActionReceipt(Base):
    """An action that its sender named, and the event that it became: the same again is answered, not done again."""

    __tablename__ = "case_action_receipts"

    action_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    event_seq: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CasePhoto(Base):
    """A photo in the case file: what it shows (`PhotoKind`) and with which event it came."""

    __tablename__ = "case_photos"

    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    # Whoever looks at a photo is asked which cases show it.
    photo_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("photos.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    event_seq: Mapped[int]
    position: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseReport(Base):
    """A report (inspections.reports) that the case answers; it moves along when the case is merged."""

    __tablename__ = "case_reports"

    report_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    opened_case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseRating(Base):
    """What a reporter thinks of one closing, in three points; once per reporter and closing (`round`)."""

    __tablename__ = "case_ratings"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"))
    report_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid)
    round: Mapped[int]
    score: Mapped[Satisfaction] = mapped_column(_text_enum(Satisfaction, "case_rating_score"))
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    rated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("case_id", "report_id", "round"),)


name_conflict(
    "uq_case_ratings_case_id_report_id_round", "您已经评价过了", "You have rated it already", "already_rated"
)


class RoutingRule(Base):
    """Who gets which cases where, as staff edit it; empty criteria match everything. Read by `cases.routing`."""

    __tablename__ = "routing_rules"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    priority: Mapped[int] = mapped_column(default=100)
    item_code: Mapped[str | None] = mapped_column(sa.String(40))
    item_group: Mapped[str | None] = mapped_column(sa.String(40))
    loop: Mapped[str | None] = mapped_column(sa.String(20))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"))
    organisation_kinds: Mapped[list[str]] = mapped_column(Json, default=list)
    to_loop: Mapped[str | None] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class CaseSerial(Base):
    """Hands out serials for case numbers: a row each, so that no writer waits for another's."""

    __tablename__ = "case_serials"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
