"""The community form: columns, values, positions, and what is refused."""

import pytest

from grid.attributes import VOCABULARY
from grid.community_import import COLUMNS, plan_communities
from grid.tables import ImportRefused

CODE = "310151101001"


def plan(header, *lines):
    read = plan_communities("\n".join([header, *lines]).encode(), this_year=2026)
    assert read.bad_cells == []
    return read.lines


def bad_cells(header, *lines):
    read = plan_communities("\n".join([header, *lines]).encode(), this_year=2026)
    return [(bad.line, bad.column, bad.code) for bad in ImportRefused(read.bad_cells).bad_cells]


def test_a_line_becomes_a_community_with_attributes_and_position():
    header = "code,name,neighbourhood_code,building_year,households,lifts,address,latitude,longitude,has_shops,property_type"
    (community,) = plan(header, f"NM-1,南门新村,{CODE},1988,420,0,南门路1号,31.62,121.39,是,after_sale")
    assert (community.code, community.name, community.neighbourhood_code) == ("NM-1", "南门新村", CODE)
    assert community.address == "南门路1号"
    assert (community.position.latitude, community.position.longitude) == (31.62, 121.39)
    assert community.attributes == {
        "building_year": 1988,
        "households": 420,
        "lifts": 0,
        "has_shops": True,
        "property_type": "after_sale",
    }


def test_chinese_headers_units_and_values_are_understood():
    header = "小区名称*,居村委代码,建成年份（年）,总户数(户),房屋类型,已成立业委会,有沿街商铺"
    (community,) = plan(header, f'南门新村,{CODE},1988年,"1,420",售后房,√,无')
    assert community.attributes == {
        "building_year": 1988,
        "households": 1420,
        "property_type": "after_sale",
        "has_owners_committee": True,
        "has_shops": False,
    }


def test_empty_cells_say_nothing():
    (community,) = plan("name,neighbourhood_code,lifts,latitude,longitude", f"南门新村,{CODE},,,")
    assert community.attributes == {}
    assert community.position is None


def test_a_gcj02_position_is_converted():
    header = "name,neighbourhood_code,latitude,longitude,datum"
    (community,) = plan(header, f"南门新村,{CODE},31.621258689320257,121.4016852590486,GCJ02")
    position = community.position
    assert (position.latitude, position.longitude) == pytest.approx((31.623, 121.397), abs=1e-7)


def test_every_bad_value_is_told_in_its_own_column():
    header = "name,neighbourhood_code,building_year,lifts,has_shops,property_type,datum"
    found = bad_cells(
        header,
        f",{CODE},1988,0,是,commodity,wgs84",
        "甲,3101511010,一九八八,-1,也许,别墅,bd09",
        f"乙,{CODE},2060,99999,是,commodity,",
    )
    assert found == [
        (2, "name", "required"),
        (3, "building_year", "not_an_integer"),
        (3, "datum", "unknown_datum"),
        (3, "has_shops", "not_a_flag"),
        (3, "lifts", "out_of_range"),
        (3, "neighbourhood_code", "invalid_code"),
        (3, "property_type", "not_a_choice"),
        (4, "building_year", "out_of_range"),
        (4, "lifts", "out_of_range"),
    ]


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ("121.39", "31.62", [("latitude", "swapped")]),
        ("31.62", "", [("longitude", "not_a_number")]),
        ("here", "121.39", [("latitude", "not_a_number")]),
        ("nan", "inf", [("latitude", "out_of_range"), ("longitude", "out_of_range")]),
        ("0", "0", [("latitude", "out_of_range"), ("longitude", "out_of_range")]),
    ],
)
def test_an_impossible_position_is_refused(latitude, longitude, expected):
    found = bad_cells("name,neighbourhood_code,latitude,longitude", f"甲,{CODE},{latitude},{longitude}")
    assert [(column, code) for _, column, code in found] == expected


def test_the_bad_column_goes_by_the_name_the_file_uses():
    assert bad_cells("小区名称,居村委代码,电梯数", f"甲,{CODE},三") == [(2, "电梯数", "not_an_integer")]


def test_one_name_twice_in_a_neighbourhood_or_one_code_twice_is_refused():
    found = bad_cells("code,name,neighbourhood_code", f"A,甲,{CODE}", f"A,乙,{CODE}", f"B,甲,{CODE}")
    assert found == [(3, "code", "duplicate"), (4, "name", "duplicate")]


def test_the_same_name_in_two_neighbourhoods_is_two_communities():
    assert len(plan("name,neighbourhood_code", f"甲,{CODE}", "甲,310151101002")) == 2


def test_a_number_of_five_thousand_digits_is_refused_like_any_other():
    assert bad_cells("name,neighbourhood_code,lifts", f"甲,{CODE},{'9' * 5000}") == [
        (2, "lifts", "not_an_integer")
    ]


def test_contradictions_are_told():
    header = "name,neighbourhood_code,lifts,oldest_lift_year"
    assert bad_cells(header, f"甲,{CODE},0,2001") == [(2, "oldest_lift_year", "contradiction")]


def test_a_misspelt_header_does_not_pass_as_no_value():
    assert bad_cells("name,neighbourhood_code,lfits", f"甲,{CODE},2") == [(1, "lfits", "unknown_column")]


def test_every_attribute_is_a_column_and_no_header_means_two_columns():
    names = [name for column in COLUMNS for name in (column.key, *column.aliases)]
    assert set(VOCABULARY) <= {column.key for column in COLUMNS}
    assert len(names) == len(set(names))
