"""The web app as browsers get it: page, assets, caching, policy, and what is the server's own all the same."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from tests.conftest import make_config

PAGE = "<!doctype html><title>家园</title><script type='module' src='/assets/index-B1Qz8x_a.js'></script>"
SCRIPT = "console.log('a script that is long enough to be worth compressing');" * 40


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder as vite leaves it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "assets" / "index-B1Qz8x_a.js").write_text(SCRIPT)
    (folder / "assets" / "index-B1Qz8x_a.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "sw.js").write_text("self.addEventListener('fetch', () => {})")
    (folder / "manifest.webmanifest").write_text('{"name": "家园"}', encoding="utf-8")
    return folder


def browser(tmp_path: Path, dist: Path, **environ: str) -> FlaskClient:
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    return create_app(make_config(url, tmp_path, WEB_DIST=str(dist), **environ)).test_client()


@pytest.fixture
def web(tmp_path: Path, dist: Path) -> FlaskClient:
    return browser(tmp_path, dist)


@pytest.mark.parametrize(
    "address", ["/", "/index.html", "/c/0198f0a0", "/t/ABCD-1234", "/desk/cases/7", "/desk/", "/小区"]
)
def test_every_address_of_the_app_answers_its_page(web: FlaskClient, address: str) -> None:
    answer = web.get(address)
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/html", PAGE)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/v1/nothing",
        "/api/nothing",
        "/healthz/x",
        "/assets/gone-B1Qz8x_a.js",
        "/assets/gone",
        "/favicon.ico",
        "/c/photo.jpg",
    ],
)
def test_what_is_no_address_of_the_app_is_not_found(web: FlaskClient, address: str) -> None:
    answer = web.get(address)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_an_unknown_address_of_the_api_is_not_found_whatever_the_method(web: FlaskClient) -> None:
    assert web.post("/api/v1/nothing").status_code == 404


def test_a_page_that_is_known_is_not_sent_again(web: FlaskClient) -> None:
    known = web.get("/").headers["ETag"]
    again = web.get("/c/0198f0a0", headers={"If-None-Match": known})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Security-Policy" in again.headers


def test_the_page_runs_its_own_scripts_only(web: FlaskClient) -> None:
    rules = policy_of(web)
    assert rules["script-src"] == ["'self'"]
    assert rules["default-src"] == rules["connect-src"] == rules["worker-src"] == ["'self'"]
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == ["'none'"]
    assert rules["img-src"] == ["'self'", "blob:", "data:"]


def test_pictures_may_come_from_the_maps_servers_alone(tmp_path: Path, dist: Path) -> None:
    layers = "https://t0.tiles.example/vec/{z}/{x}/{y}?tk=1 https://t0.tiles.example/cva/{z}/{x}/{y} http://b.example:81/{z}/{x}/{y}"
    rules = policy_of(browser(tmp_path, dist, MAP_TILES_URL=layers))
    assert rules["img-src"][3:] == ["https://t0.tiles.example", "http://b.example:81"]


def policy_of(web: FlaskClient) -> dict[str, list[str]]:
    parts = web.get("/").headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in (part.split() for part in parts)}


def test_assets_are_kept_for_ever_and_come_compressed(web: FlaskClient) -> None:
    answer = web.get("/assets/index-B1Qz8x_a.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).decode() == SCRIPT
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert web.get("/assets/index-B1Qz8x_a.js").text == SCRIPT


@pytest.mark.parametrize("address", ["/sw.js", "/manifest.webmanifest", "/assets/logo.svg"])
def test_files_without_a_hash_in_their_name_are_asked_for_again(web: FlaskClient, address: str) -> None:
    answer = web.get(address)
    assert answer.headers["Cache-Control"] == "no-cache"
    again = web.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_files_are_what_they_are_called(web: FlaskClient) -> None:
    types = {name: web.get(name).mimetype for name in ("/sw.js", "/manifest.webmanifest", "/assets/logo.svg")}
    assert types == {
        "/sw.js": "text/javascript",
        "/manifest.webmanifest": "application/manifest+json",
        "/assets/logo.svg": "image/svg+xml",
    }
    headers = web.get("/sw.js").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "address",
    [
        "/../server/config.py",
        "/assets/../../x.sqlite3",
        "/assets/%2e%2e/%2e%2e/x.sqlite3",
        "/index-B1Qz8x_a.js.gz",
    ],
)
def test_nothing_outside_of_the_folder_is_served(web: FlaskClient, address: str) -> None:
    assert web.get(address).status_code == 404


def test_without_a_build_the_page_tells_how_to_make_one(tmp_path: Path) -> None:
    web = browser(tmp_path, tmp_path / "nowhere")
    for address in ("/", "/c/0198f0a0"):
        answer = web.get(address)
        assert (answer.status_code, answer.mimetype) == (503, "text/html")
        assert "make run" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    assert "has not been built" in web.get("/", headers={"Accept-Language": "en"}).text
    assert web.get("/healthz").status_code == 200
    assert web.get("/api/docs/").status_code == 200


def test_the_settings_name_the_build_that_the_page_belongs_to(
    web: FlaskClient, tmp_path: Path, dist: Path
) -> None:
    build = web.get("/api/v1/settings").get_json()["product"]["build"]
    assert re.fullmatch("[0-9a-f]{12}", build)
    (dist / "index.html").write_text(PAGE + "<!-- another -->", encoding="utf-8")
    assert web.get("/api/v1/settings").get_json()["product"]["build"] == build
    assert browser(tmp_path, dist).get("/api/v1/settings").get_json()["product"]["build"] != build


def test_the_settings_tell_what_an_app_must_know_at_its_start(client: Any) -> None:
    told = client.get("/api/v1/settings").get_json()
    assert told["product"]["version"] == "0.1.0"
    assert (told["environment"], told["is_demo"], told["map"]) == ("test", False, None)
    assert told["photo_limits_address"] == "/api/v1/photos/limits"
    assert told["public_url"] == "http://localhost"
    assert client.get(told["photo_limits_address"]).status_code == 200


def test_the_settings_name_the_map_and_the_public_address(tmp_path: Path, dist: Path) -> None:
    layers = "https://a.example/{z}/{x}/{y} https://b.example/{z}/{x}/{y}"
    more = {
        "MAP_TILES_URL": layers,
        "MAP_TILES_ATTRIBUTION": "示例地图",
        "MAP_TILES_DATUM": "gcj02",
        "PUBLIC_URL": "https://jiayuan.example/",
    }
    told = browser(tmp_path, dist, **more).get("/api/v1/settings").get_json()
    assert told["map"] == {"layers": layers.split(), "attribution": "示例地图", "datum": "gcj02"}
    assert told["public_url"] == "https://jiayuan.example"
