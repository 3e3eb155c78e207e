"""The status of one (community, item) pair through time, as a pure function of its facts.

Nothing here reads a clock or a database. The order in which facts arrive never matters: `timeline` sorts
them itself and breaks every tie by their own contents.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_UTC = ZoneInfo("UTC")


class Result(StrEnum):
    """What one observation found: 达标, 不达标, 不适用."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class PairStatus(StrEnum):
    """What is known of a pair at an instant: 达标, 不达标, 过期, 未检查, 不适用."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    STALE = "stale"
    UNASSESSED = "unassessed"
    NOT_APPLICABLE = "not_applicable"


class CauseKind(StrEnum):
    """What kind of fact a cause points to."""

    ANSWER = "answer"
    CASE = "case"
    RULE = "rule"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """The fact behind a status: an inspection's answer, a case, or an applicability rule with its reason."""

    kind: CauseKind
    id: str = ""
    inspection_id: str = ""
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """An inspection's answer on this item; `result` None means that this revision no longer answers it.

    Of the revisions of one inspection only the highest counts; the older ones stay as facts.
    """

    observed_at: datetime
    result: Result | None
    inspection_id: str
    answer_id: str
    revision: int = 1
    occurrences: int = 0


@dataclass(frozen=True, slots=True)
class CaseInterval:
    """One stretch during which a filed case (案件) was open on this item; a reopened case makes another.

    `failed_from` is the moment it was verified or filed. `passed` says that the stretch ended by a check
    that passed (结案), which counts as a pass observed at `ended_at`; a forced closing, merge or voiding
    ends it without saying anything about the item.
    """

    case_id: str
    failed_from: datetime
    ended_at: datetime | None = None
    passed: bool = False


@dataclass(frozen=True, slots=True)
class ApplicabilityPeriod:
    """From `since` on the item's rule says that it applies to the community, or not, and why."""

    since: datetime
    applies: bool
    reason_zh: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """From `since` on an observation counts for `validity_days` after its own day; None: for ever."""

    since: datetime
    validity_days: int | None


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Everything known about one (community, item) pair, in any order."""

    observations: Sequence[Observation] = ()
    cases: Sequence[CaseInterval] = ()
    applicability: Sequence[ApplicabilityPeriod] = ()
    validity: Sequence[ValidityPeriod] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """From `since` until the next segment the pair has `status`; `occurrences` counts a fail's findings."""

    since: datetime
    status: PairStatus
    occurrences: int = 0
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    """An observation that counts, wherever it came from."""

    at: datetime
    result: Result
    occurrences: int
    cause: Cause


# At the same instant the finding that asks for action wins, then the one that looked at something.
_RANK = {Result.FAIL: 2, Result.PASS: 1, Result.NOT_APPLICABLE: 0}
_STATUS = {
    Result.PASS: PairStatus.PASS,
    Result.FAIL: PairStatus.FAIL,
    Result.NOT_APPLICABLE: PairStatus.NOT_APPLICABLE,
}


def timeline(facts: PairFacts, tz: ZoneInfo = SHANGHAI) -> tuple[Segment, ...]:
    """The pair's statuses in order of time; before the first segment it is unassessed.

    At an instant the pair is `not_applicable` where the item's rule says so (its open cases stay visible
    among the causes); else `fail` while any filed case is open; else what the newest observation not later
    than that instant found, `stale` once that is older than the checklist's validity; else `unassessed`.
    Staleness is known in advance, so the last segments may begin in the future. Source: our own definition;
    the policies set targets for the rate without saying what is counted.
    """
    findings = _findings(facts)
    instants = sorted(_instants(facts, findings, tz))
    sweep = _Sweep(facts, findings, tz)
    return joined(sweep.segment_at(instant) for instant in instants)


