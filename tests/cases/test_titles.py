"""What a case is called."""

from dataclasses import replace

import pytest

from cases.item_terms import ItemTerms
from cases.terms import Loop
from cases.titles import UNTITLED, automatic_title, title_of
from checklists.problem_names import ProblemName, problem_name

TERMS = ItemTerms(
    "CORR-03", "CORR", ProblemName("楼道灯不亮", "Corridor light out"), "楼道照明完好", (), Loop.SELF, None
)
CRITERION = {"zh": "楼道照明完好", "en": "Corridor lighting works"}


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({"tile": {"zh": "楼道灯不亮", "en": "Light out", "keywords": []}}, ("楼道灯不亮", "Light out")),
        ({"tile": None, "problem": {"zh": "盲道中断", "en": "Paving broken"}}, ("盲道中断", "Paving broken")),
        ({"tile": None}, ("不符合要求：楼道照明完好", "Not met: Corridor lighting works")),
    ],
)
def test_a_problem_is_named_by_what_is_wrong_never_by_how_it_ought_to_be(item, name):
    assert problem_name({"criterion": CRITERION, **item}) == name


def test_a_case_that_nobody_named_is_called_after_its_problem_in_either_language():
    assert automatic_title(TERMS) == "楼道灯不亮"
    assert title_of("楼道灯不亮", TERMS) == TERMS.problem
    assert (automatic_title(None), title_of("待定类别", None)) == ("待定类别", UNTITLED)


def test_a_title_that_somebody_gave_stands_as_it_is_in_both():
    assert title_of("3号楼灯坏了", TERMS) == ("3号楼灯坏了", "3号楼灯坏了")
    assert title_of("3号楼灯坏了", None) == ("3号楼灯坏了", "3号楼灯坏了")


def test_a_title_from_before_problems_had_names_is_told_as_the_problem():
    assert title_of("楼道照明完好", TERMS) == TERMS.problem
    other = replace(TERMS, criterion_zh="别的要求")
    assert title_of("楼道照明完好", other).zh == "楼道照明完好"
