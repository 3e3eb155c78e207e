"""Taking a photo in without a server: examined in this process, kept in a folder."""

from __future__ import annotations

import os
from pathlib import Path

from uploads.examination import examine
from uploads.examined import Examined
from uploads.incoming import incoming_file
from uploads.intake import TakenPhoto, take_in_photo
from uploads.storage import PhotoStore
from uploads.validation import PhotoLimits


def take_in_bytes(data: bytes, declared_type: str | None, store: PhotoStore, folder: Path) -> TakenPhoto:
    """What a PUT of these bytes does before its row is written; `folder` is on the store's file system."""

    def examine_here(descriptor: int) -> Examined:
        return examine(os.pread(descriptor, len(data) + 1, 0), declared_type, PhotoLimits())

    with incoming_file(folder) as file:
        file.write(data)
        return take_in_photo(file, examine_here, store)
