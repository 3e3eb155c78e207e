"""Every page of the app, where it is and who sees it: what the sweeps look at and what `make screenshots` takes pictures of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import APIRequestContext, Page, expect

from tests.web.conftest import PASSWORD
from tests.web.making import picture

DEMO_TOWNSHIP = "310151101"


@dataclass(frozen=True)
class Shown:
    """A page: its route as the router names it, the address to open, who is signed in, and whose journey it is."""

    name: str
    route: str
    who: str | None = None
    address: Callable[[Known], str] | None = None
    is_desk: bool = False
    # What has to be done to get there, where an address alone does not lead to it.
    steps: Callable[[Page, Known], None] | None = None

    def open(self, page: Page, known: Known) -> None:
        """Open it and wait until it has what it shows."""
        if self.steps:
            self.steps(page, known)
        else:
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

    @property
    def tracking_code(self) -> str:
        """The code of a report that the demo's inspector has made."""
        return str(self.first("demo-inspector", "/api/v1/reports/mine?limit=1")["tracking_code"])

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


NOWHERE = "01900000-0000-7000-8000-000000000000"


def _begin_visit(page: Page) -> str:
    """Begin the first visit of today's rounds that is not begun elsewhere; the page's address."""
    page.goto("/inspect")
    page.get_by_role("button", name=re.compile("未开始|继续")).or_(
        page.get_by_role("link", name=re.compile("未开始|继续"))
    ).first.click()
    page.wait_for_url(re.compile("/inspect/visit/"))
    return page.url


def _visit(page: Page, _: Known) -> None:
    _begin_visit(page)


def _review(page: Page, _: Known) -> None:
    page.goto(_begin_visit(page).split("?")[0] + "/review")


def _free_report(page: Page, _: Known) -> None:
    page.goto("/inspect")
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture(4711)}
    page.get_by_label("随手报").set_input_files(photo)
    page.wait_for_url(re.compile("/inspect/report/"))


def _pages() -> Iterator[Shown]:
    yield from _shared_pages()
    yield from _resident_pages()
    yield from _field_pages()
    yield from _desk_pages()
    yield from _desk_work_pages()


def _shared_pages() -> Iterator[Shown]:
    yield Shown("sign-in", "/sign-in")
    yield Shown("settings", "/settings", "demo-inspector")
    yield Shown("not-found", "/:rest(.*)*", None, lambda _: "/nowhere")
    yield Shown("sync", "/sync", "demo-inspector")


def _resident_pages() -> Iterator[Shown]:
    yield Shown("resident-start", "/")
    yield Shown("resident-community", "/c/:communityId", None, lambda k: f"/c/{k.community}")
    yield Shown("resident-why", "/c/:communityId/why", None, lambda k: f"/c/{k.community}/why")
    yield Shown("resident-report", "/c/:communityId/report", None, lambda k: f"/c/{k.community}/report")
    yield Shown("resident-report-anywhere", "/report")
    yield Shown("resident-tracking", "/t/:code?", None, lambda k: f"/t/{k.tracking_code}")
    yield Shown("resident-mine", "/mine")
    yield Shown("resident-sent-unknown", "/mine/:recordId", None, lambda _: f"/mine/{NOWHERE}")


def _field_pages() -> Iterator[Shown]:
    inspector, handler = "demo-inspector", "demo-handler"
    yield Shown("inspector-today", "/inspect", inspector)
    yield Shown("inspector-new", "/inspect/new", inspector)
    yield Shown("inspector-visit", "/inspect/visit/:inspectionId", inspector, steps=_visit)
    yield Shown("inspector-review", "/inspect/visit/:inspectionId/review", inspector, steps=_review)
    gone = f"/inspect/visit/{NOWHERE}/sent"
    yield Shown("inspector-sent-unknown", "/inspect/visit/:inspectionId/sent", inspector, lambda _: gone)
    yield Shown("inspector-checks", "/inspect/checks", inspector)
    check = "/inspect/checks/:caseId"
    yield Shown(
        "inspector-check",
        check,
        inspector,
        lambda k: f"/inspect/checks/{k.case(inspector, '&state=handled')}",
    )
    yield Shown("inspector-report", "/inspect/report/:reportId", inspector, steps=_free_report)
    yield Shown("handler-cases", "/handle", handler)
    yield Shown(
        "handler-case", "/handle/:caseId", handler, lambda k: f"/handle/{k.case(handler, '&state=handling')}"
    )


def _desk_pages() -> Iterator[Shown]:
    manager, admin = "demo-manager", "demo-admin"
    yield Shown("desk-overview", "/desk", manager, is_desk=True)
    yield Shown("desk-overview-district", "/desk", admin, is_desk=True)
    yield Shown("desk-why", "/desk/why", manager, is_desk=True)
    community = "/desk/community/:communityId"
    yield Shown(
        "desk-community", community, manager, lambda k: f"/desk/community/{k.community}", is_desk=True
    )
    yield Shown("desk-catalogue", "/desk/catalogue", manager, is_desk=True)
    checklist = "/desk/catalogue/:code"
    yield Shown("desk-checklist", checklist, manager, lambda _: "/desk/catalogue/fire_safety", is_desk=True)
    yield Shown("desk-measures", "/desk/measures", manager, is_desk=True)


def _desk_work_pages() -> Iterator[Shown]:
    def of(
        name: str, inside: str, address: Callable[[Known], str] | None = None, who: str = "demo-manager"
    ) -> Shown:
        return Shown(f"work-{name}", f"/desk/{inside}", who, address, is_desk=True)

    yield of("triage", "triage", who="demo-dispatcher")
    yield of("dispatch", "dispatch", who="demo-dispatcher")
    yield of("cases", "cases")
    yield of("case", "cases/:caseId", lambda k: f"/desk/cases/{k.case('demo-manager', '&state=closed')}")
    yield of("map", "map")
    yield of("rounds", "rounds")
    yield of("round-new", "rounds/new")
    yield of("round", "rounds/:roundId", lambda k: f"/desk/rounds/{k.round()}")
    yield of("round-change", "rounds/:roundId/change", lambda k: f"/desk/rounds/{k.round()}/change")
    yield of("accounts", "accounts")
    yield of("account", "accounts/:accountId", lambda k: f"/desk/accounts/{k.account()}")
    yield of("communities", "communities")
    yield of("community", "communities/:communityId", lambda k: f"/desk/communities/{k.community}")
    yield of("poster", "communities/:communityId/poster", lambda k: f"/desk/communities/{k.community}/poster")
    yield of("organisations", "organisations")
    yield of("routing", "routing")


PAGES = list(_pages())
