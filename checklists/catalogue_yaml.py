"""Reads a catalogue file into plain values and remembers on which line each of them stands.

PyYAML's own constructor keeps neither lines nor the fact that a key was written twice, so the node tree
is walked here. Anchors and aliases are refused: every entry says itself what it means.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class CatalogueProblem:
    """One thing wrong with the catalogue: which file, which line (from 1), and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Document:
    """A file's values with the line of each place in them (`("items", 3, "weight")` → 87)."""

    file: str
    values: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is written in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, reason: str) -> CatalogueProblem:
        """A problem at a place of this file, with the place spelled out before the reason."""
        path = ".".join(str(step) for step in place)
        return CatalogueProblem(self.file, self.line_of(place), f"{path}: {reason}" if path else reason)


def read_document(path: Path, name: str) -> tuple[Document | None, list[CatalogueProblem]]:
    """Read one YAML file; `name` is how messages call it. Returns no document when it cannot be read at all."""
    try:
        node = _compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return None, [CatalogueProblem(name, 1, f"cannot be read: {error}")]
    except yaml.MarkedYAMLError as error:
        return None, [
            CatalogueProblem(name, _mark_line(error), f"not valid YAML: {error.problem or error.context}")
        ]
    except yaml.YAMLError as error:
        return None, [CatalogueProblem(name, 1, f"not valid YAML: {error}")]
    if node is None:
        return None, [CatalogueProblem(name, 1, "is empty")]
    walk = _Walk(name)
    values = walk.value(node, ())
    return Document(name, values, walk.lines), walk.problems


# libyaml's parser where PyYAML was built with it (its wheels are), which is some ten times as fast as the other.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _compose(text: str) -> yaml.Node | None:
    """The file's one node tree. No anchors, so that no file can refer to itself or grow without end."""
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are not allowed", event.start_mark
            )
    node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return node


def _mark_line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


class _Walk:
    """Turns nodes into values, noting lines and keys that are written twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.problems: list[CatalogueProblem] = []
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*place, key)) for key, child in self._entries(node, place)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*place, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _entries(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[Hashable] = set()
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(CatalogueProblem(self.file, line, "a key must be a plain word"))
                continue
            key = key_node.value
            if key in seen:
                self.problems.append(CatalogueProblem(self.file, line, f"the key “{key}” is written twice"))
                continue
            seen.add(key)
            self.lines[(*place, key)] = line
            yield key, child

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            line = node.start_mark.line + 1
            self.problems.append(CatalogueProblem(self.file, line, f"“{node.value}” cannot be read: {error}"))
            return None
