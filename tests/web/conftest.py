"""The built app on the real server in a real browser, at a phone's and at a desk's size.

One product for all browser tests of a worker process, with the demo's history, which is loaded once a run and copied.
`BROWSER_DATA` names a folder where that loaded demo is kept between runs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.live import ROOT, Product, running_product
from tests.web.chromium import launch

# On two busy cores a page may wait for its figures; what never comes fails all the same.
expect.set_options(timeout=20_000)

PASSWORD = "jiayuan-demo-2026"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
# The worker takes the whole app into every new profile, which costs more than most tests; only phones work without a network.
NO_WORKER: dict[str, Any] = {"service_workers": "block"}
NO_WORKER_NOTE = "Service Worker registration blocked by Playwright"
PLACE: dict[str, Any] = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
# What the browser itself notes of an answer that was refused or did not come; the app's own words are not this.
NETWORK_NOTE = "Failed to load resource"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as `make run` starts it, with the app built and the demo's history loaded."""
    assert (Path(os.environ.get("WEB_DIST") or ROOT / "web/dist") / "index.html").exists(), (
        "the web app is not built: `make test` builds it"
    )
    base = tmp_path_factory.getbasetemp()
    is_one_of_several = "PYTEST_XDIST_WORKER" in os.environ
    kept = Path(os.environ.get("BROWSER_DATA") or (base.parent if is_one_of_several else base) / "loaded")
    _load(kept)
    folder = tmp_path_factory.mktemp("browser") / "data"
    shutil.copytree(kept, folder)
    with running_product(folder, DEMO_HISTORY="small") as started:
        yield started


def _load(kept: Path) -> None:
    """Load the demo's history there unless it is there; of several worker processes the first does, the others wait."""
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            return
        loading = kept.with_suffix(".loading")
        shutil.rmtree(loading, ignore_errors=True)
        with running_product(loading, DEMO_HISTORY="small"):
            pass
        loading.rename(kept)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = launch(playwright)
    yield started
    started.close()


class Complaints:
    """What a page said against itself; a test that provokes something says so with `allow`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.allowed: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.said.append(f"unhandled: {error.error}"))

    def allow(self, part: str) -> None:
        self.allowed.append(part)

    def left(self) -> list[str]:
        return [each for each in self.said if not any(part in each for part in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and NETWORK_NOTE not in message.text:
            self.said.append(f"{message.type}: {message.text}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """No console error or warning and no unhandled rejection in any test."""
    heard = Complaints()
    yield heard
    assert heard.left() == []


@pytest.fixture
def new_context(
    browser: Browser, product: Product, complaints: Complaints
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser profile of its own: `new_context(**PHONE)`; addresses are relative to the product."""
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        if options.items() >= NO_WORKER.items():
            complaints.allow(NO_WORKER_NOTE)
        context = browser.new_context(**{"base_url": product.address, **PLACE, **options})
        context.set_default_timeout(20_000)
        complaints.listen(context)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """A page on a phone, nobody signed in."""
    return new_context(**PHONE).new_page()


@pytest.fixture
def desk(new_context: Callable[..., BrowserContext]) -> Page:
    """A page on a desk's screen, nobody signed in."""
    return new_context(**DESK, **NO_WORKER).new_page()


def sign_in(page: Page, username: str, password: str = PASSWORD) -> Page:
    """Sign in without the form (the form has its own test): the session's cookies are set in the page's profile."""
    answer = page.context.request.post(
        "/api/v1/sessions", data={"username": username, "password": password, "transport": "cookie"}
    )
    assert answer.ok, answer.text()
    return page
