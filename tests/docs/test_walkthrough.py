"""docs/walkthrough.md, executed as written against the product as a stranger starts it, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import page
from tests.docs.walkthrough import Walk, walk
from tests.live import Product

PAGE = page("docs/walkthrough.md")
MOST_CALLS = 25


@pytest.mark.timeout(300)
def test_the_walkthrough_works_as_written(live_product: tuple[Product, str], tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    product, _ = live_product
    done = walk(PAGE, {"PORT": str(product.port)}, bin_folder)
    log = product.log.read_text()
    _compare(done, log)
    assert 0 < done.calls <= MOST_CALLS
    assert '"level": "error"' not in log


def _compare(done: Walk, log: str) -> None:
    for step in done.steps:
        seen = "\n".join(step.seen)
        assert step.is_as_written(), (
            f"{step.commands}\n--- the page says\n{chr(10).join(step.expected)}\n--- seen\n{seen}\n--- messages\n"
            f"{done.messages[-2000:]}\n--- log\n{log[-2000:]}"
        )
    assert done.exit_status == 0, done.messages
