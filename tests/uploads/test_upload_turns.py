from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.errors import TooManyRequests, Unavailable
from tests.live import ROOT
from uploads.upload_turns import UploadTurns

# Another server process: takes a place, says so, and keeps it until it ends.
HOLDER = """
import sys, time
from pathlib import Path
from uploads.upload_turns import UploadTurns

with UploadTurns(2, Path(sys.argv[1])).turn("inspector"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "incoming" / "turns"


def test_each_sender_has_so_many_places_and_leaves_them_to_the_next(path: Path) -> None:
    turns = UploadTurns(2, path)
    with ExitStack() as under_way:
        under_way.enter_context(turns.turn("inspector"))
        under_way.enter_context(turns.turn("inspector"))
        with pytest.raises(TooManyRequests) as caught, turns.turn("inspector"):
            pass
        assert caught.value.extra["uploads_at_once"] == 2
        with turns.turn("resident"):
            pass
    with turns.turn("inspector"), turns.turn("inspector"):
        pass


def test_an_upload_that_fails_leaves_its_place(path: Path) -> None:
    turns = UploadTurns(1, path)
    with pytest.raises(RuntimeError), turns.turn("inspector"):
        raise RuntimeError
    with turns.turn("inspector"):
        pass


def test_places_are_counted_over_the_processes_of_a_machine(path: Path) -> None:
    """Two processes, each with an object of its own, hold two places between them; kill -9 gives one back."""
    turns = UploadTurns(2, path)
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with turns.turn("inspector"):
                with pytest.raises(TooManyRequests), turns.turn("inspector"):
                    pass
                with turns.turn("resident"):
                    pass
                os.kill(other.pid, signal.SIGKILL)
                other.wait(10)
                with turns.turn("inspector"):
                    pass
        finally:
            other.kill()


def test_never_more_than_so_many_at_a_time_among_threads(path: Path) -> None:
    turns, lock = UploadTurns(3, path), threading.Lock()
    inside = most = refused = 0

    def send() -> None:
        nonlocal inside, most, refused
        for _ in range(30):
            try:
                with turns.turn("inspector"):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    time.sleep(0.001)
                    with lock:
                        inside -= 1
            except TooManyRequests:
                with lock:
                    refused += 1

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 3
    assert refused > 0
    assert inside == 0


def test_no_file_grows_and_no_descriptor_is_left(path: Path) -> None:
    turns = UploadTurns(4, path)
    with turns.turn("first"):
        pass
    before = len(os.listdir("/proc/self/fd"))
    for number in range(200):
        with turns.turn(f"sender {number}"):
            pass
    assert len(os.listdir("/proc/self/fd")) == before
    assert path.stat().st_size == 0


def test_a_disk_that_cannot_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "incoming").write_bytes(b"a file where the folder should be")
    with pytest.raises(Unavailable), UploadTurns(1, tmp_path / "incoming" / "turns").turn("inspector"):
        pass
