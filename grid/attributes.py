"""The vocabulary of community attributes: what applicability rules may ask about a residential community.

The vocabulary is data. An attribute that nobody recorded is unknown, which is not the same as zero or no.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from server.errors import FieldError, RuleViolated

AttributeValue: TypeAlias = int | str | bool


class AttributeType(StrEnum):
    INTEGER = "integer"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its key in `Community.attributes`, what people call it, and which values it may have."""

    key: str
    type: AttributeType
    zh: str
    en: str
    minimum: int = 0
    maximum: int = 0
    choices: tuple[Choice, ...] = ()


class InvalidAttributes(RuleViolated):
    """Attributes were refused; `errors` names each key with its reason."""

    default_code = "invalid_attributes"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("小区属性有误", "Some community attributes are wrong", errors=errors)


class InvalidAttribute(ValueError):
    """One value was refused, and why."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


PROPERTY_TYPES = (
    Choice("commodity", "商品房", "Commodity housing"),
    Choice("after_sale", "售后房", "Sold public housing"),
    Choice("public_direct", "直管公房", "Public housing, directly managed"),
    Choice("public_system", "系统公房", "Public housing of a work unit"),
    Choice("affordable", "保障房", "Affordable housing"),
    Choice("resettlement", "动迁安置房", "Resettlement housing"),
    Choice("lilong", "里弄", "Lane houses"),
)


def _integer(key: str, zh: str, en: str, minimum: int, maximum: int) -> Attribute:
    return Attribute(key, AttributeType.INTEGER, zh, en, minimum, maximum)


def _flag(key: str, zh: str, en: str) -> Attribute:
    return Attribute(key, AttributeType.FLAG, zh, en)


VOCABULARY: Mapping[str, Attribute] = {
    attribute.key: attribute
    for attribute in (
        _integer("building_year", "建成年份", "Year built", 1850, 2100),
        _integer("households", "户数", "Households", 0, 50_000),
        _integer("buildings", "楼栋数", "Buildings", 0, 2_000),
        _integer("lifts", "电梯数", "Lifts", 0, 5_000),
        _integer("oldest_lift_year", "最早电梯启用年份", "Year the oldest lift entered service", 1900, 2100),
        _integer("floors_max", "最高层数", "Floors of the tallest building", 1, 150),
        Attribute("property_type", AttributeType.CHOICE, "房屋类型", "Property type", choices=PROPERTY_TYPES),
        _flag("has_property_company", "有物业服务企业", "Has a property company"),
        _flag("has_owners_committee", "已成立业委会", "Has an owners' committee"),
        _flag("is_committee_eligible", "符合业委会成立条件", "May form an owners' committee"),
        _flag("has_greenery", "有公共绿化", "Has shared greenery"),
        _flag("has_scenic_water", "有景观水体", "Has scenic water"),
        _flag("has_shops", "有沿街商铺", "Has street-side shops"),
        _flag("has_secondary_water", "有二次供水设施", "Has secondary water supply"),
        _flag("has_ebike_charging", "有电动自行车充电设施", "Has e-bike charging"),
        _flag("has_sports_facility", "有健身设施", "Has sports facilities"),
        _flag("has_cultural_room", "有文化活动室", "Has a cultural room"),
        _flag("has_tactile_paving", "有盲道或无障碍设施", "Has tactile paving or barrier-free access"),
        _flag("has_parking", "有停车位", "Has parking"),
        _flag("has_shared_parking", "有共享停车", "Has shared parking"),
        _flag("has_micro_garden", "有微型花园", "Has a micro garden"),
        _flag("has_smart_smoke_alarm", "有智能烟感", "Has smart smoke alarms"),
        _flag("has_waste_room", "有垃圾厢房", "Has a waste room"),
        _flag("is_in_cable_plan", "列入架空线入地计划", "In the overhead-cable plan"),
        _flag("has_old_housing_hazard", "有老旧住房安全隐患", "Has old-housing hazards"),
    )
}


def validate_attributes(
    values: Mapping[str, object], *, this_year: int = 2100, path: str = "attributes"
) -> dict[str, AttributeValue]:
    """Attributes are of the vocabulary, typed and within range; None means unknown and is left out.

    `this_year` bounds the year of the oldest lift and, five years ahead for what is being built, that of the
    buildings; `path` is what the errors' field names begin with. Raises InvalidAttributes with a reason for
    every key that is wrong.
    """
    errors: dict[str, InvalidAttribute] = {}
    valid: dict[str, AttributeValue] = {}
    for key, value in values.items():
        if value is None:
            continue
        try:
            valid[key] = validate_attribute(key, value)
        except InvalidAttribute as error:
            errors[key] = error
    errors |= find_contradictions(valid, this_year)
    if errors:
        raise InvalidAttributes(
            [FieldError(f"{path}.{key}", e.code, e.zh, e.en) for key, e in errors.items()]
        )
    return valid


def validate_attribute(key: str, value: object) -> AttributeValue:
    """One value is of its attribute's type and range; raises InvalidAttribute."""
    attribute = VOCABULARY.get(key)
    if attribute is None:
        raise InvalidAttribute("unknown_attribute", "没有这个小区属性", "there is no such attribute")
    return _VALIDATORS[attribute.type](attribute, value)


