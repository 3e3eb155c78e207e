"""The shipped catalogue's items become rules for answers, whatever the community."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

from checklists.catalogue import checklist_document, load_catalogue
from checklists.catalogue_entries import AnsweredBy, Catalogue, Demand
from checklists.models import ChecklistVersion
from grid.models import Community
from inspections.answers import Applicability
from inspections.item_rules import demands_of, item_rules
from server.db import new_id
from tests.inspections.published import item


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue()


def version_of(*items: dict[str, Any]) -> ChecklistVersion:
    return ChecklistVersion(id=new_id(), document={"indicators": [{"code": "X", "items": list(items)}]})


def test_every_item_of_every_shipped_checklist_is_read_in_its_order() -> None:
    assert catalogue().checklists
    for code, checklist in catalogue().checklists.items():
        version = ChecklistVersion(id=new_id(), document=checklist_document(catalogue(), code))
        demands = demands_of(version)
        assert [each.code for each in demands] == [each.code for each in checklist.items]
        for demand, shipped in zip(demands, checklist.items, strict=True):
            assert demand.photos is shipped.evidence.photos
            assert demand.note is shipped.evidence.note
            assert demand.counts_occurrences is (shipped.deduction is not None)
            assert demand.is_for_inspectors is (shipped.answered_by is not AnsweredBy.RESIDENT)


def test_a_versions_document_is_read_once() -> None:
    version = version_of(item("A-01"))
    assert demands_of(version) is demands_of(version)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"lifts": 2}, Applicability.APPLIES),
        ({"lifts": 0}, Applicability.DOES_NOT_APPLY),
        ({}, Applicability.UNKNOWN),
    ],
)
def test_the_communitys_attributes_decide_what_applies(
    attributes: dict[str, Any], expected: Applicability
) -> None:
    rule = {"attribute": "lifts", "op": ">=", "value": 1}
    (found,) = item_rules(version_of(item("L-01", applies_when=rule)), Community(attributes=attributes))
    assert found.applicability is expected


def test_what_an_item_demands_becomes_its_rule() -> None:
    evidence = {"photos": "always", "min_photos": 2, "note": "on_fail", "shows": None}
    wanted = item(
        "A-01",
        evidence=evidence,
        deduction={"per_occurrence": 0.2, "provenance": ["P"]},
        answered_by="inspector",
    )
    (rule,) = item_rules(version_of(wanted), Community(attributes={}))
    assert (rule.photos, rule.min_photos, rule.note) == (Demand.ALWAYS, 2, Demand.ON_FAIL)
    assert rule.counts_occurrences
    assert rule.may_answer
    (other,) = item_rules(version_of(item("B-01", answered_by="resident")), Community(attributes={}))
    assert not other.may_answer
    assert not other.counts_occurrences
