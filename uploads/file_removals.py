"""Taking files out of the store without ever losing one that is being stored again just now.

Files are named by their bytes, so whoever stores a photo may find its file there already. A row and its file must
not cross: a file leaves the store only once it stands in `photo_file_removals` as under way, and whoever is about to
commit a row that names it looks there first, inside the same transaction (`hold_names`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.db import db, is_postgresql, transaction
from server.errors import Unavailable
from uploads.models import FileRemoval, Photo, PhotoRelease
from uploads.storage import PhotoStore

_FILES_AT_ONCE = 300
# Longer than any request takes from finding a file in the store to committing the row that names it.
_GRACE = timedelta(minutes=10)
# Any constant that nothing else locks: "the names of photo files".
_NAMES_LOCK = 0x7068_6F74_6F73


def hold_names(names: Iterable[str], now: datetime) -> None:
    """Make sure of files that a row is about to name: to be called inside the transaction that writes the row.

    Takes them off the queue; raises `Unavailable` where one is being removed or just was, for the client to send again.
    """
    _lock_names(is_shared=True)
    wanted = sa.select(FileRemoval).where(FileRemoval.sha256.in_(set(names))).order_by(FileRemoval.sha256)
    for removal in db.session.scalars(wanted.with_for_update()):
        if removal.is_under_way and (removal.removed_at is None or removal.removed_at > now - _GRACE):
            raise Unavailable(
                "同一照片正在清理，请稍后重发",
                "The same file is just being removed; please send it again later",
            )
        db.session.delete(removal)
    db.session.flush()


def queue_removals(names: Iterable[str], now: datetime) -> None:
    """Files that the rows removed in this transaction named; those that others name too will be left alone."""
    rows = [{"sha256": name, "queued_at": now, "is_under_way": False} for name in sorted(set(names))]
    if not rows:
        return
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    again = {"queued_at": now, "is_under_way": False, "removed_at": None}
    # What is under way stays so: its file may be gone at any moment.
    is_over = sa.or_(FileRemoval.is_under_way.is_(False), FileRemoval.removed_at.is_not(None))
    statement = insert(FileRemoval).values(rows)
    db.session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_=again, where=is_over))


def count_queued() -> int:
    waiting = sa.select(sa.func.count()).select_from(FileRemoval).where(FileRemoval.removed_at.is_(None))
    return db.session.scalar(waiting) or 0


def remove_queued(store: PhotoStore, now: datetime) -> Iterable[int]:
    """Take every queued file that no row names out of the store; yield how many entries each step has settled.

    Opens its own transactions; stopped anywhere, it goes on where it was. Raises `Unavailable` for a store that is gone.
    """
    with transaction():
        db.session.execute(sa.delete(FileRemoval).where(FileRemoval.removed_at < now - timedelta(days=1)))
    while True:
        with transaction():
            settled, going = _next_files()
        for name in going:
            store.delete(name)
        with transaction():
            _note_removed(going, now)
        if not settled and not going:
            return
        yield settled + len(going)


def named_among(names: Collection[str]) -> set[str]:
    """Which of these files some photo or public picture still needs. Four queries."""
    columns = (Photo.sha256, Photo.display_sha256, Photo.thumbnail_sha256)
    queries = [sa.select(each).where(each.in_(names), Photo.removed_at.is_(None)) for each in columns]
    public = PhotoRelease.public_sha256
    queries.append(sa.select(public).where(public.in_(names), PhotoRelease.withdrawn_at.is_(None)))
    return {name for query in queries for name in db.session.scalars(query)}


def _next_files() -> tuple[int, Sequence[str]]:
    """Strike those off that are needed after all, and mark the others: from here on nobody may name them."""
    _lock_names(is_shared=False)
    waiting = sa.select(FileRemoval).where(FileRemoval.removed_at.is_(None)).order_by(FileRemoval.sha256)
    removals = list(db.session.scalars(waiting.limit(_FILES_AT_ONCE).with_for_update()))
    needed = named_among({removal.sha256 for removal in removals})
    going = []
    for removal in removals:
        if removal.sha256 in needed:
            db.session.delete(removal)
        else:
            removal.is_under_way = True
            going.append(removal.sha256)
    return len(removals) - len(going), going


def _note_removed(names: Sequence[str], now: datetime) -> None:
    gone = sa.update(FileRemoval).where(FileRemoval.sha256.in_(names)).values(removed_at=now)
    db.session.execute(gone)


def _lock_names(is_shared: bool) -> None:
    """Whoever names files and whoever removes them take turns; SQLite's writers do so anyway."""
    if is_postgresql():
        lock = sa.func.pg_advisory_xact_lock_shared if is_shared else sa.func.pg_advisory_xact_lock
        db.session.execute(sa.select(lock(_NAMES_LOCK)))
