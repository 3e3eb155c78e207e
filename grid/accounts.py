"""Accounts of staff: making and changing them, and their passwords. Posts are `grid/posts.py`."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from grid.listing import Key, containing, fetch_page
from grid.models import Account, Post
from grid.passwords import check_password_policy, hash_password, is_password_right
from grid.permissions import SYSTEM, Actor, Permission, Role, reach_of
from grid.reach import within_reach
from grid.sessions import revoke_all_sessions
from server.db import db
from server.errors import Conflict, FieldError, Forbidden, NotFound, RuleViolated

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,58}[a-z0-9])")

# Nobody makes others more than they are: which roles each managing role may give.
GRANTABLE_ROLES: Mapping[Role, frozenset[Role]] = {
    Role.DISTRICT_ADMIN: frozenset(Role) - {Role.RESIDENT},
    Role.TOWNSHIP_MANAGER: frozenset(Role) - {Role.RESIDENT, Role.DISTRICT_ADMIN, Role.AUDITOR},
}


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts to list: with a post of a role, with a text in the name."""

    role: Role | None = None
    text: str = ""
    is_active: bool | None = None


def may_grant(actor: Actor, role: Role, area_path: str) -> bool:
    """Whether the actor may give or take this role in this area."""
    if actor.is_system:
        return True
    return any(
        role in GRANTABLE_ROLES.get(grant.role, frozenset()) and area_path.startswith(grant.area_path)
        for grant in actor.grants
    )


def get_account(account_id: uuid.UUID, actor: Actor) -> Account:
    """An account with its posts: one's own, or one with a post where the actor may read accounts."""
    account = db.session.scalar(_with_posts().where(Account.id == account_id))
    reach = reach_of(actor, Permission.READ_ACCOUNTS)
    is_own = account is not None and account.id == actor.account_id
    if account is None or not (is_own or any(reach.covers(post.area_path) for post in account.posts)):
        raise NotFound("没有这个账号", "There is no such account")
    return account


def lock_account(account_id: uuid.UUID, actor: Actor, now: datetime) -> Account:
    """An account that the actor may manage, locked, its posts loaded.

    Managing needs power over every post that the account holds (or, where all have ended, has held): else a
    township could reset the password of a district's administrator who also holds a post there. The asker's own
    account is locked with it and must still be active: two who deactivate each other at once leave one of them.
    """
    account = _lock_with_asker(account_id, actor)
    reach = reach_of(actor, Permission.MANAGE_ACCOUNTS)
    if account is None or not any(reach.covers(post.area_path) for post in account.posts):
        raise NotFound("没有这个账号", "There is no such account")
    held = [post for post in account.posts if post.valid_until is None or post.valid_until > now]
    for post in held or account.posts:
        if not may_grant(actor, Role(post.role), post.area_path):
            zh = "这个账号还有您管辖范围以外的岗位"
            raise Forbidden(zh, "This account holds a post that is not yours to manage")
    return account


def list_accounts(
    actor: Actor, wanted: AccountFilter, after: Sequence[str] | None, limit: int
) -> tuple[list[Account], Key | None]:
    """Staff with a post where the actor may read accounts, by username, a page at a time, posts loaded."""
    reach = reach_of(actor, Permission.READ_ACCOUNTS)
    has_post = sa.select(Post.id).where(Post.account_id == Account.id, within_reach(reach, Post.area_path))
    if wanted.role is not None:
        has_post = has_post.where(Post.role == wanted.role.value)
    query = _with_posts().where(Account.username.is_not(None), has_post.exists())
    if wanted.text:
        columns = (Account.username, Account.display_name)
        query = query.where(sa.or_(*(containing(column, wanted.text) for column in columns)))
    if wanted.is_active is not None:
        query = query.where(Account.is_active.is_(wanted.is_active))
    return fetch_page(query, [Account.username], after, limit, lambda account: [account.username])


