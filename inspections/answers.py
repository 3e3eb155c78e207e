"""The rules that the answers of one inspection keep: every problem found, item by item, none after another.

Plain values in, findings out. A draft may be incomplete but not wrong; a submission must be both whole
and right. What is odd but possible (far from the community) is flagged and never corrected.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from checklists.catalogue_entries import Demand
from grid.positions import Position, distance_m
from inspections.clock_skew import tells_order


class AnswerResult(StrEnum):
    """What an inspector finds for one item."""

    PASS = "pass"  # noqa: S105 - 达标
    FAIL = "fail"  # 不达标
    NOT_APPLICABLE = "not_applicable"  # 不适用


class Applicability(StrEnum):
    """Whether an item applies to the community; UNKNOWN (an attribute nobody recorded) must be looked at."""

    APPLIES = "applies"
    UNKNOWN = "unknown"
    DOES_NOT_APPLY = "does_not_apply"


@dataclass(frozen=True, slots=True)
class ItemRule:
    """What one item of the pinned checklist version asks of its answer.

    `counts_occurrences` is set for items with a deduction per occurrence (处数); `may_answer` says whether
    this inspector's role may answer the item at all.
    """

    code: str
    photos: Demand
    min_photos: int = 1
    note: Demand = Demand.NEVER
    counts_occurrences: bool = False
    may_answer: bool = True
    applicability: Applicability = Applicability.APPLIES


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer as the phone sent it; the position is WGS-84 in degrees."""

    item_code: str
    result: AnswerResult
    observed_at: datetime
    occurrences: int | None = None
    photo_ids: tuple[UUID, ...] = ()
    note: str = ""
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class VisitLimits:
    """Where the line is between plain, odd (flagged) and impossible (refused)."""

    future_tolerance: timedelta = timedelta(minutes=5)
    oldest: timedelta = timedelta(days=180)
    flag_beyond_m: float = 500.0
    refuse_beyond_m: float = 20_000.0
    max_photos_per_answer: int = 20
    max_occurrences: int = 999
    max_note_length: int = 2000


@dataclass(frozen=True, slots=True)
class Visit:
    """The circumstances that answers are judged against.

    `community_position` is WGS-84 in degrees, None where nobody recorded it: distance is then not judged.
    """

    now: datetime
    device_sent_at: datetime | None = None
    started_at: datetime | None = None
    community_position: Position | None = None
    limits: VisitLimits = field(default_factory=VisitLimits)

    @property
    def sent_at(self) -> datetime | None:
        """When the phone says it sent, where its clock can be asked what came before that."""
        return self.device_sent_at if tells_order(self.device_sent_at, self.now) else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with, missing from or odd about one item's answer, in both languages; without an item, about
    the visit as a whole."""

    item: str
    field: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Answered of applicable: the items that this inspector may answer and that apply or may apply."""

    answered: int
    applicable: int


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """All that is to be said about a set of answers.

    `problems` can never be accepted, `outstanding` only keeps a draft from being submitted, `flags` are
    stored beside the answers for a person to look at.
    """

    problems: tuple[Finding, ...]
    outstanding: tuple[Finding, ...]
    flags: tuple[Finding, ...]
    progress: Progress

    @property
    def is_acceptable_as_draft(self) -> bool:
        return not self.problems

    @property
    def is_complete(self) -> bool:
        """True when the answers can be submitted."""
        return not self.problems and not self.outstanding


def review_answers(items: Iterable[ItemRule], answers: Sequence[GivenAnswer], visit: Visit) -> AnswerReview:
    """Judge all answers of one inspection against the items of its pinned checklist version.

    Findings come in the order of the answers, then the unanswered items in the order of the checklist.
    """
    rules = {rule.code: rule for rule in items}
    problems = [*_problems_of_beginning(visit), *_repeated_items(answers), *_photos_used_twice(answers)]
    outstanding: list[Finding] = []
    flags = [*_flags_of_beginning(answers, visit)]
    for answer in answers:
        problems += _problems_of_values(answer, visit)
        flags += _flags(answer, visit)
        rule = rules.get(answer.item_code)
        if rule is None:
            problems.append(_unknown_item(answer.item_code))
            continue
        problems += _problems_by_rule(answer, rule)
        outstanding += _missing_evidence(answer, rule)
    expected = [rule for rule in rules.values() if _is_expected(rule)]
    answered = {answer.item_code for answer in answers}
    outstanding += [_unanswered(rule.code) for rule in expected if rule.code not in answered]
    progress = Progress(sum(rule.code in answered for rule in expected), len(expected))
    return AnswerReview(tuple(problems), tuple(outstanding), tuple(flags), progress)


def _is_expected(rule: ItemRule) -> bool:
    return rule.may_answer and rule.applicability is not Applicability.DOES_NOT_APPLY


