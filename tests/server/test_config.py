from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from server.config import ConfigurationError, load_config

SECRETS = {"SECRET_KEY": "s" * 40, "PHONE_KEYS": Fernet.generate_key().decode(), "LOOKUP_KEY": "l" * 40}


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"DATA_DIR": str(tmp_path), **more}


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_production_refuses_to_start_without_each_secret(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(ConfigurationError, match=missing):
        load_config(environ(tmp_path, JIAYUAN_ENV="production", **given))


def test_production_starts_with_its_secrets_and_writes_none(tmp_path: Path) -> None:
    config = load_config(environ(tmp_path, JIAYUAN_ENV="production", **SECRETS))
    assert config.secret_key == SECRETS["SECRET_KEY"]
    assert not config.is_demo
    assert config.is_behind_tls
    assert list(tmp_path.iterdir()) == []


def test_production_refuses_a_short_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY must have"):
        load_config(environ(tmp_path, JIAYUAN_ENV="production", **{**SECRETS, "SECRET_KEY": "short"}))


def test_the_demo_makes_its_secrets_once_and_keeps_them(tmp_path: Path) -> None:
    first, second = load_config(environ(tmp_path)), load_config(environ(tmp_path))
    assert first.secret_key == second.secret_key
    assert first.phone_keys == second.phone_keys
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_damaged_demo_secrets_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"secrets\.json in DATA_DIR is damaged"):
        load_config(environ(tmp_path))


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "no"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("WEB_WORKERS", "0"),
        ("JIAYUAN_ENV", "dev"),
        ("OFFICE_HOURS", "9-17"),
        ("OFFICE_HOURS", "12:00-09:00"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_config(environ(tmp_path, **{name: value}))


def test_bad_phone_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PHONE_KEYS"):
        load_config(environ(tmp_path, PHONE_KEYS="not-a-key"))


@pytest.mark.parametrize(
    "given, read",
    [
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
    ],
)
def test_a_database_address_names_its_driver(tmp_path: Path, given: str, read: str) -> None:
    assert load_config(environ(tmp_path, DATABASE_URL=given)).database_url == read


def test_an_unknown_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        load_config(environ(tmp_path, DATABASE_URL="mysql://x"))


def test_secrets_never_show_in_a_representation(tmp_path: Path) -> None:
    config = load_config(environ(tmp_path))
    kept = json.loads((tmp_path / "secrets.json").read_text())
    assert all(secret not in repr(config) for secret in kept.values())


def test_office_hours_are_spans_of_the_day(tmp_path: Path) -> None:
    assert load_config(environ(tmp_path, OFFICE_HOURS="09:00-12:00, 13:00-18:00")).office_hours == (
        (time(9), time(12)),
        (time(13), time(18)),
    )


@pytest.mark.parametrize(
    "template",
    [
        "https://tiles.example/{z}/{x}.png",
        "//tiles.example/{z}/{x}/{y}",
        "https://t{s}.tiles.example/{z}/{x}/{y}",
        "https://tiles.example;script-src/{z}/{x}/{y}",
        "https://a.example/{z}/{x}/{y} nothing",
    ],
)
def test_a_map_whose_address_no_page_could_use_is_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(ConfigurationError, match="MAP_TILES_URL"):
        load_config(environ(tmp_path, MAP_TILES_URL=template))


def test_the_maps_datum_is_one_that_is_known(tmp_path: Path) -> None:
    layer = "https://tiles.example/{z}/{x}/{y}"
    with pytest.raises(ConfigurationError, match="MAP_TILES_DATUM"):
        load_config(environ(tmp_path, MAP_TILES_URL=layer, MAP_TILES_DATUM="bd09"))
    assert load_config(environ(tmp_path)).map_tiles is None


@pytest.mark.parametrize(
    "address", ["jiayuan.example", "https://jiayuan.example/path", "ftp://jiayuan.example", "https://a b"]
)
def test_a_public_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="PUBLIC_URL"):
        load_config(environ(tmp_path, PUBLIC_URL=address))


@pytest.mark.parametrize("given", ["", "on", "small", "off"])
def test_the_demonstrations_history_is_on_unless_said_otherwise(given: str, tmp_path: Path) -> None:
    config = load_config({"DATA_DIR": str(tmp_path), "DEMO_HISTORY": given})
    assert config.demo_history == (given or "on")


def test_an_unknown_kind_of_history_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DEMO_HISTORY must be on, small or off, not 'yes'"):
        load_config({"DATA_DIR": str(tmp_path), "DEMO_HISTORY": "yes"})
