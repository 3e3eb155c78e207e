"""Loads the indicator catalogue from its YAML files, and turns a checklist into the document that is published.

`items/<group>.yaml` is the library, `checklists/<code>.yaml` draws on it and `sources.yaml` says what the policy
tags and the marks of provenance mean.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from checklists import catalogue_checks as checks
from checklists.catalogue_entries import Catalogue, Checklist, Indicator, Item, ItemGroup, Policy
from checklists.catalogue_schema import ShapeError, load_checklist_file, load_group_file, load_sources_file
from checklists.catalogue_yaml import CatalogueProblem, read_document
from grid.organisation_kinds import ORGANISATION_KINDS

SHIPPED_CATALOGUE = Path(__file__).parent / "catalogue"
DOCUMENT_FORMAT = 1


class CatalogueError(Exception):
    """The catalogue has problems; all of them are listed, by file and line."""

    def __init__(self, problems: list[CatalogueProblem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_catalogue(folder: Path = SHIPPED_CATALOGUE) -> Catalogue:
    """Read, check and assemble the catalogue in a folder.

    Raises CatalogueError with every problem found. What entries say about other files is checked once each
    file is sound by itself, so that one slip does not bring a hundred messages.
    """
    files = _CatalogueFiles(folder)
    files.stop_if_wrong()
    files.problems.extend(files.agreement_problems())
    files.stop_if_wrong()
    return files.assemble()


class _CatalogueFiles:
    """The loaded files of one folder and the problems found in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[CatalogueProblem] = []
        sources = self._load([folder / "sources.yaml"], load_sources_file)
        self.sources: checks.Loaded | None = sources[0] if sources else None
        self.groups = self._load(self._list("items"), load_group_file)
        self.checklists = self._load(self._list("checklists"), load_checklist_file)

    def stop_if_wrong(self) -> None:
        if self.problems:
            raise CatalogueError(self.problems)

    def agreement_problems(self) -> Iterator[CatalogueProblem]:
        assert self.sources is not None
        policies, marks = self.sources[1]["policies"], self.sources[1]["marks"]
        items = {item["code"]: item for _, data in self.groups for item in data["items"]}
        yield from checks.sources_problems(self.sources)
        yield from checks.group_problems(self.groups, policies, marks, ORGANISATION_KINDS)
        yield from checks.checklist_problems(self.checklists, items, policies, marks)

    def assemble(self) -> Catalogue:
        assert self.sources is not None
        data = self.sources[1]
        groups = tuple(_group(group, data["default_provenance"]) for _, group in self.groups)
        items = {item.code: item for group in groups for item in group.items}
        return Catalogue(
            policies={tag: Policy(tag=tag, **policy) for tag, policy in data["policies"].items()},
            marks=data["marks"],
            groups=groups,
            checklists={checklist["code"]: _checklist(checklist, items) for _, checklist in self.checklists},
        )

    def _list(self, name: str) -> list[Path]:
        paths = sorted((self.folder / name).glob("*.yaml"))
        if not paths:
            self.problems.append(CatalogueProblem(f"{name}/", 1, "has no .yaml file"))
        return paths

    def _load(self, paths: list[Path], load: Callable[[Any], Mapping[str, Any]]) -> list[checks.Loaded]:
        loaded = []
        for path in paths:
            document, problems = read_document(path, path.relative_to(self.folder).as_posix())
            self.problems.extend(problems)
            if document is None:
                continue
            try:
                loaded.append((document, load(document.values)))
            except ShapeError as error:
                self.problems.extend(document.problem(place, reason) for place, reason in error.problems)
        return loaded


def _group(data: Mapping[str, Any], default_provenance: Mapping[str, tuple[str, ...]]) -> ItemGroup:
    items = tuple(_item(data["group"], item, default_provenance) for item in data["items"])
    rest = {name: data[name] for name in ("name", "tile", "tile_order", "remark")}
    return ItemGroup(code=data["group"], items=items, **rest)


def _item(group: str, data: Mapping[str, Any], default_provenance: Mapping[str, tuple[str, ...]]) -> Item:
    """Complete an item's provenance; fields that say nothing (no veto, no rule, no category) need none."""
    said = {**default_provenance, **data["provenance"]}
    silent = [name for name in ("is_veto", "applies_when", "category") if not data[name]]
    provenance = {name: marks for name, marks in said.items() if name not in silent}
    return Item(group=group, **{**data, "provenance": provenance})


def _checklist(data: Mapping[str, Any], items: Mapping[str, Item]) -> Checklist:
    indicators = tuple(
        Indicator(
            code=indicator["code"],
            name=indicator["name"],
            sources=indicator["sources"],
            items=tuple(_override(items[reference["item"]], reference) for reference in indicator["items"]),
        )
        for indicator in data["indicators"]
    )
    return Checklist(**{**data, "indicators": indicators})


def _override(item: Item, reference: Mapping[str, Any]) -> Item:
    """The item as this checklist asks for it: what the reference says replaces what the library says."""
    changes = {name: reference[name] for name in ("weight", "is_veto", "evidence") if name in reference}
    provenance = {**item.provenance, **reference["provenance"]}
    if "is_veto" in changes:
        if changes["is_veto"]:
            provenance.setdefault("is_veto", ("P",))
        else:
            provenance.pop("is_veto", None)
    return replace(item, **changes, provenance=provenance)


def checklist_document(catalogue: Catalogue, code: str) -> dict[str, Any]:
    """A checklist as a self-contained JSON-able document: items in full, and the groups, policies and marks they cite.

    The same catalogue always gives the same document, so that its SHA-256 tells versions apart.
    """
    checklist = catalogue.checklists[code]
    cited = {source.policy for source in _sources_of(checklist)}
    groups = {item.group for item in checklist.items}
    return {
        "format": DOCUMENT_FORMAT,
        **_plain(asdict(checklist)),
        "groups": {group.code: _group_heading(group) for group in catalogue.groups if group.code in groups},
        "policies": {
            tag: _plain(asdict(policy)) for tag, policy in catalogue.policies.items() if tag in cited
        },
        "marks": {mark: _plain(asdict(text)) for mark, text in catalogue.marks.items()},
    }


def _group_heading(group: ItemGroup) -> dict[str, Any]:
    heading = _plain(asdict(group))
    return {name: heading[name] for name in ("name", "tile", "tile_order", "remark")}


def _sources_of(checklist: Checklist) -> Iterator[Any]:
    yield from checklist.sources
    for indicator in checklist.indicators:
        yield from indicator.sources
    for item in checklist.items:
        yield from item.sources


def _plain(value: Any) -> Any:
    """Tuples become lists and enums their words, so that a document equals itself read back from JSON."""
    return json.loads(json.dumps(value, ensure_ascii=False))


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a document that its SHA-256 is taken from: sorted keys, no blanks, UTF-8."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def document_sha256(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(canonical_json(document)).hexdigest()
