from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from server.errors import Unavailable
from tests.uploads.images import encoded, is_near, phone_exif, photo_bytes, pixel, two_halves
from uploads import codec_process, codecs
from uploads.codecs import CodecPool, FairTurns
from uploads.examination import examine
from uploads.examined import Examined
from uploads.refusals import PhotoRefused, RefusalCode

JPEG = photo_bytes(size=(900, 600), exif=phone_exif(6).tobytes())


@pytest.fixture
def pool() -> Iterator[CodecPool]:
    made = CodecPool(2)
    yield made
    made.close()


def examined(pool: CodecPool, data: bytes, folder: Path, sender: object = None) -> Examined:
    path = folder / f"photo-{threading.get_ident()}"
    path.write_bytes(data)
    with path.open("rb") as file:
        return pool.examine(file.fileno(), None, sender=sender)


def test_what_a_codec_process_finds_is_what_the_examination_finds(pool: CodecPool, tmp_path: Path) -> None:
    assert examined(pool, JPEG, tmp_path) == examine(JPEG, None)
    assert is_near(pixel(examined(pool, encoded(two_halves()), tmp_path).display, 0.5, 0.1), (200, 30, 30))


def test_a_refusal_comes_through_with_its_code_and_facts(pool: CodecPool, tmp_path: Path) -> None:
    with pytest.raises(PhotoRefused) as caught:
        examined(pool, b"GIF89a" + b"x" * 100, tmp_path)

    assert caught.value.reason is RefusalCode.UNSUPPORTED_TYPE
    assert "image/jpeg" in str(caught.value.extra["supported"])


def test_one_process_serves_one_photo_after_another(pool: CodecPool, tmp_path: Path) -> None:
    for _ in range(5):
        examined(pool, JPEG, tmp_path)
        with pytest.raises(PhotoRefused):
            examined(pool, JPEG[:-50], tmp_path)

    assert len(pool.list_pids()) == 1


def test_a_process_killed_from_outside_is_the_machines_fault_and_the_next_photo_gets_a_new_one(
    pool: CodecPool, tmp_path: Path
) -> None:
    examined(pool, JPEG, tmp_path)
    [pid] = pool.list_pids()
    os.kill(pid, signal.SIGKILL)

    with pytest.raises(Unavailable) as caught:
        examined(pool, JPEG, tmp_path)

    assert caught.value.extra["retry_after_seconds"] > 0
    assert examined(pool, JPEG, tmp_path).width == 600
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize(
    "number, reason",
    [
        (signal.SIGSEGV, RefusalCode.UNDECODABLE),
        (signal.SIGABRT, RefusalCode.UNDECODABLE),
        (signal.SIGXCPU, RefusalCode.TOO_COSTLY),
    ],
)
def test_a_codec_that_crashes_costs_the_photo_it_had(
    pool: CodecPool, tmp_path: Path, number: signal.Signals, reason: RefusalCode
) -> None:
    examined(pool, JPEG, tmp_path)
    [pid] = pool.list_pids()
    os.kill(pid, number)

    with pytest.raises(PhotoRefused) as caught:
        examined(pool, JPEG, tmp_path)

    assert caught.value.reason is reason
    assert examined(pool, JPEG, tmp_path).width == 600


def test_a_process_that_hangs_is_ended_in_time(
    pool: CodecPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined(pool, JPEG, tmp_path)
    [pid] = pool.list_pids()
    usual = codecs.ANSWER_SECONDS
    monkeypatch.setattr(codecs, "ANSWER_SECONDS", 0.5)
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()

    with pytest.raises(Unavailable):
        examined(pool, JPEG, tmp_path)

    assert time.monotonic() - began < usual
    assert not psutil.pid_exists(pid)
    monkeypatch.undo()
    assert examined(pool, JPEG, tmp_path).width == 600


def test_a_process_can_neither_write_files_nor_use_more_than_its_memory_and_time(
    pool: CodecPool, tmp_path: Path
) -> None:
    examined(pool, JPEG, tmp_path)
    process = psutil.Process(pool.list_pids()[0])

    assert process.rlimit(psutil.RLIMIT_DATA)[0] == codec_process.MEMORY_BYTES
    assert process.rlimit(psutil.RLIMIT_FSIZE)[0] == 0
    assert process.rlimit(psutil.RLIMIT_CPU)[0] <= codec_process.CPU_SECONDS + 2
    assert "SECRET_KEY" not in process.environ()


def test_a_process_ends_with_the_server_that_started_it(tmp_path: Path) -> None:
    pool = CodecPool(1)
    examined(pool, JPEG, tmp_path)
    process = psutil.Process(pool.list_pids()[0])

    pool._idle[0]._socket.close()

    process.wait(5)
    pool.close()


def test_a_forked_child_starts_processes_of_its_own(pool: CodecPool, tmp_path: Path) -> None:
    examined(pool, JPEG, tmp_path)
    pool._owner = -1

    assert examined(pool, JPEG, tmp_path).width == 600


def test_many_at_once_use_no_more_processes_than_the_pool_has(pool: CodecPool, tmp_path: Path) -> None:
    widths: list[int] = []
    threads = [
        threading.Thread(target=lambda: widths.append(examined(pool, JPEG, tmp_path).width)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert widths == [600] * 8
    assert len(pool.list_pids()) <= 2


def test_another_person_waits_for_one_photo_of_a_phone_with_many_not_for_all() -> None:
    turns, order = FairTurns(1), []

    def photo(sender: str) -> None:
        with turns.turn(sender):
            order.append(sender)

    with turns.turn("somebody"):
        threads = []
        for sender in [*["phone"] * 20, "neighbour"]:
            threads.append(threading.Thread(target=photo, args=(sender,)))
            threads[-1].start()
            time.sleep(0.01)
    for thread in threads:
        thread.join()

    assert order.index("neighbour") <= 1
    assert len(order) == 21


def test_who_waits_too_long_is_asked_to_come_again_and_blocks_nobody() -> None:
    turns = FairTurns(1)
    with turns.turn("one"), pytest.raises(Unavailable), turns.turn("two", seconds=0.05):
        pass

    with turns.turn("three", seconds=0.05):
        pass
