"""The photo store and the codec processes of this server, as the settings name them."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, current_app

from api.settings import current_config
from server.config import Config
from uploads.codecs import CodecPool
from uploads.object_store import ObjectPhotoStore
from uploads.storage import FolderPhotoStore, PhotoStore
from uploads.upload_turns import UploadTurns


def configure(app: Flask, config: Config) -> None:
    """Make them once a process; the codec processes themselves start with the first photo."""
    app.extensions["jiayuan_photo_store"] = open_photo_store(config)
    app.extensions["jiayuan_codecs"] = CodecPool(config.codec_processes)
    app.extensions["jiayuan_upload_turns"] = UploadTurns(
        config.photo_uploads_at_once, config.data_dir / "upload-turns"
    )


def open_photo_store(config: Config) -> PhotoStore:
    """An S3-compatible store where `PHOTO_STORE_URL` names one, else the folder."""
    if config.photo_store_url:
        return ObjectPhotoStore(config.photo_store_url, os.environ)
    return FolderPhotoStore(config.photo_dir)


def photo_store() -> PhotoStore:
    """The store of this server."""
    store: PhotoStore = current_app.extensions["jiayuan_photo_store"]
    return store


def codecs() -> CodecPool:
    """The codec processes of this server process."""
    pool: CodecPool = current_app.extensions["jiayuan_codecs"]
    return pool


def upload_turns() -> UploadTurns:
    """How many uploads each sender has under way on this machine."""
    turns: UploadTurns = current_app.extensions["jiayuan_upload_turns"]
    return turns


def incoming_folder() -> Path:
    """Where bodies lie while they arrive: on this machine, whatever the store is."""
    return current_config().photo_dir / "incoming"
