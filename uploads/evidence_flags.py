"""What is odd about a photo as evidence: its times, its place, its making. Told with the figures, never acted on.

Pure: what was kept beside the photo in, flags out. A flag is a question to whoever reviews, not a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations

from grid.positions import Position, distance_m
from server.clock import LOCAL_ZONE
from uploads.evidence import EvidenceMarks


class FlagCode(StrEnum):
    CLOCK_SKEW = "clock_skew"  # 手机时钟不准
    TIME_MISMATCH = "time_mismatch"  # 时间不一致
    FAR_FROM_COMMUNITY = "far_from_community"  # 远离小区
    NO_POSITION = "no_position"  # 没有定位
    EDITED = "edited"  # 经软件处理
    REUSED = "reused"  # 重复使用


# As for reports and inspections (inspections/clock_skew.py, inspections/report_place.py).
CLOCK_TOLERANCE = timedelta(minutes=5)
COMMUNITY_RADIUS_M = 500.0
# Cameras and phones on one body agree to the second; a watch set by hand is a few minutes off.
TIME_TOLERANCE = timedelta(minutes=15)
# Phones without a network deliver late, but a visit's photos are not older than a week.
OLDEST_NEWS = timedelta(days=7)
# Programs that change pictures; what phones write into the same tag (an OS version, a camera's name) is none of them.
_EDITORS = (
    "photoshop",
    "lightroom",
    "snapseed",
    "gimp",
    "picsart",
    "pixelmator",
    "affinity",
    "acdsee",
    "vsco",
    "facetune",
    "canva",
    "paint.net",
    "photoscape",
    "picasa",
    "polarr",
    "afterlight",
    "capture one",
    "darktable",
    "rawtherapee",
    "imagemagick",
    "meitu",
    "美图",
    "醒图",
    "美颜",
    "黄油相机",
    "天天p图",
    "水印相机",
)


@dataclass(frozen=True, slots=True)
class PhotoFlag:
    """One oddity: a sentence in both languages and the figures it rests on (seconds, metres, instants as RFC 3339)."""

    code: FlagCode
    zh: str
    en: str
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What was kept beside a photo: the server's clock, the phone's clock and position, what the EXIF says."""

    received_at: datetime
    marks: EvidenceMarks = field(default_factory=EvidenceMarks)
    device_sent_at: datetime | None = None
    device_taken_at: datetime | None = None
    device_position: Position | None = None
    device_accuracy_metres: float | None = None


def flags_of(facts: PhotoFacts, communities: Iterable[Position] = ()) -> list[PhotoFlag]:
    """Every flag that the photo's own facts give; `communities` are the places of what it was used for, if known.

    Of several communities the nearest counts: a photo in two files may show the one or the other.
    """
    found = (
        _clock_skew(facts),
        _time_mismatch(facts),
        _far_from_community(facts, list(communities)),
        _no_position(facts),
        _edited(facts),
    )
    return [flag for flag in found if flag]


def reused_flag(distances: Sequence[int | None]) -> PhotoFlag | None:
    """The flag of a photo that other cases or inspections showed before; a distance of None is the very same file."""
    if not distances:
        return None
    figures = {"earlier_photos": len(distances), "bits_of_64": min(each or 0 for each in distances)}
    if None in distances:
        return PhotoFlag(
            FlagCode.REUSED,
            "同一张照片曾用于其他案件或检查",
            "The very same photo was used for another case or inspection before",
            figures,
        )
    return PhotoFlag(
        FlagCode.REUSED,
        "与其他案件或检查中较早的照片几乎相同",
        "Nearly the same as an earlier photo of another case or inspection",
        figures,
    )


def _clock_skew(facts: PhotoFacts) -> PhotoFlag | None:
    if facts.device_sent_at is None:
        return None
    skew = facts.device_sent_at - facts.received_at
    if abs(skew) <= CLOCK_TOLERANCE:
        return None
    zh, en = ("快", "ahead of") if skew > timedelta(0) else ("慢", "behind")
    span_zh, span_en = _span(skew)
    return PhotoFlag(
        FlagCode.CLOCK_SKEW,
        f"手机时钟比服务器{zh}{span_zh}",
        f"The phone's clock is {span_en} {en} the server's",
        {"skew_seconds": round(skew.total_seconds())},
    )


def _time_mismatch(facts: PhotoFacts) -> PhotoFlag | None:
    """The two times furthest apart; else a photo from the future, else one from long ago."""
    times = _times_of(facts)
    pairs = combinations(times.items(), 2)
    apart = max(((abs(a[1] - b[1]), a, b) for a, b in pairs), default=None, key=lambda each: each[0])
    if apart is not None and apart[0] > TIME_TOLERANCE:
        _, one, other = apart
        return _mismatch(one, other)
    last = max(times.items(), default=None, key=lambda each: each[1])
    if last is None:
        return None
    age = facts.received_at - last[1]
    is_odd = age < -CLOCK_TOLERANCE or age > OLDEST_NEWS
    return _mismatch(last, ("server", facts.received_at)) if is_odd else None


