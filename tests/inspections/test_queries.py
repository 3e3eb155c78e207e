"""Reports and inspections as people look at them: their own, their area's, and no one else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.terms import State
from grid.permissions import Actor, Role
from inspections.given_positions import GivenPosition
from inspections.inspection_content import InspectionStatus
from inspections.inspection_queries import InspectionFilter, get_inspection, list_inspections
from inspections.report_content import ReportChannel
from inspections.report_queries import ReportFilter, get_report, list_reports, phone_number_for
from server.db import db
from server.errors import NotFound
from tests.factories import NOW, actor_of, make_community
from tests.inspections.published import publish
from tests.inspections.reporting import KEYS, content, put
from tests.inspections.visits import Scene, answer, failing, make_photo
from tests.queries import counted_queries

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


@pytest.fixture
def clerk(scene: Scene) -> Actor:
    return actor_of(Role.DISPATCHER, scene.areas["township"])


def elsewhere(scene: Scene) -> Any:
    return make_community(scene.areas["other_neighbourhood"])


def cost_of(look: Callable[[], Any]) -> int:
    db.session.expunge_all()
    with counted_queries() as counted:
        look()
    return counted.number


class TestReports:
    def test_staff_see_the_reports_of_their_area_and_no_others(self, scene: Scene, clerk: Actor) -> None:
        here = put(content(scene)).report
        there = put(content(scene, community_id=elsewhere(scene).id)).report
        assert [line.report.id for line in list_reports(clerk, ReportFilter(), 10)] == [here.id]
        assert get_report(clerk, here.id).case_state is State.REPORTED
        with pytest.raises(NotFound):
            get_report(clerk, there.id)

    @pytest.mark.parametrize(
        ("wanted", "changes"),
        [
            (ReportFilter(item_code="CORR-01"), {"item_code": "PACT-01"}),
            (ReportFilter(is_item_unknown=True), None),
            (ReportFilter(text="堆物"), {"text": "别的"}),
            (ReportFilter(channel=ReportChannel.RESIDENT), {"channel": ReportChannel.HOTLINE}),
        ],
    )
    def test_a_filter_filters(
        self, scene: Scene, clerk: Actor, wanted: ReportFilter, changes: dict[str, Any] | None
    ) -> None:
        noise = {"item_code": "CORR-01"} if changes is None else changes
        match = {"item_code": None} if changes is None else {}
        put(content(scene, **noise), actor=clerk)
        expected = put(content(scene, **match)).report
        assert [line.report.id for line in list_reports(clerk, wanted, 10)] == [expected.id]

    def test_a_period_filters_without_its_end(self, scene: Scene, clerk: Actor) -> None:
        ids = [put(content(scene), now=NOW + n * HOUR).report.id for n in range(3)]
        wanted = ReportFilter(since=NOW + HOUR, until=NOW + 2 * HOUR)
        assert [line.report.id for line in list_reports(clerk, wanted, 10)] == [ids[1]]

    def test_an_area_filters(self, scene: Scene, clerk: Actor) -> None:
        report = put(content(scene)).report
        mine = ReportFilter(area_code=scene.areas["neighbourhood"].code)
        assert [line.report.id for line in list_reports(clerk, mine, 10)] == [report.id]
        with pytest.raises(NotFound):
            list_reports(clerk, ReportFilter(area_code=scene.areas["other_township"].code), 10)

    def test_pages_follow_each_other(self, scene: Scene, clerk: Actor) -> None:
        ids = [put(content(scene), now=NOW).report.id for _ in range(3)]
        first = list_reports(clerk, ReportFilter(), 2)
        second = list_reports(clerk, ReportFilter(), 2, (first[-1].report.received_at, first[-1].report.id))
        assert [line.report.id for line in [*first, *second]] == sorted(ids, reverse=True)

    def test_a_phone_number_is_clear_only_for_who_may_see_contacts(self, scene: Scene, clerk: Actor) -> None:
        report = put(content(scene, phone_number="13800000001")).report
        auditor = actor_of(Role.AUDITOR, scene.areas["township"])
        assert phone_number_for(clerk, report, KEYS) == "+8613800000001"
        assert phone_number_for(auditor, report, KEYS) == "138****0001"

    def test_looking_costs_the_same_for_one_and_for_ten(self, scene: Scene, clerk: Actor) -> None:
        def look() -> int:
            return cost_of(
                lambda: [
                    (line.report.photos, line.report.community.name)
                    for line in list_reports(clerk, ReportFilter(), 50)
                ]
            )

        put(content(scene))
        one = look()
        for _ in range(9):
            put(content(scene))
        assert look() == one


class TestInspections:
    def test_an_inspection_is_seen_with_all_that_it_found(self, scene: Scene) -> None:
        photo = make_photo(scene.inspector)
        stored = scene.put(scene.content(*failing(photo.id))).inspection
        seen = get_inspection(actor_of(Role.AUDITOR, scene.areas["township"]), stored.id)
        assert [(a.item_code, [p.photo_id for p in a.photos]) for a in seen.answers] == [
            ("CORR-01", [photo.id]),
            ("PACT-01", []),
        ]

    def test_a_draft_is_seen_by_its_inspector_alone(self, scene: Scene) -> None:
        draft = scene.put(scene.content(status=InspectionStatus.DRAFT)).inspection
        assert get_inspection(scene.inspector, draft.id).id == draft.id
        with pytest.raises(NotFound):
            get_inspection(actor_of(Role.TOWNSHIP_MANAGER, scene.areas["township"]), draft.id)

    def test_outsiders_see_nothing(self, scene: Scene) -> None:
        stored = scene.put(scene.content()).inspection
        outsider = actor_of(Role.INSPECTOR, scene.areas["other_township"])
        with pytest.raises(NotFound):
            get_inspection(outsider, stored.id)
        assert list_inspections(outsider, InspectionFilter(), 10) == []

    def test_superseded_revisions_are_left_out_unless_asked_for(self, scene: Scene) -> None:
        first = scene.put(scene.content()).inspection
        second = scene.put(scene.content(supersedes_id=first.id, note="更正")).inspection
        assert [each.id for each in list_inspections(scene.inspector, InspectionFilter(), 10)] == [second.id]
        everything = InspectionFilter(include_superseded=True, root_id=first.id)
        assert {each.id for each in list_inspections(scene.inspector, everything, 10)} == {
            first.id,
            second.id,
        }

    def test_what_is_odd_can_be_asked_for(self, scene: Scene) -> None:
        scene.put(scene.content())
        far = answer("CORR-01", position=GivenPosition(31.63, 121.39))
        odd = scene.put(scene.content(far, answer("PACT-01"))).inspection
        wanted = InspectionFilter(is_flagged=True)
        assert [each.id for each in list_inspections(scene.inspector, wanted, 10)] == [odd.id]

    def test_a_filter_filters(self, scene: Scene) -> None:
        scene.put(scene.content(checklist_version_id=publish().id))
        expected = scene.put(scene.content()).inspection
        wanted = InspectionFilter(
            checklist_version_id=scene.version.id,
            community_id=scene.community.id,
            inspector_id=scene.inspector.account_id,
            status=InspectionStatus.SUBMITTED,
            area_code=scene.areas["neighbourhood"].code,
            since=NOW,
            until=NOW + HOUR,
        )
        assert [each.id for each in list_inspections(scene.inspector, wanted, 10)] == [expected.id]
        assert list_inspections(scene.inspector, InspectionFilter(until=NOW), 10) == []

    def test_looking_costs_the_same_for_one_and_for_ten(self, scene: Scene) -> None:
        def look() -> int:
            return cost_of(
                lambda: [
                    (each.community.name, each.inspector.display_name)
                    for each in list_inspections(scene.inspector, InspectionFilter(), 50)
                ]
            )

        scene.put(scene.content())
        one = look()
        for _ in range(9):
            scene.put(scene.content())
        assert look() == one