def create_account(
    *,
    username: str,
    display_name: str,
    now: datetime,
    password: str | None = None,
    must_change_password: bool = True,
    is_demo: bool = False,
) -> tuple[Account, str]:
    """Make a member of staff, without posts yet; returns the account and its first password.

    Without one given, a password is made up. Either is to be changed at first use. Raises RuleViolated for
    the username or password, Conflict for a taken username.
    """
    name = check_username(username)
    first_password = password or make_password()
    check_password_policy(first_password, name)
    account = Account(
        username=name,
        display_name=display_name,
        password_hash=hash_password(first_password),
        must_change_password=must_change_password,
        is_demo=is_demo,
        created_at=now,
        posts=[],
    )
    db.session.add(account)
    db.session.flush()
    return account, first_password


def update_account(
    account: Account, values: Mapping[str, Any], now: datetime, actor: Actor = SYSTEM
) -> Account:
    """Change a locked account's display_name or is_active; who is made inactive is signed out everywhere.

    Raises Conflict where somebody would deactivate their own account: the last administrator could not come back.
    """
    if account.id == actor.account_id and values.get("is_active") is False:
        zh, en = "不能停用自己的账号，请由其他管理员操作", "Somebody else has to deactivate your own account"
        raise Conflict(zh, en, code="own_account")
    for key in ("display_name", "is_active"):
        if key in values:
            setattr(account, key, values[key])
    if not account.is_active:
        revoke_all_sessions(account.id, now)
    account.revision += 1
    db.session.flush()
    return account


def reset_password(account: Account, now: datetime) -> str:
    """Give a locked account a new password, to be changed at first use, and sign it out; returns the password."""
    password = make_password()
    account.password_hash = hash_password(password)
    account.must_change_password = True
    account.revision += 1
    revoke_all_sessions(account.id, now)
    db.session.flush()
    return password


def change_own_password(actor: Actor, old_password: str, new_password: str, now: datetime) -> None:
    """Change one's own password and sign out everywhere else.

    Raises RuleViolated for a wrong old password and for a new one that breaks the policy or is the old one.
    """
    account = db.session.get(Account, actor.account_id, with_for_update=True, populate_existing=True)
    if account is None or account.password_hash is None:
        raise Forbidden("这个账号没有密码", "This account has no password")
    if not is_password_right(account.password_hash, old_password):
        raise _password_problem("old_password", "wrong_password", "原密码不正确", "The old password is wrong")
    if old_password == new_password:
        zh, en = "新密码不能与原密码相同", "The new password must differ from the old one"
        raise _password_problem("new_password", "same_password", zh, en)
    check_password_policy(new_password, account.username or "", "new_password")
    account.password_hash = hash_password(new_password)
    account.must_change_password = False
    account.revision += 1
    revoke_all_sessions(account.id, now, except_id=actor.session_id)
    db.session.flush()


def check_username(username: str) -> str:
    """A username is 3 to 60 small letters, digits, dots, hyphens and underscores; raises RuleViolated."""
    name = username.strip().lower()
    if not _USERNAME.fullmatch(name):
        zh = "用户名为 3 至 60 个小写字母、数字、点、横线或下划线，首尾为字母或数字"
        en = "3 to 60 letters, digits, dots, hyphens and underscores; letters or digits at both ends"
        raise RuleViolated(zh, en, errors=[FieldError("username", "invalid_username", zh, en)])
    return name


def make_password() -> str:
    """A random password that can be read out: four groups of five letters and digits without lookalikes."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def _with_posts() -> sa.Select[Account]:
    posts = selectinload(Account.posts)
    return sa.select(Account).options(posts.joinedload(Post.organisation), posts.joinedload(Post.area))


def _lock_with_asker(account_id: uuid.UUID, actor: Actor) -> Account | None:
    ids = {account_id, actor.account_id} - {None}
    query = _with_posts().where(Account.id.in_(ids)).order_by(Account.id).with_for_update(of=Account)
    locked = {each.id: each for each in db.session.scalars(query.execution_options(populate_existing=True))}
    asker = locked.get(actor.account_id) if actor.account_id is not None else None
    if asker is not None and not asker.is_active:
        raise Forbidden("您的账号已停用", "Your account is no longer active")
    return locked.get(account_id)


def _password_problem(field: str, code: str, zh: str, en: str) -> RuleViolated:
    return RuleViolated(zh, en, code=code, errors=[FieldError(field, code, zh, en)])
