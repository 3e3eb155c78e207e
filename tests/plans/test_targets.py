"""Which target holds for a figure on a day: pure, with targets made for the purpose."""

from datetime import date

import pytest

from checklists.catalogue_entries import Source, Text
from plans.target_entries import Commitment, Measured, Metric, Operator, Target
from plans.targets import lineage_of, target_in_force, targets_in_force

RATE = Measured(Metric.ITEM_RATE, "civilised_community")
COMMUNITIES = Measured(Metric.COMMUNITY_RATE, "civilised_community")
TOWNSHIP = lineage_of("/310151/310151101/")


def target(code: str, year: int, value: float = 0.8, **more: object) -> Target:
    values = {"area_code": "310151", "measured": RATE, "from_year": year, **more}
    return Target(
        code=code,
        name=Text("达标率", "rate"),
        year=year,
        share=value,
        operator=Operator.REACH,
        commitment=Commitment.FIRM,
        source=Source("000", "三(五)1", "达标率"),
        **values,  # type: ignore[arg-type]
    )


YEARLY = (target("first", 2018, 0.8), target("second", 2019, 0.9))


def ruling(
    targets: tuple[Target, ...], on: date, lineage: tuple[str, ...] = TOWNSHIP
) -> tuple[str, bool] | None:
    found = target_in_force(targets, RATE, lineage, on)
    return found and (found.target.code, found.is_carried_forward)


def test_an_areas_lineage_begins_at_the_province_and_ends_with_itself() -> None:
    assert TOWNSHIP == ("310000", "310100", "310151", "310151101")
    assert lineage_of("/") == ()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2017, 12, 31), None),
        (date(2018, 1, 1), ("first", False)),
        (date(2018, 12, 31), ("first", False)),
        (date(2019, 1, 1), ("second", False)),
        (date(2019, 12, 31), ("second", False)),
        (date(2020, 1, 1), ("second", True)),
        (date(2026, 11, 21), ("second", True)),
    ],
)
def test_each_year_has_its_target_and_the_last_goes_on(on: date, expected: tuple[str, bool] | None) -> None:
    assert ruling(YEARLY, on) == expected
    assert ruling(tuple(reversed(YEARLY)), on) == expected


def test_a_newer_target_ends_the_carrying_forward() -> None:
    targets = (*YEARLY, target("third", 2026, 0.95))
    assert ruling(targets, date(2025, 12, 31)) == ("second", True)
    assert ruling(targets, date(2026, 1, 1)) == ("third", False)


def test_a_span_of_years_is_in_force_from_its_first_to_its_last() -> None:
    span = (target("span", 2020, from_year=2018),)
    assert [ruling(span, date(year, 6, 1)) for year in (2017, 2018, 2020, 2021)] == [
        None,
        ("span", False),
        ("span", False),
        ("span", True),
    ]


def test_of_the_same_year_the_nearer_divisions_target_rules() -> None:
    targets = (target("district", 2019), target("city", 2019, area_code="310000"))
    assert ruling(targets, date(2019, 6, 1)) == ("district", False)
    assert ruling(targets, date(2019, 6, 1), lineage_of("/310114/310114001/")) == ("city", False)


def test_a_wider_divisions_newer_target_replaces_an_older_one() -> None:
    targets = (target("township", 2017, area_code="310151101"), target("city", 2020, area_code="310000"))
    assert ruling(targets, date(2019, 6, 1)) == ("township", True)
    assert ruling(targets, date(2020, 6, 1)) == ("city", False)


def test_another_areas_target_and_another_figures_do_not_count() -> None:
    targets = (target("elsewhere", 2019, area_code="310114"), target("other", 2019, measured=COMMUNITIES))
    assert ruling(targets, date(2019, 6, 1)) is None


def test_every_figure_has_one_target_in_force() -> None:
    targets = (*YEARLY, target("communities", 2020, measured=COMMUNITIES))
    found = targets_in_force(targets, TOWNSHIP, date(2021, 1, 1))
    assert [each.target.code for each in found] == ["second", "communities"]
    assert [each.target.code for each in targets_in_force(targets, TOWNSHIP, date(2019, 1, 1))] == ["second"]
