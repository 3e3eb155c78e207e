"""Accounts of staff and their posts over HTTP, and everybody's own account."""

from __future__ import annotations

import uuid
from typing import Any

from api.authentication import current_actor, needs
from api.blueprint import ApiBlueprint
from api.limits import SIGN_IN, limiter
from api.paging import decode_cursor, page
from api.preconditions import etag, require_revision
from api.route_documents import IfMatch, shared_thing
from api.schemas.accounts import (
    ACCOUNT_EXAMPLE,
    ACCOUNT_PAGE_EXAMPLE,
    CREATED_ACCOUNT_EXAMPLE,
    FIRST_PASSWORD_EXAMPLE,
    NEW_ACCOUNT_EXAMPLE,
    NEW_POST_EXAMPLE,
    OWN_ACCOUNT_EXAMPLE,
    PASSWORD_CHANGE_EXAMPLE,
    POST_EXAMPLE,
    AccountChangeSchema,
    AccountPageSchema,
    AccountQuerySchema,
    AccountSchema,
    CreatedAccountSchema,
    FirstPasswordSchema,
    NewAccountSchema,
    NewPostSchema,
    OwnAccountSchema,
    PasswordChangeSchema,
    PostSchema,
)
from api.settings import current_config, phone_keys
from grid import accounts, posts, staff_sign_in
from grid.accounts import AccountFilter
from grid.models import Account, Post
from grid.permissions import Permission, permissions_of
from grid.phone_numbers import mask_phone_number
from grid.secret_texts import UnreadableText, decrypt_text
from server import clock
from server.db import transaction

blueprint = ApiBlueprint(
    "accounts", __name__, url_prefix="/accounts", description="账号与岗位 / accounts and posts"
)


@blueprint.route("")
@needs(Permission.READ_ACCOUNTS)
@blueprint.arguments(AccountQuerySchema, location="query")
@blueprint.response(200, AccountPageSchema, example=ACCOUNT_PAGE_EXAMPLE)
def list_accounts(query: dict[str, Any]) -> dict[str, Any]:
    """Staff with a post in one's area, by username."""
    wanted = AccountFilter(query["role"], query["text"], query["is_active"])
    after = decode_cursor(query["cursor"], (str,))
    return page(*accounts.list_accounts(current_actor(), wanted, after, query["limit"]))


