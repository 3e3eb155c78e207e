"""Reading table files: CSV in the encodings that Chinese offices use, and XLSX, hostile files included."""

import csv
import io
from collections.abc import Iterator, Sequence

from grid.tables import MAXIMUM_COLUMNS, Column, Line, Table, UnreadableTable, assemble_table
from server.errors import TooLarge

MAXIMUM_FILE_BYTES = 10 * 1024 * 1024


def read_table(content: bytes, columns: Sequence[Column]) -> Table:
    """The rows of a CSV (UTF-8 with or without BOM, UTF-16, GB 18030) or XLSX (its first sheet) file.

    Raises UnreadableTable or TooLarge where the file as a whole cannot be taken; see `assemble_table`.
    """
    if len(content) > MAXIMUM_FILE_BYTES:
        limit_mb = MAXIMUM_FILE_BYTES // 2**20
        raise TooLarge(f"文件超过 {limit_mb} MB", f"The file is larger than {limit_mb} MB")
    if not content.strip():
        raise UnreadableTable("empty_file", "文件是空的", "The file is empty")
    if content.startswith(b"PK\x03\x04"):
        # Only here: openpyxl brings numpy along, and few of the processes that start ever read a workbook.
        from grid.workbooks import read_first_sheet

        lines, merged = read_first_sheet(content)
        return assemble_table(lines, columns, merged)
    return assemble_table(list(_read_csv(_decode(content))), columns)


def _read_csv(text: str) -> Iterator[Line]:
    if "\0" in text:
        raise UnreadableTable(
            "not_a_table", "这不是 CSV 或 XLSX 文件", "This is neither a CSV nor an XLSX file"
        )
    # Excel's "Unicode text" separates by tabs, some settings by semicolons.
    first_line = text.lstrip().split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            yield Line(start, cells[: MAXIMUM_COLUMNS + 1])
            start = reader.line_num + 1
    except csv.Error:
        zh, en = f"第 {start} 行的引号不成对或内容过长", f"Line {start}: unbalanced quotes or a cell too long"
        raise UnreadableTable("broken_csv", zh, en) from None


def _decode(content: bytes) -> str:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    zh, en = "无法识别文件编码，请另存为 UTF-8", "Unknown encoding; please save the file as UTF-8"
    raise UnreadableTable("unknown_encoding", zh, en)
