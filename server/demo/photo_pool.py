"""The demonstration's photos on their way into the store: drawn in processes of their own, taken in as any phone's are.

Files first and rows later, as with every photo: a load that is ended half way leaves files that the next one finds again.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path

from server.demo.pictures import SCENES, Shot, places_of, take
from uploads.codecs import CodecPool
from uploads.incoming import incoming_file, receive
from uploads.intake import TakenPhoto, take_in_photo
from uploads.storage import PhotoStore
from uploads.validation import PhotoLimits

Progress = Callable[[int, int], None]
# Places from here on are shown in good state only.
PROOFS_FROM = 100


class PhotoPool:
    """Photos kept in the store and waiting to be used; each place of a scene is handed out once."""

    def __init__(
        self, store: PhotoStore, incoming: Path, workers: int, draw: Callable[[Shot], bytes] = take
    ) -> None:
        self.store, self._draw = store, draw
        self._incoming, self._workers = incoming, workers
        self._taken: dict[Shot, TakenPhoto] = {}
        self._coming: dict[Shot, Future[TakenPhoto]] = {}
        self._drawing: ProcessPoolExecutor | None = None
        self._taking: ThreadPoolExecutor | None = None
        self._places = {scene: places_of(scene) for scene in SCENES}
        self._handed_out: Counter[str] = Counter()
        self._proofs: Counter[str] = Counter()
        self._codecs = CodecPool(workers)

    def close(self) -> None:
        """End what still draws, and the codec processes."""
        for executor in (self._drawing, self._taking):
            if executor is not None:
                executor.shutdown(wait=True, cancel_futures=True)
        self._codecs.close()

    def prepare(self, shots: Sequence[Shot], progress: Progress) -> None:
        """Begin to draw and take in many photos, on all cores; who wants one before it is there waits for it."""
        # Not forked: this process has threads and open connections.
        context = multiprocessing.get_context("spawn")
        self._drawing = ProcessPoolExecutor(
            self._workers, mp_context=context, initializer=_end_with, initargs=(os.getpid(),)
        )
        self._taking = ThreadPoolExecutor(self._workers)
        done = count(1)
        for shot in shots:
            self._begin(shot).add_done_callback(lambda _: progress(next(done), len(shots)))

    def expect(self, shot: Shot) -> None:
        """Begin to draw a photo that will be asked for soon."""
        if self._drawing is not None and shot not in self._taken and shot not in self._coming:
            self._begin(shot)

    def _begin(self, shot: Shot) -> Future[TakenPhoto]:
        assert self._drawing is not None
        assert self._taking is not None
        drawn = self._drawing.submit(self._draw, shot)
        self._coming[shot] = coming = self._taking.submit(self._take_in_drawn, drawn)
        return coming

    def next_place(self, scene: str) -> int:
        """A place of this scene that no photo has shown yet."""
        self._handed_out[scene] += 1
        return next(self._places[scene])

    def next_proof(self, scene: str) -> int:
        """A place whose good state no photo has shown yet: counted apart, for these come in closer looks only."""
        number = PROOFS_FROM + self._proofs[scene]
        self._proofs[scene] += 1
        return number

    def get(self, shot: Shot) -> TakenPhoto:
        """The photo as it is kept; one that nobody prepared is drawn now."""
        if shot not in self._taken:
            coming = self._coming.get(shot)
            self._taken[shot] = coming.result() if coming else self._take_in(self._draw(shot))
        return self._taken[shot]

    def discard_left_over(self) -> None:
        """Take prepared photos that nobody asked for out of the store again."""
        for shot in self._coming.keys() - self._taken.keys():
            photo = self._coming[shot].result()
            for sha256 in (photo.sha256, photo.display_sha256, photo.thumbnail_sha256):
                self.store.delete(sha256)

    def used(self) -> Iterable[tuple[str, int]]:
        """How many places of each scene were handed out."""
        return sorted(self._handed_out.items())

    def _take_in_drawn(self, drawn: Future[bytes]) -> TakenPhoto:
        return self._take_in(drawn.result())

    def _take_in(self, data: bytes) -> TakenPhoto:
        with incoming_file(self._incoming) as file:
            receive(file, BytesIO(data))
            examine = partial(
                self._codecs.examine, declared_type="image/jpeg", limits=PhotoLimits(), sender="demo"
            )
            return take_in_photo(file, examine, self.store)


def _end_with(parent: int) -> None:
    """A drawing process does not outlive a parent that was killed: nobody would tell it to stop."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
