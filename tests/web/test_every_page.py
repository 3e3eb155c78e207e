"""Every page at its own size and at the other: axe, thumbs, dark, large text, nothing cut off, no complaint on the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.live import Product
from tests.web.accessibility import darken, enlarge_text, small_targets, sticking_out, violations
from tests.web.conftest import DESK, NO_WORKER, PHONE, sign_in
from tests.web.pages import PAGES, Known, Shown, settle, unlisted

_ROUTES = """() => document.querySelector('#app').__vue_app__.config.globalProperties.$router.getRoutes()
  .filter((each) => Object.keys(each.components ?? {}).length > 0 && each.children.length === 0).map((each) => each.path)"""


@pytest.fixture(scope="session")
def known(playwright: Playwright, product: Product) -> Iterator[Known]:
    request = playwright.request.new_context(base_url=product.address)
    yield Known(request)
    request.dispose()


def test_every_address_of_the_app_is_looked_at(phone: Page) -> None:
    phone.goto("/sign-in")
    settle(phone)
    assert unlisted(phone.evaluate(_ROUTES), PAGES) == []


@pytest.mark.parametrize("shown", PAGES, ids=lambda each: each.name)
def test_page(shown: Shown, known: Known, new_context: Callable[..., BrowserContext]) -> None:
    own, other = (DESK, PHONE) if shown.is_desk else (PHONE, DESK)
    page = new_context(**own, **NO_WORKER).new_page()
    if shown.who is not None:
        sign_in(page, shown.who)
    shown.open(page, known)
    wrong = {"axe": violations(page), "sticks out": sticking_out(page)}
    if not shown.is_desk:
        wrong["small targets"] = small_targets(page)
    darken(page, True)
    wrong["in the dark"] = violations(page, "color-contrast")
    darken(page, False)
    enlarge_text(page, 200)
    wrong["sticks out at 200 % text"] = sticking_out(page)
    enlarge_text(page, 100)
    page.set_viewport_size(other["viewport"])
    wrong["sticks out at the other size"] = sticking_out(page)
    told = [f"{name}: {each}" for name, found in wrong.items() for each in found]
    assert not told, "\n".join(told)