def _unknown_item(code: str) -> Finding:
    return Finding(
        code, "item_code", "unknown_item", "本版检查表中没有此项", "This checklist version has no such item"
    )


def _unanswered(code: str) -> Finding:
    return Finding(code, "result", "missing_answer", "此项尚未检查", "This item has not been answered")


def _problems_of_beginning(visit: Visit) -> Iterator[Finding]:
    if visit.started_at is not None and visit.started_at > visit.now + visit.limits.future_tolerance:
        zh, en = "开始时间晚于当前时间，请校准手机时钟", "Started in the future; set the phone's clock"
        yield Finding("", "started_at", "started_in_future", zh, en)


def _flags_of_beginning(answers: Sequence[GivenAnswer], visit: Visit) -> Iterator[Finding]:
    """A beginning that is odd: nothing is counted from it, so it is kept for a person to look at."""
    started_at, limits = visit.started_at, visit.limits
    if started_at is None:
        return
    if started_at < visit.now - limits.oldest:
        zh = f"开始时间早于{limits.oldest.days}天前"
        yield Finding(
            "", "started_at", "started_too_long_ago", zh, f"Started more than {limits.oldest.days} days ago"
        )
    elif answers and started_at > min(answer.observed_at for answer in answers):
        zh, en = "开始时间晚于最早一项的检查时间", "Started after the first item was observed"
        yield Finding("", "started_at", "started_after_answers", zh, en)


def _repeated_items(answers: Sequence[GivenAnswer]) -> Iterator[Finding]:
    counts = Counter(answer.item_code for answer in answers)
    for code, count in counts.items():
        if count > 1:
            yield Finding(
                code,
                "item_code",
                "duplicate_item",
                f"此项重复作答{count}次",
                f"This item is answered {count} times",
            )


def _photos_used_twice(answers: Sequence[GivenAnswer]) -> Iterator[Finding]:
    first_use: dict[UUID, str] = {}
    for answer in answers:
        for photo_id in answer.photo_ids:
            if photo_id in first_use:
                where = first_use[photo_id]
                yield Finding(
                    answer.item_code,
                    "photo_ids",
                    "photo_used_twice",
                    f"照片 {photo_id} 已用于 {where}，一张照片只能作一项的依据",
                    f"Photo {photo_id} is already used for {where}; one photo is evidence for one item",
                )
            first_use.setdefault(photo_id, answer.item_code)


def _problems_by_rule(answer: GivenAnswer, rule: ItemRule) -> Iterator[Finding]:
    if not rule.may_answer:
        yield Finding(
            rule.code, "item_code", "not_yours", "您的岗位不检查此项", "Your post does not answer this item"
        )
    is_excused = answer.result is AnswerResult.NOT_APPLICABLE
    if is_excused and rule.applicability is Applicability.APPLIES:
        yield Finding(
            rule.code,
            "result",
            "not_applicable_not_allowed",
            "按小区登记信息此项适用，不能填“不适用”；登记有误请先更正小区信息",
            "By the community's record this item applies; correct the record first if it is wrong",
        )
    if not is_excused and rule.applicability is Applicability.DOES_NOT_APPLY:
        yield Finding(
            rule.code,
            "result",
            "item_does_not_apply",
            "按小区登记信息此项不适用；登记有误请先更正小区信息",
            "By the community's record this item does not apply; correct the record first if it is wrong",
        )


def _missing_evidence(answer: GivenAnswer, rule: ItemRule) -> Iterator[Finding]:
    wanted = _photos_wanted(answer.result, rule)
    given = len(set(answer.photo_ids))
    if given < wanted:
        yield Finding(
            rule.code,
            "photo_ids",
            "photos_missing",
            f"此项需要{wanted}张照片，现有{given}张",
            f"This item needs {wanted} photo(s), {given} given",
        )
    if _is_demanded(rule.note, answer.result) and not answer.note.strip():
        yield Finding(rule.code, "note", "note_missing", "此项须写明情况", "This answer needs a note")
    is_fail = answer.result is AnswerResult.FAIL
    if is_fail and rule.counts_occurrences and answer.occurrences is None:
        yield Finding(
            rule.code,
            "occurrences",
            "occurrences_missing",
            "请填写处数",
            "Say how many places fail (occurrences)",
        )


def _photos_wanted(result: AnswerResult, rule: ItemRule) -> int:
    return max(1, rule.min_photos) if _is_demanded(rule.photos, result) else 0


def _is_demanded(demand: Demand, result: AnswerResult) -> bool:
    """A not-applicable answer has nothing to show."""
    if result is AnswerResult.NOT_APPLICABLE:
        return False
    return demand is Demand.ALWAYS or (demand is Demand.ON_FAIL and result is AnswerResult.FAIL)


