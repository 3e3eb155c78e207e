"""Rows for tests, by sequence and never by chance. They flush; the test's own transaction holds them."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_jwt_extended import create_access_token

from grid.models import Account, Area, AreaLevel, Community, Organisation, Post, SignInSession
from grid.permissions import Actor, Grant, Role
from server.db import db, new_id

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # a Friday, 10:00 in Shanghai
# Always five digits: names that end in them sort as they were made, however many tests a process ran before.
_numbers = itertools.count(10_001)


def save(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_area(level: AreaLevel, parent: Area | None = None, **more: Any) -> Area:
    number = next(_numbers)
    code = more.pop("code", None) or f"{(parent.code if parent else '')}{number}"
    path = f"{parent.path if parent else '/'}{code}/"
    values = {"code": code, "name": f"示例地区{number}", "level": level, "path": path} | more
    return save(Area(parent_code=parent.code if parent else None, **values))


def make_grid() -> dict[str, Area]:
    """One district with two townships, each with a neighbourhood: enough for "here" and "elsewhere"."""
    district = make_area(AreaLevel.DISTRICT)
    here, elsewhere = make_area(AreaLevel.TOWNSHIP, district), make_area(AreaLevel.TOWNSHIP, district)
    return {
        "district": district,
        "township": here,
        "neighbourhood": make_area(AreaLevel.NEIGHBOURHOOD, here, kind="committee"),
        "other_township": elsewhere,
        "other_neighbourhood": make_area(AreaLevel.NEIGHBOURHOOD, elsewhere, kind="committee"),
    }


def make_community(area: Area, **more: Any) -> Community:
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"{area.code[-12:]}-{number}",
        "name": f"示例小区{number}",
        "attributes": {},
        "latitude": 31.62,
        "longitude": 121.39,
        "created_at": NOW,
        "updated_at": NOW,
    } | more
    return save(Community(area_code=area.code, area_path=area.path, **values))


def make_organisation(kind: str, area: Area, **more: Any) -> Organisation:
    values: dict[str, Any] = {"name": f"示例单位{next(_numbers)}", "created_at": NOW} | more
    return save(Organisation(kind=kind, area_code=area.code, area_path=area.path, **values))


def make_account(
    role: Role | None = None, area: Area | None = None, organisation: Organisation | None = None, **more: Any
) -> Account:
    number = next(_numbers)
    values: dict[str, Any] = {
        "username": f"person-{number}",
        "display_name": f"示例人员{number}",
        "created_at": NOW,
    } | more
    account = save(Account(**values))
    if role is not None:
        assert area is not None
        add_post(account, role, area, organisation)
    return account


def add_post(account: Account, role: Role, area: Area, organisation: Organisation | None = None) -> Post:
    return save(
        Post(
            account_id=account.id,
            role=role.value,
            area_code=area.code,
            area_path=area.path,
            organisation_id=organisation.id if organisation else None,
            valid_from=NOW - timedelta(days=400),
        )
    )


def actor_of(role: Role, area: Area, organisation: Organisation | None = None) -> Actor:
    """A person with one post, as services see them, with the rows behind it."""
    account = make_account(role, area, organisation)
    grant = Grant(role, area.path, organisation.id if organisation else None)
    return Actor(account.id, account.display_name, (grant,))


def sign_in(account: Account) -> dict[str, str]:
    """Headers of a signed-in person (bearer), with a live session behind them."""
    now = datetime.now(UTC)
    session_id: uuid.UUID = new_id()
    save(
        SignInSession(
            id=session_id,
            account_id=account.id,
            created_at=now,
            expires_at=now + timedelta(days=1),
            last_seen_at=now,
        )
    )
    token = create_access_token(identity=str(account.id), additional_claims={"sid": str(session_id)})
    return {"Authorization": f"Bearer {token}"}


def headers_of(role: Role, area: Area, organisation: Organisation | None = None) -> dict[str, str]:
    """Headers of a new person holding one post."""
    return sign_in(make_account(role, area, organisation))
