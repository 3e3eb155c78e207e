"""Settings of one running server: read once from the environment, frozen, checked before anything starts."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

Environment = Literal["demo", "production", "test"]
DemoHistory = Literal["on", "small", "off"]
Datum = Literal["wgs84", "gcj02"]
SECRET_NAMES = ("SECRET_KEY", "PHONE_KEYS", "LOOKUP_KEY")
MINIMUM_SECRET_LENGTH = 32
WEB_DIST = Path(__file__).parents[1] / "web" / "dist"


class ConfigurationError(Exception):
    """The environment does not describe a server that may start; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Where the web app gets its map from: layers drawn on top of each other, each a template with {z}, {x} and {y}.

    `datum` is what the tiles are drawn in: 天地图 is as good as WGS-84, commercial Chinese maps are GCJ-02.
    """

    layers: tuple[str, ...]
    attribution: str
    datum: Datum = "wgs84"

    @property
    def origins(self) -> tuple[str, ...]:
        """The servers that a page which draws the map must be allowed to load pictures from."""
        parts = (urlsplit(layer) for layer in self.layers)
        return tuple(dict.fromkeys(f"{each.scheme}://{each.netloc}" for each in parts))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the environment decides.

    `phone_keys` are Fernet keys, newest first: the first encrypts, all decrypt. `lookup_key` keys the
    hashes by which phone numbers and tracking codes are found again.
    """

    environment: Environment
    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    phone_keys: tuple[str, ...] = field(repr=False)
    lookup_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    redis_url: str | None = None
    workers: int = 2
    threads: int = 16
    is_behind_tls: bool = False
    trusted_proxies: int = 0
    rate_limits_enabled: bool = True
    log_level: str = "INFO"
    office_hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(11, 30)), (time(13, 30), time(17)))
    photo_max_bytes: int = 25 * 1024 * 1024
    # Empty: the folder `photos` in the data folder.
    photo_store_url: str = ""
    photo_uploads_at_once: int = 4
    # None: photos are kept for ever.
    photo_retention_days: int | None = None
    codec_processes: int = 2
    # The demonstration's last weeks: rounds, reports and cases that happened before the first start; all or few of them.
    demo_history: DemoHistory = "on"
    json_max_bytes: int = 2 * 1024 * 1024
    access_token_minutes: int = 30
    refresh_token_days: int = 30
    # What the web app was built into: index.html, assets/, sw.js and so on.
    web_dist: Path = WEB_DIST
    # Where people reach this server, without a path; empty: wherever a request came to.
    public_url: str = ""
    # None: the web app draws areas and points without a map below.
    map_tiles: MapTiles | None = None

    @property
    def is_demo(self) -> bool:
        """Demo people and synthetic communities exist only here."""
        return self.environment == "demo"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def photo_dir(self) -> Path:
        return self.data_dir / "photos"

    @property
    def jobs_path(self) -> Path:
        return self.data_dir / "jobs.sqlite3"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; raise `ConfigurationError` where a production server lacks its secrets.

    The demo makes its own secrets at first start and keeps them in `DATA_DIR/secrets.json`.
    """
    env = dict(os.environ if environ is None else environ)
    environment = _environment(env.get("JIAYUAN_ENV", "demo"))
    data_dir = Path(env.get("DATA_DIR", "var")).resolve()
    given = _secrets(env, environment, data_dir)
    return Config(
        environment=environment,
        data_dir=data_dir,
        database_url=_database_url(env.get("DATABASE_URL"), data_dir),
        secret_key=given["SECRET_KEY"],
        phone_keys=_phone_keys(given["PHONE_KEYS"]),
        lookup_key=given["LOOKUP_KEY"],
        host=env.get("HOST", "127.0.0.1"),
        port=_integer(env, "PORT", 8000, 1, 65535),
        redis_url=env.get("REDIS_URL") or None,
        workers=_integer(env, "WEB_WORKERS", 2, 1, 64),
        threads=_integer(env, "WEB_THREADS", 16, 1, 64),
        is_behind_tls=env.get("BEHIND_TLS", "1" if environment == "production" else "0") == "1",
        trusted_proxies=_integer(env, "TRUSTED_PROXIES", 0, 0, 5),
        demo_history=_demo_history(env.get("DEMO_HISTORY") or "on"),
        rate_limits_enabled=env.get("RATE_LIMITS", "on") != "off",
        log_level=env.get("LOG_LEVEL", "INFO").upper(),
        photo_store_url=_photo_store_url(env.get("PHOTO_STORE_URL", "")),
        photo_uploads_at_once=_integer(env, "PHOTO_UPLOADS_AT_ONCE", 4, 1, 64),
        photo_retention_days=_retention_days(env),
        codec_processes=_integer(env, "CODEC_PROCESSES", min(os.cpu_count() or 1, 8), 1, 64),
        office_hours=_office_hours(env.get("OFFICE_HOURS", "08:30-11:30,13:30-17:00")),
        web_dist=Path(env.get("WEB_DIST") or WEB_DIST).resolve(),
        public_url=_public_url(env.get("PUBLIC_URL", "")),
        map_tiles=_map_tiles(env),
    )


def _environment(name: str) -> Environment:
    if name not in ("demo", "production", "test"):
        raise ConfigurationError(f"JIAYUAN_ENV must be demo, production or test, not {name!r}")
    return name  # type: ignore[return-value]


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ConfigurationError(f"{name} must be a whole number, not {raw!r}") from None
    if not low <= value <= high:
        raise ConfigurationError(f"{name} must lie between {low} and {high}, not {value}")
    return value


def _demo_history(given: str) -> DemoHistory:
    if given not in ("on", "small", "off"):
        raise ConfigurationError(f"DEMO_HISTORY must be on, small or off, not {given!r}")
    return given  # type: ignore[return-value]


def _database_url(given: str | None, data_dir: Path) -> str:
    if not given:
        return f"sqlite:///{data_dir / 'jiayuan.sqlite3'}"
    if given.startswith(("postgresql://", "postgres://")):
        return "postgresql+psycopg://" + given.split("://", 1)[1]
    if given.startswith(("sqlite:///", "postgresql+psycopg://")):
        return given
    raise ConfigurationError("DATABASE_URL must begin with sqlite:/// or postgresql://")


def _retention_days(env: Mapping[str, str]) -> int | None:
    if not env.get("PHOTO_RETENTION_DAYS"):
        return None
    return _integer(env, "PHOTO_RETENTION_DAYS", 0, 30, 36500)


def _photo_store_url(given: str) -> str:
    if given and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?", given):
        raise ConfigurationError("PHOTO_STORE_URL must look like s3://bucket or s3://bucket/prefix")
    return given


def _public_url(given: str) -> str:
    if given and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", given):
        raise ConfigurationError("PUBLIC_URL must look like https://jiayuan.example.gov.cn, without a path")
    return given.rstrip("/")


def _map_tiles(env: Mapping[str, str]) -> MapTiles | None:
    """The map's layers, separated by spaces: 天地图 has its names on a layer of their own."""
    layers = tuple(env.get("MAP_TILES_URL", "").split())
    if not layers:
        return None
    for layer in layers:
        # The origin becomes part of a header: nothing but a plain host may stand there.
        is_template = all(part in layer for part in ("{z}", "{x}", "{y}"))
        if not is_template or not re.match(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/", layer):
            raise ConfigurationError(
                "MAP_TILES_URL must look like https://tiles.example/{z}/{x}/{y}.png; several layers are separated by spaces"
            )
    datum = env.get("MAP_TILES_DATUM", "wgs84")
    if datum not in ("wgs84", "gcj02"):
        raise ConfigurationError(f"MAP_TILES_DATUM must be wgs84 or gcj02, not {datum!r}")
    return MapTiles(layers, env.get("MAP_TILES_ATTRIBUTION", ""), datum)  # type: ignore[arg-type]


def _office_hours(raw: str) -> tuple[tuple[time, time], ...]:
    """The spans in which working hours count, in order and apart from each other."""
    try:
        spans = tuple(
            (time.fromisoformat(begin.strip()), time.fromisoformat(end.strip()))
            for begin, end in (part.split("-") for part in raw.split(","))
        )
    except ValueError:
        raise ConfigurationError(
            f"OFFICE_HOURS must look like 08:30-11:30,13:30-17:00, not {raw!r}"
        ) from None
    edges = [edge for span in spans for edge in span]
    if any(first >= second for first, second in pairwise(edges)):
        raise ConfigurationError("OFFICE_HOURS must be spans in order that do not touch")
    return spans


def _secrets(env: Mapping[str, str], environment: Environment, data_dir: Path) -> dict[str, str]:
    if environment == "production":
        return _required_secrets(env)
    made = _generated_secrets() if environment == "test" else _kept_secrets(data_dir)
    return {name: env.get(name) or made[name] for name in SECRET_NAMES}


def _required_secrets(env: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in SECRET_NAMES if not env.get(name)]
    if missing:
        raise ConfigurationError(f"production refuses to start without {', '.join(missing)}")
    weak = [name for name in SECRET_NAMES if len(env[name]) < MINIMUM_SECRET_LENGTH]
    if weak:
        raise ConfigurationError(f"{', '.join(weak)} must have at least {MINIMUM_SECRET_LENGTH} characters")
    return {name: env[name] for name in SECRET_NAMES}


def _generated_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PHONE_KEYS": Fernet.generate_key().decode(),
        "LOOKUP_KEY": secrets.token_urlsafe(48),
    }


def _kept_secrets(data_dir: Path) -> dict[str, str]:
    """The demo's own secrets, made once; the exclusive create lets two first starts agree on one file."""
    path = data_dir / "secrets.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_secrets(path)
    made = _generated_secrets()
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    return made


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text())
        return {name: str(kept[name]) for name in SECRET_NAMES}
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"{path.name} in DATA_DIR is damaged; restore it or start with an empty DATA_DIR"
        ) from None


def _phone_keys(raw: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in raw.split(",") if part.strip())
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ConfigurationError(
            "PHONE_KEYS must be Fernet keys, newest first, separated by commas"
        ) from None
    if not keys:
        raise ConfigurationError("PHONE_KEYS names no key")
    return keys
