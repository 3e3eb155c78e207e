"""Decoding where a bad file takes nothing down: a few processes of their own, and a fair queue before them.

A process that crashes, runs out of its time or its memory costs the one photo it had; the next photo gets a new one.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import structlog

from server.errors import Unavailable
from uploads.evidence import EvidenceMarks
from uploads.examined import Examined
from uploads.formats import PhotoType
from uploads.refusals import PhotoRefused, RefusalCode
from uploads.validation import PhotoLimits

log = structlog.get_logger()

# A codec that waits for itself uses no processor time; past this it is ended all the same.
ANSWER_SECONDS = 5.0
START_SECONDS = 20.0
# How long a photo waits for its turn before the sender is asked to come again.
TURN_SECONDS = 60.0
_PHOTOS_PER_PROCESS = 1000
_MAX_HEAD_BYTES = 1024 * 1024
_MAX_PICTURE_BYTES = 32 * 1024 * 1024
_ROOT = Path(__file__).parents[1]
# GNU's allocator (mallopt(3)): one arena; an ordinary photo's pictures come out of the heap, which keeps the pages for
# the next one (asking the system for them again cost a tenth of a photo's time). Larger pictures, which Pillow keeps in
# blocks of 16 MiB, must not: a heap that has grown counts against the limit for ever.
_ALLOCATION = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(15 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024 * 1024),
    # One cosine transform of 32 x 32 is no work to share; each thread would reserve 40 MiB of what a photo may have.
    "OPENBLAS_NUM_THREADS": "1",
}


class CodecEnded(Exception):
    """The process ended instead of answering; `status` as of `subprocess`, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"the codec process ended with {status}")
        self.status = status


class CodecProcess:
    """One decoding process. Not for two threads at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "uploads.codec_process", str(theirs.fileno())]
        environ = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"} | _ALLOCATION
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=_ROOT, env=environ, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self._socket = ours
        self._photos = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_worn_out(self) -> bool:
        return self._photos >= _PHOTOS_PER_PROCESS

    def examine(self, descriptor: int, declared_type: str | None, limits: PhotoLimits) -> Examined:
        """Ask for one photo; raises `PhotoRefused`, `CodecEnded` or `TimeoutError`; after the latter two, close."""
        question = {
            "declared_type": declared_type and declared_type[:200],
            "max_bytes": limits.max_bytes,
            "max_pixels": limits.max_pixels,
        }
        deadline = time.monotonic() + ANSWER_SECONDS + (START_SECONDS if self._photos == 0 else 0)
        self._photos += 1
        try:
            self._socket.settimeout(ANSWER_SECONDS)
            socket.send_fds(self._socket, [json.dumps(question).encode()], [descriptor])
            head = self._read_head(deadline)
            if "refused" in head:
                raise PhotoRefused(RefusalCode(head["refused"]), **head["facts"])
            pictures = [self._read(length, deadline, _MAX_PICTURE_BYTES) for length in head["lengths"]]
        except TimeoutError:
            raise
        except OSError as error:
            raise CodecEnded(self._ending()) from error
        return _examined(head["examined"], *pictures)

    def close(self) -> None:
        """End the process at once and forget it."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _read_head(self, deadline: float) -> dict[str, Any]:
        length = int.from_bytes(self._read(4, deadline, 4), "big")
        head: dict[str, Any] = json.loads(
            self._read(length, deadline, _MAX_HEAD_BYTES), object_hook=_with_instants
        )
        return head

    def _read(self, length: int, deadline: float, most: int) -> bytes:
        if not 0 <= length <= most:
            raise CodecEnded(None)
        data = bytearray(length)
        view, done = memoryview(data), 0
        while done < length:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining)
            received = self._socket.recv_into(view[done:])
            if received == 0:
                raise CodecEnded(self._ending())
            done += received
        return bytes(data)

    def _ending(self) -> int | None:
        try:
            return self._process.wait(2)
        except subprocess.TimeoutExpired:
            return None


def _with_instants(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["instant"]) if value.keys() == {"instant"} else value


def _examined(values: dict[str, Any], display: bytes, thumbnail: bytes) -> Examined:
    marks = EvidenceMarks(**values.pop("evidence"))
    kind = PhotoType(values.pop("type"))
    return Examined(type=kind, display=display, thumbnail=thumbnail, evidence=marks, **values)


