"""People meet one word for one thing: what the product says keeps to the glossary's words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("api", "cases", "checklists", "grid", "inspections", "plans", "server", "uploads")
# 清单 is a 检查表, 检查任务 a 检查轮次, 案卷 (but for its definition, in docstrings) a 案件.
AVOIDED = ("清单", "检查任务", "巡查任务", "检查项目", "案卷")


def sentences(path: Path) -> Iterator[str]:
    """The texts of a module that people may read: its strings without the docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    asides = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in asides:
            yield node.value


@pytest.mark.parametrize("folder", FOLDERS)
def test_messages_and_descriptions_keep_to_the_glossarys_words(folder: str) -> None:
    said = [(path.name, text) for path in (ROOT / folder).rglob("*.py") for text in sentences(path)]
    assert said
    assert [(name, text) for name, text in said if any(word in text for word in AVOIDED)] == []


@pytest.mark.parametrize("page", ["README.zh-CN.md", "docs/walkthrough.md"])
def test_pages_for_people_keep_to_the_glossarys_words(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert [word for word in AVOIDED if word in text] == []
