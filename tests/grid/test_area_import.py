"""The area form: real files are read, and every bad row is told with its line and reason."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import grid
from grid.area_import import COLUMNS, plan_areas
from grid.tables import ImportRefused, UnreadableTable
from server.errors import DomainError

DATA = Path(grid.__file__).parent / "data"
HEADER = "township,township_code,community,community_code,kind"
GOOD = "城桥镇,310151101,南门居委会,310151101001,居委会"


def table(*lines, header=HEADER):
    return "\n".join([header, *lines]).encode()


def planned(content, **more):
    plan = plan_areas(content, **more)
    assert plan.bad_cells == []
    return plan.areas


def refused(*lines, header=HEADER, **more):
    return ImportRefused(plan_areas(table(*lines, header=header), **more).bad_cells)


def bad_cells(*lines, **more):
    return [(bad.line, bad.column, bad.code) for bad in refused(*lines, **more).bad_cells]


def test_the_real_grid_of_chongming_is_read_whole():
    areas = planned((DATA / "chongming_divisions.csv").read_bytes())
    levels = [area.level for area in areas]
    assert (areas[0].code, areas[0].name) == ("310151", "崇明区")
    assert levels.count("township") == 21
    assert levels.count("neighbourhood") == 361
    assert {area.kind for area in areas[1:]} == {"", "committee", "village", "other"}


def test_parents_stand_before_their_children():
    seen = set()
    for area in planned((DATA / "xincheng_divisions.csv").read_bytes()):
        assert area.parent_code is None or area.parent_code in seen
        seen.add(area.code)


def test_chinese_headers_are_the_same_form():
    header = "街镇名称,街镇代码,居村委名称,居村委代码（12位）,类型"
    assert planned(table(GOOD, header=header)) == planned(table(GOOD))


def test_every_bad_row_is_told_and_not_only_the_first():
    found = bad_cells(
        GOOD,
        "城桥镇,31015110,花园弄居委会,310151101002,居委会",
        "城桥镇,310151101,,310151101003,居委会",
        "城桥镇,310151101,城中居委会,310151102004,居委会",
        "城桥镇,310151101,吴家弄居委会,310151101005,街坊",
        "城桥镇,310151101,川心街居委会,3.10151E+11,居委会",
    )
    assert found == [
        (3, "township_code", "invalid_code"),
        (4, "community", "required"),
        (5, "community_code", "not_in_parent"),
        (6, "kind", "not_a_choice"),
        (7, "community_code", "scientific_notation"),
    ]


def test_a_code_or_name_that_is_there_twice_is_refused_with_the_first_line():
    told = refused(GOOD, "城桥镇,310151101,南门居委会,310151101001,居委会").bad_cells
    assert [(bad.column, bad.zh) for bad in told] == [
        ("community", "与第 2 行同名"),
        ("community_code", "与第 2 行重复"),
    ]


def test_one_township_code_under_two_names_is_refused():
    other = "桥城镇,310151101,花园弄居委会,310151101002,居委会"
    assert (3, "township", "name_conflict") in bad_cells(GOOD, other)


def test_a_district_we_do_not_know_needs_its_name():
    row = "某街道,440103001,甲居委会,440103001001,居委会"
    assert bad_cells(row) == [(2, "township_code", "unknown_district")]
    assert planned(table(row), district_name="荔湾区")[0].name == "荔湾区"


def test_one_district_name_cannot_name_two_districts():
    rows = ["甲街道,440103001,甲居委会,440103001001,居委会", "乙街道,440104001,乙居委会,440104001001,居委会"]
    assert bad_cells(*rows, district_name="荔湾区") == [(3, "township_code", "several_districts")]


def test_a_name_that_a_spreadsheet_would_run_is_refused():
    row = '城桥镇,310151101,"=HYPERLINK(""x"")",310151101001,居委会'
    assert bad_cells(row) == [(2, "community", "invalid_name")]


def test_the_refusal_tells_how_many_and_lists_the_cells_for_programs():
    refusal = refused("城桥镇,310151101,,310151101001,居委会")
    assert refusal.extra["bad_cell_count"] == 1
    assert refusal.extra["bad_cells"][0]["line"] == 2
    assert refusal.errors[0].field == "line 2.community"


@pytest.mark.parametrize("columns", [[column] for column in COLUMNS if column.is_required])
def test_a_missing_column_is_named(columns):
    header = ",".join(column.key for column in COLUMNS if column.is_required and column not in columns)
    with pytest.raises(UnreadableTable) as caught:
        plan_areas(table("a,b,c,d", header=header))
    assert columns[0].key in caught.value.zh


@settings(max_examples=60)
@given(st.lists(st.lists(st.text(max_size=14), max_size=7), max_size=6))
def test_any_text_is_planned_or_refused_and_never_breaks(rows):
    lines = [",".join(row) for row in rows]
    with contextlib.suppress(DomainError):
        assert plan_areas(table(GOOD, *lines)).areas[0].name == "崇明区"


STATION_HEADER = HEADER + ",station,station_code"


def test_a_station_stands_between_township_and_neighbourhood():
    row = GOOD + ",示例工作站,310151101-S1"
    areas = planned(table(row, header=STATION_HEADER))
    assert [(area.level, area.code, area.parent_code) for area in areas] == [
        ("district", "310151", None),
        ("township", "310151101", "310151"),
        ("station", "310151101-S1", "310151101"),
        ("neighbourhood", "310151101001", "310151101-S1"),
    ]


def test_a_line_may_name_no_station():
    areas = planned(table(GOOD + ",,", header=STATION_HEADER))
    assert areas[-1].parent_code == "310151101"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (",310151101-S1", [("station", "required")]),
        ("示例站,", [("station_code", "invalid_code")]),
        ("示例站,310151102-S1", [("station_code", "invalid_code")]),
        ("示例站,310151101-一", [("station_code", "invalid_code")]),
        ("示例站,310151101-12345678901", [("station_code", "invalid_code")]),
    ],
)
def test_a_station_needs_a_name_and_a_code_of_its_township(cells, expected):
    found = bad_cells(f"{GOOD},{cells}", header=STATION_HEADER)
    assert [(column, code) for _, column, code in found] == expected


def test_one_station_code_under_two_names_is_refused():
    other = "城桥镇,310151101,花园弄居委会,310151101002,居委会"
    lines = (f"{GOOD},甲站,310151101-S1", f"{other},乙站,310151101-S1")
    assert bad_cells(*lines, header=STATION_HEADER) == [(3, "station", "name_conflict")]
