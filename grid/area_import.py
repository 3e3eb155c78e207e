"""The area form: what a table of neighbourhoods must say, and the part of the grid that it describes.

The form is that of `grid/data/chongming_divisions.csv`: one line a neighbourhood, with its township. Two more
columns may name the community station 社区工作站 between them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from grid.table_files import read_table
from grid.tables import BadCell, Column, Row

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
    """An area to be there after the import; `level` is an AreaLevel's value, `kind` only a neighbourhood's.

    A neighbourhood whose line does not soundly say which it is and where it stands has no `code`; its parent
    still tells in which district its township lies. `headers` are the file's own, by column key.
    """

    code: str
    name: str
    level: str
    parent_code: str | None
    kind: str = ""
    line: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def township_code(self) -> str:
        """The code of the township that this is or lies in; of a district its own."""
        is_above = self.parent_code is None or self.level == "township"
        return (self.code if is_above else self.parent_code or "")[:TOWNSHIP_DIGITS]

    def bad(self, column: str, value: str, code: str, zh: str, en: str) -> BadCell:
        """What is wrong with this area's line, under the header that the file itself uses."""
        return BadCell(self.line, self.headers.get(column, column), value, code, zh, en)


@dataclass(frozen=True, slots=True)
class AreaPlan:
    """The areas that a file describes, and what is wrong with its lines as far as the file alone tells.

    Nothing may be taken in while there are bad cells, but what is stored can still be held against the lines:
    whoever mends a file wants to hear everything at once.
    """

    areas: Sequence[PlannedArea]
    bad_cells: Sequence[BadCell] = ()


def plan_areas(content: bytes, district_name: str | None = None) -> AreaPlan:
    """The areas that a file of the area form describes, parents before children, with every bad cell.

    Codes are statistical division codes 统计用区划代码: 9 digits for a township, 12 for a neighbourhood, each
    beginning with its parent's; the first 6 name the district. Stations have no statistical code: theirs is the
    township's, a hyphen, and up to ten letters and digits. `district_name` names the district where it is none
    of Shanghai's. Whether the districts are the importer's, and whether to refuse, is for `import_areas`. Raises
    UnreadableTable or TooLarge.
    """
    table = read_table(content, COLUMNS)
    bad_cells = [*table.bad_cells, *_find_bad_values(table.rows), *_find_conflicts(table.rows)]
    districts = {code: district_name or SHANGHAI_DISTRICTS.get(code) for code in _district_codes(table.rows)}
    bad_cells += _find_bad_districts(table.rows, districts, district_name)
    rows = [row for row in table.rows if is_code(row["township_code"], TOWNSHIP_DIGITS)]
    # A name that was given is one district's, the first.
    named = dict(
        islice(((code, name) for code, name in districts.items() if name), 1 if district_name else None)
    )
    sound = [row for row in rows if row["township_code"][:DISTRICT_DIGITS] in named]
    areas = [*_districts(named), *_townships(sound), *_stations(sound), *_neighbourhoods(rows, named)]
    return AreaPlan(areas, bad_cells)


def _districts(names: Mapping[str, str]) -> Iterator[PlannedArea]:
    return (PlannedArea(code, name, "district", None) for code, name in names.items())


def _townships(rows: Iterable[Row]) -> Iterator[PlannedArea]:
    names = {row["township_code"]: row["township"] for row in rows}
    return (PlannedArea(code, name, "township", code[:DISTRICT_DIGITS]) for code, name in names.items())


def _stations(rows: Iterable[Row]) -> Iterator[PlannedArea]:
    first = {row["station_code"]: row for row in reversed([*rows]) if _has_sound_station(row)}
    for code, row in sorted(first.items()):
        township = row["township_code"]
        yield PlannedArea(code, row["station"], "station", township, line=row.line, headers=row.headers)


def _neighbourhoods(rows: Iterable[Row], districts: Mapping[str, str]) -> Iterator[PlannedArea]:
    for row in rows:
        township, code, has_station = row["township_code"], row["community_code"], _has_sound_station(row)
        is_placed = code.startswith(township) and is_code(code, NEIGHBOURHOOD_DIGITS)
        is_placed &= has_station or not _names_station(row)
        yield PlannedArea(
            code if is_placed and township[:DISTRICT_DIGITS] in districts else "",
            row["community"],
            "neighbourhood",
            row["station_code"] if has_station else township,
            NEIGHBOURHOOD_KINDS.get(row["kind"], ""),
            row.line,
            row.headers,
        )


