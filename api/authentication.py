"""Who is asking: bearer token for programs, cookie with CSRF for the web app; and the marks of which every route bears
one, `@needs(permission)`, `@public` or `@door`. The actor is read once a request and handed to services as an argument."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, g, request
from flask_jwt_extended import JWTManager, get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import CSRFError, JWTExtendedException
from jwt.exceptions import ExpiredSignatureError, PyJWTError

from grid.actors import find_actor
from grid.permissions import ANONYMOUS, Actor, Permission, reach_of
from server import clock
from server.config import Config
from server.db import db, end_read
from server.errors import Forbidden, Unauthenticated

View = TypeVar("View", bound=Callable[..., Any])
jwt_manager = JWTManager()


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its asker; kept on the view so that tests can sweep over all routes."""

    permission: Permission | None
    is_public: bool = False
    is_door: bool = False
    works_before_password_change: bool = False


def configure(app: Flask, config: Config) -> None:
    """Tokens by header or cookie; cookies need the CSRF header on every write."""
    from datetime import timedelta

    app.config.update(
        JWT_SECRET_KEY=config.secret_key,
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_COOKIE_SECURE=config.is_behind_tls,
        JWT_COOKIE_SAMESITE="Lax",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_ACCESS_COOKIE_PATH="/api",
        JWT_REFRESH_COOKIE_PATH="/api/v1/sessions",
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=config.access_token_minutes),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=config.refresh_token_days),
    )
    jwt_manager.init_app(app)


def current_actor() -> Actor:
    """The actor that the route's mark has established."""
    return cast(Actor, g.actor)


def needs(
    permission: Permission | None = None, *, before_password_change: bool = False
) -> Callable[[View], View]:
    """Mark a route: signed in and, if one is named, holding this permission somewhere. Where exactly it reaches
    is asked by the service, about the thing itself."""
    return _mark(Access(permission, works_before_password_change=before_password_change))


def public(view: View) -> View:
    """Mark a route that anybody may ask; whoever is signed in is still known to it."""
    return _mark(Access(None, is_public=True, works_before_password_change=True))(view)


def door(view: View) -> View:
    """Mark a route by which one signs in: open to anybody, and nobody is known there, whatever token comes along."""
    return _mark(Access(None, is_public=True, is_door=True, works_before_password_change=True))(view)


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            g.actor = _admit(access)
            # No connection is held while a slow client's body is read.
            end_read()
            return view(*args, **kwargs)

        checked.access = access  # type: ignore[attr-defined]
        apidoc: dict[str, Any] = getattr(checked, "_apidoc", {})
        apidoc["access"] = access
        apidoc["operation"] = view.__name__
        checked._apidoc = apidoc  # type: ignore[attr-defined]
        return cast(View, checked)

    return mark


def _admit(access: Access) -> Actor:
    if access.is_door:
        return ANONYMOUS
    actor = _known_actor() if access.is_public else _required_actor()
    if actor.must_change_password and not access.works_before_password_change:
        raise Forbidden("首次登录请先修改密码", "Change your password first", code="password_change_required")
    if access.permission is not None and reach_of(actor, access.permission).is_empty:
        raise Forbidden()
    return actor


def _known_actor() -> Actor:
    """On a public route a stale or forged token simply means nobody in particular, unless something is written by
    somebody who says to be signed in: kept as a stranger's, it would be lost to them."""
    try:
        return _required_actor()
    except Unauthenticated:
        if _is_write_of_somebody():
            raise
        return ANONYMOUS


def _is_write_of_somebody() -> bool:
    names_somebody = "Authorization" in request.headers or "X-CSRF-TOKEN" in request.headers
    return names_somebody and request.method not in ("GET", "HEAD", "OPTIONS")


def _required_actor() -> Actor:
    try:
        verify_jwt_in_request()
        session_id = uuid.UUID(get_jwt()["sid"])
    except CSRFError as error:
        raise csrf_missing() from error
    except ExpiredSignatureError as error:
        raise Unauthenticated("登录已过期，请续期", "The token has expired", code="token_expired") from error
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError) as error:
        raise Unauthenticated() from error
    actor = find_actor(session_id, clock.now())
    if actor is None:
        raise Unauthenticated(
            "登录已失效，请重新登录", "Your sign-in has ended; please sign in again", code="session_ended"
        )
    return actor


def csrf_missing() -> Forbidden:
    """What a write that rests on a cookie is told without its header: another site could have sent it."""
    return Forbidden(
        "请求缺少 X-CSRF-TOKEN，或与登录不符",
        "X-CSRF-TOKEN is missing or does not fit the cookie",
        code="csrf_missing",
    )


def forget_session() -> None:
    """Drop what this request read, e.g. after its own session was revoked."""
    db.session.expunge_all()
