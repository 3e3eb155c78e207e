"""Tables as raw bodies, CSV or XLSX: how they come in and how the document describes them."""

from __future__ import annotations

from typing import Any

from flask import request

from grid.table_files import MAXIMUM_FILE_BYTES
from server.errors import TooLarge

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {"schema": {"type": "string", "format": "binary"}}
TABLE_BODY: dict[str, Any] = {
    "required": True,
    "description": "CSV（UTF-8 或 GB 18030）或 XLSX 文件本身 / the CSV or XLSX file itself, nothing around it",
    "content": {"text/csv": _FILE, XLSX: _FILE, "application/octet-stream": _FILE},
}


def received_table() -> bytes:
    """This request's whole body; raises TooLarge beyond ten megabytes, before reading where it was announced."""
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
