"""Where the browser for the tests is, and how one gets there: `python -m tests.web.chromium` installs it if it is missing.

On Debian as root its own package (with a Chinese font: without one every page is boxes), elsewhere Playwright's download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
CHINESE_FONTS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/wqy"))
# No sandbox: as root Chromium has none. No talk of its own: a closed network would answer it with refusals all day.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The system's Chromium (CHROMIUM names another), or None: then Playwright's own is asked for."""
    given = os.environ.get("CHROMIUM")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


def launch(playwright: Playwright, **options: object) -> Browser:
    """A headless browser as all tests use it."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS), **options)  # type: ignore[arg-type]


def install() -> int:
    """Have a browser that starts; the exit status says whether there is one."""
    if _needs_packages() and os.geteuid() == 0 and shutil.which("apt-get"):
        print("jiayuan: installing", *PACKAGES, flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "-qq", "update"],
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES],
        ):
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
    if find_chromium() is None:
        print("jiayuan: installing the browser that Playwright brings", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return _try_it()


def _needs_packages() -> bool:
    return find_chromium() is None or not any(folder.exists() for folder in CHINESE_FONTS)


def _try_it() -> int:
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        print(f"jiayuan: the browser tests need Chromium, and none starts here: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(install())
