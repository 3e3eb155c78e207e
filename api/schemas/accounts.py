"""Accounts of staff and their posts, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import fields, validate

from api.paging import PageQuerySchema
from api.schemas.areas import AreaBriefSchema
from api.schemas.base import BaseSchema, Instant, Text
from api.schemas.organisations import OrganisationBriefSchema
from grid.passwords import MAXIMUM_LENGTH
from grid.permissions import Permission, Role


class PasswordField(fields.String):
    """Taken as it was typed: not trimmed, never shown."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            validate=validate.Length(min=1, max=MAXIMUM_LENGTH),
            load_only=True,
            **kwargs,  # type: ignore[arg-type]
        )


class PostSchema(BaseSchema):
    id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    area = fields.Nested(AreaBriefSchema, required=True)
    organisation = fields.Nested(OrganisationBriefSchema, required=True, allow_none=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True, allow_none=True)


class NewPostSchema(BaseSchema):
    role = fields.Enum(Role, by_value=True, required=True)
    area_code = Text(max_length=24, required=True)
    organisation_id = fields.UUID(load_default=None, allow_none=True)
    valid_from = Instant(
        load_default=None, allow_none=True, metadata={"description": "起，默认现在 / from; now if missing"}
    )
    valid_until = Instant(load_default=None, allow_none=True)


class AccountSchema(BaseSchema):
    id = fields.UUID(required=True)
    username = fields.String(required=True, allow_none=True)
    display_name = fields.String(required=True)
    is_active = fields.Boolean(required=True)
    must_change_password = fields.Boolean(required=True)
    posts = fields.List(fields.Nested(PostSchema), required=True, metadata={"description": "ended ones too"})
    revision = fields.Integer(required=True)


class AccountPageSchema(BaseSchema):
    items = fields.List(fields.Nested(AccountSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AccountQuerySchema(PageQuerySchema):
    role = fields.Enum(Role, by_value=True, load_default=None)
    text = Text(
        max_length=60,
        load_default="",
        metadata={"description": "用户名或姓名的一部分 / part of username or name"},
    )
    is_active = fields.Boolean(load_default=None, allow_none=True)


class NewAccountSchema(BaseSchema):
    username = fields.String(required=True, validate=validate.Length(max=60))
    display_name = Text(min_length=1, max_length=60, required=True)
    password = PasswordField(
        load_default=None,
        allow_none=True,
        metadata={"description": "首个密码，不填则生成 / first password; made up if missing"},
    )
    post = fields.Nested(NewPostSchema, required=True)


class FirstPasswordSchema(BaseSchema):
    first_password = fields.String(
        required=True, metadata={"description": "told this once, to be changed at first use"}
    )


class CreatedAccountSchema(AccountSchema, FirstPasswordSchema):
    """A new account with its first password."""


class AccountChangeSchema(BaseSchema):
    """Only what is to change."""

    display_name = Text(min_length=1, max_length=60)
    is_active = fields.Boolean()


class OwnAccountSchema(AccountSchema):
    phone_masked = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.Enum(Role, by_value=True), required=True)
    permissions = fields.List(fields.Enum(Permission, by_value=True), required=True)


class PasswordChangeSchema(BaseSchema):
    old_password = PasswordField(required=True)
    new_password = PasswordField(required=True)


POST_EXAMPLE = {
    "id": "0198f0a0-0000-7000-8000-000000000004",
    "role": "inspector",
    "area": {"code": "310151101", "name": "城桥镇", "level": "township"},
    "organisation": None,
    "valid_from": "2026-11-21T10:02:00+08:00",
    "valid_until": None,
}
ACCOUNT_EXAMPLE = {
    "id": "0198f0a0-0000-7000-8000-000000000003",
    "username": "wang.xiaoming",
    "display_name": "王小明",
    "is_active": True,
    "must_change_password": False,
    "posts": [POST_EXAMPLE],
    "revision": 1,
}
ACCOUNT_PAGE_EXAMPLE = {"items": [ACCOUNT_EXAMPLE], "next_cursor": None}
NEW_POST_EXAMPLE = {"role": "inspector", "area_code": "310151101"}
NEW_ACCOUNT_EXAMPLE = {"username": "wang.xiaoming", "display_name": "王小明", "post": NEW_POST_EXAMPLE}
FIRST_PASSWORD_EXAMPLE = {"first_password": "kx7rt-mmp4d-a92fh-wq3zc"}
CREATED_ACCOUNT_EXAMPLE = {**ACCOUNT_EXAMPLE, "must_change_password": True, **FIRST_PASSWORD_EXAMPLE}
OWN_ACCOUNT_EXAMPLE = {
    **ACCOUNT_EXAMPLE,
    "phone_masked": None,
    "roles": ["inspector"],
    "permissions": ["inspect", "read_grid"],
}
PASSWORD_CHANGE_EXAMPLE = {
    "old_password": "kx7rt-mmp4d-a92fh-wq3zc",
    "new_password": "梧桐树下的老虎窗一二三",
}
