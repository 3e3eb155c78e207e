"""Signing in and sessions, as the API takes and shows them."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.accounts import PasswordField
from api.schemas.base import BaseSchema, Instant
from grid.one_time_codes import CODE_DIGITS

TRANSPORTS = ("bearer", "cookie")


class _TransportSchema(BaseSchema):
    transport = fields.String(
        load_default="bearer",
        validate=validate.OneOf(TRANSPORTS),
        metadata={
            "description": "bearer：令牌在应答里，给程序；cookie：给网页，写操作须带 X-CSRF-TOKEN / bearer: tokens in the "
            "answer, for programs; cookie: for the web app, whose writes send X-CSRF-TOKEN"
        },
    )


class PasswordSignInSchema(_TransportSchema):
    username = fields.String(required=True, validate=validate.Length(min=1, max=200))
    password = PasswordField(required=True)


class PhoneSchema(BaseSchema):
    phone_number = fields.String(required=True, validate=validate.Length(min=1, max=40))


class CodeSignInSchema(_TransportSchema, PhoneSchema):
    code = fields.String(required=True, validate=validate.Regexp(rf"[0-9]{{{CODE_DIGITS}}}\Z"))


class CodeRequestedSchema(BaseSchema):
    valid_for_seconds = fields.Integer(required=True)
    resend_after_seconds = fields.Integer(required=True)


class SignedInSchema(BaseSchema):
    session_id = fields.UUID(required=True)
    expires_at = Instant(required=True, metadata={"description": "when the session ends for good"})
    must_change_password = fields.Boolean(required=True)
    access_token = fields.String(metadata={"description": "for Authorization: Bearer; not sent with cookies"})
    refresh_token = fields.String(metadata={"description": "good once, at POST /sessions/refresh"})
    access_expires_in_seconds = fields.Integer(required=True)


class SessionSchema(BaseSchema):
    id = fields.UUID(required=True)
    created_at = Instant(required=True)
    last_seen_at = Instant(required=True)
    expires_at = Instant(required=True)
    user_agent = fields.String(required=True)
    is_current = fields.Boolean(required=True)


class SessionListSchema(BaseSchema):
    items = fields.List(fields.Nested(SessionSchema), required=True)


SIGN_IN_EXAMPLE = {"username": "demo-inspector", "password": "jiayuan-demo-2026"}
PHONE_EXAMPLE = {"phone_number": "13800000001"}
CODE_SIGN_IN_EXAMPLE = {**PHONE_EXAMPLE, "code": "123456"}
CODE_REQUESTED_EXAMPLE = {"valid_for_seconds": 300, "resend_after_seconds": 60}
SIGNED_IN_EXAMPLE = {
    "session_id": "0198f0a0-0000-7000-8000-000000000005",
    "expires_at": "2026-12-21T10:02:00+08:00",
    "must_change_password": False,
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.aaaa",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.e30.bbbb",
    "access_expires_in_seconds": 1800,
}
SESSIONS_EXAMPLE = {
    "items": [
        {
            "id": "0198f0a0-0000-7000-8000-000000000005",
            "created_at": "2026-11-21T10:02:00+08:00",
            "last_seen_at": "2026-11-21T10:32:00+08:00",
            "expires_at": "2026-12-21T10:02:00+08:00",
            "user_agent": "Mozilla/5.0",
            "is_current": True,
        }
    ]
}
