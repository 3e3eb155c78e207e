"""`make screenshots`: every page at 390×844 and 1440×900, light and dark, into `screenshots/`, to be looked at."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.live import ROOT, Product, running_product
from tests.web.chromium import launch
from tests.web.conftest import DESK, PHONE, PLACE, sign_in
from tests.web.pages import PAGES, Known, Shown

FOLDER = ROOT / "screenshots"
SIZES = {"390x844": PHONE, "1440x900": DESK}


def main(wanted: list[str]) -> None:
    """All pages, or those whose names begin as asked."""
    pages = [each for each in PAGES if not wanted or each.name.startswith(tuple(wanted))]
    if not wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_product(Path(folder) / "data", DEMO_HISTORY="on") as product,
    ):
        take(product, pages)


def take(product: Product, pages: list[Shown]) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        known = Known(playwright.request.new_context(base_url=product.address))
        for shown in pages:
            for size, options in SIZES.items():
                for scheme in ("light", "dark"):
                    file = FOLDER / f"{shown.name}.{size}.{scheme}.png"
                    _take_one(browser, product, known, shown, file, {**options, "color_scheme": scheme})
                    print(file.relative_to(ROOT), flush=True)
        browser.close()


def _take_one(
    browser: Browser, product: Product, known: Known, shown: Shown, file: Path, options: dict[str, object]
) -> None:
    with browser.new_context(base_url=product.address, **PLACE, **options) as context:  # type: ignore[arg-type]
        page = context.new_page()
        if shown.who is not None:
            sign_in(page, shown.who)
        shown.open(page, known)
        page.screenshot(path=file)


if __name__ == "__main__":
    main(sys.argv[1:])
