"""Places and the people responsible for them, as tables: areas, communities, organisations, accounts, posts, and
what signing in needs."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, Json, UtcDateTime, name_conflict, new_id


class AreaLevel(StrEnum):
    """The four-level grid 四级网格 (policy 000 三(四)6): 区, 乡镇（街道）, 社区工作站, 居民区信息点."""

    DISTRICT = "district"
    TOWNSHIP = "township"
    STATION = "station"
    NEIGHBOURHOOD = "neighbourhood"


class Area(Base):
    """A node of the grid 网格 / 行政区划.

    `path` lists the codes from the root ("/310151/310151101/…/"), so that everything below shares its prefix.
    """

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    level: Mapped[AreaLevel] = mapped_column(
        sa.Enum(AreaLevel, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e])
    )
    # committee 居委会, village 村委会 or other; empty above the neighbourhood
    kind: Mapped[str] = mapped_column(sa.String(20), default="")
    parent_code: Mapped[str | None] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    path: Mapped[str] = mapped_column(sa.String(120), unique=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)


class Community(Base):
    """A residential compound 住宅小区: what is inspected; a leaf under a neighbourhood.

    `attributes` hold what applicability rules ask for (grid/attributes.py); `is_synthetic` marks the demo's 示例.
    """

    __tablename__ = "communities"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(24), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    area: Mapped[Area] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("area_code", "name"),
        sa.Index("ix_communities_latitude_longitude", "latitude", "longitude"),
    )


name_conflict("uq_communities_code", "小区代码已被使用", "This community code is taken", "code_taken")
name_conflict(
    "uq_communities_area_code_name",
    "这个居民区已有同名小区",
    "This neighbourhood has a community of this name already",
    "name_taken",
)


class CommunityAttributes(Base):
    """What a community's attributes were from an instant on: applicability as of a past day uses these."""

    __tablename__ = "community_attributes"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    attributes: Mapped[dict[str, Any]] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id"))

    __table_args__ = (sa.UniqueConstraint("community_id", "valid_from"),)


class Building(Base):
    """A block 楼栋 of a community."""

    __tablename__ = "buildings"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    floors: Mapped[int | None]
    lifts: Mapped[int | None]

    __table_args__ = (sa.UniqueConstraint("community_id", "name"),)


class Organisation(Base):
    """A department, property company, committee or contractor that the policies name.

    `kind` is a code of `grid/organisation_kinds.py`; `area_path` is the part of the grid it serves; `service_phone`
    stands on the notice boards of the communities that it serves (`grid/service_phones.py`).
    """

    __tablename__ = "organisations"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(120))
    service_phone: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    kind: Mapped[str] = mapped_column(sa.String(40), index=True)
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"))
    area_path: Mapped[str] = mapped_column(sa.String(120), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    area: Mapped[Area] = relationship(lazy="raise_on_sql")

    __table_args__ = (sa.UniqueConstraint("name", "area_code"),)


name_conflict(
    "uq_organisations_name_area_code",
    "这个地区已有同名单位",
    "This area has an organisation of this name already",
    "name_taken",
)


class CommunityService(Base):
    """Which organisation serves a community (its property company, owners' committee …), from–until."""

    __tablename__ = "community_services"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    community_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("communities.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")


class Account(Base):
    """A person who signs in: staff by username and password, residents by phone and one-time code."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    username: Mapped[str | None] = mapped_column(sa.String(60), unique=True)
    display_name: Mapped[str] = mapped_column(sa.String(60), default="")
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    phone_encrypted: Mapped[str | None] = mapped_column(sa.String(300))
    phone_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    posts: Mapped[list[Post]] = relationship(lazy="raise_on_sql", back_populates="account")


name_conflict("uq_accounts_username", "用户名已被使用", "This username is taken", "username_taken")


class Post(Base):
    """What an account may do where: role × area × organisation, from–until (定人、定位, policy 001 task 17).

    A post is never deleted: it ends, so that who was answerable at a past instant stays known.
    """

    __tablename__ = "posts"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(30))
    area_code: Mapped[str] = mapped_column(sa.ForeignKey("areas.code"), index=True)
    area_path: Mapped[str] = mapped_column(sa.String(120))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    account: Mapped[Account] = relationship(lazy="raise_on_sql", back_populates="posts")
    area: Mapped[Area] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")


class SignInSession(Base):
    """One signed-in device; its id is in every token, so that revoking it ends them all."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    # The only refresh token that is good now, and the one before it, which two tabs may use at once.
    refresh_id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, default=uuid.uuid4)
    previous_refresh_id: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid)
    refreshed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailures(Base):
    """Failures to sign in under a name, whether an account bears it or not: so a lock tells nothing about that.

    `name_hash` is keyed, for people type passwords into the wrong field. See `grid/lock_out.py`.
    """

    __tablename__ = "sign_in_failures"

    name_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locks: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OneTimeCode(Base):
    """A resident's sign-in code, hashed; one row a request."""

    __tablename__ = "one_time_codes"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    phone_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutboxMessage(Base):
    """A message that a sender (console now, SMS gateways later) still has to deliver; encrypted at rest."""

    __tablename__ = "outbox_messages"

    id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(sa.String(20))
    recipient_encrypted: Mapped[str] = mapped_column(sa.String(300))
    text_encrypted: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        sa.Index(
            "ix_outbox_messages_unsent",
            "created_at",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        ),
    )
