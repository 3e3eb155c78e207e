"""Posts: who may do what, where, for whom, from when until when (定人、定位)."""

from __future__ import annotations

import uuid
from datetime import datetime

from grid.accounts import GRANTABLE_ROLES, may_grant
from grid.areas import get_area_for
from grid.models import Account, Organisation, Post
from grid.organisations import overlaps
from grid.permissions import Actor, Permission, Role
from server.db import db
from server.errors import Conflict, FieldError, Forbidden, NotFound, RuleViolated

# Whom cases are sent to is an organisation; without one a handler would see nothing.
ROLES_WITH_ORGANISATION = frozenset({Role.HANDLER, Role.EVALUATOR})


def add_post(
    account: Account,
    actor: Actor,
    *,
    role: Role,
    area_code: str,
    organisation_id: uuid.UUID | None = None,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> Post:
    """Give a locked account a post; it counts from `valid_from` until before `valid_until`.

    Raises RuleViolated by field for an area out of reach, an organisation that is missing or works
    elsewhere, or a period that ends before it begins, Forbidden for a role above the giver's own.
    """
    area = get_area_for(area_code, actor, Permission.MANAGE_ACCOUNTS)
    if not may_grant(actor, role, area.path):
        raise Forbidden("您不能授予这个角色", "This role is not yours to give", code="role_not_grantable")
    if valid_until is not None and valid_until <= valid_from:
        raise _problem(
            "valid_until", "ends_before_it_begins", "结束时间应晚于开始时间", "It ends before it begins"
        )
    organisation = _find_organisation(organisation_id, role, area.path)
    post = Post(
        account_id=account.id,
        role=role.value,
        area_code=area.code,
        area_path=area.path,
        area=area,
        organisation_id=organisation.id if organisation else None,
        organisation=organisation,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    account.posts.append(post)
    db.session.flush()
    return post


def end_post(account: Account, post_id: uuid.UUID, actor: Actor, now: datetime) -> Post:
    """End one of a locked account's posts now; it stays known. Ending an ended one changes nothing.

    Raises Conflict for the actor's own post that manages accounts: the last administrator could not come back.
    """
    post = next((post for post in account.posts if post.id == post_id), None)
    if post is None:
        raise NotFound("没有这个岗位", "There is no such post")
    if not may_grant(actor, Role(post.role), post.area_path):
        raise Forbidden("您不能收回这个岗位", "This post is not yours to take")
    if account.id == actor.account_id and Role(post.role) in GRANTABLE_ROLES:
        zh, en = (
            "不能结束自己的管理岗位，请由其他管理员操作",
            "Somebody else has to end your own managing post",
        )
        raise Conflict(zh, en, code="own_post")
    if post.valid_until is None or post.valid_until > now:
        # A post that has not begun yet ends where it begins: it never held.
        post.valid_until = max(now, post.valid_from)
        post.revision += 1
    db.session.flush()
    return post


def _find_organisation(organisation_id: uuid.UUID | None, role: Role, area_path: str) -> Organisation | None:
    if organisation_id is None:
        if role in ROLES_WITH_ORGANISATION:
            raise _problem(
                "organisation_id", "required", "这个角色需要所属单位", "This role needs an organisation"
            )
        return None
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or not organisation.is_active or not overlaps(organisation.area_path, area_path):
        zh, en = "没有这个单位，或它不在这个地区工作", "There is no such organisation working in this area"
        raise _problem("organisation_id", "unknown_organisation", zh, en)
    return organisation


def _problem(field: str, code: str, zh: str, en: str) -> RuleViolated:
    return RuleViolated(zh, en, code=code, errors=[FieldError(field, code, zh, en)])
