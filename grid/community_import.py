"""The community form 住宅小区: what a table of communities must say, and what it describes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grid.area_import import NEIGHBOURHOOD_DIGITS, check_code, check_name, is_code
from grid.attributes import (
    VOCABULARY,
    Attribute,
    AttributeType,
    AttributeValue,
    InvalidAttribute,
    find_contradictions,
    validate_attribute,
)
from grid.positions import CHINA_LATITUDES, CHINA_LONGITUDES, Datum, Position
from grid.table_files import read_table
from grid.tables import BadCell, Column, Row

MAXIMUM_CODE_LENGTH = 24
MAXIMUM_ADDRESS_LENGTH = 200

_ATTRIBUTE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "building_year": ("建造年份", "竣工年份", "建成年代"),
    "households": ("总户数",),
    "buildings": ("楼栋", "幢数", "楼幢数"),
    "lifts": ("电梯", "电梯台数"),
    "has_property_company": ("物业服务企业", "有物业"),
    "has_owners_committee": ("业委会", "有业委会"),
}

COLUMNS = (
    Column("code", ("小区代码", "小区编号")),
    Column("name", ("小区名称", "住宅小区", "小区"), is_required=True),
    Column("neighbourhood_code", ("居村委代码", "居民区代码", "居委会代码"), is_required=True),
    Column("address", ("地址", "小区地址")),
    Column("latitude", ("纬度",)),
    Column("longitude", ("经度",)),
    Column("datum", ("坐标系", "坐标系统")),
    *(Column(key, (a.zh, *_ATTRIBUTE_ALIASES.get(key, ()))) for key, a in VOCABULARY.items()),
)

_YES = frozenset({"是", "有", "true", "1", "yes", "y", "√", "✓"})
_NO = frozenset({"否", "无", "没有", "false", "0", "no", "n", "×", "✗"})
_DATUMS: Mapping[str, Datum] = {
    "": Datum.WGS84,
    "wgs84": Datum.WGS84,
    "wgs-84": Datum.WGS84,
    # China's geodetic datum agrees with WGS-84 to centimetres, far below what a phone can tell.
    "cgcs2000": Datum.WGS84,
    "gcj02": Datum.GCJ02,
    "gcj-02": Datum.GCJ02,
    "火星坐标": Datum.GCJ02,
}


@dataclass(frozen=True, slots=True)
class PlannedCommunity:
    """A community to be there after the import, as one line says it.

    Where a file has no `code`, neighbourhood and name tell communities apart. `attributes` holds what the
    line fills in; empty cells say nothing and change nothing. `headers` are the file's own, by column key;
    `bad_columns` are the keys of those in which this line is wrong already, so that what they say counts for
    nothing.
    """

    line: int
    code: str
    name: str
    neighbourhood_code: str
    address: str = ""
    position: Position | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    bad_columns: frozenset[str] = frozenset()

    def bad(self, column: str, value: str, code: str, zh: str, en: str) -> BadCell:
        """What is wrong with this line, under the header that the file itself uses."""
        return BadCell(self.line, self.headers.get(column, column), value, code, zh, en)


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """Every line of a file, and what is wrong with them as far as the file alone tells.

    Nothing may be taken in while there are bad cells, but what is stored can still be held against the lines:
    whoever mends a file wants to hear everything at once.
    """

    lines: Sequence[PlannedCommunity]
    bad_cells: Sequence[BadCell] = ()


def plan_communities(content: bytes, this_year: int) -> CommunityPlan:
    """The communities that a file of the community form describes, in its order, with every bad cell.

    Positions are WGS-84 in degrees unless the column `datum` says gcj02. Whether the neighbourhoods exist, and
    whether to refuse, is for `import_communities`. Raises UnreadableTable or TooLarge.
    """
    table = read_table(content, COLUMNS)
    bad_cells = [*table.bad_cells, *_find_duplicates(table.rows)]
    lines = []
    for row in table.rows:
        line, bad = _plan_community(row, this_year)
        lines.append(line)
        bad_cells += bad
    return CommunityPlan(lines, bad_cells)


def _plan_community(row: Row, this_year: int) -> tuple[PlannedCommunity, list[BadCell]]:
    attributes, bad_cells = _read_attributes(row, this_year)
    position, bad_position = _read_position(row)
    bad_cells += [*bad_position, *_find_bad_texts(row)]
    told = {bad.column for bad in bad_cells}
    bad_columns = frozenset(key for key, header in row.headers.items() if header in told)
    texts = (row["code"], row["name"], row["neighbourhood_code"], row["address"])
    return PlannedCommunity(row.line, *texts, position, attributes, row.headers, bad_columns), bad_cells


def _find_bad_texts(row: Row) -> Iterator[BadCell]:
    yield from check_name(row, "name")
    yield from check_code(row, "neighbourhood_code", NEIGHBOURHOOD_DIGITS)
    if not _is_of_code_characters(row["code"]):
        zh, en = "只能包含字母、数字和 - _ .", "may only contain letters, digits and - _ ."
        yield row.bad("code", "invalid_code", zh, en)
    for column, limit in (("code", MAXIMUM_CODE_LENGTH), ("address", MAXIMUM_ADDRESS_LENGTH)):
        if len(row[column]) > limit:
            yield row.bad(column, "too_long", f"最多 {limit} 个字符", f"at most {limit} characters")
    if row["address"][:1] in set("=+-@"):
        yield row.bad("address", "invalid_address", "不能以 = + - @ 开头", "may not begin with = + - @")


def _is_of_code_characters(text: str) -> bool:
    return all(character.isascii() and (character.isalnum() or character in "-_.") for character in text)


def _read_attributes(row: Row, this_year: int) -> tuple[dict[str, AttributeValue], list[BadCell]]:
    values: dict[str, AttributeValue] = {}
    errors: dict[str, InvalidAttribute] = {}
    for key, attribute in VOCABULARY.items():
        if not row[key]:
            continue
        try:
            values[key] = validate_attribute(key, _VALUE_READERS[attribute.type](attribute, row[key]))
        except InvalidAttribute as error:
            errors[key] = error
    errors |= find_contradictions(values, this_year)
    return values, [row.bad(key, error.code, error.zh, error.en) for key, error in errors.items()]


def _read_integer(_attribute: Attribute, text: str) -> object:
    plain = text.replace(",", "").removesuffix("年").removesuffix(".0")
    return int(plain) if len(plain) < 12 and plain.removeprefix("-").isdecimal() else text


def _read_flag(_attribute: Attribute, text: str) -> object:
    plain = text.lower()
    return plain in _YES if plain in _YES | _NO else text


def _read_choice(attribute: Attribute, text: str) -> object:
    by_name = {choice.zh: choice.code for choice in attribute.choices}
    return by_name.get(text, text.lower())


_VALUE_READERS: Mapping[AttributeType, Callable[[Attribute, str], object]] = {
    AttributeType.INTEGER: _read_integer,
    AttributeType.FLAG: _read_flag,
    AttributeType.CHOICE: _read_choice,
}


def _read_position(row: Row) -> tuple[Position | None, list[BadCell]]:
    datum = _DATUMS.get(row["datum"].lower())
    bad_cells = []
    if datum is None:
        bad_cells.append(row.bad("datum", "unknown_datum", "应为 wgs84 或 gcj02", "must be wgs84 or gcj02"))
    if not row["latitude"] and not row["longitude"]:
        return None, bad_cells
    latitude, longitude = _degrees(row["latitude"]), _degrees(row["longitude"])
    bad_cells += _find_bad_degrees(row, latitude, longitude)
    if bad_cells or datum is None or latitude is None or longitude is None:
        return None, bad_cells
    return Position.given(latitude, longitude, datum), []


def _find_bad_degrees(row: Row, latitude: float | None, longitude: float | None) -> Iterator[BadCell]:
    is_swapped = _is_within(longitude, CHINA_LATITUDES) and _is_within(latitude, CHINA_LONGITUDES)
    if is_swapped:
        yield row.bad("latitude", "swapped", "经度和纬度填反了", "latitude and longitude are swapped")
        return
    for column, value, bounds in (
        ("latitude", latitude, CHINA_LATITUDES),
        ("longitude", longitude, CHINA_LONGITUDES),
    ):
        if value is None:
            zh, en = "应为以度为单位的数字，经纬度须同时填写", "must be a number of degrees, both or neither"
            yield row.bad(column, "not_a_number", zh, en)
        elif not _is_within(value, bounds):
            zh, en = (
                f"应在 {bounds[0]:g} 至 {bounds[1]:g} 度之间",
                f"must lie between {bounds[0]:g} and {bounds[1]:g}",
            )
            yield row.bad(column, "out_of_range", zh, en)


def _is_within(value: float | None, bounds: tuple[float, float]) -> bool:
    return value is not None and bounds[0] <= value <= bounds[1]


def _degrees(text: str) -> float | None:
    try:
        return float(text.rstrip("°"))
    except ValueError:
        return None


def _find_duplicates(rows: Iterable[Row]) -> Iterator[BadCell]:
    """Codes and names that are there twice. Only sound codes count: two that a spreadsheet rounded were two."""
    codes: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for row in rows:
        code = row["code"] if _is_of_code_characters(row["code"]) else ""
        if code and (first := codes.setdefault(code, row.line)) != row.line:
            yield row.bad("code", "duplicate", f"与第 {first} 行重复", f"is on line {first} already")
        if not row["name"] or not is_code(row["neighbourhood_code"], NEIGHBOURHOOD_DIGITS):
            continue
        first = names.setdefault((row["neighbourhood_code"], row["name"]), row.line)
        if first != row.line:
            zh, en = f"与第 {first} 行同名", f"line {first} has this name in the same neighbourhood"
            yield row.bad("name", "duplicate", zh, en)
