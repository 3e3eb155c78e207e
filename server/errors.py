"""The errors that rules raise. They know no HTTP framework; the API turns each into problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field; `field` is a dotted path such as `answers.3.photos`."""

    field: str
    code: str
    zh: str
    en: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


class DomainError(Exception):
    """A rule said no: a stable `code` for programs, a sentence for people in Chinese and English.

    `errors` name the fields concerned; `extra` adds members to the problem document (never secrets).
    """

    status: ClassVar[int] = 422
    default_code: ClassVar[str] = "rule_violated"

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(en)
        self.code = code or self.default_code
        self.zh = zh
        self.en = en
        self.errors = tuple(errors)
        self.extra = extra or {}


class RuleViolated(DomainError):
    """The request is well formed and breaks a rule of the field."""


class NotFound(DomainError):
    """There is no such thing, or the asker may not know that there is."""

    status = 404
    default_code = "not_found"

    def __init__(self, zh: str = "没有找到", en: str = "Not found", **more: Any) -> None:
        super().__init__(zh, en, **more)


class Forbidden(DomainError):
    """The asker may know of the thing, not do this with it."""

    status = 403
    default_code = "forbidden"

    def __init__(self, zh: str = "没有权限", en: str = "You may not do this", **more: Any) -> None:
        super().__init__(zh, en, **more)


class Unauthenticated(DomainError):
    """Nobody the server knows is asking."""

    status = 401
    default_code = "unauthenticated"

    def __init__(self, zh: str = "请先登录", en: str = "Please sign in", **more: Any) -> None:
        super().__init__(zh, en, **more)


class Conflict(DomainError):
    """The thing is already otherwise: other content under the same name, another winner, a taken name."""

    status = 409
    default_code = "conflict"


class Gone(DomainError):
    """The thing was there and was removed for good; what is kept of it says so."""

    status = 410
    default_code = "gone"


class VersionMismatch(DomainError):
    """If-Match names a version that is no longer the present one."""

    status = 412
    default_code = "version_mismatch"


class VersionRequired(DomainError):
    """A write to a shared thing came without If-Match."""

    status = 428
    default_code = "version_required"


class TooLarge(DomainError):
    status = 413
    default_code = "too_large"


class UnsupportedMedia(DomainError):
    status = 415
    default_code = "unsupported_media"


class TooManyRequests(DomainError):
    status = 429
    default_code = "too_many_requests"


class Unavailable(DomainError):
    """A part the server needs does not answer; nothing was stored, the same request may be sent again."""

    status = 503
    default_code = "unavailable"


class StorageFull(DomainError):
    status = 507
    default_code = "storage_full"