@dataclass(slots=True, eq=False)
class _Ticket:
    """One waiting photo."""

    is_called: threading.Event = field(default_factory=threading.Event)


class FairTurns:
    """So many at a time; who waits is called in turn by sender, so that one with 200 photos delays others by one."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Hashable, deque[_Ticket]] = OrderedDict()

    @contextmanager
    def turn(self, sender: Hashable, seconds: float = TURN_SECONDS) -> Iterator[None]:
        """Wait for a place; raises `Unavailable` after so many seconds."""
        self._enter(sender, seconds)
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._call_next()

    def _enter(self, sender: Hashable, seconds: float) -> None:
        ticket = _Ticket()
        with self._lock:
            self._waiting.setdefault(sender, deque()).append(ticket)
            self._call_next()
        if ticket.is_called.wait(seconds):
            return
        with self._lock:
            if not ticket.is_called.is_set():
                self._leave(sender, ticket)
                raise busy()

    def _leave(self, sender: Hashable, ticket: _Ticket) -> None:
        tickets = self._waiting[sender]
        tickets.remove(ticket)
        if not tickets:
            del self._waiting[sender]

    def _call_next(self) -> None:
        while self._free and self._waiting:
            sender, tickets = self._waiting.popitem(last=False)
            tickets.popleft().is_called.set()
            self._free -= 1
            if tickets:
                # To the end: everybody else who waits comes first.
                self._waiting[sender] = tickets


def busy() -> Unavailable:
    return Unavailable(
        "照片处理繁忙，本次没有保存，请稍后再试",
        "Too many photos at once; this one was not stored, please send it again",
        code="codecs_busy",
        extra={"retry_after_seconds": 5},
    )


class CodecPool:
    """A few codec processes, started when first needed and again whenever one is lost."""

    def __init__(self, size: int) -> None:
        self._turns = FairTurns(size)
        self._idle: list[CodecProcess] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def examine(
        self,
        descriptor: int,
        declared_type: str | None,
        limits: PhotoLimits = PhotoLimits(),
        *,
        sender: Hashable = None,
    ) -> Examined:
        """Examine the photo in a file, by descriptor, from its first byte.

        Raises `PhotoRefused` (too_costly past its time or memory; undecodable where its codec crashes) and
        `Unavailable` where the machine, not the photo, is the reason; then the same photo may be sent again.
        """
        with self._turns.turn(sender):
            process = self._take()
            try:
                examined = process.examine(descriptor, declared_type, limits)
            except PhotoRefused:
                self._give_back(process)
                raise
            except CodecEnded as ended:
                process.close()
                _explain(ended)
            except TimeoutError as error:
                # Its own limit of processor time ends a costly photo earlier: this is a machine with no time left.
                process.close()
                log.warning("codec_process_late")
                raise busy() from error
            except BaseException:
                process.close()
                raise
            self._give_back(process)
            return examined

    def close(self) -> None:
        """End the idle processes."""
        while self._idle:
            self._idle.pop().close()

    def list_pids(self) -> list[int]:
        """The idle processes, for those who watch their memory."""
        return [process.pid for process in self._idle]

    def _take(self) -> CodecProcess:
        with self._lock:
            if self._owner != os.getpid():
                # After a fork: those belong to the parent, and their sockets too.
                self._idle, self._owner = [], os.getpid()
            if self._idle:
                return self._idle.pop()
        try:
            return CodecProcess()
        except OSError as error:
            raise busy() from error

    def _give_back(self, process: CodecProcess) -> None:
        if process.is_worn_out:
            process.close()
            return
        with self._lock:
            self._idle.append(process)


def _explain(ended: CodecEnded) -> NoReturn:
    """Whose fault it was: its own time limit and crashes are the photo's, an end from outside is the machine's."""
    log.warning("codec_process_ended", status=ended.status)
    if ended.status == -signal.SIGXCPU:
        raise PhotoRefused(RefusalCode.TOO_COSTLY) from ended
    if ended.status in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, None):
        raise busy() from ended
    raise PhotoRefused(RefusalCode.UNDECODABLE) from ended
