"""A process that only decodes photos, one after another, within limits of its own (`uploads.codecs` starts it).

`python -m uploads.codec_process SOCKET`: each question is a line of JSON and, beside it, the descriptor of the
photo's file; each answer a length, JSON, and the pictures' bytes. Nothing in either direction is ever executed.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import socket
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from uploads import heap
from uploads.examination import examine
from uploads.examined import Examined
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.validation import PhotoLimits

# Private memory reserved. Some 60 MiB of it are the libraries' and never touched: resident it stays below 512 MiB.
MEMORY_BYTES = 540 * 1024 * 1024
CPU_SECONDS = 4
_ORDINARY_BYTES = 128 * 1024 * 1024
_STATM = Path("/proc/self/statm")


def main() -> None:
    """Answer until the other side closes."""
    _limit_once()
    # What was imported lives as long as the process: it need not be looked through after every photo.
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        while True:
            question, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
            if not question:
                return
            _limit_time()
            with os.fdopen(descriptors[0], "rb") as file:
                answer, pictures = _answer(json.loads(question), file.fileno())
            _give_back_memory()
            head = json.dumps(answer, default=_instant).encode()
            connection.sendall(b"".join((len(head).to_bytes(4, "big"), head, *pictures)))


def _give_back_memory() -> None:
    """What a large photo used must not count against the next one's limit; an ordinary one's is used again, faster."""
    pages = int(_STATM.read_text().split()[1]) if _STATM.exists() else 0
    if pages * resource.getpagesize() >= _ORDINARY_BYTES:
        heap.give_back()


def _limit_once() -> None:
    """Private memory is bounded; no file can be written; no core is left behind."""
    for limit, value in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _limit_time() -> None:
    """Processor time, all threads together: the system ends the process (SIGXCPU) that uses more on one photo."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS, hard))


def _answer(question: dict[str, Any], descriptor: int) -> tuple[dict[str, Any], list[bytes]]:
    limits = PhotoLimits(question["max_bytes"], question["max_pixels"])
    try:
        # By position from the start: the descriptor's own position is shared with the sender.
        data = os.pread(descriptor, limits.max_bytes + 1, 0)
        return _examined(examine(data, question["declared_type"], limits))
    except PhotoRefused as refused:
        return {"refused": refused.reason, "facts": refused.extra}, []
    except MemoryError:
        return {"refused": RefusalCode.TOO_COSTLY, "facts": {}}, []


def _examined(examined: Examined) -> tuple[dict[str, Any], list[bytes]]:
    """Everything but the pictures as JSON; of them the lengths."""
    values = asdict(examined)
    pictures = [values.pop("display"), values.pop("thumbnail")]
    return {"examined": values, "lengths": [len(picture) for picture in pictures]}, pictures


def _instant(value: object) -> dict[str, str]:
    if not isinstance(value, datetime):
        raise TypeError(f"no JSON for {type(value).__name__}")
    return {"instant": value.isoformat()}


if __name__ == "__main__":
    main()
