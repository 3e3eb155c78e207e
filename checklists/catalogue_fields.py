"""What stands in one place of the catalogue's files, as marshmallow fields: each takes only what was written as itself."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields

from checklists.applicability import rule_problems


class Number(fields.Float):
    """A number that was written as one: no text, no yes or no, no infinity."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValidationError("must be a number")
        return value


class Whole(fields.Integer):
    """A whole number that was written as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number")
        return value


class Flag(fields.Boolean):
    """true or false, nothing that resembles them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value


class Words(fields.String):
    """Text with something in it and nothing around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not text.strip():
            raise ValidationError("must not be empty")
        if text != text.strip() or "\n" in text:
            raise ValidationError("must be one line without blanks around it")
        return text


class OneOf(fields.String):
    """A word of an enum, loaded as its member."""

    def __init__(self, enum: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.enum = enum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return self.enum(value)
        except ValueError:
            raise ValidationError(f"must be one of {', '.join(self.enum)}, not {value!r}") from None


class Marks(fields.Field[tuple[str, ...]]):
    """One mark of provenance or a list of them; whether the mark exists is checked against sources.yaml."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        marks = value if isinstance(value, list) else [value]
        if not marks or not all(isinstance(mark, str) and mark for mark in marks):
            raise ValidationError("must be a mark of provenance or a list of them")
        if len(set(marks)) != len(marks):
            raise ValidationError("names a mark twice")
        return tuple(marks)


class Rule(fields.Field[Mapping[str, Any]]):
    """An applicability rule; each of its problems is reported at its own place."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Mapping[str, Any]:
        errors: dict[Any, Any] = {}
        for place, reason in rule_problems(value):
            spot = errors
            for step in place:
                spot = spot.setdefault(step, {})
            spot.setdefault("_schema", []).append(reason)
        if errors:
            raise ValidationError(errors)
        result: Mapping[str, Any] = value
        return result


class Tuple(fields.List[Any]):
    """A list that loads as a tuple, so that entries stay immutable."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))
