"""The project's pages as the tests of this folder read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Places that hold what others wrote, or nothing of ours.
_FOREIGN = {".venv", "node_modules", "var", ".git", ".hypothesis"}
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_FENCE = re.compile(r"^( *)```([a-z]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def links(self) -> list[str]:
        """Every link that points into the project."""
        found = _LINK.findall(_FENCE.sub("", self.text))
        return [link for link in found if not re.match(r"[a-z]+:", link)]

    def anchors(self) -> set[str]:
        """The names of its headings, as code hosts form them."""
        return {_anchor(heading) for heading in _HEADING.findall(_FENCE.sub("", self.text))}

    def blocks(self, language: str) -> list[str]:
        """The fenced blocks in one language, in order."""
        return [body for _, kind, body in _FENCE.findall(self.text) if kind == language]

    def code(self) -> list[str]:
        """Everything set as code: inline and in fenced blocks, line by line."""
        lines = [line for _, _, body in _FENCE.findall(self.text) for line in body.splitlines()]
        return _CODE.findall(_FENCE.sub("", self.text)) + lines


def _anchor(heading: str) -> str:
    plain = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def page(name: str) -> Page:
    return Page(ROOT / name)


def all_pages() -> list[Page]:
    """Every Markdown file of the project."""
    paths = (path for path in ROOT.rglob("*.md") if not _FOREIGN & set(path.relative_to(ROOT).parts))
    return [Page(path) for path in sorted(paths)]
