"""Tables that people upload: lines of text become rows under known columns, or a list of everything wrong.

Reading the files themselves is `grid/table_files.py`, of workbooks `grid/workbooks.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.errors import FieldError, RuleViolated, TooLarge

MAXIMUM_ROWS = 50_000
MAXIMUM_COLUMNS = 60
# Official tables often begin with a merged title and a line of remarks; the header stands below.
HEADER_SEARCH_ROWS = 10
MAXIMUM_BAD_CELLS_TOLD = 500


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong in one place of a table: its line (as a spreadsheet counts), column, value, and why."""

    line: int
    column: str
    value: str
    code: str
    zh: str
    en: str

    def to_dict(self) -> dict[str, object]:
        told = {
            "column": self.column,
            "value": self.value[:100],
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
        }
        return {"line": self.line, **told}


class ImportRefused(RuleViolated):
    """A table has bad rows, so nothing of it was taken; `bad_cells` has every one, once, in line order."""

    default_code = "import_refused"

    def __init__(self, bad_cells: Sequence[BadCell]) -> None:
        self.bad_cells = tuple(sorted(dict.fromkeys(bad_cells), key=lambda cell: (cell.line, cell.column)))
        told = self.bad_cells[:MAXIMUM_BAD_CELLS_TOLD]
        lines = len({cell.line for cell in self.bad_cells})
        super().__init__(
            f"{lines} 行有误，没有导入任何内容",
            f"{lines} lines are wrong; nothing was imported",
            errors=[FieldError(f"line {bad.line}.{bad.column}", bad.code, bad.zh, bad.en) for bad in told],
            extra={"bad_cells": [bad.to_dict() for bad in told], "bad_cell_count": len(self.bad_cells)},
        )


class UnreadableTable(RuleViolated):
    """The file as a whole is no table we can read."""

    default_code = "unreadable_table"

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh, en, errors=[FieldError("file", code, zh, en)])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file as it stands: its number from 1, its cells, and which of them are formulas."""

    number: int
    cells: Sequence[str]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a form knows: its key, the other headers it goes by, and whether the form needs it."""

    key: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def label(self) -> str:
        return f"{self.key}（{self.aliases[0]}）" if self.aliases else self.key


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number, its cells by column key (stripped; missing ones ""), its headers."""

    line: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def bad(self, column: str, code: str, zh: str, en: str) -> BadCell:
        """What is wrong with this line's cell, under the header that the file itself uses."""
        return BadCell(self.line, self.headers.get(column, column), self[column], code, zh, en)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under known columns, and what was wrong before anyone looked at the values."""

    rows: tuple[Row, ...]
    columns: frozenset[str]
    bad_cells: tuple[BadCell, ...]


def assemble_table(
    lines: Sequence[Line], columns: Sequence[Column], merged: Sequence[tuple[int, str]] = ()
) -> Table:
    """Put lines under the form's columns; `merged` are merged areas as (first line, range).

    Headers may be keys or Chinese names, with units in brackets; a column the form does not know is a bad
    cell, for a misspelt header must not pass as "no value". Raises UnreadableTable where no header line
    with every needed column stands near the top or no row below it, TooLarge beyond 50,000 rows.
    """
    position, header = _find_header(lines, columns)
    keys, bad_cells = _match_header(header, columns)
    headers = {key: header.cells[index].strip() for index, key in keys.items()}
    filled = [line for line in lines[position + 1 :] if any(cell.strip() for cell in line.cells)]
    _check_row_count(len(filled))
    for line in filled:
        bad_cells += _find_bad_cells(line, header)
    bad_cells += [_merged_cells(number, area) for number, area in merged if number >= header.number]
    rows = (Row(line.number, {keys[i]: _cell(line, i) for i in keys}, headers) for line in filled)
    return Table(tuple(rows), frozenset(keys.values()), tuple(bad_cells))


def _check_row_count(count: int) -> None:
    if not count:
        raise UnreadableTable("no_rows", "表头下面没有数据", "There are no rows below the header")
    if count > MAXIMUM_ROWS:
        zh, en = f"超过 {MAXIMUM_ROWS} 行，请分批导入", f"More than {MAXIMUM_ROWS} rows; split the file"
        raise TooLarge(zh, en)


def _find_header(lines: Sequence[Line], columns: Sequence[Column]) -> tuple[int, Line]:
    """The first of the top lines that names every column the form needs."""
    names = _names(columns)
    required = {column.key for column in columns if column.is_required}
    best: set[str] = set()
    for position, line in enumerate(lines[:HEADER_SEARCH_ROWS]):
        found = {names.get(_header_name(cell), "") for cell in line.cells} & required
        if found == required:
            return position, line
        best = max(best, found, key=len)
    missing = "、".join(column.label for column in columns if column.key in required - best)
    zh, en = f"没有找到表头，缺少列：{missing}", f"No header line; missing columns: {missing}"
    raise UnreadableTable("missing_columns", zh, en)


def _names(columns: Sequence[Column]) -> dict[str, str]:
    return {_header_name(name): column.key for column in columns for name in (column.key, *column.aliases)}


def _header_name(cell: str) -> str:
    """A header without its unit in brackets, spaces, required-marks and case: "户数（户）*" is 户数."""
    name = cell.replace("（", "(").split("(")[0]
    return "".join(name.split()).strip("*：:").lower()


def _match_header(header: Line, columns: Sequence[Column]) -> tuple[dict[int, str], list[BadCell]]:
    """Which cell of a line belongs to which column key, and the headers that belong to none."""
    names = _names(columns)
    keys: dict[int, str] = {}
    bad_cells = []
    for index, cell in enumerate(header.cells):
        text = cell.strip()
        key = names.get(_header_name(text))
        if text and key is None:
            problem = ("unknown_column", "没有这个列名", "there is no such column")
            bad_cells.append(BadCell(header.number, text, text, *problem))
        elif text and key in keys.values():
            problem = ("repeated_column", "列名重复", "this column appears twice")
            bad_cells.append(BadCell(header.number, text, text, *problem))
        elif key is not None:
            keys[index] = key
    return keys, bad_cells


def _cell(line: Line, index: int) -> str:
    return line.cells[index].strip() if index < len(line.cells) else ""


def _find_bad_cells(line: Line, header: Line) -> Iterator[BadCell]:
    """Cells that are wrong whatever they are meant to say."""
    for index, cell in enumerate(line.cells):
        name = _cell(header, index) or f"#{index + 1}"
        if index in line.formulas:
            zh = "单元格是公式，请选择性粘贴为数值后再导入"
            yield BadCell(line.number, name, cell, "formula", zh, "this is a formula; paste it as a value")
        elif any(character < " " and character not in "\t\n\r" for character in cell):
            zh, en = "含有控制字符", "contains control characters"
            yield BadCell(line.number, name, repr(cell), "control_character", zh, en)
        elif cell.strip() and not _cell(header, index):
            zh, en = "这一格没有列名", "this cell stands under no header"
            yield BadCell(line.number, name, cell, "stray_cell", zh, en)


def _merged_cells(number: int, area: str) -> BadCell:
    zh = "含有合并单元格，请取消合并并逐行填写"
    return BadCell(number, area, "", "merged_cells", zh, "merged cells; unmerge them and fill in every row")