def _problems_of_values(answer: GivenAnswer, visit: Visit) -> Iterator[Finding]:
    yield from _problems_of_occurrences(answer, visit.limits)
    yield from _problems_of_size(answer, visit.limits)
    yield from _problems_of_time(answer, visit)
    yield from _problems_of_position(answer, visit)


def _problems_of_occurrences(answer: GivenAnswer, limits: VisitLimits) -> Iterator[Finding]:
    count = answer.occurrences
    if count is None:
        return
    if count < 0 or count > limits.max_occurrences:
        yield Finding(
            answer.item_code,
            "occurrences",
            "occurrences_out_of_range",
            f"处数应在0至{limits.max_occurrences}之间",
            f"Occurrences must be between 0 and {limits.max_occurrences}",
        )
    elif answer.result is AnswerResult.FAIL and count == 0:
        yield Finding(
            answer.item_code,
            "occurrences",
            "occurrences_out_of_range",
            "不合格的处数至少为1",
            "A fail has at least one occurrence",
        )
    elif answer.result is not AnswerResult.FAIL and count > 0:
        yield Finding(
            answer.item_code,
            "occurrences",
            "occurrences_without_fail",
            "只有不合格才填处数",
            "Only a fail has occurrences",
        )


def _problems_of_size(answer: GivenAnswer, limits: VisitLimits) -> Iterator[Finding]:
    if len(answer.photo_ids) > limits.max_photos_per_answer:
        yield Finding(
            answer.item_code,
            "photo_ids",
            "too_many_photos",
            f"每项最多{limits.max_photos_per_answer}张照片",
            f"At most {limits.max_photos_per_answer} photos per item",
        )
    if len(answer.note) > limits.max_note_length:
        yield Finding(
            answer.item_code,
            "note",
            "note_too_long",
            f"说明最多{limits.max_note_length}字",
            f"A note has at most {limits.max_note_length} characters",
        )


def _problems_of_time(answer: GivenAnswer, visit: Visit) -> Iterator[Finding]:
    observed_at, limits = answer.observed_at, visit.limits
    if observed_at > visit.now + limits.future_tolerance:
        yield _time_problem(
            answer,
            "observed_in_future",
            "检查时间晚于当前时间，请校准手机时钟",
            "Observed in the future; set the phone's clock",
        )
    elif visit.sent_at is not None and observed_at > visit.sent_at:
        yield _time_problem(
            answer,
            "observed_after_sending",
            "检查时间晚于手机的发送时间",
            "Observed after the phone says it was sent",
        )
    if observed_at < visit.now - limits.oldest:
        yield _time_problem(
            answer,
            "observed_too_long_ago",
            f"检查时间早于{limits.oldest.days}天前，请校准手机时钟",
            f"Observed more than {limits.oldest.days} days ago; set the phone's clock",
        )


def _time_problem(answer: GivenAnswer, code: str, zh: str, en: str) -> Finding:
    return Finding(answer.item_code, "observed_at", code, zh, en)


def _problems_of_position(answer: GivenAnswer, visit: Visit) -> Iterator[Finding]:
    if answer.position is None:
        return
    if not is_on_earth(answer.position):
        yield Finding(
            answer.item_code,
            "position",
            "position_out_of_range",
            "纬度应在±90、经度应在±180之间",
            "Latitude must be within ±90 and longitude within ±180",
        )
        return
    distance = _distance_from_community(answer, visit)
    if distance is not None and distance > visit.limits.refuse_beyond_m:
        yield _far_away(answer, "position_outside_area", distance)


def _flags(answer: GivenAnswer, visit: Visit) -> Iterator[Finding]:
    if answer.position is None or not is_on_earth(answer.position):
        return
    distance = _distance_from_community(answer, visit)
    if distance is not None and visit.limits.flag_beyond_m < distance <= visit.limits.refuse_beyond_m:
        yield _far_away(answer, "far_from_community", distance)


def _far_away(answer: GivenAnswer, code: str, distance: float) -> Finding:
    return Finding(
        answer.item_code,
        "position",
        code,
        f"定位距小区{distance:.0f}米",
        f"The position is {distance:.0f} m from the community",
    )


def _distance_from_community(answer: GivenAnswer, visit: Visit) -> float | None:
    if answer.position is None or visit.community_position is None:
        return None
    here, there = answer.position, visit.community_position
    return distance_m(here.latitude, here.longitude, there.latitude, there.longitude)


def is_on_earth(position: Position) -> bool:
    """Tell whether a position as the phone sent it is one at all; NaN is not."""
    return -90 <= position.latitude <= 90 and -180 <= position.longitude <= 180


def by_item(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Group findings by item, for an error that speaks item by item."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.item, []).append(finding)
    return grouped
