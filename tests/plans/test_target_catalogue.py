"""The shipped targets agree with the policies' table; broken files are told by line."""

from datetime import date
from pathlib import Path

import pytest

from checklists.catalogue import CatalogueError, load_catalogue
from plans.target_catalogue import load_targets, shipped_targets
from plans.target_entries import Commitment, Measured, Metric, Operator
from plans.targets import lineage_of, target_in_force

CIVILISED = Measured(Metric.ITEM_RATE, "civilised_community")
NO_ILLEGAL = Measured(Metric.COMMUNITY_RATE, "no_illegal_structures")
TO_STANDARD = Measured(Metric.COMMUNITY_RATE, "owners_committee")
CHENGQIAO, XINCHENG = lineage_of("/310151/310151101/"), lineage_of("/310114/310114001/")
GOOD = """\
targets:
  - code: rate_2019
    name: {zh: 达标率, en: Rate}
    area_code: "310151"
    measured: {metric: item_rate, checklist: civilised_community}
    year: 2019
    share: 0.9
    operator: reach
    commitment: firm
    source: {policy: "000", clause: 三(五)1, quote: 创城指标达标率达到90%}
"""


@pytest.mark.parametrize(
    ("lineage", "measured", "year", "expected"),
    [
        (CHENGQIAO, CIVILISED, 2018, (0.8, Operator.AT_LEAST, Commitment.FIRM, False)),
        (CHENGQIAO, CIVILISED, 2019, (0.9, Operator.REACH, Commitment.FIRM, False)),
        (CHENGQIAO, CIVILISED, 2020, (0.9, Operator.REACH, Commitment.FIRM, True)),
        (CHENGQIAO, CIVILISED, 2026, (0.9, Operator.REACH, Commitment.FIRM, True)),
        (CHENGQIAO, NO_ILLEGAL, 2018, (0.6, Operator.REACH, Commitment.FIRM, False)),
        (CHENGQIAO, NO_ILLEGAL, 2019, (1, Operator.REACH, Commitment.STRIVE, False)),
        (CHENGQIAO, NO_ILLEGAL, 2026, (0.9, Operator.REACH, Commitment.FIRM, True)),
        (XINCHENG, TO_STANDARD, 2017, (0.7, Operator.REACH, Commitment.FIRM, False)),
        (XINCHENG, TO_STANDARD, 2026, (0.75, Operator.AT_LEAST, Commitment.FIRM, True)),
    ],
)
def test_the_policies_targets(
    lineage: tuple[str, ...], measured: Measured, year: int, expected: tuple[object, ...]
) -> None:
    found = target_in_force(shipped_targets().targets, measured, lineage, date(year, 6, 30))
    assert found is not None
    target = found.target
    assert (target.share, target.operator, target.commitment, found.is_carried_forward) == expected


def test_the_city_and_xincheng_have_no_target_of_the_civilised_rate() -> None:
    assert target_in_force(shipped_targets().targets, CIVILISED, XINCHENG, date(2026, 1, 1)) is None


def test_every_figure_in_a_quote_is_the_targets_value() -> None:
    for target in shipped_targets().targets:
        if "%" in target.source.quote:
            assert f"{target.share * 100:.0f}%" in target.source.quote, target.code


def load(text: str, folder: Path) -> None:
    path = folder / "targets.yaml"
    path.write_text(text, "utf-8")
    load_targets(load_catalogue(), path)


def test_a_sound_file_loads(tmp_path: Path) -> None:
    load(GOOD, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("share: 0.9", "share: 90", 7, "share: Must be"),
        ("share: 0.9", "share: true", 7, "must be a number"),
        ("reach", "below", 8, "must be one of at_least, reach"),
        ("commitment: firm", "commitment: maybe", 9, "must be one of strive, plan, firm"),
        ('"000"', '"009"', 10, "no such policy: 009"),
        ("checklist: civilised_community", "checklist: civility", 5, "no such checklist: civility"),
        ("community}", "community, item: LIFT-02}", 5, "does not ask LIFT-02"),
        ("community}", "community, indicator: NOTHING}", 5, "has no NOTHING"),
        ("community}", "community, indicator: PACT, item: PUB-03}", 5, "an indicator or an item, not both"),
        (
            "item_rate, checklist: civilised_community",
            "community_rate, checklist: civilised_community, item: PUB-03",
            5,
            "of the whole",
        ),
        ("year: 2019", "year: 2019\n    from_year: 2020", 7, "begins after"),
        ("commitment: firm", "commitment: firm\n    is_nearest: true", 2, "needs a remark"),
        ("310151", "31015", 4, "must be a division code"),
        ("创城指标达标率达到90%", "2019年住宅小区创城指标达标率达到90%", 10, "Longer than maximum"),
        ("clause", "colour", 10, "Unknown field"),
        ("targets:", "targets: []\nother:", 1, "Shorter than minimum"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    old: str, new: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(CatalogueError) as caught:
        load(GOOD.replace(old, new, 1), tmp_path)
    assert any(problem.line == line and reason in problem.reason for problem in caught.value.problems), (
        caught.value.problems
    )


def test_two_targets_may_not_claim_one_figure_and_year(tmp_path: Path) -> None:
    second = GOOD.removeprefix("targets:\n")
    with pytest.raises(CatalogueError, match="is there twice"):
        load(GOOD + second, tmp_path)
    with pytest.raises(CatalogueError, match="rate_2019 already sets this figure for that year"):
        load(GOOD + second.replace("rate_2019", "again_2019"), tmp_path)