@blueprint.route("", methods=["POST"])
@needs(Permission.MANAGE_ACCOUNTS)
@blueprint.arguments(NewAccountSchema, example=NEW_ACCOUNT_EXAMPLE)
@blueprint.response(201, CreatedAccountSchema, example=CREATED_ACCOUNT_EXAMPLE)
@shared_thing()
def create_account(values: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a member of staff with a first post; the answer tells the first password, once."""
    actor, now = current_actor(), clock.now()
    post = values.pop("post")
    with transaction():
        account, first_password = accounts.create_account(now=now, **values)
        posts.add_post(account, actor, **_period(post, now))
    body = {name: getattr(account, name) for name in AccountSchema._declared_fields}
    return {**body, "first_password": first_password}, 201, etag(account.revision)


@blueprint.route("/me")
@needs(before_password_change=True)
@blueprint.response(200, OwnAccountSchema, example=OWN_ACCOUNT_EXAMPLE)
def get_own_account() -> dict[str, Any]:
    """One's own account: posts, present roles, and what they permit."""
    actor = current_actor()
    assert actor.account_id is not None  # the mark has seen to it
    account = accounts.get_account(actor.account_id, actor)
    return {
        **{name: getattr(account, name) for name in AccountSchema._declared_fields},
        "phone_masked": _masked_phone(account),
        "roles": sorted(actor.roles),
        "permissions": sorted(permissions_of(actor.roles)),
    }


@blueprint.route("/me/password", methods=["PUT"])
@needs(before_password_change=True)
@limiter.limit(SIGN_IN)
@blueprint.arguments(PasswordChangeSchema, example=PASSWORD_CHANGE_EXAMPLE)
@blueprint.response(204)
def change_own_password(values: dict[str, Any]) -> None:
    """Change one's own password; every other session of the account ends.

    At least ten characters, not built on the username, not a common one, not the old one.
    """
    with transaction():
        accounts.change_own_password(
            current_actor(), values["old_password"], values["new_password"], clock.now()
        )


@blueprint.route("/<uuid:account_id>")
@needs(Permission.READ_ACCOUNTS)
@blueprint.response(200, AccountSchema, example=ACCOUNT_EXAMPLE)
@shared_thing()
def get_account(account_id: uuid.UUID) -> tuple[Account, int, dict[str, str]]:
    """One account with all its posts."""
    account = accounts.get_account(account_id, current_actor())
    return account, 200, etag(account.revision)


@blueprint.route("/<uuid:account_id>", methods=["PATCH"])
@needs(Permission.MANAGE_ACCOUNTS)
@blueprint.arguments(AccountChangeSchema, example={"is_active": False})
@blueprint.response(200, AccountSchema, example=ACCOUNT_EXAMPLE)
@shared_thing(IfMatch.REQUIRED)
def update_account(values: dict[str, Any], account_id: uuid.UUID) -> tuple[Account, int, dict[str, str]]:
    """Rename an account or make it inactive, which signs it out everywhere at once; asks for If-Match.

    Nobody makes their own account inactive (409 `own_account`).
    """
    actor, now = current_actor(), clock.now()
    with transaction():
        account = accounts.lock_account(account_id, actor, now)
        require_revision(account.revision)
        accounts.update_account(account, values, now, actor)
    return account, 200, etag(account.revision)


@blueprint.route("/<uuid:account_id>/password-resets", methods=["POST"])
@needs(Permission.MANAGE_ACCOUNTS)
@blueprint.response(201, FirstPasswordSchema, example=FIRST_PASSWORD_EXAMPLE)
def reset_password(account_id: uuid.UUID) -> dict[str, str]:
    """Give an account a new first password, sign it out everywhere and lift its lock-out."""
    now = clock.now()
    with transaction():
        account = accounts.lock_account(account_id, current_actor(), now)
        first_password = accounts.reset_password(account, now)
        staff_sign_in.unlock(account.username or "", current_config().lookup_key)
    return {"first_password": first_password}


@blueprint.route("/<uuid:account_id>/posts", methods=["POST"])
@needs(Permission.MANAGE_ACCOUNTS)
@blueprint.arguments(NewPostSchema, example=NEW_POST_EXAMPLE)
@blueprint.response(201, PostSchema, example=POST_EXAMPLE)
def add_post(values: dict[str, Any], account_id: uuid.UUID) -> Post:
    """Give an account a post: a role in an area, for handlers and evaluators with their organisation."""
    actor, now = current_actor(), clock.now()
    with transaction():
        account = accounts.lock_account(account_id, actor, now)
        return posts.add_post(account, actor, **_period(values, now))


@blueprint.route("/<uuid:account_id>/posts/<uuid:post_id>", methods=["DELETE"])
@needs(Permission.MANAGE_ACCOUNTS)
@blueprint.response(200, PostSchema, example={**POST_EXAMPLE, "valid_until": "2026-11-22T08:00:00+08:00"})
def end_post(account_id: uuid.UUID, post_id: uuid.UUID) -> Post:
    """End a post now. It stays known, so that what was done under it keeps its name.

    Nobody ends the post of their own by which they manage accounts (409 `own_post`).
    """
    actor, now = current_actor(), clock.now()
    with transaction():
        account = accounts.lock_account(account_id, actor, now)
        return posts.end_post(account, post_id, actor, now)


def _period(post: dict[str, Any], now: Any) -> dict[str, Any]:
    return {**post, "valid_from": post["valid_from"] or now}


def _masked_phone(account: Account) -> str | None:
    if account.phone_encrypted is None:
        return None
    try:
        return mask_phone_number(decrypt_text(account.phone_encrypted, phone_keys().encryption))
    except UnreadableText:
        return None
