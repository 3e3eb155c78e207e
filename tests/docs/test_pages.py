"""What the pages name exists: links, make targets, commands, settings, accounts, files, words."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from flask.cli import AppGroup

import server.cli
from grid.demo_people import make_demo_people, make_second_township_people
from server.config import load_config
from tests.docs.pages import ROOT, Page, all_pages, page

READMES = ("README.md", "README.zh-CN.md")
DOMAIN_FOLDERS = ("grid", "uploads", "checklists", "cases", "inspections", "plans")
# flask's and Flask-Migrate's own groups.
_LIBRARY_GROUPS = {"db", "run", "routes", "shell"}


def names(pattern: str, pages: list[Page]) -> set[tuple[str, ...]]:
    """What a pattern finds in the code of some pages."""
    return {match.groups() for each in pages for line in each.code() for match in re.finditer(pattern, line)}


def commands() -> dict[str, AppGroup]:
    """The product's own command groups, by name."""
    found = (
        importlib.import_module(f"server.cli.{info.name}")
        for info in pkgutil.iter_modules(server.cli.__path__)
    )
    return {module.commands.name: module.commands for module in found}


@pytest.mark.parametrize("each", all_pages(), ids=lambda each: each.name)
def test_every_link_into_the_project_resolves(each: Page) -> None:
    for link in each.links():
        path, _, anchor = link.partition("#")
        target = each.path.parent / path if path else each.path
        assert target.exists(), f"{each.name} links to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in Page(target).anchors(), f"{each.name} links to {link}"


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for (target,) in names(r"\bmake ([a-z]+)\b", all_pages())}
    assert {"run", "test"} <= named
    assert named - targets == set()


def test_every_command_named_exists() -> None:
    known = commands()
    named = names(r"\bflask (?:--app \S+ )?([a-z]+) ([a-z-]+)", all_pages())
    assert named
    missing = [
        f"{group} {command}"
        for group, command in sorted(named)
        if group not in _LIBRARY_GROUPS and command not in getattr(known.get(group), "commands", {})
    ]
    assert missing == []


@pytest.mark.parametrize("name", READMES)
def test_every_command_stands_in_the_readme(name: str) -> None:
    named = names(r"\bflask (?:--app \S+ )?([a-z]+) ([a-z-]+)", [page(name)])
    ours = {(group, command) for group, found in commands().items() for command in found.commands}
    assert ours - named == set()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_lists_the_settings_that_are_read(name: str) -> None:
    source = (ROOT / "server/config.py").read_text()
    read = set(re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', source)) | set(
        re.findall(r'"([A-Z_]+)"', re.search(r"SECRET_NAMES = \((.*?)\)", source).group(1))  # type: ignore[union-attr]
    )
    rows = [line for line in page(name).text.splitlines() if re.match(r"\| `[A-Z_]+`", line)]
    listed = {setting for row in rows for setting in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    assert listed == read


@pytest.mark.parametrize("name", READMES)
def test_the_readme_states_the_defaults_that_hold(name: str, tmp_path: Path) -> None:
    config = load_config({"DATA_DIR": str(tmp_path)})
    hours = ",".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in config.office_hours)
    held = {
        "HOST": config.host,
        "PORT": str(config.port),
        "OFFICE_HOURS": hours,
        "LOG_LEVEL": config.log_level,
    }
    held |= {"WEB_WORKERS": str(config.workers), "WEB_THREADS": str(config.threads)}
    held |= {"JIAYUAN_ENV": config.environment, "TRUSTED_PROXIES": str(config.trusted_proxies)}
    cells = [line.split("|") for line in page(name).text.splitlines() if re.match(r"\| `[A-Z_]+`", line)]
    stated = {
        setting: value
        for row in cells
        for setting, value in zip(
            re.findall(r"`([^`]+)`", row[1]), re.findall(r"`([^`]+)`", row[2]), strict=False
        )
    }
    assert {setting: stated.get(setting) for setting in held} == held


@pytest.mark.parametrize("name", READMES)
def test_the_readme_lists_the_demonstrations_accounts(name: str) -> None:
    people = [*make_demo_people("1", "2", "3", "居委会", "镇"), *make_second_township_people("4")]
    assert {username for (username,) in names(r"^(demo-[a-z0-9-]+)$", [page(name)])} == {
        person.username for person in people
    }


def test_both_readmes_point_to_the_same_documents() -> None:
    english, chinese = (
        {link for link in page(name).links() if not link.startswith(("#", "README"))} for name in READMES
    )
    assert english == chinese


def test_the_files_that_the_architecture_names_exist() -> None:
    named = names(r"^((?:[a-z_]+/)+(?:[a-z_.]+\.[a-z]+)?)$", [page("docs/architecture.md")])
    assert named
    assert [path for (path,) in sorted(named) if not _is_there(path)] == []


def _is_there(path: str) -> bool:
    # contracts/, faults/ and the like are named inside the row of their folder, the app's journeys in a table of their own.
    return any(
        (ROOT / folder / path).exists() for folder in ("", "tests", "server", "web/src", "web/src/app")
    )


@pytest.mark.parametrize("folder", DOMAIN_FOLDERS)
def test_every_file_of_the_field_stands_in_the_architecture(folder: str) -> None:
    text = page("docs/architecture.md").text
    section = text.split(f"### `{folder}/`", 1)[1].split("\n### ", 1)[0]
    modules = {path.stem for path in (ROOT / folder).glob("*.py") if path.stem != "__init__"}
    assert sorted(modules - set(re.findall(r"`([a-z_0-9]+)`", section))) == []


def test_every_identifier_of_the_glossary_stands_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (*DOMAIN_FOLDERS, "api")
        for path in (ROOT / folder).rglob("*.py")
    )
    rows = [row.split("|") for row in page("docs/glossary.md").text.splitlines() if row.startswith("| ")]
    identifiers = {name for row in rows for name in re.findall(r"`([A-Za-z_]+)`", row[2] + row[3])}
    assert len(identifiers) > 50
    assert [name for name in sorted(identifiers) if not re.search(rf"\b{name}\b", code)] == []
