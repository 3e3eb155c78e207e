"""What schemas share: unknown fields are errors, instants carry their offset, texts have no control characters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate

from server.clock import LOCAL_ZONE

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class BaseSchema(Schema):
    class Meta:
        unknown = RAISE


class Instant(fields.AwareDateTime):
    """RFC 3339 with offset; answered in the residents' own time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("example", "2026-11-21T10:02:00+08:00")
        super().__init__(format="iso", **kwargs)

    def _serialize(
        self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any
    ) -> str | float | None:
        return None if value is None else value.astimezone(LOCAL_ZONE).isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            is_sensible = EARLIEST <= instant.astimezone(UTC) < LATEST
        except OverflowError:
            is_sensible = False
        if not is_sensible:
            raise ValidationError("Not a valid datetime.")
        return instant


class Day(fields.Date):
    """A calendar day of a century that somebody may mean; days at the calendar's ends have no neighbours."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST.date() <= day < LATEST.date():
            raise ValidationError("Not a valid date.")
        return day


class Text(fields.String):
    """A person's words: trimmed, no control characters, length bounded."""

    def __init__(self, *, max_length: int, min_length: int = 0, **kwargs: Any) -> None:
        checks = [validate.Length(min=min_length or None, max=max_length)]
        super().__init__(validate=[*checks, *kwargs.pop("validate", [])], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise ValidationError("String does not match expected pattern.")
        return text.strip()


class Latitude(fields.Float):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(-90, 90), metadata={"example": 31.6263}, **kwargs)


class Longitude(fields.Float):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(-180, 180), metadata={"example": 121.3975}, **kwargs)


class ProblemFieldSchema(Schema):
    field = fields.String(metadata={"description": "dotted path of the field", "example": "answers.3.photos"})
    code = fields.String(metadata={"example": "evidence_missing"})
    detail = fields.String(metadata={"example": "不合格项至少要有 1 张照片"})


class ProblemSchema(Schema):
    """RFC 9457 problem details; a problem may carry further members of its own."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(metadata={"example": "urn:jiayuan:problem:invalid"})
    title = fields.String(metadata={"example": "内容有误，请检查标出的项目"})
    status = fields.Integer(metadata={"example": 422})
    detail = fields.String()
    code = fields.String(metadata={"example": "invalid"})
    request_id = fields.String()
    errors = fields.List(fields.Nested(ProblemFieldSchema))
