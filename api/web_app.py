"""The web app's built files: assets by WhiteNoise before Flask, its one page for every address that the app routes itself.

The files are read when the server starts, so that page and assets always belong together; a new build wants a restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter
from whitenoise import WhiteNoise

from api.authentication import public
from api.languages import pick
from api.response_headers import headers_of_every_answer
from server.config import Config

# vite puts a hash of the content into the name of each asset, so what has a name never changes.
_IMMUTABLE = r"^/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+(\.map)?$"
_A_YEAR_SECONDS = 365 * 24 * 3600
_OTHER_FILES_CACHING = "no-cache"


class ClientRoute(BaseConverter):
    """An address that the web app routes itself: not the server's own, and not like a file's (no dot in its last part)."""

    part_isolating = False
    regex = r"(?!(?:api|healthz|readyz|metrics|assets)(?:/|$))(?:[^/]+/)*[^/.]*"


def register(app: Flask, config: Config) -> None:
    """Serve what lies in `config.web_dist`; without it, tell in one page what is missing."""
    page = _read_page(config.web_dist)
    app.extensions["jiayuan_web_build"] = _build_of(page)
    app.url_map.converters["client"] = ClientRoute
    view = public(_page_view(page, _content_policy(config)) if page else _missing_page)
    # The service worker keeps the page by its file's name.
    for rule in ("/", "/index.html", "/<client:address>"):
        app.add_url_rule(rule, "web-app.page", view)
    if page:
        app.wsgi_app = _with_files(app, config)  # type: ignore[method-assign]


def _read_page(folder: Path) -> bytes | None:
    try:
        return (folder / "index.html").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _build_of(page: bytes | None) -> str | None:
    """Names the build: the page names its assets by their contents, so its own hash stands for all of them."""
    return hashlib.sha256(page).hexdigest()[:12] if page else None


def _page_view(page: bytes, policy: str) -> Callable[..., Response]:
    digest = hashlib.sha256(page).hexdigest()

    def view(**_: str) -> Response:
        """The web app's page; which of its screens is shown the app decides by the address."""
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Cache-Control"] = _OTHER_FILES_CACHING
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.set_etag(digest)
        response.make_conditional(request)
        return response

    return view


def _missing_page(**_: str) -> Response:
    """What a browser is told while there is no web app here."""
    title = pick("网页还没有构建", "The web app has not been built")
    told = pick(
        "接口已在运行（见 <a href='/api/docs/'>/api/docs</a>）。在项目目录执行 <code>make run</code> 会构建网页并重新启动服务。",
        "The API is running (see <a href='/api/docs/'>/api/docs</a>). <code>make run</code> in the project's folder "
        "builds the web app and starts the server again.",
    )
    html = f"<!doctype html><meta charset='utf-8'><title>Jiayuan 家园</title><h1>{title}</h1><p>{told}</p>"
    response = Response(html, status=503, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def _content_policy(config: Config) -> str:
    """What the page may load and run: its own scripts only, nothing inline; pictures also from the map's servers.

    Styles may be inline, for the component libraries place things so; the icons' font is inlined as data by them.
    """
    tiles = config.map_tiles.origins if config.map_tiles else ()
    rules: dict[str, Iterable[str]] = {
        "default-src": ("'self'",),
        "script-src": ("'self'",),
        "style-src": ("'self'", "'unsafe-inline'"),
        "font-src": ("'self'", "data:"),
        "img-src": ("'self'", "blob:", "data:", *tiles),
        "connect-src": ("'self'",),
        "worker-src": ("'self'",),
        "object-src": ("'none'",),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
        "form-action": ("'self'",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def _with_files(app: Flask, config: Config) -> WhiteNoise:
    """The application with the built files before it; WhiteNoise picks .br and .gz where `make` has put them beside."""
    always, policy = headers_of_every_answer(is_behind_tls=config.is_behind_tls), _content_policy(config)

    def add_headers(headers: Headers, _path: str, url: str) -> None:
        for name, value in always.items():
            headers[name] = value
        if "immutable" not in (headers["Cache-Control"] or ""):
            headers["Cache-Control"] = _OTHER_FILES_CACHING
        if url.endswith(".js"):
            # A worker is bound by the policy that comes with its own script.
            headers["Content-Security-Policy"] = policy

    files = WhiteNoise(
        app.wsgi_app,
        allow_all_origins=False,
        mimetypes={".webmanifest": "application/manifest+json"},
        add_headers_function=add_headers,
        immutable_file_test=_IMMUTABLE,
    )
    files.FOREVER = _A_YEAR_SECONDS
    files.add_files(str(config.web_dist))
    # The page answers by its route alone: it has a policy, is logged and counted.
    files.files.pop("/index.html", None)
    return files
