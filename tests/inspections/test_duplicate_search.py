"""Open cases that may be the same problem are found, told in public words, and cost a constant number of queries."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case
from cases.terms import Action
from grid.permissions import Role
from grid.positions import Position
from inspections.duplicate_search import find_duplicates, list_duplicates_of_case
from inspections.duplicates import RESIDENT_RADIUS_M, STAFF_RADIUS_M, Sighting
from inspections.given_positions import GivenPosition
from inspections.timeline import PublicStage
from server.db import db
from server.errors import Forbidden, NotFound
from tests.factories import NOW, actor_of, make_community
from tests.inspections.published import item, publish
from tests.inspections.reporting import act, content, put
from tests.inspections.visits import Scene
from tests.queries import counted_queries


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


def sighting(scene: Scene, **more: Any) -> Sighting:
    values: dict[str, Any] = {"item_code": "CORR-01", "position": Position(31.6202, 121.3901)} | more
    return Sighting(scene.community.id, NOW, **values)


def cases() -> list[Any]:
    return list(db.session.scalars(sa.select(Case.id).order_by(Case.number)))


def test_an_open_case_near_by_is_offered_in_words_that_anyone_may_read(scene: Scene) -> None:
    put(content(scene, text="王建国家门口", phone_number="13800000001"))
    (offer,) = find_duplicates(sighting(scene), radius_m=RESIDENT_RADIUS_M)
    assert (offer.case_id, offer.item_code, offer.report_count) == (cases()[0], "CORR-01", 1)
    assert (offer.stage, offer.stage_text.zh) == (PublicStage.RECEIVED, "已收到您的上报")
    assert offer.distance_m == 10
    assert "王建国" not in json.dumps(asdict(offer), default=str, ensure_ascii=False)


def test_followers_are_counted(scene: Scene) -> None:
    put(content(scene))
    put(content(scene, follows_case_id=cases()[0]))
    assert [offer.report_count for offer in find_duplicates(sighting(scene), radius_m=50)] == [2]


def test_noise_is_left_out(scene: Scene) -> None:
    other = make_community(scene.areas["neighbourhood"])
    put(content(scene, community_id=other.id))
    put(content(scene, item_code="PACT-01"))
    put(content(scene, position=GivenPosition(31.6215, 121.3901)))
    put(content(scene), now=NOW - timedelta(days=31))
    put(content(scene, text="不予立案的"))
    not_filed = db.session.scalars(sa.select(Case.id).where(Case.text == "不予立案的")).one()
    act(
        scene,
        not_filed,
        Action.NOT_FILE,
        actor_of(Role.DISPATCHER, scene.areas["township"]),
        NOW,
        reason="查无此事",
    )
    assert find_duplicates(sighting(scene), radius_m=RESIDENT_RADIUS_M) == []


def test_the_desk_looks_further(scene: Scene) -> None:
    put(content(scene))
    put(content(scene, position=GivenPosition(31.6215, 121.3901)))
    first, second = cases()
    clerk = actor_of(Role.DISPATCHER, scene.areas["township"])
    assert [offer.case_id for offer in list_duplicates_of_case(clerk, first)] == [second]
    assert [offer.case_id for offer in find_duplicates(sighting(scene), radius_m=STAFF_RADIUS_M)] == [
        first,
        second,
    ]


def test_the_desk_is_offered_what_is_of_the_same_group_at_the_same_place_too(scene: Scene) -> None:
    publish(item("CORR-02"))
    put(content(scene))
    put(content(scene, item_code="CORR-02"))
    put(content(scene, item_code="PACT-01"))
    put(content(scene, item_code="CORR-02", position=GivenPosition(31.6250, 121.3901)))
    first, second, *_ = cases()
    clerk = actor_of(Role.DISPATCHER, scene.areas["township"])
    offers = list_duplicates_of_case(clerk, first)
    assert [(offer.case_id, offer.item_code) for offer in offers] == [(second, "CORR-02")]
    with counted_queries() as one:
        list_duplicates_of_case(clerk, first)
    for _ in range(3):
        put(content(scene, item_code="CORR-02"))
    with counted_queries() as four:
        assert len(list_duplicates_of_case(clerk, first)) == 4
    assert four.number == one.number
    of_residents = {offer.item_code for offer in find_duplicates(sighting(scene), radius_m=50)}
    assert of_residents == {"CORR-01"}, "residents are offered the same item only"


def test_the_desk_of_elsewhere_learns_nothing(scene: Scene) -> None:
    put(content(scene))
    with pytest.raises(NotFound):
        list_duplicates_of_case(actor_of(Role.DISPATCHER, scene.areas["other_township"]), cases()[0])
    with pytest.raises(Forbidden):
        list_duplicates_of_case(actor_of(Role.EVALUATOR, scene.areas["township"]), cases()[0])


def test_looking_costs_the_same_for_one_and_for_ten(scene: Scene) -> None:
    def cost() -> int:
        db.session.expunge_all()
        with counted_queries() as counted:
            assert find_duplicates(sighting(scene), radius_m=50)
        return counted.number

    put(content(scene))
    one = cost()
    for _ in range(9):
        put(content(scene))
    assert cost() == one
