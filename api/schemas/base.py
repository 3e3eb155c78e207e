"""What schemas share: unknown fields are errors, instants carry their offset, texts have no control characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate, validates_schema

from server.clock import LOCAL_ZONE, end_of_day, start_of_day

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# A phone whose battery died begins again at its own midnight of 1970; what it says is kept and flagged. The end
# is as far as databases and calendars go with a day to spare in every zone.
EARLIEST_OF_DEVICES = datetime(1969, 12, 31, tzinfo=UTC)
LATEST_OF_DEVICES = datetime(9999, 1, 1, tzinfo=UTC)


class BaseSchema(Schema):
    class Meta:
        unknown = RAISE


class Instant(fields.AwareDateTime):
    """RFC 3339 with offset, of the years 2000 to 2099; answered in the residents' own time zone."""

    bounds = (EARLIEST, LATEST)
    out_of_range = "Out of range: the years 2000 to 2099."

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
            is_sensible = self.bounds[0] <= instant.astimezone(UTC) < self.bounds[1]
        except OverflowError:
            is_sensible = False
        if not is_sensible:
            raise ValidationError(self.out_of_range)
        return instant


class DeviceInstant(Instant):
    """What a device's own clock says, however wrong the clock is: any instant from 1970 on."""

    bounds = (EARLIEST_OF_DEVICES, LATEST_OF_DEVICES)
    out_of_range = "Out of range: the years 1970 to 9998."


class Day(fields.Date):
    """A calendar day of a century that somebody may mean; days at the calendar's ends have no neighbours."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST.date() <= day < LATEST.date():
            raise ValidationError("Out of range: days of 2000 to 2099.")
        return day


def require_order(
    data: Mapping[str, Any], first: str, last: str, told: tuple[str, str] = ("from", "to")
) -> None:
    """Refuse a period that ends before it begins, at the name (`told`) that its end has in the request."""
    if data.get(first) and data.get(last) and data[first] > data[last]:
        raise ValidationError(f"Must not be earlier than {told[0]}.", told[1])


class Count(validate.Length):
    """How many things a list may hold."""

    message_max = "More than {max} items."


def first_day(description: str = "从这一天起（含） / from this day on", **rules: Any) -> Day:
    return Day(data_key="from", metadata={"description": description, "example": "2026-11-01"}, **rules)


def last_day(description: str = "到这一天止（含） / to this day, included", **rules: Any) -> Day:
    return Day(data_key="to", metadata={"description": description, "example": "2026-11-30"}, **rules)


class PeriodQuerySchema(BaseSchema):
    """A period as two days, both of them in it; either may be left out."""

    first_on = first_day(load_default=None)
    last_on = last_day(load_default=None)

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_: Any) -> None:
        require_order(data, "first_on", "last_on")


def start_of(day: date | None) -> datetime | None:
    """The instant at which a period that begins on this day begins."""
    return start_of_day(day) if day else None


def end_of(day: date | None) -> datetime | None:
    """The instant before which a period that ends on this day ends."""
    return end_of_day(day) if day else None


class Text(fields.String):
    """A person's words: trimmed, no control characters, length bounded."""

    def __init__(self, *, max_length: int, min_length: int = 0, **kwargs: Any) -> None:
        checks = [validate.Length(min=min_length or None, max=max_length)]
        super().__init__(validate=[*checks, *kwargs.pop("validate", [])], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise ValidationError("Control characters are not allowed.")
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
