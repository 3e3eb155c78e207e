"""Facts recorded inside one block are derived together, and come to the same as derived one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from checklists.compliance_verification import verify_compliance
from checklists.derivation import derived_once, rederive
from checklists.fact_models import PairSegment
from checklists.observations import open_case_interval, record_observations
from server.db import db, new_id
from tests.checklists.published import item, publish
from tests.checklists.test_observations import AT, entry, segments
from tests.factories import make_community, make_grid
from tests.queries import counted_queries


@pytest.fixture
def community(session: Any) -> Any:
    publish("civil", *(item(code) for code in "ABCD"))
    community = make_community(make_grid()["neighbourhood"])
    rederive()
    return community


def record(community: Any, *cases: str) -> None:
    """An inspection with a case for some of its items; the cases are the older facts."""
    record_observations(community.id, new_id(), 1, [entry(code) for code in "ABCD"], AT)
    for code in cases:
        open_case_interval(new_id(), community.id, code, AT - timedelta(hours=1))


def test_what_is_derived_once_is_what_all_facts_say(session: Any, community: Any) -> None:
    with derived_once():
        record(community, "A", "C")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PairSegment)) == 1  # its own standing

    assert [status.value for _, status, _ in segments(session, community, "A")] == ["fail"]
    assert [status.value for _, status, _ in segments(session, community, "B")] == ["pass", "stale"]
    assert list(verify_compliance()) == []


def test_three_cases_cost_no_more_derivations_than_one(session: Any, community: Any) -> None:
    with counted_queries() as for_one, derived_once():
        record(community, "A")
    other = make_community(make_grid()["neighbourhood"])
    rederive([other.id])
    with counted_queries() as for_three, derived_once():
        record(other, "A", "B", "C")

    # Each case has its own few statements; none of them derives.
    assert sum("pair_segments" in each for each in for_three.statements) == sum(
        "pair_segments" in each for each in for_one.statements
    )


def test_a_block_that_fails_derives_nothing_and_leaves_nothing_waiting(session: Any, community: Any) -> None:
    with pytest.raises(ZeroDivisionError), derived_once():
        record(community, "A")
        raise ZeroDivisionError
    assert segments(session, community, "A") == []

    record_observations(community.id, new_id(), 1, [entry("B")], AT)

    assert segments(session, community, "B") != []
