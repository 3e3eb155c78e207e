"""What a page must hold for everybody: axe's rules, targets a thumb hits, nothing cut off, also with text twice as large."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.live import ROOT

AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
THUMB_PX = 44

# Links inside running text may be as high as the text (WCAG 2.5.8's own exception); everything else is for thumbs.
_SMALL_TARGETS = """(least) => {
  const wanted = 'button, a[href], input:not([type=hidden]), select, textarea, summary, '
    + '[role=button], [role=radio], [role=tab], [role=switch]';
  const inText = (each) => each.tagName === 'A' && getComputedStyle(each).display === 'inline';
  const small = [];
  for (const each of document.querySelectorAll(wanted)) {
    const style = getComputedStyle(each);
    const isUnseen = style.visibility === 'hidden' || style.pointerEvents === 'none';
    if (each.disabled || isUnseen || each.closest('[aria-hidden=true], [inert]') || inText(each)) continue;
    let box = each.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;
    const around = each.closest('label, .van-field, .van-cell, [data-target]');
    const whole = around ? around.getBoundingClientRect() : box;
    const width = Math.max(box.width, whole.width), height = Math.max(box.height, whole.height);
    if (box.bottom < 0 || box.right < 0) continue;
    if (width < least - 0.5 || height < least - 0.5) {
      small.push(`${each.outerHTML.slice(0, 120)} is ${Math.round(width)}×${Math.round(height)}`);
    }
  }
  return small;
}"""

# What sticks out of the page itself; boxes that scroll by themselves keep their own.
_OVERFLOW = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth + 1) return [];
  const wide = [...document.querySelectorAll('body *')].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.right > page.clientWidth + 1;
  });
  return [`${page.scrollWidth} > ${page.clientWidth}`, ...wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 120))];
}"""


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, one line each; all its rules, or those named."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("(options) => window.axe.run(document, options)", options)["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} — {node['failureSummary'][:240]}"
        for each in found
        for node in each["nodes"][:3]
    ]


def small_targets(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SMALL_TARGETS, THUMB_PX)
    return found


def sticking_out(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_OVERFLOW)
    return found


def enlarge_text(page: Page, percent: int) -> None:
    page.evaluate("(percent) => { document.documentElement.style.fontSize = percent + '%' }", percent)


def darken(page: Page, is_dark: bool) -> None:
    """As the device would say it."""
    page.emulate_media(color_scheme="dark" if is_dark else "light")
