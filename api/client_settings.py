"""What a client must know at its start: which product answers, where its map and its own public address are, what may be sent."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from flask import current_app, request, url_for

from api.authentication import public
from api.blueprint import ApiBlueprint
from api.schemas.client_settings import SETTINGS_EXAMPLE, ClientSettingsSchema
from api.settings import current_config
from inspections.report_content import LONGEST_TEXT, MOST_PHOTOS
from server import clock

blueprint = ApiBlueprint(
    "settings",
    __name__,
    url_prefix="/settings",
    description="客户端设置 / what a client must know at its start",
)
_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
PRODUCT_VERSION: str = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]


@blueprint.route("")
@public
@blueprint.response(200, ClientSettingsSchema, example=SETTINGS_EXAMPLE)
def get_settings() -> dict[str, Any]:
    """What the web app needs to begin: product and build, the map, limits, the server's clock.

    `product.build` changes with every build of the web app: an app that carries another one is out of date.
    """
    config = current_config()
    return {
        "product": {"version": PRODUCT_VERSION, "build": current_app.extensions["jiayuan_web_build"]},
        "environment": config.environment,
        "is_demo": config.is_demo,
        "server_time": clock.now(),
        "public_url": public_origin(),
        "map": config.map_tiles,
        "photo_limits_address": url_for("photos.get_photo_limits"),
        "report_limits": {"photos": MOST_PHOTOS, "text": LONGEST_TEXT},
    }


def public_origin() -> str:
    """Where people reach this server: as configured, else where this request came to."""
    return current_config().public_url or request.host_url.rstrip("/")
