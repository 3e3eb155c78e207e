"""What the indicator catalogue says, as plain frozen values.

Nothing is read or checked here: `catalogue_yaml` reads files, `catalogue_schema` checks their shape,
`catalogue_checks` checks what one file says against the others and `catalogue` puts all of it together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class AnsweredBy(StrEnum):
    """Whose answer to an item is asked for; a resident's answer is a report and scores only once verified."""

    INSPECTOR = "inspector"
    RESIDENT = "resident"
    BOTH = "both"


class Method(StrEnum):
    """How an item is observed: 实地考察, 材料审核, 设备状态, 电话拨测, 问卷调查, 统计数据, 案卷记录."""

    FIELD_VISIT = "field_visit"
    DOCUMENT_REVIEW = "document_review"
    DEVICE = "device"
    CALL_TEST = "call_test"
    QUESTIONNAIRE = "questionnaire"
    STATISTICS = "statistics"
    CASE_RECORD = "case_record"


class Demand(StrEnum):
    """When an answer must bring a photo, or a written note."""

    NEVER = "never"
    ON_FAIL = "on_fail"
    ALWAYS = "always"


class Loop(StrEnum):
    """Who is answerable first: 自循环, 微循环, 小循环, 大循环."""

    SELF = "self"
    MICRO = "micro"
    SMALL = "small"
    LARGE = "large"


class LimitUnit(StrEnum):
    """紧急工作时 counts nights and holidays; 工作时 and 工作日 follow the statutory calendar."""

    NATURAL_HOUR = "natural_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for people, in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document that items cite by its tag."""

    tag: str
    title: Text
    issuer: str
    number: str | None
    dated_on: str | None
    text_state: Text


@dataclass(frozen=True, slots=True)
class Source:
    """The clause that justifies an item: verbatim quote (≤ 15 characters); loose (≈) when the wording is ours."""

    policy: str
    clause: str
    quote: str
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer must bring, and what its photos should show."""

    photos: Demand
    min_photos: int
    note: Demand = Demand.NEVER
    shows: Text | None = None


@dataclass(frozen=True, slots=True)
class LimitVariant:
    """Another limit for a particular defect of the same item (满溢, 破损, …)."""

    when: Text
    value: float
    unit: LimitUnit
    provenance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """How long handling may take once dispatched 处置时限; `variants` tell defects apart."""

    value: float
    unit: LimitUnit
    provenance: tuple[str, ...]
    variants: tuple[LimitVariant, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A national or local category 管理部件和事项; the same five digits exist in both kinds."""

    standard: str
    kind: str
    code: str
    is_nearest: bool = False


@dataclass(frozen=True, slots=True)
class Deduction:
    """What each occurrence takes off the item's score of 1, which never falls below 0."""

    per_occurrence: float
    provenance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """The short label under which a resident finds the item, and the words that lead to it."""

    zh: str
    en: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One observable criterion 检查项, as a checklist asks for it.

    `provenance` says for each field who says so: the policy, an outside source (X-n), another city's table (Y, J),
    a transcription (T) or we ourselves (P, to be confirmed by the client). `criterion` says how it ought to be; what is
    wrong where it fails is the tile's words, or `problem` where residents are offered no tile.
    """

    code: str
    group: str
    criterion: Text
    hint: Text
    sources: tuple[Source, ...]
    answered_by: AnsweredBy
    method: Method
    evidence: Evidence
    weight: float
    is_veto: bool
    handlers: tuple[str, ...]
    loop: Loop
    limit: Limit | None
    no_limit_because: Text | None
    provenance: Mapping[str, tuple[str, ...]]
    category: Category | None = None
    other_categories: tuple[Category, ...] = ()
    deduction: Deduction | None = None
    applies_when: Mapping[str, Any] = field(default_factory=dict)
    tile: Tile | None = None
    problem: Text | None = None
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """An indicator group of the library (WASTE, FIRE, …); `tile_order` puts it on the resident's first page."""

    code: str
    name: Text
    items: tuple[Item, ...]
    tile: Tile | None = None
    tile_order: int | None = None
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A named set of items within a checklist 测评指标, with the policy clause it answers to."""

    code: str
    name: Text
    items: tuple[Item, ...]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """How the rate is counted; the policies set targets for it and define neither numerator nor denominator."""

    version: str
    note: Text
    provenance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """What one kind of inspection asks, with the items as this checklist weighs them."""

    code: str
    name: Text
    version_label: str
    purpose: Text
    sources: tuple[Source, ...]
    validity_days: int
    pass_mark: float
    provenance: Mapping[str, tuple[str, ...]]
    formula: Formula
    indicators: tuple[Indicator, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for indicator in self.indicators for item in indicator.items)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole library: policies, marks of provenance, groups of items, and the checklists drawn from them."""

    policies: Mapping[str, Policy]
    marks: Mapping[str, Text]
    groups: tuple[ItemGroup, ...]
    checklists: Mapping[str, Checklist]

    @property
    def items(self) -> Mapping[str, Item]:
        """Every item of the library by its code."""
        return {item.code: item for group in self.groups for item in group.items}
