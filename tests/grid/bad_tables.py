"""Tables with every kind of mistake, for whoever takes tables in: all of it must be named in one answer."""

from __future__ import annotations

from grid.models import Area, AreaLevel
from tests.factories import make_area, make_community

UNKNOWN = "310151109999"
Cells = list[tuple[int, str, str]]

_COMMUNITY_HEADS = "小区代码,小区名称,居村委代码,小区地址,纬度,经度,坐标系,户数,建成年份,电梯数,最早电梯启用年份,房屋类型,业委会"


def bad_communities(township: Area, beyond: str = UNKNOWN) -> tuple[str, Cells]:
    """A file of communities and each of its bad cells; what it collides with is stored. `beyond` is no code here."""
    here = make_area(AreaLevel.NEIGHBOURHOOD, township, code="310151101001")
    other = make_area(AreaLevel.NEIGHBOURHOOD, township, code="310151101002")
    make_community(here, name="甲", code="A-1")
    make_community(here, name="丁", code="D-1")
    lines = [
        f",好,{here.code},,31.62,121.39,,420,1988,2,2001,商品房,有",
        f",,{beyond},,,,,many,,,,,",
        f",好,{here.code},,,,,,2060,,,,",
        f",乙,{UNKNOWN},,,,,,,,,,",
        ",丙,3.10151E+11,,,,,,,,,别墅,",
        f",己,{here.code},,39.9,116.4,,,,-1,,,",
        f",庚,{here.code},,121.39,31.62,bd09,,,,,,",
        f"A-1,辛,{other.code},,,,,,,,,,也许",
        f"Z-9,甲,{here.code},,,,,,,,,,",
        f"Z-9,壬,{here.code},,,,,,,,,,",
        f",丁,{here.code},,,,,,,,,,",
        f"D-1,戊,{here.code},,,,,,,0,2001,,",
        f"甲!,癸,{beyond},=1+1,,,,,,,,,",
    ]
    told = [
        (3, "小区名称", "required"),
        (3, "居村委代码", "unknown_area"),
        (3, "户数", "not_an_integer"),
        (4, "小区名称", "duplicate"),
        (4, "建成年份", "out_of_range"),
        (5, "居村委代码", "unknown_area"),
        (6, "居村委代码", "scientific_notation"),
        (6, "房屋类型", "not_a_choice"),
        (7, "电梯数", "out_of_range"),
        (7, "纬度", "implausible_position"),
        (8, "坐标系", "unknown_datum"),
        (8, "纬度", "swapped"),
        (9, "业委会", "not_a_flag"),
        (9, "小区代码", "other_area"),
        (10, "小区名称", "name_taken"),
        (11, "小区代码", "duplicate"),
        (13, "小区名称", "duplicate"),
        (13, "最早电梯启用年份", "contradiction"),
        (14, "小区代码", "invalid_code"),
        (14, "居村委代码", "unknown_area"),
        (14, "小区地址", "invalid_address"),
    ]
    return "\n".join([_COMMUNITY_HEADS, *lines]) + "\n", sorted(told)


def bad_areas(district: Area) -> tuple[str, Cells]:
    """A file of areas of one district, 310151, and each of its bad cells; a neighbourhood it moves is stored."""
    township = make_area(AreaLevel.TOWNSHIP, district, code="310151101", name="城桥镇")
    station = make_area(AreaLevel.STATION, township, code="310151101-S1", name="甲站")
    make_area(AreaLevel.NEIGHBOURHOOD, station, code="310151101001", name="南门居委会", kind="committee")
    lines = [
        "城桥镇,310151101,南门居委会,310151101001,居委会,乙站,310151101-S2",
        "城桥镇,310151101,,310151101002,街坊,,",
        "城桥镇,310151101,城中居委会,310151101002,居委会,,",
        "桥城镇,310151101,川心街居委会,3.10151E+11,居委会,丙站,310151101-S2",
        "城桥镇,31015110,=1+1,310151101001,居委会,,",
        "城桥镇,310151101,城中居委会,310151102004,居委会,站,S3",
        "某街道,440103001,荔湾居委会,440103001001,村,,",
    ]
    told = [
        (2, "工作站代码", "area_moved"),
        (3, "居村委名称", "required"),
        (3, "类型", "not_a_choice"),
        (4, "居村委代码", "duplicate"),
        (5, "街镇名称", "name_conflict"),
        (5, "居村委代码", "scientific_notation"),
        (5, "工作站", "name_conflict"),
        (6, "街镇代码", "invalid_code"),
        (6, "居村委名称", "invalid_name"),
        (6, "居村委代码", "duplicate"),
        (7, "居村委名称", "duplicate"),
        (7, "居村委代码", "not_in_parent"),
        (7, "工作站代码", "invalid_code"),
        (8, "街镇代码", "unknown_district"),
        (8, "类型", "not_a_choice"),
    ]
    heads = "街镇名称,街镇代码,居村委名称,居村委代码,类型,工作站,工作站代码"
    return "\n".join([heads, *lines]) + "\n", sorted(told)
