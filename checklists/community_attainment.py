"""Whether a community attains (小区达标) under a checklist, at an instant and through time.

Pure functions of the timelines of its items and of the versions in force.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from checklists.compliance import PairStatus, Segment, item_score
from checklists.rates import StatusCounts

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """What one version of a checklist says about an item's part in the score."""

    item_code: str
    weight: Decimal = Decimal(1)
    is_veto: bool = False
    deduction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """What a checklist demands from `since` on; without items it demands nothing (it was retired)."""

    since: datetime
    pass_mark: Decimal
    items: tuple[ItemTerms, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A community's standing: counts of its items by status, its score (0 to 100) and the failing vetoes.

    `score` is rounded down to cents so that it never shows a mark that was not reached; None where nothing
    was assessed.
    """

    status: PairStatus
    counts: StatusCounts
    score: Decimal | None
    failing_vetoes: tuple[str, ...] = ()
    reaches_mark: bool = False

    @property
    def attains(self) -> bool:
        """达标: the score reaches the pass mark, no veto fails and every applicable item is assessed."""
        return self.status is PairStatus.PASS


def community_standing(pairs: Mapping[str, Segment], terms: VersionTerms) -> Standing:
    """The standing that a community's items add up to; an item without a segment is unassessed.

    The status speaks of the community once its verdict is settled: `pass` attains; `fail` does not, be it fully
    assessed or certain not to attain whatever the rest would show (a veto item fails, or the pass mark is out
    of reach even if all the rest passed). The others say why there is no verdict: nothing applies, something
    observed is out of date, or something that applies was never observed.
    """
    tally = _Tally(terms)
    for code, segment in pairs.items():
        tally.put(code, segment)
    return tally.standing()


def community_timeline(
    pairs: Mapping[str, Sequence[Segment]], versions: Iterable[VersionTerms], counted_from: datetime
) -> tuple[tuple[datetime, Standing], ...]:
    """A community's standings in order of time, each from its instant until the next one.

    `pairs` maps an item's code to its timeline. The first standing begins with the first version, yet not
    before `counted_from`, the instant from which the community is known.
    """
    ordered = sorted(versions, key=lambda version: version.since)
    changes = sorted(
        ((segment.since, code, segment) for code, segments in pairs.items() for segment in segments),
        key=lambda change: change[:2],
    )
    standings: list[tuple[datetime, Standing]] = []
    for index, version in enumerate(ordered):
        until = ordered[index + 1].since if index + 1 < len(ordered) else None
        standings += _standings_under(version, max(version.since, counted_from), until, changes)
    return _joined(standings)


Change = tuple[datetime, str, Segment]


def _standings_under(
    version: VersionTerms, current: datetime, until: datetime | None, changes: Sequence[Change]
) -> Iterable[tuple[datetime, Standing]]:
    """The standings from `current` while one version was in force, one for each instant an item changed."""
    if until is not None and until <= current:
        return
    tally = _Tally(version)
    for since, code, segment in changes:
        if until is not None and since >= until:
            break
        if since > current:
            yield current, tally.standing()
            current = since
        tally.put(code, segment)
    yield current, tally.standing()


def _joined(standings: Iterable[tuple[datetime, Standing]]) -> tuple[tuple[datetime, Standing], ...]:
    kept: list[tuple[datetime, Standing]] = []
    for since, standing in standings:
        if not kept or kept[-1][1] != standing:
            kept.append((since, standing))
    return tuple(kept)


class _Tally:
    """Sums over a community's items that follow one changed item without adding up all the others again."""

    def __init__(self, terms: VersionTerms) -> None:
        self._pass_mark = terms.pass_mark
        self._items = {item.item_code: item for item in terms.items}
        self._current: dict[str, tuple[PairStatus, Decimal]] = {}
        self._counts = dict.fromkeys(PairStatus, 0)
        self._counts[PairStatus.UNASSESSED] = len(self._items)
        self._weight = Decimal(0)
        self._points = Decimal(0)
        # What the items without a valid result could still add, should they all pass.
        self._open_weight = sum((item.weight for item in terms.items), Decimal(0))
        self._failing_vetoes: set[str] = set()

    def put(self, code: str, segment: Segment) -> None:
        """The item has this segment now; an item that the version does not have is ignored."""
        item = self._items.get(code)
        if item is None:
            return
        before, points_before = self._current.get(code, (PairStatus.UNASSESSED, Decimal(0)))
        points = _points(item, segment)
        self._counts[before] -= 1
        self._counts[segment.status] += 1
        self._weight += item.weight * (_is_assessed(segment.status) - _is_assessed(before))
        self._points += points - points_before
        self._open_weight += item.weight * (_is_open(segment.status) - _is_open(before))
        self._current[code] = (segment.status, points)
        self._note_veto(item, segment.status)

    def standing(self) -> Standing:
        return Standing(
            status=self._status(),
            counts=StatusCounts.of(self._counts),
            score=self._score(),
            failing_vetoes=tuple(sorted(self._failing_vetoes)),
            reaches_mark=bool(self._weight) and self._reaches_mark(),
        )

    def _note_veto(self, item: ItemTerms, status: PairStatus) -> None:
        if item.is_veto and status is PairStatus.FAIL:
            self._failing_vetoes.add(item.item_code)
        else:
            self._failing_vetoes.discard(item.item_code)

    def _score(self) -> Decimal | None:
        if not self._weight:
            return None
        return (100 * self._points / self._weight).quantize(_CENT, rounding=ROUND_FLOOR)

    def _status(self) -> PairStatus:
        counts = StatusCounts.of(self._counts)
        if self._attains(counts):
            return PairStatus.PASS
        if counts.assessed and self._is_settled():
            return PairStatus.FAIL
        if not counts.applicable:
            return PairStatus.NOT_APPLICABLE
        return PairStatus.STALE if counts.stale else PairStatus.UNASSESSED

    def _attains(self, counts: StatusCounts) -> bool:
        is_covered = counts.assessed == counts.applicable > 0
        return is_covered and self._reaches_mark() and not self._failing_vetoes

    def _is_settled(self) -> bool:
        """Whether the community cannot attain any more, whatever the items without a valid result would show."""
        best = 100 * (self._points + self._open_weight)
        return bool(self._failing_vetoes) or best < self._pass_mark * (self._weight + self._open_weight)

    def _reaches_mark(self) -> bool:
        return 100 * self._points >= self._pass_mark * self._weight


def _is_assessed(status: PairStatus) -> int:
    return int(status in (PairStatus.PASS, PairStatus.FAIL))


def _is_open(status: PairStatus) -> int:
    """Applies and has no valid result."""
    return int(status in (PairStatus.UNASSESSED, PairStatus.STALE))


def _points(item: ItemTerms, segment: Segment) -> Decimal:
    """The item's score times its weight; 0 for one that is not assessed."""
    if not _is_assessed(segment.status):
        return Decimal(0)
    return item.weight * item_score(segment.status, segment.occurrences, item.deduction)
