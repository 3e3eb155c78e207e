"""What a person sends as a report, as plain values, with the rules that need nothing else to be judged."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from grid.positions import Position
from inspections.clock_skew import tells_order
from inspections.fingerprint import fingerprint
from inspections.given_positions import GivenPosition
from server.errors import FieldError

MOST_PHOTOS = 9
LONGEST_TEXT = 1000
FUTURE_TOLERANCE = timedelta(minutes=5)


class ReportChannel(StrEnum):
    """By which way a report came: a resident's own 随手拍, staff on their rounds, a clerk entering a 12345 call."""

    RESIDENT = "resident"
    STAFF = "staff"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One report as it was sent. No item code means that the reporter does not know; no community, that the
    position is to find it. `follows_case_id` joins an open case in place of opening another."""

    channel: ReportChannel = ReportChannel.RESIDENT
    text: str = ""
    item_code: str | None = None
    photo_ids: tuple[uuid.UUID, ...] = ()
    community_id: uuid.UUID | None = None
    building: str = ""
    position: GivenPosition | None = None
    phone_number: str | None = None
    hotline_number: str = ""
    follows_case_id: uuid.UUID | None = None
    observed_at: datetime | None = None
    device_sent_at: datetime | None = None

    def fingerprint(self, sender: str, phone_hash: str | None) -> str:
        """The same for the same content of the same sender, however often and whenever it is sent.

        The phone number goes in as its keyed hash: a plain one could be guessed out of the fingerprint.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values |= {"phone_number": phone_hash, "sender": sender}
        del values["device_sent_at"]
        return fingerprint(values)

    def to_position(self) -> Position | None:
        return None if self.position is None else self.position.to_position()


def problems_of_report(content: ReportContent, now: datetime) -> list[FieldError]:
    """Everything that is wrong with a report in itself, field by field."""
    return [*_problems_of_substance(content), *_problems_of_time(content, now)]


def _problems_of_substance(content: ReportContent) -> Iterator[FieldError]:
    if not (content.text.strip() or content.photo_ids or content.item_code):
        yield FieldError(
            "text", "empty_report", "请拍照、选择问题或写一句说明", "Send a photo, a category or a few words"
        )
    if len(content.text) > LONGEST_TEXT:
        yield FieldError(
            "text", "text_too_long", f"说明最多{LONGEST_TEXT}字", f"At most {LONGEST_TEXT} characters"
        )
    if len(set(content.photo_ids)) != len(content.photo_ids):
        yield FieldError("photo_ids", "photo_used_twice", "同一张照片出现两次", "A photo is named twice")
    if len(content.photo_ids) > MOST_PHOTOS:
        yield FieldError(
            "photo_ids", "too_many_photos", f"最多{MOST_PHOTOS}张照片", f"At most {MOST_PHOTOS} photos"
        )
    if content.community_id is None and content.position is None:
        yield FieldError(
            "community_id", "place_missing", "请选择小区或允许定位", "Name the community or send a position"
        )
    if content.hotline_number and content.channel is not ReportChannel.HOTLINE:
        yield FieldError(
            "hotline_number", "not_a_hotline_report", "只有热线工单填写编号", "Only hotline reports have one"
        )


def _problems_of_time(content: ReportContent, now: datetime) -> Iterator[FieldError]:
    if content.observed_at is None:
        return
    if content.observed_at > now + FUTURE_TOLERANCE:
        yield FieldError(
            "observed_at", "observed_in_future", "发现时间晚于当前时间", "Observed in the future"
        )
    elif tells_order(sent_at := content.device_sent_at, now) and sent_at and content.observed_at > sent_at:
        yield FieldError(
            "observed_at", "observed_after_sending", "发现时间晚于发送时间", "Observed after it was sent"
        )