def spliced(before: Sequence[Segment], after: Sequence[Segment], since: datetime) -> tuple[Segment, ...]:
    """A timeline that stays what it was before an instant and is another one from that instant on.

    `before` may begin with the segment in force just before `since`; `after` need only be right from `since` on. So a
    new fact costs what lies after it, however long the history before it is.
    """
    kept = [segment for segment in before if segment.since < since]
    first = status_at(after, since)
    turn = Segment(since, first.status, first.occurrences, first.causes)
    later = [turn, *(segment for segment in after if segment.since > since)]
    # What stands before stays, also an unassessed stretch whose own predecessor is not at hand.
    return joined([*kept, *later], before=None if kept else PairStatus.UNASSESSED)


def status_at(segments: Sequence[Segment], at: datetime) -> Segment:
    """The segment in force at an instant; before the first one, an unassessed segment since that instant."""
    current = Segment(at, PairStatus.UNASSESSED)
    for segment in segments:
        if segment.since > at:
            break
        current = segment
    return current


def stale_from(observed_at: datetime, validity_days: int, tz: ZoneInfo = SHANGHAI) -> datetime:
    """The local midnight after `validity_days` whole days have passed since the day of the observation."""
    return start_of_day(local_day(observed_at, tz) + timedelta(days=validity_days + 1), tz)


def local_day(at: datetime, tz: ZoneInfo = SHANGHAI) -> date:
    """The calendar day an instant falls on in the grid's time zone."""
    return at.astimezone(tz).date()


@lru_cache(maxsize=4096)
def start_of_day(day: date, tz: ZoneInfo = SHANGHAI) -> datetime:
    """The instant at which a local calendar day begins."""
    return datetime.combine(day, time(), tzinfo=tz).astimezone(_UTC)


def item_score(status: PairStatus, occurrences: int, deduction: Decimal | None) -> Decimal:
    """An assessed item's score: 1 for a pass, 0 for a fail, or max(0, 1 - n·d) with a deduction d."""
    if status is PairStatus.PASS:
        return Decimal(1)
    if status is not PairStatus.FAIL:
        raise ValueError(f"an item that is {status} has no score")
    if deduction is None:
        return Decimal(0)
    return max(Decimal(0), 1 - max(1, occurrences) * deduction)


def _findings(facts: PairFacts) -> list[_Finding]:
    """The observations that count, oldest first, ties broken by result and then by cause."""
    answers = _newest_revisions(facts.observations)
    found = [_answer_finding(answer, answer.result) for answer in answers if answer.result is not None]
    found += [
        _Finding(case.ended_at, Result.PASS, 0, Cause(CauseKind.CASE, case.case_id))
        for case in facts.cases
        if case.passed and case.ended_at is not None
    ]
    return sorted(found, key=_finding_key)


def _finding_key(finding: _Finding) -> tuple[datetime, int, int, Cause]:
    return finding.at, _RANK[finding.result], finding.occurrences, finding.cause


def _answer_finding(answer: Observation, result: Result) -> _Finding:
    occurrences = max(1, answer.occurrences) if result is Result.FAIL else 0
    cause = Cause(CauseKind.ANSWER, answer.answer_id, answer.inspection_id)
    return _Finding(answer.observed_at, result, occurrences, cause)


def _newest_revisions(observations: Iterable[Observation]) -> list[Observation]:
    """For each inspection only the observations of its highest revision."""
    newest: dict[str, int] = {}
    for answer in observations:
        newest[answer.inspection_id] = max(answer.revision, newest.get(answer.inspection_id, answer.revision))
    return [answer for answer in observations if answer.revision == newest[answer.inspection_id]]


def _instants(facts: PairFacts, findings: Iterable[_Finding], tz: ZoneInfo) -> set[datetime]:
    """Every instant at which the status can change."""
    instants = {finding.at for finding in findings}
    instants |= {case.failed_from for case in facts.cases}
    instants |= {case.ended_at for case in facts.cases if case.ended_at is not None}
    instants |= {period.since for period in facts.applicability}
    instants |= {period.since for period in facts.validity}
    lifetimes = {period.validity_days for period in facts.validity if period.validity_days is not None}
    days = {local_day(finding.at, tz) for finding in findings}
    return instants | {
        start_of_day(day + timedelta(days=lifetime + 1), tz) for day in days for lifetime in lifetimes
    }


