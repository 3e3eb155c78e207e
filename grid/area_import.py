"""The area form: what a table of neighbourhoods must say, and the part of the grid that it describes.

The form is that of `grid/data/chongming_divisions.csv`: one line a neighbourhood, with its township. Two more
columns may name the community station 社区工作站 between them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grid.table_files import read_table
from grid.tables import BadCell, Column, ImportRefused, Row

COLUMNS = (
    Column("township", ("街镇", "乡镇", "街道", "街镇名称"), is_required=True),
    Column("township_code", ("街镇代码", "乡镇代码", "街道代码"), is_required=True),
    Column("community", ("居村委", "居民区", "居委会", "居村委名称"), is_required=True),
    Column("community_code", ("居村委代码", "居民区代码", "居委会代码"), is_required=True),
    Column("kind", ("类型", "类别"), is_required=True),
    Column("station", ("社区工作站", "工作站", "工作站名称")),
    Column("station_code", ("工作站代码", "社区工作站代码")),
)

# 居委会, 村委会, and farms and parks that are counted like neighbourhoods.
NEIGHBOURHOOD_KINDS: Mapping[str, str] = {"居委会": "committee", "村委会": "village", "其他": "other"}

SHANGHAI_DISTRICTS: Mapping[str, str] = {
    "310101": "黄浦区",
    "310104": "徐汇区",
    "310105": "长宁区",
    "310106": "静安区",
    "310107": "普陀区",
    "310109": "虹口区",
    "310110": "杨浦区",
    "310112": "闵行区",
    "310113": "宝山区",
    "310114": "嘉定区",
    "310115": "浦东新区",
    "310116": "金山区",
    "310117": "松江区",
    "310118": "青浦区",
    "310120": "奉贤区",
    "310151": "崇明区",
}

DISTRICT_DIGITS, TOWNSHIP_DIGITS, NEIGHBOURHOOD_DIGITS = 6, 9, 12
STATION_LETTERS = 10
MAXIMUM_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class PlannedArea:
    """An area to be there after the import; `level` is an AreaLevel's value, `kind` only a neighbourhood's."""

    code: str
    name: str
    level: str
    parent_code: str | None
    kind: str = ""
    line: int = 0


def plan_areas(content: bytes, district_name: str | None = None) -> list[PlannedArea]:
    """The areas that a file of the area form describes, parents before children.

    Codes are statistical division codes 统计用区划代码: 9 digits for a township, 12 for a neighbourhood, each
    beginning with its parent's; the first 6 name the district. Stations have no statistical code: theirs is the
    township's, a hyphen, and up to ten letters and digits. `district_name` names the district where it is none
    of Shanghai's. Raises ImportRefused with every bad cell, UnreadableTable or TooLarge.
    """
    table = read_table(content, COLUMNS)
    bad_cells = [*table.bad_cells, *_find_bad_values(table.rows), *_find_conflicts(table.rows)]
    districts = {code: district_name or SHANGHAI_DISTRICTS.get(code) for code in _district_codes(table.rows)}
    bad_cells += _find_bad_districts(table.rows, districts, district_name)
    if bad_cells:
        raise ImportRefused(list(dict.fromkeys(bad_cells)))
    rows = table.rows
    return [*_districts(districts), *_townships(rows), *_stations(rows), *_neighbourhoods(rows)]


def _districts(names: Mapping[str, str | None]) -> Iterator[PlannedArea]:
    return (PlannedArea(code, name or "", "district", None) for code, name in names.items())


def _townships(rows: Iterable[Row]) -> Iterator[PlannedArea]:
    names = {row["township_code"]: row["township"] for row in rows}
    return (PlannedArea(code, name, "township", code[:DISTRICT_DIGITS]) for code, name in names.items())


def _stations(rows: Iterable[Row]) -> Iterator[PlannedArea]:
    first = {row["station_code"]: row for row in reversed([*rows]) if row["station_code"]}
    for code, row in sorted(first.items()):
        yield PlannedArea(code, row["station"], "station", row["township_code"], line=row.line)


def _neighbourhoods(rows: Iterable[Row]) -> Iterator[PlannedArea]:
    for row in rows:
        kind = NEIGHBOURHOOD_KINDS[row["kind"]]
        parent = row["station_code"] or row["township_code"]
        yield PlannedArea(row["community_code"], row["community"], "neighbourhood", parent, kind, row.line)


def _district_codes(rows: Iterable[Row]) -> dict[str, None]:
    return dict.fromkeys(
        row["township_code"][:DISTRICT_DIGITS]
        for row in rows
        if _is_code(row["township_code"], TOWNSHIP_DIGITS)
    )


def _find_bad_values(rows: Iterable[Row]) -> Iterator[BadCell]:
    for row in rows:
        yield from check_name(row, "township")
        yield from check_name(row, "community")
        yield from check_code(row, "township_code", TOWNSHIP_DIGITS)
        yield from check_code(row, "community_code", NEIGHBOURHOOD_DIGITS)
        if _has_sound_codes(row) and not row["community_code"].startswith(row["township_code"]):
            zh, en = "应以街镇代码开头", "must begin with the township's code"
            yield row.bad("community_code", "not_in_parent", zh, en)
        yield from _check_station(row)
        if row["kind"] not in NEIGHBOURHOOD_KINDS:
            zh, en = (
                f"应为{'、'.join(NEIGHBOURHOOD_KINDS)}之一",
                f"must be one of {', '.join(NEIGHBOURHOOD_KINDS)}",
            )
            yield row.bad("kind", "not_a_choice", zh, en)


def _check_station(row: Row) -> Iterator[BadCell]:
    name, code = row["station"], row["station_code"]
    if not name and not code:
        return
    yield from check_name(row, "station")
    suffix = code.removeprefix(f"{row['township_code']}-")
    if suffix == code or not (suffix.isascii() and suffix.isalnum() and len(suffix) <= STATION_LETTERS):
        zh = f"应为街镇代码、“-”和不超过 {STATION_LETTERS} 个字母或数字"
        en = f"must be the township's code, a hyphen, and at most {STATION_LETTERS} letters or digits"
        yield row.bad("station_code", "invalid_code", zh, en)


def check_name(row: Row, column: str) -> Iterator[BadCell]:
    """A name is there, is not too long, and is not what a spreadsheet would run as a formula."""
    name = row[column]
    if not name:
        yield row.bad(column, "required", "必填", "is required")
    elif len(name) > MAXIMUM_NAME_LENGTH:
        zh, en = f"最多 {MAXIMUM_NAME_LENGTH} 个字", f"at most {MAXIMUM_NAME_LENGTH} characters"
        yield row.bad(column, "too_long", zh, en)
    elif name[0] in "=+-@" or any(character in name for character in "\n\r\t"):
        zh, en = "名称不能以 = + - @ 开头，也不能换行", "may not begin with = + - @ nor contain line breaks"
        yield row.bad(column, "invalid_name", zh, en)


def check_code(row: Row, column: str, digits: int) -> Iterator[BadCell]:
    """A code has exactly so many digits; spreadsheets like to spoil long numbers, so that is said."""
    code = row[column]
    if not code:
        yield row.bad(column, "required", "必填", "is required")
    elif "E+" in code.upper():
        zh = "代码被表格软件改成了科学计数法，请把该列设为文本格式"
        yield row.bad(
            column, "scientific_notation", zh, "the spreadsheet rounded this code; format the column as text"
        )
    elif not _is_code(code, digits):
        yield row.bad(column, "invalid_code", f"应为 {digits} 位数字", f"must be {digits} digits")


def _has_sound_codes(row: Row) -> bool:
    return _is_code(row["township_code"], TOWNSHIP_DIGITS) and _is_code(
        row["community_code"], NEIGHBOURHOOD_DIGITS
    )


def _is_code(text: str, digits: int) -> bool:
    return len(text) == digits and text.isascii() and text.isdigit()


def _find_conflicts(rows: Iterable[Row]) -> Iterator[BadCell]:
    """One code has one name, and one name below the same parent one code."""
    townships: dict[str, str] = {}
    township_codes: dict[tuple[str, str], str] = {}
    codes: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    stations: dict[str, str] = {}
    for row in filter(_has_sound_codes, rows):
        if (known := stations.setdefault(row["station_code"], row["station"])) != row["station"]:
            zh, en = f"同一工作站代码前面叫“{known}”", f"this code is called {known} above"
            yield row.bad("station", "name_conflict", zh, en)
        township, code = row["township"], row["township_code"]
        known = townships.setdefault(code, township)
        if known != township:
            zh, en = f"同一街镇代码前面叫“{known}”", f"this code is called {known} above"
            yield row.bad("township", "name_conflict", zh, en)
        known = township_codes.setdefault((code[:DISTRICT_DIGITS], township), code)
        if known != code:
            zh, en = f"同名街镇前面的代码是 {known}", f"the same township has the code {known} above"
            yield row.bad("township_code", "code_conflict", zh, en)
        first = codes.setdefault(row["community_code"], row.line)
        if first != row.line:
            yield row.bad(
                "community_code", "duplicate", f"与第 {first} 行重复", f"is on line {first} already"
            )
        first = names.setdefault((code, row["community"]), row.line)
        if first != row.line:
            yield row.bad(
                "community", "duplicate", f"与第 {first} 行同名", f"line {first} has this name already"
            )


def _find_bad_districts(
    rows: Iterable[Row], districts: Mapping[str, str | None], district_name: str | None
) -> Iterator[BadCell]:
    for row in rows:
        code = row["township_code"][:DISTRICT_DIGITS]
        if code in districts and districts[code] is None:
            zh, en = f"不认识区代码 {code}，请另外给出区名", f"unknown district {code}; give its name as well"
            yield row.bad("township_code", "unknown_district", zh, en)
        elif code in districts and district_name and code != next(iter(districts)):
            zh, en = (
                "给出区名时，文件只能包含一个区",
                "with a district name the file may hold only one district",
            )
            yield row.bad("township_code", "several_districts", zh, en)
