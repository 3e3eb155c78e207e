"""Every page of the app, where it is and who sees it: what the sweeps look at and what `make screenshots` takes pictures of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import APIRequestContext, Page, expect

from tests.web.conftest import PASSWORD

DEMO_TOWNSHIP = "310151101"


@dataclass(frozen=True)
class Shown:
    """A page: its route as the router names it, the address to open, who is signed in, and whose journey it is."""

    name: str
    route: str
    who: str | None = None
    address: Callable[[Known], str] | None = None
    is_desk: bool = False

    def open(self, page: Page, known: Known) -> None:
        """Open it and wait until it has what it shows."""
        page.goto(self.address(known) if self.address else self.route)
        settle(page)


@dataclass
class Known:
    """Things of the demo that pages are about, asked for once."""

    request: APIRequestContext
    found: dict[str, Any] = field(default_factory=dict)

    def ask(self, who: str, path: str) -> Any:
        key = f"{who} {path}"
        if key not in self.found:
            answer = self.request.get(path, headers=self._headers(who))
            assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
            self.found[key] = answer.json()
        return self.found[key]

    def first(self, who: str, path: str) -> Any:
        items = self.ask(who, path)["items"]
        assert items, f"the demo has nothing at {path}"
        return items[0]

    def _headers(self, who: str) -> dict[str, str]:
        if who not in self.found:
            body = {"username": who, "password": PASSWORD}
            self.found[who] = self.request.post("/api/v1/sessions", data=body).json()["access_token"]
        return {"Authorization": f"Bearer {self.found[who]}"}

    @property
    def community(self) -> str:
        """A community with open and solved problems."""
        return str(self._of_closed_case["community"]["id"])

    @property
    def _of_closed_case(self) -> Any:
        return self.first("demo-manager", "/api/v1/cases?state=closed&limit=1")

    def case(self, who: str, query: str = "") -> str:
        return str(self.first(who, f"/api/v1/cases?limit=1{query}")["id"])

    def round(self) -> str:
        return str(self.first("demo-manager", "/api/v1/rounds?limit=1")["id"])

    def account(self) -> str:
        return str(self.first("demo-manager", "/api/v1/accounts?limit=1")["id"])


def settle(page: Page) -> None:
    """Until the page has its heading and nothing is being read any more."""
    expect(page.locator("#main")).to_be_visible()
    page.wait_for_load_state("networkidle")


def unlisted(routes: list[str], pages: list[Shown]) -> list[str]:
    """Routes that no page here shows."""
    known = {_shape(each.route) for each in pages}
    return [each for each in routes if _shape(each) not in known]


def _shape(route: str) -> str:
    return re.sub(r":\w+(\([^)]*\))?[*?]?", ":x", route).rstrip("/")


def _pages() -> Iterator[Shown]:
    manager, inspector, handler, admin = "demo-manager", "demo-inspector", "demo-handler", "demo-admin"
    yield Shown("sign-in", "/sign-in")
    yield Shown("settings", "/settings", inspector)
    yield Shown("not-found", "/:rest(.*)*", None, lambda _: "/nowhere")
    yield Shown("resident-start", "/")
    yield Shown("handler-cases", "/handle", handler)
    yield Shown(
        "handler-case", "/handle/:caseId", handler, lambda k: f"/handle/{k.case(handler, '&state=handling')}"
    )
    yield Shown("desk-overview", "/desk", manager, is_desk=True)
    yield Shown("desk-overview-district", "/desk", admin, is_desk=True)


PAGES = list(_pages())
