"""How long a resident waits who opens a community's page for the first time, on a slow phone on a slow line.

    python -m benchmarks.web_first_visit [--visits 5] [--address http://127.0.0.1:8000 --community <id>]

Chromium is slowed down to a quarter of the machine's speed and put on a line of 1.6 Mbit/s with 150 ms there and back
(Lighthouse's "slow 4G"; "Simulated throttling", developers.google.com/web/tools/lighthouse). Each visit has an empty
profile. *Ready* is when the community's figures and the button to report with have been painted. Without an address the
product is started with the demo in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.live import running_product
from tests.web.chromium import launch

CPU_SLOWDOWN = 4
ROUND_TRIP_MS = 150
DOWN_BITS_PER_SECOND = 1_600_000
UP_BITS_PER_SECOND = 750_000
MOST_SCRIPT_BYTES = 120_000
LONGEST_READY_MS = 2_500
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}

# The button stands on the page only together with the community's figures; the second frame has them on the screen.
_WATCH = """
window.__first = { ready: null, blocked: 0 };
new PerformanceObserver((list) => {
  for (const each of list.getEntries())
    if (window.__first.ready === null) window.__first.blocked += Math.max(0, each.duration - 50);
}).observe({ type: "longtask", buffered: true });
new MutationObserver((_, self) => {
  if (document.querySelector(".bottom .main-act") === null) return;
  self.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.__first.ready = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
# Chromium tells of a paint some frames later; both are waited for.
_READ = """async () => {
  const last = (type, isWanted) => new Promise((settle) => {
    new PerformanceObserver((list) => {
      const found = list.getEntries().filter(isWanted).at(-1);
      if (found) settle(found.startTime);
    }).observe({ type, buffered: true });
  });
  const [first_paint, largest_paint] = await Promise.all([
    last("paint", (each) => each.name === "first-contentful-paint"), last("largest-contentful-paint", () => true),
  ]);
  return { ...window.__first, first_paint, largest_paint };
}"""


@dataclass(frozen=True)
class Visit:
    """One first visit: milliseconds since the address was opened, bytes as they came over the line."""

    ready_ms: float
    first_paint_ms: float
    largest_paint_ms: float
    blocked_ms: float
    script_bytes: int
    all_bytes: int
    requests: int


class Line:
    """What came over the line until the page was ready, by kind of resource."""

    def __init__(self, session: CDPSession) -> None:
        self.kinds: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        session.on("Network.responseReceived", self._begun)
        session.on("Network.loadingFinished", self._ended)

    def _begun(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def _ended(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = int(event["encodedDataLength"])

    def bytes_of(self, kind: str | None = None) -> int:
        return sum(size for name, size in self.sizes.items() if kind is None or self.kinds.get(name) == kind)


def visit(browser: Browser, address: str) -> Visit:
    """Open the address once in an empty profile; raises where the page does not become ready within a minute."""
    context = browser.new_context(**PHONE)
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        line = Line(session)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": ROUND_TRIP_MS,
                "downloadThroughput": DOWN_BITS_PER_SECOND / 8,
                "uploadThroughput": UP_BITS_PER_SECOND / 8,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        page.add_init_script(_WATCH)
        page.goto(address, wait_until="commit")
        page.wait_for_function(
            "() => window.__first && window.__first.ready !== null", timeout=60_000, polling=20
        )
        script, everything, requests = line.bytes_of("Script"), line.bytes_of(), len(line.sizes)
        told = page.evaluate(_READ)
        return Visit(
            ready_ms=told["ready"],
            first_paint_ms=told["first_paint"],
            largest_paint_ms=told["largest_paint"],
            blocked_ms=told["blocked"],
            script_bytes=script,
            all_bytes=everything,
            requests=requests,
        )
    finally:
        context.close()


def middle_of(visits: list[Visit]) -> dict[str, float]:
    """The median of each figure."""
    rows = [asdict(each) for each in visits]
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


@contextmanager
def measured_product(address: str | None, community: str | None) -> Iterator[tuple[str, str]]:
    """The address and the community to visit: those given, else of a product of our own."""
    if address is not None:
        yield address, community or first_community(address)
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        running_product(Path(folder) / "data", DEMO_HISTORY="on") as product,
    ):
        yield product.address, community or first_community(product.address)


def first_community(address: str) -> str:
    """The community with the most problems among those that a search shows."""
    found = _ask(f"{address}/api/v1/communities/choices?area=310151101")["items"]
    pages = [_ask(f"{address}/api/v1/public/communities/{each['id']}") for each in found]
    return str(max(pages, key=lambda each: each["open_count"])["id"])


def _ask(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--address")
    parser.add_argument("--community")
    asked = parser.parse_args()
    with (
        measured_product(asked.address, asked.community) as (address, community),
        sync_playwright() as started,
    ):
        browser = launch(started)
        # The first one warms the server, not the browser: each visit has a profile of its own.
        visit(browser, f"{address}/c/{community}")
        visits = [visit(browser, f"{address}/c/{community}") for _ in range(asked.visits)]
        browser.close()
    figures = middle_of(visits)
    print(json.dumps({"visits": [asdict(each) for each in visits], "median": figures}, indent=2))
    print(
        f"ready {figures['ready_ms']:.0f} ms (goal {LONGEST_READY_MS}), first paint {figures['first_paint_ms']:.0f} ms, "
        f"largest {figures['largest_paint_ms']:.0f} ms, blocked {figures['blocked_ms']:.0f} ms; "
        f"script {figures['script_bytes'] / 1000:.1f} kB (goal {MOST_SCRIPT_BYTES / 1000:.0f}), "
        f"all {figures['all_bytes'] / 1000:.1f} kB in {figures['requests']:.0f} requests"
    )
    return int(figures["ready_ms"] > LONGEST_READY_MS or figures["script_bytes"] > MOST_SCRIPT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
