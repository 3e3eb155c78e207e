"""A page of commands, executed as written: its fenced bash blocks in one shell, one after another.

A line `# => text` says what the reader sees at that place; `…` in it stands for anything. Nothing of the page is
changed but that those comments become marks in the output.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, Page

EXPECTED = "# => "
_MARK = "@@seen:"
_SECONDS = 150


@dataclass(frozen=True)
class Step:
    """What one stretch of commands printed, beside what the page says it prints."""

    commands: str
    expected: list[str]
    seen: list[str]

    def is_as_written(self) -> bool:
        return len(self.expected) == len(self.seen) and all(
            re.fullmatch(_pattern(wanted), line)
            for wanted, line in zip(self.expected, self.seen, strict=True)
        )


@dataclass(frozen=True)
class Walk:
    """The whole page, executed."""

    steps: list[Step]
    exit_status: int
    messages: str
    calls: int


def _pattern(wanted: str) -> str:
    return ".*".join(re.escape(part) for part in wanted.split("…"))


def stretches(page: Page) -> Iterator[tuple[str, list[str]]]:
    """(commands, expected lines) in order; what follows the last expectation of a block expects silence."""
    for block in page.blocks("bash"):
        commands: list[str] = []
        expected: list[str] = []
        for line in block.splitlines():
            if line.startswith(EXPECTED):
                expected.append(line.removeprefix(EXPECTED).rstrip())
                continue
            if expected:
                yield "\n".join(commands), expected
                commands, expected = [], []
            commands.append(line)
        yield "\n".join(commands), expected


def walk(page: Page, environ: Mapping[str, str], folder: Path) -> Walk:
    """Execute the page's commands in one bash, stopping at the first that fails, and count the calls of curl."""
    planned = list(stretches(page))
    script = "\n".join(f"{commands}\necho '{_MARK}{number}'" for number, (commands, _) in enumerate(planned))
    counted = _counting_curl(folder)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**os.environ, **environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    parts = re.split(rf"^{_MARK}\d+\n", done.stdout, flags=re.MULTILINE)
    steps = [
        Step(commands, expected, seen.splitlines())
        for (commands, expected), seen in zip(planned, parts, strict=False)
    ]
    return Walk(steps, done.returncode, done.stderr, len(counted.read_text().splitlines()))


def _counting_curl(folder: Path) -> Path:
    """A `curl` in front of the real one that notes each call."""
    real = shutil.which("curl")
    assert real, "the walkthrough needs curl"
    calls, wrapper = folder / "calls", folder / "curl"
    calls.touch()
    wrapper.write_text(f'#!/bin/sh\necho called >> "{calls}"\nexec "{real}" "$@"\n')
    wrapper.chmod(0o755)
    return calls
