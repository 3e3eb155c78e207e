"""Signing in and out over HTTP; one's sessions, listed and revoked.

A failed sign-in tells nothing about whether the account exists: same answer, same work, same lock.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Response, after_this_request, request
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import CSRFError, JWTExtendedException, NoAuthorizationError
from jwt.exceptions import PyJWTError

from api.authentication import csrf_missing, current_actor, door, needs
from api.blueprint import ApiBlueprint
from api.limits import ONE_TIME_CODE, SIGN_IN, limiter
from api.schemas.sessions import (
    CODE_REQUESTED_EXAMPLE,
    CODE_SIGN_IN_EXAMPLE,
    PHONE_EXAMPLE,
    SESSIONS_EXAMPLE,
    SIGN_IN_EXAMPLE,
    SIGNED_IN_EXAMPLE,
    CodeRequestedSchema,
    CodeSignInSchema,
    PasswordSignInSchema,
    PhoneSchema,
    SessionListSchema,
    SignedInSchema,
)
from api.settings import current_config, current_delivery, phone_keys
from grid import outbox, resident_sign_in, sessions, staff_sign_in
from grid.models import Account, SignInSession
from grid.one_time_codes import LIFETIME, RESEND_INTERVAL
from grid.phone_numbers import normalise_phone_number
from grid.resident_sign_in import WrongCode
from grid.staff_sign_in import WrongCredentials
from server import clock
from server.db import db, end_read, transaction
from server.errors import Unauthenticated

blueprint = ApiBlueprint("sessions", __name__, url_prefix="/sessions", description="登录 / signing in")


@blueprint.route("", methods=["POST"])
@door
@limiter.limit(SIGN_IN)
@blueprint.arguments(PasswordSignInSchema, example=SIGN_IN_EXAMPLE)
@blueprint.response(201, SignedInSchema, example=SIGNED_IN_EXAMPLE)
@blueprint.alt_response(401, response="Problem401")
def sign_in(values: dict[str, Any]) -> dict[str, Any]:
    """Sign in as staff, by username and password.

    Five failures within 15 minutes lock the name, whether or not it exists: 15 minutes, then ever longer (429
    with Retry-After). With `must_change_password` nothing but `PUT /accounts/me/password` works.
    """
    now = clock.now()
    config = current_config()
    check = staff_sign_in.check_password(
        values["username"],
        values["password"],
        config.lookup_key,
        now,
        admits_demo=config.environment != "production",
    )
    end_read()
    with transaction():
        account = staff_sign_in.settle_password_check(check, now)
        session = None if account is None else _open(account, now)
    if account is None or session is None:
        raise WrongCredentials
    return _signed_in(account, session, values["transport"], now)


@blueprint.route("/codes", methods=["POST"])
@door
@limiter.limit(ONE_TIME_CODE)
@blueprint.arguments(PhoneSchema, example=PHONE_EXAMPLE)
@blueprint.response(202, CodeRequestedSchema, example=CODE_REQUESTED_EXAMPLE)
def request_code(values: dict[str, Any]) -> dict[str, int]:
    """Have a one-time code sent to a resident's phone; the same answer for every phone."""
    number = normalise_phone_number(values["phone_number"])
    now = clock.now()
    with transaction():
        message = resident_sign_in.request_code(number, phone_keys(), now)
    # At once, for somebody is waiting; what fails here, the job tries again.
    outbox.deliver(message.id, current_delivery(), now)
    return {
        "valid_for_seconds": int(LIFETIME.total_seconds()),
        "resend_after_seconds": int(RESEND_INTERVAL.total_seconds()),
    }


@blueprint.route("/by-code", methods=["POST"])
@door
@limiter.limit(SIGN_IN)
@blueprint.arguments(CodeSignInSchema, example=CODE_SIGN_IN_EXAMPLE)
@blueprint.response(201, SignedInSchema, example=SIGNED_IN_EXAMPLE)
@blueprint.alt_response(401, response="Problem401")
def sign_in_by_code(values: dict[str, Any]) -> dict[str, Any]:
    """Sign in as a resident, by phone and one-time code; the account is made at the first time."""
    number = normalise_phone_number(values["phone_number"])
    now = clock.now()
    with transaction():
        account = resident_sign_in.sign_in_with_code(number, values["code"], phone_keys(), now)
        session = None if account is None else _open(account, now)
    if account is None or session is None:
        raise WrongCode
    return _signed_in(account, session, values["transport"], now)