def joined(
    segments: Iterable[Segment], before: PairStatus | None = PairStatus.UNASSESSED
) -> tuple[Segment, ...]:
    """Segments in order of time without those that repeat the one before; `before` is what held at first."""
    kept: list[Segment] = []
    previous: tuple[PairStatus | None, int, tuple[Cause, ...]] = (before, 0, ())
    for segment in segments:
        content = (segment.status, segment.occurrences, segment.causes)
        if content != previous:
            kept.append(segment)
        previous = content
    return tuple(kept)


class _Sweep:
    """Walks forward in time over sorted facts and tells the segment at each instant asked for, in order."""

    def __init__(self, facts: PairFacts, findings: list[_Finding], tz: ZoneInfo) -> None:
        self._tz = tz
        self._findings = _Cursor(findings, "at")
        self._rules = _Cursor(
            sorted(facts.applicability, key=attrgetter("since", "applies", "reason_zh", "reason_en")), "since"
        )
        self._validity = _Cursor(sorted(facts.validity, key=_validity_key), "since")
        self._waiting = sorted(facts.cases, key=attrgetter("failed_from", "case_id"), reverse=True)
        self._open: list[CaseInterval] = []

    def segment_at(self, at: datetime) -> Segment:
        rule = self._rules.last_until(at)
        newest = self._findings.last_until(at)
        validity = self._validity.last_until(at)
        open_cases = self._open_cases(at)
        if rule is not None and not rule.applies:
            cause = Cause(CauseKind.RULE, reason_zh=rule.reason_zh, reason_en=rule.reason_en)
            return Segment(at, PairStatus.NOT_APPLICABLE, 0, (cause, *open_cases))
        if open_cases:
            return _failing(at, open_cases, newest)
        if newest is None:
            return Segment(at, PairStatus.UNASSESSED)
        if self._is_stale(newest, validity, at):
            return Segment(at, PairStatus.STALE, 0, (newest.cause,))
        return Segment(at, _STATUS[newest.result], newest.occurrences, (newest.cause,))

    def _open_cases(self, at: datetime) -> tuple[Cause, ...]:
        while self._waiting and self._waiting[-1].failed_from <= at:
            self._open.append(self._waiting.pop())
        self._open = [case for case in self._open if case.ended_at is None or case.ended_at > at]
        return tuple(
            Cause(CauseKind.CASE, case_id) for case_id in dict.fromkeys(case.case_id for case in self._open)
        )

    def _is_stale(self, newest: _Finding, validity: ValidityPeriod | None, at: datetime) -> bool:
        if validity is None or validity.validity_days is None:
            return False
        return at >= stale_from(newest.at, validity.validity_days, self._tz)


def _validity_key(period: ValidityPeriod) -> tuple[datetime, float]:
    return period.since, float("inf") if period.validity_days is None else period.validity_days


def _failing(at: datetime, open_cases: tuple[Cause, ...], newest: _Finding | None) -> Segment:
    """A fail by open cases; the newest answer, if it failed, keeps counting: waiting never raises a score."""
    if newest is None or newest.result is not Result.FAIL:
        return Segment(at, PairStatus.FAIL, len(open_cases), open_cases)
    return Segment(at, PairStatus.FAIL, max(newest.occurrences, len(open_cases)), (*open_cases, newest.cause))


Fact = TypeVar("Fact")


class _Cursor(Generic[Fact]):
    """The last of some facts sorted by an instant that is not later than a moving instant."""

    def __init__(self, facts: Sequence[Fact], instant: str) -> None:
        self._facts = facts
        self._instant = attrgetter(instant)
        self._next = 0

    def last_until(self, at: datetime) -> Fact | None:
        while self._next < len(self._facts) and self._instant(self._facts[self._next]) <= at:
            self._next += 1
        return self._facts[self._next - 1] if self._next else None
