"""Compliance rates (达标率) from counts: value, both sides of the fraction, what was left out, and why.

The policies set targets for the rates (80 %, 90 %) and define neither numerator nor denominator, so ours is
stated, with a version, beside every figure.
"""

from dataclasses import dataclass
from math import floor

from checklists.compliance import PairStatus
from checklists.intervals import Interval, wilson_interval


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many pairs (or communities) have each status."""

    passing: int = 0
    failing: int = 0
    stale: int = 0
    unassessed: int = 0
    not_applicable: int = 0

    @property
    def assessed(self) -> int:
        """Those with a valid result."""
        return self.passing + self.failing

    @property
    def applicable(self) -> int:
        """Those that a result is wanted for."""
        return self.assessed + self.stale + self.unassessed

    @property
    def total(self) -> int:
        """All of them."""
        return self.applicable + self.not_applicable

    def __add__(self, other: "StatusCounts") -> "StatusCounts":
        return StatusCounts(
            self.passing + other.passing,
            self.failing + other.failing,
            self.stale + other.stale,
            self.unassessed + other.unassessed,
            self.not_applicable + other.not_applicable,
        )

    @classmethod
    def of(cls, counts: dict[PairStatus, int]) -> "StatusCounts":
        """The counts by status; a status that is missing counts 0."""
        return cls(
            counts.get(PairStatus.PASS, 0),
            counts.get(PairStatus.FAIL, 0),
            counts.get(PairStatus.STALE, 0),
            counts.get(PairStatus.UNASSESSED, 0),
            counts.get(PairStatus.NOT_APPLICABLE, 0),
        )


@dataclass(frozen=True, slots=True)
class Formula:
    """What a figure is made of, in words, and the version of that wording."""

    code: str
    version: int
    statement_zh: str
    statement_en: str


INDICATOR_ATTAINMENT = Formula(
    "indicator_attainment",
    1,
    "指标达标率＝达标的“小区×检查项”数÷适用且已检查（结果在有效期内）的“小区×检查项”数；"
    "不适用、未检查、已过期的不计入分子和分母，单独列出。",
    "Indicator attainment rate = passing (community, item) pairs / pairs that apply and have a valid result; "
    "pairs that do not apply, were never inspected or are out of date are left out of both sides and listed.",
)
COMMUNITY_ATTAINMENT = Formula(
    "community_attainment",
    1,
    "小区达标率＝达标小区数÷已判定小区数。小区达标须同时满足：得分不低于达标线、无一票否决项不达标、适用项覆盖率100%；"
    "适用项全部检查过，或已有否决项不达标、或其余各项全部达标也到不了达标线的，为已判定；尚不能判定的不计入分子和分母，单独列出。"
    "得分＝100×Σ(权重×项得分)÷Σ权重，只计适用且已检查的项。",
    "Community attainment rate = attaining communities / communities with a verdict. A community attains when its "
    "score reaches the pass mark, no veto item fails and every applicable item is inspected; the verdict stands once "
    "every applicable item is inspected, or a veto item fails, or the mark is out of reach even if all the rest "
    "passed. Communities without a verdict are left out of both sides and listed. Score = 100 × Σ(weight × item "
    "score) / Σ weight over applicable, inspected items.",
)
COMMUNITY_ITEMS = Formula(
    "community_items",
    1,
    "本小区达标率＝达标的检查项数÷适用且已检查（结果在有效期内）的检查项数，涵盖现行全部检查表，"
    "同一检查项只计一次；不适用、未检查、已过期的不计入分子和分母。",
    "The community's own rate = passing items / items that apply and have a valid result, over all checklists in "
    "force, an item that several of them ask for counted once; items that do not apply, were never inspected or are "
    "out of date are left out of both sides.",
)
COVERAGE = Formula(
    "coverage",
    1,
    "覆盖率＝已检查（结果在有效期内）数÷适用数。",
    "Coverage = those with a valid result / those that apply.",
)


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction of counts; its value is None where the denominator is 0, which means "not assessed"."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


# What is said wherever rates are read.
CUT_ZH = "百分比只舍不入，保留一位小数：没到目标的，不会显示成到了目标。"
CUT_EN = "Per cents are cut to one decimal, never rounded up: nothing reads as a target that was not reached."


def cut(share: float) -> float:
    """A share as people are shown it: to a tenth of a per cent, the rest cut off.

    79.96 % rounded would read as a target of 80 % reached; cut it reads 79.9 %. What binary fractions take from
    exact shares (0.57) is given back; that is less than one pair of a hundred million weighs. The web app's
    `figures.ts` cuts by the same rule.
    """
    return floor(share * 1000 + 1e-6) / 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """A compliance rate with everything that explains it; `interval` is Wilson's at 95 %."""

    formula: Formula
    share: Share
    coverage: Share
    interval: Interval | None
    counts: StatusCounts

    @property
    def excluded(self) -> dict[PairStatus, int]:
        """What neither side of the fraction counts, by reason."""
        return {
            PairStatus.STALE: self.counts.stale,
            PairStatus.UNASSESSED: self.counts.unassessed,
            PairStatus.NOT_APPLICABLE: self.counts.not_applicable,
        }


def rate_of(counts: StatusCounts, formula: Formula = INDICATOR_ATTAINMENT) -> Rate:
    """Passing / assessed, with its coverage assessed / applicable; nothing assessed is no rate at all."""
    return Rate(
        formula=formula,
        share=Share(counts.passing, counts.assessed),
        coverage=Share(counts.assessed, counts.applicable),
        interval=wilson_interval(counts.passing, counts.assessed),
        counts=counts,
    )
