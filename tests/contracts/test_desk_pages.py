"""The desk's pages and the API agree on who may do what: a page that somebody may open is one that the API answers them.

Read from the web app's sources: its routes, and what each page and the parts of it ask the server for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from grid.permissions import ROLE_PERMISSIONS, Permission, Role

SOURCES = Path(__file__).parents[2] / "web" / "src"
DESK = ("desk", "desk_work")
# Whom `desk/own_journey.ts` shows the frame.
FRAME = Permission.READ_COMPLIANCE

_ROUTE = re.compile(r'\{ path: "([^"]*)",.*import\("([^"]+)"\).*\}')
_NEEDS = re.compile(r"needs: \[([^\]]*)\]")
_READ = re.compile(r'api\.GET\(\s*"([^"]+)"')
_EXPORT = re.compile(r'<ExportMenu[^>]*\spath="([^"]+)"')
_IMPORT = re.compile(r'(?:from|import\()\s*"((?:@/|\.)[^"]+)"')
_ASKED_BEFORE = re.compile(r"""\bmay\(["'](\w+)["']\)""")


@dataclass(frozen=True)
class Page:
    path: str
    needs: frozenset[str]
    source: Path

    def is_open_to(self, held: frozenset[str]) -> bool:
        return FRAME in held and bool(self.needs & held)


def pages() -> list[Page]:
    found = []
    for folder in DESK:
        routes = SOURCES / folder / "routes.ts"
        for match in _ROUTE.finditer(routes.read_text("utf-8")):
            needs = _NEEDS.search(match[0])
            if match[2] != "./DeskLayout.vue":
                names = frozenset(re.findall(r'"(\w+)"', needs[1])) if needs else frozenset()
                found.append(Page(match[1], names, (routes.parent / match[2]).resolve()))
    return found


def _sources_of(source: Path, known: set[Path]) -> set[Path]:
    """A page and all of the desk's own parts that it is made of."""
    if source in known or not any(source.is_relative_to(SOURCES / folder) for folder in DESK):
        return known
    known.add(source)
    for name in _IMPORT.findall(source.read_text("utf-8")):
        part = SOURCES / name[2:] if name.startswith("@/") else source.parent / name
        for each in (part, part.with_name(f"{part.name}.ts")):
            if each.is_file():
                _sources_of(each.resolve(), known)
    return known


@cache
def reads_of(source: Path) -> frozenset[str]:
    """The API's paths that a page may ask for."""
    texts = [each.read_text("utf-8") for each in _sources_of(source, set())]
    found = {path for text in texts for path in _READ.findall(text)}
    return frozenset(found | {f"/api/v1/exports/{path}" for text in texts for path in _EXPORT.findall(text)})


@cache
def asked_before(source: Path) -> frozenset[str]:
    """Permissions that the page itself looks for before it shows or asks for something."""
    texts = [each.read_text("utf-8") for each in _sources_of(source, set())]
    return frozenset(name for text in texts for name in _ASKED_BEFORE.findall(text))


def needed(app: Flask, path: str) -> str | None:
    documented: dict[str, Any] = app.extensions["jiayuan_openapi"].spec.to_dict()["paths"]
    found: str | None = documented[path]["get"].get("x-permission")
    return found


def held_by(role: Role) -> frozenset[str]:
    return frozenset(map(str, ROLE_PERMISSIONS[role]))


def test_the_routes_were_found_and_each_names_what_it_needs() -> None:
    found = {page.path: page for page in pages()}
    assert {"", "why", "measures", "triage", "routing"} <= set(found)
    assert [page.path for page in found.values() if not page.needs] == []
    assert "/api/v1/cases/measures" in reads_of(found["measures"].source)
    assert {each for page in found.values() for each in page.needs} <= set(map(str, Permission))


@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_a_page_that_the_api_refuses(app: Flask, role: Role) -> None:
    held = held_by(role)
    refused = [
        (page.path, path)
        for page in pages()
        if page.is_open_to(held)
        for path in sorted(reads_of(page.source))
        if needed(app, path) not in {None, *held, *asked_before(page.source)}
    ]
    assert refused == []


@pytest.mark.parametrize("role", list(Role))
def test_who_is_shown_the_frame_finds_something_in_its_menu(role: Role) -> None:
    menu = re.findall(r'path: "/desk/?([^"]*)"', (SOURCES / "desk/navigation.ts").read_text("utf-8"))
    found = {page.path: page for page in pages()}
    assert menu
    assert [path for path in menu if path not in found] == []
    held = held_by(role)
    has_desk = any(page.is_open_to(held) for page in found.values())
    assert has_desk == any(found[path].is_open_to(held) for path in menu)
    assert has_desk == (FRAME in held)
