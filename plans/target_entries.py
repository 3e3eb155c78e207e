"""What the catalogue of targets says, as plain frozen values. Reading and checking stand in `target_catalogue`."""

from dataclasses import dataclass
from enum import StrEnum

from checklists.catalogue_entries import Policy, Source, Text


class Metric(StrEnum):
    """Which of this product's figures a target is compared with: 指标达标率 or 小区达标率 (`checklists.rates`)."""

    ITEM_RATE = "item_rate"
    COMMUNITY_RATE = "community_rate"


class Operator(StrEnum):
    """How the policy words it: 以上、不低于 (≥), or 达、达到 (=). Whatever is higher meets both."""

    AT_LEAST = "at_least"
    REACH = "reach"


class Commitment(StrEnum):
    """How firmly the policy binds itself: 力争, 计划, or without either word."""

    STRIVE = "strive"
    PLAN = "plan"
    FIRM = "firm"


@dataclass(frozen=True, slots=True)
class Measured:
    """The figure that a target speaks of: a rate of one checklist, as a whole or of one indicator or item."""

    metric: Metric
    checklist: str
    indicator: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One target 目标值 of one policy for the years `from_year`–`year`, the last being the one in which it is due.

    `area_code` is the division whose plan it is (its township, district, city or province); `share` is the value, a share
    of 1. `is_nearest` says that the policy counts something a little different, which `remark` explains.
    """

    code: str
    name: Text
    area_code: str
    measured: Measured
    from_year: int
    year: int
    share: float
    operator: Operator
    commitment: Commitment
    source: Source
    is_nearest: bool = False
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class TargetInForce:
    """A target as it holds on some day; carried forward where the policy names no value for that day's year."""

    target: Target
    is_carried_forward: bool


@dataclass(frozen=True, slots=True)
class TargetCatalogue:
    """All targets, and the policies that set them by their tags."""

    targets: tuple[Target, ...]
    policies: dict[str, Policy]
