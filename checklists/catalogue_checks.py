"""What the catalogue's files must agree on: codes that exist, are unique, and do not contradict each other."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from checklists.applicability import can_apply
from checklists.catalogue_entries import Demand
from checklists.catalogue_yaml import CatalogueProblem, Document, Place

Loaded = tuple[Document, Mapping[str, Any]]


def sources_problems(sources: Loaded) -> Iterator[CatalogueProblem]:
    """Default marks of provenance must be marks."""
    document, data = sources
    for name, marks in data["default_provenance"].items():
        yield from _mark_problems(document, ("default_provenance", name), marks, data["marks"])


def group_problems(
    groups: list[Loaded], policies: Collection[str], marks: Collection[str], kinds: Collection[str]
) -> Iterator[CatalogueProblem]:
    """Items: unique codes that carry their group's name, known policies, marks and organisations, rules that can hold."""
    seen_groups: dict[str, str] = {}
    seen_items: dict[str, str] = {}
    for document, data in groups:
        if data["group"] in seen_groups:
            yield document.problem(("group",), f"{data['group']} is also in {seen_groups[data['group']]}")
        seen_groups.setdefault(data["group"], document.file)
        for index, item in enumerate(data["items"]):
            place = ("items", index)
            where = f"{document.file}:{document.line_of((*place, 'code'))}"
            if item["code"] in seen_items:
                yield document.problem(
                    (*place, "code"), f"{item['code']} is also in {seen_items[item['code']]}"
                )
            seen_items.setdefault(item["code"], where)
            if not item["code"].startswith(f"{data['group']}-"):
                yield document.problem(
                    (*place, "code"), f"{item['code']} does not belong to group {data['group']}"
                )
            yield from _item_problems(document, place, item, policies, marks, kinds)


def _item_problems(
    document: Document,
    place: Place,
    item: Mapping[str, Any],
    policies: Collection[str],
    marks: Collection[str],
    kinds: Collection[str],
) -> Iterator[CatalogueProblem]:
    yield from _source_problems(document, place, item["sources"], policies)
    for name, said in item["provenance"].items():
        yield from _mark_problems(document, (*place, "provenance", name), said, marks)
    for name in ("limit", "deduction"):
        if item[name] is not None:
            yield from _mark_problems(document, (*place, name, "provenance"), item[name].provenance, marks)
    for index, variant in enumerate(item["limit"].variants if item["limit"] else ()):
        yield from _mark_problems(
            document, (*place, "limit", "variants", index, "provenance"), variant.provenance, marks
        )
    yield from _handler_problems(document, (*place, "handlers"), item["handlers"], kinds)
    yield from _rule_can_hold(document, place, item)


def _handler_problems(
    document: Document, place: Place, handlers: tuple[str, ...], kinds: Collection[str]
) -> Iterator[CatalogueProblem]:
    for index, kind in enumerate(handlers):
        if kind not in kinds:
            yield document.problem((*place, index), f"no such kind of organisation: {kind}")
        elif kind in handlers[:index]:
            yield document.problem((*place, index), f"{kind} is named twice")


def _rule_can_hold(document: Document, place: Place, item: Mapping[str, Any]) -> Iterator[CatalogueProblem]:
    if not can_apply(item["applies_when"]):
        what = "a veto that can never apply" if item["is_veto"] else "no community can ever satisfy this rule"
        yield document.problem((*place, "applies_when"), what)


def _source_problems(
    document: Document, place: Place, sources: tuple[Any, ...], policies: Collection[str]
) -> Iterator[CatalogueProblem]:
    for index, source in enumerate(sources):
        if source.policy not in policies:
            yield document.problem((*place, "sources", index, "policy"), f"no such policy: {source.policy}")


def _mark_problems(
    document: Document, place: Place, said: tuple[str, ...], marks: Collection[str]
) -> Iterator[CatalogueProblem]:
    for mark in said:
        if mark not in marks:
            yield document.problem(place, f"no such mark of provenance: {mark}")


def checklist_problems(
    checklists: list[Loaded], items: Mapping[str, Any], policies: Collection[str], marks: Collection[str]
) -> Iterator[CatalogueProblem]:
    """Checklists: unique codes named like their files, items that exist and are asked once, overrides that make sense."""
    seen: dict[str, str] = {}
    for document, data in checklists:
        code = data["code"]
        if code in seen:
            yield document.problem(("code",), f"{code} is also in {seen[code]}")
        seen.setdefault(code, document.file)
        if not document.file.endswith(f"{code}.yaml"):
            yield document.problem(("code",), f"{code} must stand in a file of that name")
        yield from _source_problems(document, (), data["sources"], policies)
        yield from _mark_problems(document, ("formula", "provenance"), data["formula"].provenance, marks)
        for name, said in data["provenance"].items():
            yield from _mark_problems(document, ("provenance", name), said, marks)
        yield from _indicator_problems(document, data["indicators"], items, policies, marks)


def _indicator_problems(
    document: Document,
    indicators: tuple[Mapping[str, Any], ...],
    items: Mapping[str, Any],
    policies: Collection[str],
    marks: Collection[str],
) -> Iterator[CatalogueProblem]:
    seen_codes: set[str] = set()
    asked: dict[str, str] = {}
    for index, indicator in enumerate(indicators):
        place: Place = ("indicators", index)
        if indicator["code"] in seen_codes:
            yield document.problem((*place, "code"), f"the indicator {indicator['code']} is there twice")
        seen_codes.add(indicator["code"])
        yield from _source_problems(document, place, indicator["sources"], policies)
        for number, reference in enumerate(indicator["items"]):
            spot = (*place, "items", number)
            code = reference["item"]
            if code not in items:
                yield document.problem(spot, f"no such item: {code}")
                continue
            if code in asked:
                yield document.problem(spot, f"{code} is already asked under {asked[code]}")
            asked.setdefault(code, indicator["code"])
            yield from _override_problems(document, spot, reference, items[code], marks)


def _override_problems(
    document: Document,
    place: Place,
    reference: Mapping[str, Any],
    item: Mapping[str, Any],
    marks: Collection[str],
) -> Iterator[CatalogueProblem]:
    for name, said in reference["provenance"].items():
        yield from _mark_problems(document, (*place, "provenance", name), said, marks)
        if name not in reference:
            yield document.problem((*place, "provenance", name), f"says whose {name} this is, and gives none")
    is_veto = reference.get("is_veto", item["is_veto"])
    evidence = reference.get("evidence", item["evidence"])
    if is_veto and evidence.photos is Demand.NEVER:
        yield document.problem(
            place, f"{reference['item']} cannot be a veto here without a photo as evidence"
        )