@blueprint.route("/refresh", methods=["POST"])
@door
@limiter.limit(SIGN_IN)
@blueprint.doc(security=[{"refresh_bearer": []}, {"refresh_cookie": [], "csrf": []}])
@blueprint.response(200, SignedInSchema, example=SIGNED_IN_EXAMPLE)
@blueprint.alt_response(401, response="Problem401")
@blueprint.alt_response(403, response="Problem403")
def refresh() -> dict[str, Any]:
    """Exchange the refresh token (bearer or cookie) for new tokens; each is good once.

    A phone that lost the answer, or a second tab, may send the same token again for 30 seconds. One that comes back
    later was stolen: the session ends (401 session_ended).
    """
    claims, transport = _refresh_claims()
    now = clock.now()
    with transaction():
        session = sessions.renew_session(uuid.UUID(claims["sid"]), uuid.UUID(claims["rid"]), now)
        account = None if session is None else db.session.get(Account, session.account_id)
    if session is None or account is None:
        raise _ended()
    return _signed_in(account, session, transport, now)


@blueprint.route("")
@needs(before_password_change=True)
@blueprint.response(200, SessionListSchema, example=SESSIONS_EXAMPLE)
def list_sessions() -> dict[str, Any]:
    """One's own live sessions, newest first."""
    actor = current_actor()
    rows = sessions.list_sessions(actor, clock.now())
    names = ("id", "created_at", "last_seen_at", "expires_at", "user_agent")
    items = [
        {**{name: getattr(row, name) for name in names}, "is_current": row.id == actor.session_id}
        for row in rows
    ]
    return {"items": items}


@blueprint.route("/current", methods=["DELETE"])
@needs(before_password_change=True)
@blueprint.response(204)
def sign_out() -> None:
    """Sign out here: the session's tokens end, cookies are taken back."""
    actor = current_actor()
    assert actor.session_id is not None  # the mark has seen to it
    with transaction():
        sessions.revoke_session(actor, actor.session_id, clock.now())
    after_this_request(_without_cookies)


@blueprint.route("/<uuid:session_id>", methods=["DELETE"])
@needs(before_password_change=True)
@blueprint.response(204)
def revoke_session(session_id: uuid.UUID) -> None:
    """End one of one's own sessions, e.g. that of a lost phone."""
    with transaction():
        sessions.revoke_session(current_actor(), session_id, clock.now())


def _open(account: Account, now: datetime) -> SignInSession:
    lifetime = timedelta(days=current_config().refresh_token_days)
    return sessions.open_session(account.id, request.headers.get("User-Agent", ""), lifetime, now)


def _signed_in(account: Account, session: SignInSession, transport: str, now: datetime) -> dict[str, Any]:
    """Tokens for a session: in the answer for programs, in cookies for the web app."""
    identity, claims = str(account.id), {"sid": str(session.id)}
    access = create_access_token(identity, additional_claims=claims)
    left = session.expires_at - now
    refreshing = create_refresh_token(
        identity, expires_delta=left, additional_claims={**claims, "rid": str(session.refresh_id)}
    )
    body: dict[str, Any] = {
        "session_id": session.id,
        "expires_at": session.expires_at,
        "must_change_password": account.must_change_password,
        "access_expires_in_seconds": current_config().access_token_minutes * 60,
    }
    if transport == "bearer":
        return {**body, "access_token": access, "refresh_token": refreshing}
    seconds = int(left.total_seconds())

    @after_this_request
    def with_cookies(response: Response) -> Response:
        set_access_cookies(response, access, max_age=seconds)
        set_refresh_cookies(response, refreshing, max_age=seconds)
        return response

    return body


def _refresh_claims() -> tuple[dict[str, Any], str]:
    """The claims of this request's refresh token, and whether it came as bearer or cookie."""
    try:
        verified = verify_jwt_in_request(refresh=True)
        claims = get_jwt()
        uuid.UUID(claims["sid"]), uuid.UUID(claims["rid"])
    except NoAuthorizationError as error:
        raise Unauthenticated from error
    except CSRFError as error:
        raise csrf_missing() from error
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError) as error:
        raise _ended() from error
    is_bearer = verified is not None and "Authorization" in request.headers
    return claims, "bearer" if is_bearer else "cookie"


def _without_cookies(response: Response) -> Response:
    unset_jwt_cookies(response)
    return response


def _ended() -> Unauthenticated:
    return Unauthenticated(
        "登录已失效，请重新登录", "Your sign-in has ended; please sign in again", code="session_ended"
    )