def read_attribute_filters(texts: Sequence[str]) -> dict[str, AttributeValue]:
    """Attributes to filter by, from "key:value" texts such as "lifts:2" or "has_shops:true"; raises InvalidAttributes."""
    found: dict[str, object] = {}
    for text in texts:
        key, _, value = text.partition(":")
        is_number = value.isascii() and value.isdigit() and len(value) < 12
        found[key] = {"true": True, "false": False}.get(value, int(value) if is_number else value)
    return validate_attributes(found, path="attribute")


def find_contradictions(values: Mapping[str, AttributeValue], this_year: int) -> dict[str, InvalidAttribute]:
    """Values that are each possible, and impossible together or this year, by key."""
    errors: dict[str, InvalidAttribute] = {}
    for key, latest in (("building_year", this_year + 5), ("oldest_lift_year", this_year)):
        if int(values.get(key, 0)) > latest:
            errors[key] = InvalidAttribute(
                "out_of_range", f"不应晚于 {latest} 年", f"may not be later than {latest}"
            )
    if values.get("lifts") == 0 and "oldest_lift_year" in values:
        errors["oldest_lift_year"] = InvalidAttribute(
            "contradiction",
            "电梯数为 0，不应填写电梯启用年份",
            "there are no lifts, so there is no oldest one",
        )
    return errors


def _validate_integer(attribute: Attribute, value: object) -> int:
    # bool is an int in Python; "lifts: true" is a mistake all the same.
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidAttribute("not_an_integer", "应为整数", "must be a whole number")
    if not attribute.minimum <= value <= attribute.maximum:
        low, high = attribute.minimum, attribute.maximum
        raise InvalidAttribute(
            "out_of_range", f"应在 {low} 至 {high} 之间", f"must lie between {low} and {high}"
        )
    return value


def _validate_choice(attribute: Attribute, value: object) -> str:
    codes = [choice.code for choice in attribute.choices]
    if not isinstance(value, str) or value not in codes:
        zh = "、".join(f"{choice.zh}({choice.code})" for choice in attribute.choices)
        raise InvalidAttribute("not_a_choice", f"应为下列之一：{zh}", f"must be one of {', '.join(codes)}")
    return value


def _validate_flag(_attribute: Attribute, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidAttribute("not_a_flag", "应为是或否", "must be true or false")
    return value


_VALIDATORS: Mapping[AttributeType, Callable[[Attribute, object], AttributeValue]] = {
    AttributeType.INTEGER: _validate_integer,
    AttributeType.CHOICE: _validate_choice,
    AttributeType.FLAG: _validate_flag,
}
