"""What a case is called: the words that somebody gave it, else the problem that its item names. Pure."""

from __future__ import annotations

from cases.item_terms import ItemTerms
from checklists.problem_names import ProblemName

MAX_TITLE_LENGTH = 300
UNTITLED = ProblemName("待定类别", "Category not chosen yet")


def automatic_title(terms: ItemTerms | None) -> str:
    """The title that a case is stored under where nobody gave it one."""
    return (terms.problem if terms else UNTITLED).zh[:MAX_TITLE_LENGTH]


def title_of(stored: str, terms: ItemTerms | None) -> ProblemName:
    """The stored title in both languages: an automatic one is translated, anybody's own words stay as they are.

    A title that only repeats the criterion was automatic before problems had names, and is told as the problem.
    """
    is_automatic = stored == automatic_title(terms) or (terms is not None and stored == terms.criterion_zh)
    if not is_automatic:
        return ProblemName(stored, stored)
    return terms.problem if terms else UNTITLED
