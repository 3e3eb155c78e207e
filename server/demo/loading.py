"""Loading the whole demonstration: the grid, the checklists, its people, and the history of its last weeks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import sqlalchemy as sa

from api.photo_store import open_photo_store
from checklists.catalogue import SHIPPED_CATALOGUE, load_catalogue
from checklists.derivation import rederive
from checklists.models import ChecklistVersion
from checklists.publishing import publish_catalogue
from checklists.rollups import fold_all
from grid.demo import LoadedDemo, load_demo_grid
from grid.permissions import SYSTEM
from grid.phone_numbers import PhoneKeys
from server import clock
from server.config import Config
from server.db import db, end_read, transaction
from server.demo.history import LoadedHistory, has_history, tell_history
from server.demo.photo_pool import PROOFS_FROM, PhotoPool
from server.demo.pictures import SCENES, Shot, places_of
from server.demo.programme import PARTS, SMALL_PARTS, Part

Tell = Callable[[str], None]
_MOST_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Loaded:
    """The demonstration as it is after loading; no history where that is off or something has happened already."""

    grid: LoadedDemo
    checklists: int
    history: LoadedHistory | None


def load_demonstration(config: Config, tell: Tell) -> Loaded:
    """Load whatever is missing; `tell` hears how far it is. Again, it adds only what is not there."""
    keys, now = PhoneKeys(config.phone_keys, config.lookup_key), clock.now()
    with transaction():
        grid = load_demo_grid(keys, now)
        published = publish_catalogue(load_catalogue(SHIPPED_CATALOGUE), _effective_on(now), SYSTEM, now)
        # Publishing anything new derives every community again; without it, new ones still need it.
        if grid.new_communities and not any(result.is_new for result in published):
            rederive()
    history = None
    if config.demo_history != "off" and not _is_begun():
        parts = PARTS if config.demo_history == "on" else SMALL_PARTS
        history = _load_history(config, keys, now, tell, parts)
    return Loaded(grid, len(published), history)


def _effective_on(now: datetime) -> date:
    """The first time from the year's beginning, so that earlier days can be asked about; a changed catalogue from
    today, for figures already shown do not change."""
    today = clock.local_day(now)
    is_first = db.session.scalar(sa.select(ChecklistVersion.id).limit(1)) is None
    return today.replace(month=1, day=1) if is_first else today


def _is_begun() -> bool:
    found = has_history()
    end_read()
    return found


def _load_history(
    config: Config, keys: PhoneKeys, now: datetime, tell: Tell, parts: Sequence[Part]
) -> LoadedHistory:
    pool = PhotoPool(
        open_photo_store(config),
        config.photo_dir / "incoming",
        min(_MOST_WORKERS, os.cpu_count() or 1),
    )
    try:
        pool.prepare(shots_for(parts), _every_fifth(tell))
        with transaction():
            history = tell_history(pool, keys, now, parts, tell)
        pool.discard_left_over()
    finally:
        pool.close()
    tell("history: adding up")
    fold_all()
    return history


def _every_fifth(tell: Tell) -> Callable[[int, int], None]:
    def progress(number: int, of: int) -> None:
        if number * 5 // of > (number - 1) * 5 // of:
            tell(f"history: {number} of {of} photos drawn and stored")

    return progress


# How many places of each scene the whole programme shows, and how many of those in good state only; one that is missing
# here is drawn when it is asked for.
_PLACES = {
    "bins": 18, "blocked_exit": 10, "cables": 6, "car_on_lawn": 13, "charging_wires": 15, "corridor": 15, "dark_stairs": 9,
    "e_bike_in_hall": 14, "exercise_ground": 6, "extinguisher_box": 6, "fire_lane": 8, "greenery": 6, "lift_hall": 4,
    "manhole": 9, "notice_board": 20, "posters": 11, "rubble": 12, "shed": 5,
}  # fmt: skip
_PROOFS = {"notice_board": 36, "extinguisher_box": 28, "bins": 10}


def shots_for(parts: Sequence[Part]) -> list[Shot]:
    """What to draw ahead, about in the order in which it is asked for; the stories themselves say which they will show
    fixed (`PhotoPool.expect`)."""
    share = 1 if len(parts) == len(PARTS) else 0.35
    places = [
        (turn, scene, number)
        for scene in SCENES
        for turn, number in enumerate(islice(places_of(scene), round(_PLACES[scene] * share)))
    ]
    proofs = [
        (n / 3, Shot(scene, PROOFS_FROM + n, is_after=True, is_close=True))
        for scene, most in _PROOFS.items()
        for n in range(round(most * share))
    ]
    shots: list[tuple[float, Shot]] = [(turn, Shot(scene, number)) for turn, scene, number in places]
    return [shot for _, shot in sorted([*shots, *proofs], key=lambda each: each[0])]
