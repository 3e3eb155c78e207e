"""Reading XLSX workbooks: the first sheet, hostile files included."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from grid.tables import HEADER_SEARCH_ROWS, MAXIMUM_COLUMNS, MAXIMUM_ROWS, Line, UnreadableTable
from server.errors import DomainError, TooLarge

# An XLSX is a ZIP: its 10 MB may hide gigabytes.
MAXIMUM_UNPACKED_BYTES = 60 * 1024 * 1024
_PIECE_BYTES = 64 * 1024


def read_first_sheet(content: bytes) -> tuple[list[Line], list[tuple[int, str]]]:
    """The lines of a workbook's first sheet and its merged areas as (first line, range).

    Raises UnreadableTable or TooLarge where the file cannot be taken.
    """
    try:
        return _read_sheet(_unpack(content))
    except DomainError:
        raise
    except _DAMAGED_XLSX as error:
        zh, en = "XLSX 文件已损坏或不是工作簿", "The XLSX file is damaged or no workbook"
        raise UnreadableTable("damaged_xlsx", zh, en) from error


# What openpyxl and zipfile were seen to raise on damaged files; a hostile file may provoke any of them.
_DAMAGED_XLSX = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    zlib.error,
    RuntimeError,
    ArithmeticError,
    OSError,
)


def _read_sheet(archive: io.BytesIO) -> tuple[list[Line], list[tuple[int, str]]]:
    # Read-only mode streams; links to other workbooks are never followed.
    book = openpyxl.load_workbook(archive, read_only=True, keep_links=False)
    try:
        sheet = next((sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)), None)
        if sheet is None:
            raise UnreadableTable("no_sheet", "工作簿里没有工作表", "The workbook has no sheet")
        # The file's own statement of its size may be wrong, or a lie.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MAXIMUM_ROWS + HEADER_SEARCH_ROWS + 1, max_col=MAXIMUM_COLUMNS + 1)
        lines = [_line(number, row) for number, row in enumerate(rows, 1)]
        # Private, but the only way from a sheet to its part of the archive.
        return lines, list(_find_merged_areas(archive, sheet._worksheet_path))  # type: ignore[attr-defined]
    finally:
        book.close()


def _unpack(content: bytes) -> io.BytesIO:
    """The archive again with nothing compressed; raises TooLarge or UnreadableTable where it is hostile.

    The sizes that a ZIP declares may be lies, and zipfile inflates up to a gigabyte before it looks. So every
    member is read here, in small pieces, and openpyxl never sees compressed data.
    """
    plain = io.BytesIO()
    left = MAXIMUM_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(plain, "w") as unpacked:
        for member in packed.infolist():
            text = _read_member(packed, member, left)
            left -= len(text)
            _refuse_document_type(member.filename, text)
            unpacked.writestr(member.filename, text)
    return plain


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    pieces = io.BytesIO()
    with archive.open(member) as source:
        while piece := source.read(_PIECE_BYTES):
            if pieces.tell() + len(piece) > limit:
                raise TooLarge("XLSX 解压后过大", "The XLSX unpacks to too much")
            pieces.write(piece)
    return pieces.getvalue()


def _refuse_document_type(name: str, text: bytes) -> None:
    """Excel never writes a document type; whoever does wants to define entities."""
    # Without its zero bytes, UTF-16 reads like UTF-8.
    if name.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in text.replace(b"\0", b""):
        raise UnreadableTable("hostile_xlsx", "XLSX 内含不允许的 XML 定义", "The XLSX defines XML entities")


def _line(number: int, row: Iterable[object]) -> Line:
    cells, formulas = [], set()
    for index, cell in enumerate(row):
        cells.append(_text(getattr(cell, "value", None)))
        if getattr(cell, "data_type", "") == "f":
            formulas.add(index)
    return Line(number, cells, frozenset(formulas))


def _text(value: object) -> str:
    """A spreadsheet's value as a person would have typed it: codes stored as numbers lose their ".0"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _find_merged_areas(archive: io.BytesIO, sheet_path: str) -> Iterator[tuple[int, str]]:
    """(first line, range) of every merged area; openpyxl's read-only mode does not tell them."""
    with zipfile.ZipFile(archive) as members, members.open(sheet_path) as source:
        for _, element in iterparse(source):
            if element.tag == f"{{{SHEET_MAIN_NS}}}mergeCell":
                area = element.get("ref", "")
                first_line = "".join(character for character in area.split(":")[0] if character.isdigit())
                yield int(first_line or 0), area
            element.clear()
