"""Evaluation (综合评价): the rates of GB/T 30428.4 over plain rows, each with its numerator and denominator.

An empty denominator is "not assessed" (None), never 0 or 1. A granted appeal exempts a case from the rates of time:
it leaves both sides and is counted beside. Formulas: domain/workflow.md, section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.terms import Loop, Satisfaction, State

_NEVER_COUNTED = (State.MERGED, State.NOT_FILED)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as the measures see it. `ratings` are those of its last closing."""

    state: State
    opened_at: datetime
    loop_path: tuple[Loop, ...]
    filed_at: datetime | None = None
    deadline_effective: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    rework_count: int = 0
    reopen_count: int = 0
    extension_count: int = 0
    is_exempt: bool = False
    ratings: tuple[Satisfaction, ...] = ()

    @property
    def is_filed(self) -> bool:
        return self.filed_at is not None and self.state not in _NEVER_COUNTED

    @property
    def is_handled(self) -> bool:
        """Handed in, and not sent back since."""
        return self.state in (State.HANDLED, State.CLOSED)

    @property
    def is_on_time(self) -> bool:
        handled_at, due = self.handled_at, self.deadline_effective
        return self.is_handled and handled_at is not None and due is not None and handled_at <= due


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (in) to `until` (out), seen from `as_of`."""

    since: datetime
    until: datetime
    as_of: datetime

    def has(self, instant: datetime | None) -> bool:
        return instant is not None and self.since <= instant < self.until


@dataclass(frozen=True, slots=True)
class Measure:
    """One rate: its parts, and the rule by which they were counted."""

    code: str
    name_zh: str
    name_en: str
    numerator: int
    denominator: int
    exempt: int
    rule_zh: str
    rule_en: str

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


Test = Callable[[CaseRow, Period], bool]


@dataclass(frozen=True, slots=True)
class Formula:
    """What counts below (`is_counted`) and what of that counts above (`is_hit`)."""

    code: str
    name_zh: str
    name_en: str
    rule_zh: str
    rule_en: str
    is_counted: Test
    is_hit: Test
    is_of_time: bool = False


def _is_due(row: CaseRow, period: Period) -> bool:
    """应处置、应结案: filed, its deadline in the period, and either handed in or overdue by now."""
    due = row.deadline_effective
    is_decided = row.is_handled or (due is not None and due < period.as_of)
    is_stopped = row.state in (State.SUSPENDED, State.FORCE_CLOSED)
    return row.is_filed and period.has(due) and is_decided and not is_stopped


def _was_closed(row: CaseRow, period: Period) -> bool:
    return period.has(row.filed_at) and row.is_filed and (row.state is State.CLOSED or row.reopen_count > 0)


def _closed_small(row: CaseRow, period: Period) -> bool:
    return row.state is State.CLOSED and period.has(row.closed_at) and row.loop_path[0] is Loop.SELF


def _is_reported(row: CaseRow, period: Period) -> bool:
    return period.has(row.opened_at) and row.state is not State.MERGED


_DUE = (
    "期内到期的立案案件（挂账、强制结案除外）",
    "cases due in the period, without suspended and force-closed ones",
)

FORMULAS: tuple[Formula, ...] = (
    Formula(
        "filing_rate",
        "立案率",
        "Filing rate",
        "立案数 ÷ 期内上报数（并案除外）。",
        "filed ÷ reported in the period, merged ones left out.",
        _is_reported,
        lambda row, _: row.filed_at is not None,
    ),
    Formula(
        "on_time_handling_rate",
        "按期处置率",
        "On-time handling rate",
        f"按期处置数 ÷ {_DUE[0]}。",
        f"handled by the deadline ÷ {_DUE[1]}.",
        _is_due,
        lambda row, _: row.is_on_time,
        is_of_time=True,
    ),
    Formula(
        "on_time_closing_rate",
        "按时结案率",
        "On-time closing rate",
        f"按期处置并已结案数 ÷ {_DUE[0]}；等待核查不计时。",
        f"closed, handled by the deadline ÷ {_DUE[1]}; the waiting for the check does not count.",
        _is_due,
        lambda row, _: row.state is State.CLOSED and row.is_on_time,
        is_of_time=True,
    ),
    Formula(
        "closing_rate",
        "结案率",
        "Closing rate",
        f"已结案数 ÷ {_DUE[0]}。",
        f"closed ÷ {_DUE[1]}.",
        _is_due,
        lambda row, _: row.state is State.CLOSED,
    ),
    Formula(
        "overdue_pending_rate",
        "超期待处置率",
        "Overdue and pending rate",
        f"超期未处置数 ÷ {_DUE[0]}。",
        f"overdue and not handled ÷ {_DUE[1]}.",
        _is_due,
        lambda row, _: not row.is_handled,
        is_of_time=True,
    ),
    Formula(
        "rework_rate",
        "返工率",
        "Rework rate",
        f"返工案件数 ÷ {_DUE[0]}。",
        f"cases with rework ÷ {_DUE[1]}.",
        _is_due,
        lambda row, _: row.rework_count > 0,
    ),
    Formula(
        "extension_rate",
        "延期率",
        "Extension rate",
        f"延期案件数 ÷ {_DUE[0]}。",
        f"extended ÷ {_DUE[1]}.",
        _is_due,
        lambda row, _: row.extension_count > 0,
    ),
    Formula(
        "reopen_rate",
        "重办率",
        "Reopening rate",
        "结案后又重新办理数 ÷ 期内立案并结过案的案件。",
        "reopened ÷ cases filed in the period that have been closed.",
        _was_closed,
        lambda row, _: row.reopen_count > 0,
    ),
    Formula(
        "solved_in_neighbourhood_rate",
        "小问题不出网格率",
        "Solved without leaving the neighbourhood",
        "始终在自循环内解决数 ÷ 期内结案且始于自循环的案件。",
        "solved within the self loop ÷ closed in the period, begun in the self loop.",
        _closed_small,
        lambda row, _: set(row.loop_path) == {Loop.SELF},
    ),
    Formula(
        "satisfaction_rate",
        "满意率",
        "Satisfaction rate",
        "评价均为满意的案件 ÷ 期内结案且有评价的案件。",
        "cases rated satisfied by all ÷ closed in the period and rated.",
        lambda row, period: row.state is State.CLOSED and period.has(row.closed_at) and bool(row.ratings),
        lambda row, _: set(row.ratings) == {Satisfaction.SATISFIED},
    ),
)


def measure(rows: Iterable[CaseRow], period: Period) -> list[Measure]:
    """Every rate over these rows, in the order of `FORMULAS`."""
    counted = list(rows)
    return [_measured(formula, counted, period) for formula in FORMULAS]


def _measured(formula: Formula, rows: Sequence[CaseRow], period: Period) -> Measure:
    below = [row for row in rows if formula.is_counted(row, period)]
    assessed = [row for row in below if not (formula.is_of_time and row.is_exempt)]
    hits = sum(formula.is_hit(row, period) for row in assessed)
    return Measure(
        formula.code,
        formula.name_zh,
        formula.name_en,
        hits,
        len(assessed),
        len(below) - len(assessed),
        formula.rule_zh,
        formula.rule_en,
    )
