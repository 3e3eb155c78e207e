"""Tables as files to take away: written row by row into a temporary file, then sent, whatever their length.

The file is whole before its first byte leaves: what goes wrong is told as a problem, and no slow client holds the database.
What was asked, when and by whom travels along: in an XLSX on a sheet of its own; a CSV has no room for it (RFC 4180, and
comments choke its readers), so people get it in a ZIP beside the CSV, as statistical offices do. The bare CSV is for programs.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import IO, Any
from urllib.parse import quote

from flask import Response, request, send_file
from xlsxwriter import Workbook

from api.authentication import current_actor
from api.languages import is_english
from api.table_uploads import XLSX
from server import clock
from server.db import db, end_read

MOST_ROWS = 100_000
PAGE_ROWS = 500
CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"
_MEDIA_TYPES = {"xlsx": XLSX, "csv": CSV, "zip": ZIP}
Cell = str | int | float | bool | datetime | date | None
Speak = Callable[[str, str], str]
# Programs that open tables take a text that begins so for a formula; the full-width signs too, in Chinese settings.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDTHS = {datetime: 17, date: 12, int: 9, float: 10}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header in both languages and what of a row stands in it."""

    zh: str
    en: str
    value: Callable[[Any, Speak], Cell]
    width: int = 16
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table; `about` is what a reader must know of it, such as how a rate is counted."""

    zh: str
    en: str
    columns: Sequence[Column]
    about: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class _Tally:
    """What was written."""

    rows: int = 0
    is_cut: bool = False


def in_pages(fetch: Callable[[Any, int], tuple[Sequence[Any], Any]]) -> Iterator[Any]:
    """All rows of a list that is read page by page; what a page held is let go before the next.

    `fetch` takes the key of the last row and how many are wanted, and gives rows and the next key (None at the end).
    """
    key = None
    while True:
        rows, key = fetch(key, PAGE_ROWS)
        yield from rows
        db.session.expunge_all()
        if key is None:
            return


def table_answer(table: Table, rows: Iterable[Any], query: Mapping[str, Any]) -> Response:
    """The table as the file that the query's `format` and `language` ask for."""
    is_en = query["language"] == "en" if query["language"] else is_english()

    def speak(zh: str, en: str) -> str:
        return en if is_en else zh

    made_at = clock.now()
    stamp = made_at.astimezone(clock.LOCAL_ZONE).strftime("%Y%m%d-%H%M%S")
    tally = _Tally()
    counted = _counted(rows, tally)
    file = tempfile.TemporaryFile(prefix="jiayuan-export-")  # noqa: SIM115 - the answer closes it
    if query["format"] == "csv":
        _write_csv(file, table, counted, speak)
    elif query["format"] == "zip":
        _write_zip(file, table, counted, speak, tally, made_at)
    else:
        _write_xlsx(file, table, counted, speak, tally, made_at)
    end_read()
    file.seek(0)
    response = send_file(file, mimetype=_MEDIA_TYPES[query["format"]], etag=False)
    response.headers.set(
        "Content-Disposition", "attachment", **_file_names(table, speak, stamp, query["format"])
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Export-Rows"] = str(tally.rows)
    response.headers["Export-Cut"] = "?1" if tally.is_cut else "?0"
    return response


def _file_names(table: Table, speak: Speak, stamp: str, suffix: str) -> dict[str, str]:
    """The file's name in the asker's language (RFC 8187), and one that every program can read."""
    plain = f"{table.en.lower().replace(' ', '-')}-{stamp}.{suffix}"
    named = f"{speak(table.zh, table.en)}-{stamp}.{suffix}"
    return {"filename": plain, "filename*": f"UTF-8''{quote(named)}"}


def _counted(rows: Iterable[Any], tally: _Tally) -> Iterator[Any]:
    """As many rows as a file may have, counted."""
    waiting = iter(rows)
    for row in islice(waiting, MOST_ROWS):
        tally.rows += 1
        yield row
    tally.is_cut = next(waiting, None) is not None


def _write_csv(file: IO[bytes], table: Table, rows: Iterator[Any], speak: Speak) -> None:
    """UTF-8 with the mark by which Excel knows it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow([speak(column.zh, column.en) for column in table.columns])
    for row in rows:
        writer.writerow([_csv_cell(column.value(row, speak), speak) for column in table.columns])
    text.flush()
    text.detach()


def _write_zip(
    file: IO[bytes], table: Table, rows: Iterator[Any], speak: Speak, tally: _Tally, made_at: datetime
) -> None:
    """The CSV and, as a text that every editor on Windows reads, what was asked, when and by whom."""
    local = made_at.astimezone(clock.LOCAL_ZONE).timetuple()[:6]

    def member(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, local)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    with zipfile.ZipFile(file, "w") as archive:
        name = f"{speak(table.zh, table.en)}.csv"
        with archive.open(member(name), "w", force_zip64=True) as opened:
            _write_csv(opened, table, rows, speak)
        told = "".join(f"{name}: {value}\r\n" for name, value in _about(table, speak, tally, made_at))
        archive.writestr(member(speak("说明.txt", "README.txt")), told.encode("utf-8-sig"))


def _csv_cell(cell: Cell, speak: Speak) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _yes_no(cell, speak)
    if isinstance(cell, datetime):
        return cell.astimezone(clock.LOCAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(_FORMULA_SIGNS) else str(cell)
    return cell


def _yes_no(answer: bool, speak: Speak) -> str:
    return speak("是", "yes") if answer else speak("否", "no")


def _write_xlsx(
    file: IO[bytes], table: Table, rows: Iterator[Any], speak: Speak, tally: _Tally, made_at: datetime
) -> None:
    """Two sheets: what was asked, when and by whom; and the table, which is the one that opens."""
    book = Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    about = book.add_worksheet(speak("说明", "About"))
    sheet = book.add_worksheet(speak(table.zh, table.en)[:31])
    sheet.activate()
    _Sheet(book, sheet, table, speak).write(rows)
    _write_about(book, about, _about(table, speak, tally, made_at))
    book.close()


class _Sheet:
    """The sheet that has the rows: numbers as numbers, times as times of the residents' zone, texts never as formulas."""

    def __init__(self, book: Workbook, sheet: Any, table: Table, speak: Speak) -> None:
        self._sheet, self._table, self._speak = sheet, table, speak
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._share = book.add_format({"num_format": "0.0%"})

    def write(self, rows: Iterator[Any]) -> None:
        columns = self._table.columns
        self._sheet.freeze_panes(1, 1)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, self._speak(column.zh, column.en), self._head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                self._write_cell(last, place, column.value(row, self._speak), column)
        self._sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write_cell(self, line: int, place: int, cell: Cell, column: Column) -> None:
        if cell is None:
            return
        if isinstance(cell, bool):
            self._sheet.write_string(line, place, _yes_no(cell, self._speak))
        elif isinstance(cell, datetime):
            local = cell.astimezone(clock.LOCAL_ZONE).replace(tzinfo=None)
            self._sheet.write_datetime(line, place, local, self._instant)
        elif isinstance(cell, date):
            self._sheet.write_datetime(line, place, cell, self._day)
        elif isinstance(cell, int | float):
            self._sheet.write_number(line, place, cell, self._share if column.is_share else None)
        else:
            self._sheet.write_string(line, place, cell)


def _about(table: Table, speak: Speak, tally: _Tally, made_at: datetime) -> list[tuple[str, str]]:
    """What a reader of the file must know of it: what was asked, when, by whom, and how its figures are counted."""
    asker = current_actor().display_name or speak("未登录", "nobody signed in")
    local = made_at.astimezone(clock.LOCAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    lines = [
        (speak("表格", "Table"), speak(table.zh, table.en)),
        (speak("导出时间", "Made at"), f"{local} (Asia/Shanghai)"),
        (speak("导出人", "Made by"), asker),
        (speak("行数", "Rows"), str(tally.rows)),
        (speak("来源", "Source"), request.path),
        *(
            (speak("查询条件", "Query"), f"{name} = {value}")
            for name, value in request.args.items(multi=True)
        ),
        *((speak("说明", "Note"), speak(zh, en)) for zh, en in table.about),
    ]
    if tally.is_cut:
        cut = speak(
            f"只导出了前 {MOST_ROWS} 行，请缩小查询范围", f"only the first {MOST_ROWS} rows; narrow the query"
        )
        lines.insert(4, (speak("未导出完", "Cut"), cut))
    return lines


def _write_about(book: Workbook, sheet: Any, lines: Iterable[tuple[str, str]]) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for place, (name, value) in enumerate(lines):
        sheet.write_string(place, 0, name, bold)
        sheet.write_string(place, 1, value, wrapped)
