"""What is wrong where an item fails, in a few words: what residents, inspectors and clerks call the problem.

An item's criterion says how it ought to be ("楼道照明完好") and reads as nonsense where it heads a case that is overdue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class ProblemName(NamedTuple):
    """The problem in both languages."""

    zh: str
    en: str


def problem_name(item: Mapping[str, Any]) -> ProblemName:
    """The name of the problem, of an item as a published document has it: the words of the residents' tile, else its
    own, else (documents from before problems had names) that its criterion is not met."""
    told = item.get("tile") or item.get("problem")
    if told:
        return ProblemName(told["zh"], told["en"])
    criterion = item["criterion"]
    return ProblemName(f"不符合要求：{criterion['zh']}", f"Not met: {criterion['en']}")
