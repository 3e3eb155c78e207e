"""Loads the catalogue of targets, and holds it against the catalogue of checklists that its figures come from."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from checklists.catalogue import CatalogueError, load_catalogue
from checklists.catalogue_entries import Catalogue, Checklist
from checklists.catalogue_schema import ShapeError
from checklists.catalogue_yaml import CatalogueProblem, Document, Place, read_document
from plans.target_entries import Measured, Target, TargetCatalogue
from plans.target_schema import load_targets_file

SHIPPED_TARGETS = Path(__file__).parent / "catalogue" / "targets.yaml"


@cache
def shipped_targets() -> TargetCatalogue:
    """The targets that come with the product, read once."""
    return load_targets(load_catalogue())


def load_targets(checklists: Catalogue, path: Path = SHIPPED_TARGETS) -> TargetCatalogue:
    """Read and check a file of targets; raises CatalogueError with every problem, by line."""
    document, problems = read_document(path, path.name)
    if document is None or problems:
        raise CatalogueError(problems)
    try:
        targets: tuple[Target, ...] = load_targets_file(document.values)["targets"]
    except ShapeError as error:
        raise CatalogueError([document.problem(place, reason) for place, reason in error.problems]) from error
    problems = list(_agreement_problems(document, targets, checklists))
    if problems:
        raise CatalogueError(problems)
    return TargetCatalogue(targets, dict(checklists.policies))


def _agreement_problems(
    document: Document, targets: tuple[Target, ...], checklists: Catalogue
) -> Iterator[CatalogueProblem]:
    """Codes are unique, policies and figures exist, and no two targets claim the same figure, area and year."""
    seen: dict[object, str] = {}
    for index, target in enumerate(targets):
        place: Place = ("targets", index)
        if target.code in seen:
            yield document.problem((*place, "code"), f"{target.code} is there twice")
        seen.setdefault(target.code, target.code)
        claim = (target.measured, target.area_code, target.year)
        if claim in seen:
            yield document.problem((*place, "year"), f"{seen[claim]} already sets this figure for that year")
        seen.setdefault(claim, target.code)
        if target.source.policy not in checklists.policies:
            yield document.problem((*place, "source", "policy"), f"no such policy: {target.source.policy}")
        yield from _figure_problems(document, (*place, "measured"), target.measured, checklists)


def _figure_problems(
    document: Document, place: Place, measured: Measured, checklists: Catalogue
) -> Iterator[CatalogueProblem]:
    checklist = checklists.checklists.get(measured.checklist)
    if checklist is None:
        yield document.problem((*place, "checklist"), f"no such checklist: {measured.checklist}")
    elif measured.indicator is not None and measured.indicator not in _indicators(checklist):
        yield document.problem((*place, "indicator"), f"{checklist.code} has no {measured.indicator}")
    elif measured.item is not None and measured.item not in _items(checklist):
        yield document.problem((*place, "item"), f"{checklist.code} does not ask {measured.item}")


def _indicators(checklist: Checklist) -> set[str]:
    return {indicator.code for indicator in checklist.indicators}


def _items(checklist: Checklist) -> set[str]:
    return {item.code for item in checklist.items}