_CLOCKS = {
    "exif": ("照片记录的拍摄时间", "The time in the photo"),
    "gps": ("照片记录的卫星时间", "the satellites' time in the photo"),
    "phone": ("手机报告的拍摄时间", "the time the phone says"),
    "server": ("服务器收到的时间", "the time the server received it"),
}


def _times_of(facts: PhotoFacts) -> dict[str, datetime]:
    """Every clock that says when the photo was taken."""
    said = {"exif": exif_time(facts.marks), "gps": facts.marks.gps_at, "phone": facts.device_taken_at}
    return {clock: time for clock, time in said.items() if time is not None}


def exif_time(marks: EvidenceMarks) -> datetime | None:
    """When the camera says it was; a camera that writes no zone is taken to be set to local time."""
    if marks.taken_at is not None or marks.taken_at_local is None:
        return marks.taken_at
    return marks.taken_at_local.replace(tzinfo=LOCAL_ZONE)


def _mismatch(one: tuple[str, datetime], other: tuple[str, datetime]) -> PhotoFlag:
    gap = one[1] - other[1]
    (one_zh, one_en), (other_zh, other_en) = _CLOCKS[one[0]], _CLOCKS[other[0]]
    span_zh, span_en = _span(gap)
    return PhotoFlag(
        FlagCode.TIME_MISMATCH,
        f"{one_zh}与{other_zh}相差{span_zh}",
        f"{one_en[0].upper()}{one_en[1:]} and {other_en} are {span_en} apart",
        {
            one[0]: one[1].astimezone(LOCAL_ZONE).isoformat(),
            other[0]: other[1].astimezone(LOCAL_ZONE).isoformat(),
            "apart_seconds": round(abs(gap.total_seconds())),
        },
    )


def _far_from_community(facts: PhotoFacts, communities: list[Position]) -> PhotoFlag | None:
    """The position furthest off, less what its own accuracy explains."""
    if not communities:
        return None
    placed = [
        (_metres(position, communities), source, spare) for source, position, spare in _positions(facts)
    ]
    far = max((each for each in placed if each[0] - each[2] > COMMUNITY_RADIUS_M), default=None)
    if far is None:
        return None
    metres, source, accuracy = far
    zh, en = ("照片", "photo's") if source == "exif" else ("手机", "phone's")
    figures: dict[str, object] = {"metres": round(metres), "source": source}
    return PhotoFlag(
        FlagCode.FAR_FROM_COMMUNITY,
        f"{zh}定位距小区{metres:.0f}米",
        f"The {en} position is {metres:.0f} m from the community",
        figures | ({"accuracy_metres": round(accuracy)} if accuracy else {}),
    )


def _positions(facts: PhotoFacts) -> list[tuple[str, Position, float]]:
    """Where the photo and the phone say they were, each with its accuracy in metres (0 where unknown)."""
    found, marks = [], facts.marks
    if marks.latitude is not None and marks.longitude is not None:
        found.append(("exif", Position(marks.latitude, marks.longitude), marks.accuracy_metres or 0.0))
    if facts.device_position is not None:
        found.append(("phone", facts.device_position, facts.device_accuracy_metres or 0.0))
    return found


def _metres(position: Position, communities: list[Position]) -> float:
    return min(
        distance_m(position.latitude, position.longitude, each.latitude, each.longitude)
        for each in communities
    )


def _no_position(facts: PhotoFacts) -> PhotoFlag | None:
    if _positions(facts):
        return None
    return PhotoFlag(
        FlagCode.NO_POSITION,
        "照片和手机都没有提供定位",
        "Neither the photo nor the phone says where it was taken",
    )


def _edited(facts: PhotoFacts) -> PhotoFlag | None:
    """A mark that no camera took it so, else a program in its history, else an editor that made the file."""
    marks = facts.marks
    if marks.source_mark is not None:
        return PhotoFlag(
            FlagCode.EDITED,
            f"照片自带“生成或修改”标记：{marks.source_mark}",
            f"The photo itself is marked as made or changed: {marks.source_mark}",
            {"source_mark": marks.source_mark},
        )
    makers = [name for name in (marks.software, marks.creator_tool) if name and _is_editor(name)]
    software = marks.history_software or next(iter(makers), None)
    if software is None:
        return None
    return PhotoFlag(
        FlagCode.EDITED,
        f"照片经软件处理：{software}",
        f"The photo went through an editor: {software}",
        {"software": software},
    )


def _is_editor(name: str) -> bool:
    return any(editor in name.casefold() for editor in _EDITORS)


def _span(gap: timedelta) -> tuple[str, str]:
    """A length of time in the unit that people would use."""
    seconds = abs(gap.total_seconds())
    units = ((86400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute"))
    for size, zh, en in units:
        if seconds >= 2 * size:
            number = round(seconds / size)
            return f"{number}{zh}", f"{number} {en}s"
    return f"{round(seconds)}秒", f"{round(seconds)} seconds"