def _district_codes(rows: Iterable[Row]) -> dict[str, None]:
    return dict.fromkeys(
        row["township_code"][:DISTRICT_DIGITS]
        for row in rows
        if is_code(row["township_code"], TOWNSHIP_DIGITS)
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
    if not _names_station(row):
        return
    yield from check_name(row, "station")
    # Without a sound township nothing says how the station's code has to begin.
    if is_code(row["township_code"], TOWNSHIP_DIGITS) and not _has_sound_station(row):
        zh = f"应为街镇代码、“-”和不超过 {STATION_LETTERS} 个字母或数字"
        en = f"must be the township's code, a hyphen, and at most {STATION_LETTERS} letters or digits"
        yield row.bad("station_code", "invalid_code", zh, en)


def _names_station(row: Row) -> bool:
    return bool(row["station"] or row["station_code"])


def _has_sound_station(row: Row) -> bool:
    township, hyphen, suffix = row["station_code"].partition("-")
    is_short_word = suffix.isascii() and suffix.isalnum() and len(suffix) <= STATION_LETTERS
    return bool(hyphen) and township == row["township_code"] and is_short_word


def check_name(row: Row, column: str) -> Iterator[BadCell]:
    """A name is there, is not too long, and is not what a spreadsheet would run as a formula."""
    name = row[column]
    if not name:
        yield row.bad(column, "required", "必填", "is required")
        return
    if len(name) > MAXIMUM_NAME_LENGTH:
        zh, en = f"最多 {MAXIMUM_NAME_LENGTH} 个字", f"at most {MAXIMUM_NAME_LENGTH} characters"
        yield row.bad(column, "too_long", zh, en)
    if name[0] in "=+-@" or any(character in name for character in "\n\r\t"):
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
    elif not is_code(code, digits):
        yield row.bad(column, "invalid_code", f"应为 {digits} 位数字", f"must be {digits} digits")


def _has_sound_codes(row: Row) -> bool:
    return is_code(row["township_code"], TOWNSHIP_DIGITS) and is_code(
        row["community_code"], NEIGHBOURHOOD_DIGITS
    )


def is_code(text: str, digits: int) -> bool:
    """Whether a text has exactly so many digits and nothing else."""
    return len(text) == digits and text.isascii() and text.isdigit()


def _find_conflicts(rows: Iterable[Row]) -> Iterator[BadCell]:
    """One code has one name, and one name below the same parent one code; what a line leaves out says nothing."""
    townships: dict[str, str] = {}
    township_codes: dict[tuple[str, str], str] = {}
    codes: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    stations: dict[str, str] = {}
    for row in rows:
        if is_code(row["community_code"], NEIGHBOURHOOD_DIGITS):
            first = codes.setdefault(row["community_code"], row.line)
            if first != row.line:
                zh, en = f"与第 {first} 行重复", f"is on line {first} already"
                yield row.bad("community_code", "duplicate", zh, en)
        township, code, station = row["township"], row["township_code"], row["station"]
        if not is_code(code, TOWNSHIP_DIGITS):
            continue
        station_code = row["station_code"]
        if station and station_code and (known := stations.setdefault(station_code, station)) != station:
            zh, en = f"同一工作站代码前面叫“{known}”", f"this code is called {known} above"
            yield row.bad("station", "name_conflict", zh, en)
        if township and (known := townships.setdefault(code, township)) != township:
            zh, en = f"同一街镇代码前面叫“{known}”", f"this code is called {known} above"
            yield row.bad("township", "name_conflict", zh, en)
        township_name = (code[:DISTRICT_DIGITS], township)
        if township and (known := township_codes.setdefault(township_name, code)) != code:
            zh, en = f"同名街镇前面的代码是 {known}", f"the same township has the code {known} above"
            yield row.bad("township_code", "code_conflict", zh, en)
        name = row["community"]
        if name and (first := names.setdefault((code, name), row.line)) != row.line:
            zh, en = f"与第 {first} 行同名", f"line {first} has this name already"
            yield row.bad("community", "duplicate", zh, en)


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
