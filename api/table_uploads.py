"""Tables as raw bodies, CSV or XLSX: how they come in and how the document describes them."""

from __future__ import annotations

from typing import Any

from flask import request

from grid.table_files import MAXIMUM_FILE_BYTES
from server.errors import TooLarge, UnsupportedMedia

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {"schema": {"type": "string", "format": "binary"}}
# Office programs on Windows call every table, CSV included, by the old name of their own.
_MEDIA_TYPES = ("text/csv", XLSX, "application/octet-stream", "application/vnd.ms-excel", "text/plain")
TABLE_BODY: dict[str, Any] = {
    "required": True,
    "description": "CSV（UTF-8 或 GB 18030）或 XLSX 文件本身 / the CSV or XLSX file itself, nothing around it",
    "content": dict.fromkeys(_MEDIA_TYPES, _FILE),
}


def received_table() -> bytes:
    """This request's whole body; raises TooLarge beyond ten megabytes, before reading where it was announced.

    Raises UnsupportedMedia where the body says that it is something other than a table; what a file is its own
    bytes decide, so a client may leave the type out.
    """
    if request.mimetype and request.mimetype not in _MEDIA_TYPES:
        zh = "请发送 CSV 或 XLSX 文件本身，Content-Type 如 text/csv"
        raise UnsupportedMedia(zh, "Send the CSV or XLSX file itself, as Content-Type text/csv or its own")
    if (request.content_length or 0) > MAXIMUM_FILE_BYTES:
        raise _too_large()
    request.max_content_length = MAXIMUM_FILE_BYTES + 1
    content = request.get_data(cache=False)
    if len(content) > MAXIMUM_FILE_BYTES:
        raise _too_large()
    return content


def _too_large() -> TooLarge:
    limit_mb = MAXIMUM_FILE_BYTES // 2**20
    return TooLarge(f"文件超过 {limit_mb} MB", f"The file is larger than {limit_mb} MB")
