"""Inspections are taken in once, whole, and for good; what is wrong with one is said item by item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.history import verify_chains
from cases.models import Case, CaseEvent, CasePhoto
from cases.terms import State
from checklists.fact_models import ObservationFact
from grid.permissions import ANONYMOUS, Role
from grid.positions import Datum, Position, wgs84_to_gcj02
from inspections.given_positions import GivenPosition
from inspections.inspection_content import InspectionStatus
from inspections.inspection_intake import InspectionRefused, StaleDraft
from inspections.models import Answer, AnswerPhoto, Inspection
from server.db import db, new_id
from server.errors import Conflict, Forbidden, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_community, save
from tests.inspections.published import item, publish
from tests.inspections.visits import Scene, answer, failing, make_photo, passing

DRAFT = InspectionStatus.DRAFT


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def fields(refused: pytest.ExceptionInfo[Any]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


def test_a_submission_is_stored_with_its_answers(scene: Scene) -> None:
    stored = scene.put(scene.content()).inspection
    rows = db.session.execute(sa.select(Answer.item_code, Answer.result).order_by(Answer.position)).all()
    assert rows == [("CORR-01", "pass"), ("PACT-01", "pass")]
    assert (stored.status, stored.number, stored.root_id) == ("submitted", 1, stored.id)
    assert (stored.submitted_at, stored.answered, stored.applicable) == (NOW, 2, 2)


def test_a_submission_records_its_observations(scene: Scene) -> None:
    stored = scene.put(scene.content()).inspection
    facts = db.session.execute(
        sa.select(ObservationFact.item_code, ObservationFact.result, ObservationFact.inspection_id)
    ).all()
    assert sorted(facts) == [("CORR-01", "pass", stored.id), ("PACT-01", "pass", stored.id)]


class TestAgain:
    def test_the_same_again_is_the_same_row_and_changes_nothing(self, scene: Scene) -> None:
        content, name = scene.content(), new_id()
        first = scene.put(content, name)
        receipt, revision = dict(first.inspection.receipt), first.inspection.revision
        later = replace(content, device_sent_at=NOW + timedelta(hours=1))
        second = scene.put(later, name, now=NOW + timedelta(hours=1))
        assert (first.is_new, second.is_new, second.is_changed) == (True, False, False)
        assert (second.inspection.receipt, second.inspection.revision) == (receipt, revision)
        assert (count(Inspection), count(Answer), count(ObservationFact)) == (1, 2, 2)

    def test_the_order_of_answers_is_not_content(self, scene: Scene) -> None:
        name = new_id()
        scene.put(scene.content(*passing()), name)
        assert not scene.put(scene.content(*reversed(passing())), name).is_changed

    def test_other_content_under_a_submitted_name_is_a_conflict_and_changes_nothing(
        self, scene: Scene
    ) -> None:
        name = new_id()
        before = scene.put(scene.content(), name).inspection.fingerprint
        with pytest.raises(Conflict) as refused:
            scene.put(scene.content(note="改了"), name, expected_revision=1)
        assert refused.value.code == "already_submitted"
        assert db.session.get_one(Inspection, name).fingerprint == before

    def test_another_persons_name_is_a_conflict_even_for_the_same_content(self, scene: Scene) -> None:
        name = new_id()
        scene.put(scene.content(), name)
        other = actor_of(Role.INSPECTOR, scene.areas["township"])
        with pytest.raises(Conflict) as refused:
            scene.put(scene.content(), name, actor=other)
        assert refused.value.code == "id_taken"


class TestDrafts:
    def test_a_draft_may_be_incomplete_and_sets_nothing_going(self, scene: Scene) -> None:
        stored = scene.put(scene.content(answer("CORR-01", "fail"), status=DRAFT)).inspection
        assert (stored.status, stored.submitted_at, stored.number) == ("draft", None, None)
        assert (count(ObservationFact), count(Case)) == (0, 0)
        assert [each["code"] for each in stored.receipt["outstanding"]] == [
            "photos_missing",
            "missing_answer",
        ]

    def test_a_draft_may_not_be_wrong(self, scene: Scene) -> None:
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(answer("NOPE-01"), status=DRAFT))
        assert fields(refused) == [("answers.NOPE-01.item_code", "unknown_item")]

    def test_a_draft_gives_way_to_one_that_has_seen_it(self, scene: Scene) -> None:
        name = new_id()
        scene.put(scene.content(answer("CORR-01"), status=DRAFT), name)
        changed = scene.put(
            scene.content(answer("PACT-01"), status=DRAFT), name, expected_revision=1
        ).inspection
        assert changed.revision == 2
        assert list(db.session.scalars(sa.select(Answer.item_code))) == ["PACT-01"]

    @pytest.mark.parametrize("expected", [None, 0, 2])
    def test_a_draft_does_not_give_way_to_one_that_has_not_seen_it(
        self, scene: Scene, expected: int | None
    ) -> None:
        name = new_id()
        scene.put(scene.content(answer("CORR-01"), status=DRAFT), name)
        with pytest.raises(StaleDraft) as refused:
            scene.put(scene.content(answer("PACT-01"), status=DRAFT), name, expected_revision=expected)
        assert refused.value.stored.id == name
        assert list(db.session.scalars(sa.select(Answer.item_code))) == ["CORR-01"]

    def test_a_draft_becomes_a_submission(self, scene: Scene) -> None:
        name = new_id()
        scene.put(scene.content(answer("CORR-01"), status=DRAFT), name)
        assert scene.put(scene.content(), name, expected_revision=1).inspection.status == "submitted"
        assert count(ObservationFact) == 2

    def test_a_draft_may_name_photos_that_have_not_arrived(self, scene: Scene) -> None:
        content = scene.content(*failing(new_id()), status=DRAFT)
        assert scene.put(content).inspection.receipt["photos"] == []


class TestFails:
    def test_a_fail_opens_a_case_with_its_photo(self, scene: Scene) -> None:
        photo = make_photo(scene.inspector)
        stored = scene.put(scene.content(*failing(photo.id, note="三楼堆物", building="3号楼"))).inspection
        case = db.session.scalars(sa.select(Case)).one()
        assert (case.item_code, case.text, case.building) == ("CORR-01", "三楼堆物", "3号楼")
        assert list(db.session.scalars(sa.select(CasePhoto.photo_id))) == [photo.id]
        assert stored.receipt["cases"] == [
            {"item_code": "CORR-01", "case_id": str(case.id), "case_number": case.number, "is_joined": False}
        ]
        assert stored.receipt["photos"] == [{"id": str(photo.id), "sha256": photo.sha256}]
        assert (photo.owner_kind, photo.owner_id) == ("inspection", stored.id)

    def test_a_fail_on_the_same_item_and_place_joins_the_open_case(self, scene: Scene) -> None:
        scene.put(scene.content(*failing(make_photo(scene.inspector).id)))
        second = scene.put(scene.content(*failing(make_photo(scene.inspector).id))).inspection
        assert [line["is_joined"] for line in second.receipt["cases"]] == [True]
        assert count(Case) == 1

    def test_the_answer_knows_its_case(self, scene: Scene) -> None:
        scene.put(scene.content(*failing(make_photo(scene.inspector).id)))
        found = sa.select(Answer.case_id).where(Answer.item_code == "CORR-01")
        assert db.session.scalar(found) == db.session.scalar(sa.select(Case.id))


class TestRefusals:
    def test_everything_wrong_is_said_item_by_item_and_nothing_is_stored(self, scene: Scene) -> None:
        content = scene.content(
            answer("CORR-01", "fail", occurrences=-1), answer("LIFT-01"), answer("NOPE-01"), answer("NOPE-01")
        )
        with pytest.raises(InspectionRefused) as refused, db.session.begin_nested():
            scene.put(content)
        assert sorted(set(fields(refused))) == [
            ("answers.CORR-01.occurrences", "occurrences_out_of_range"),
            ("answers.CORR-01.photo_ids", "photos_missing"),
            ("answers.LIFT-01.result", "item_does_not_apply"),
            ("answers.NOPE-01.item_code", "duplicate_item"),
            ("answers.NOPE-01.item_code", "unknown_item"),
            ("answers.PACT-01.result", "missing_answer"),
        ]
        assert (count(Inspection), count(Answer)) == (0, 0)

    def test_a_photo_that_never_arrived_is_refused_at_its_item(self, scene: Scene) -> None:
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(*failing(new_id())))
        assert fields(refused) == [("answers.CORR-01.photo_ids", "photo_unknown")]

    def test_somebody_elses_photo_is_refused_as_if_it_did_not_exist(self, scene: Scene) -> None:
        photo = make_photo(actor_of(Role.INSPECTOR, scene.areas["township"]))
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(*failing(photo.id)))
        assert fields(refused) == [("answers.CORR-01.photo_ids", "photo_unknown")]

    def test_a_photo_of_another_inspection_is_refused(self, scene: Scene) -> None:
        photo = make_photo(scene.inspector)
        scene.put(scene.content(*failing(photo.id)))
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(*failing(photo.id)))
        assert fields(refused) == [("answers.CORR-01.photo_ids", "photo_claimed")]

    def test_an_unknown_version_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(checklist_version_id=new_id()))
        assert fields(refused) == [("checklist_version_id", "unknown")]

    def test_a_retired_version_is_refused(self, scene: Scene) -> None:
        scene.version = publish(retired_at=NOW - timedelta(days=1))
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content())
        assert fields(refused) == [("checklist_version_id", "retired_version")]

    def test_a_draft_begun_before_its_version_retired_may_be_submitted(self, scene: Scene) -> None:
        scene.version, name = publish(retired_at=NOW + timedelta(hours=1)), new_id()
        scene.put(scene.content(status=DRAFT), name)
        later = NOW + timedelta(hours=2)
        assert scene.put(scene.content(), name, expected_revision=1, now=later).is_changed

    def test_a_version_that_is_not_in_force_yet_is_refused(self, scene: Scene) -> None:
        scene.version = publish(effective_on=date(2026, 12, 1))
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content())
        assert fields(refused) == [("checklist_version_id", "not_in_force")]

    def test_a_community_of_another_area_does_not_exist(self, scene: Scene) -> None:
        elsewhere = make_community(scene.areas["other_neighbourhood"])
        unknown = scene.content(community_id=new_id())
        for content in (scene.content(community_id=elsewhere.id), unknown):
            with pytest.raises(NotFound) as refused:
                scene.put(content)
            assert fields(refused) == [("community_id", "unknown")]

    def test_a_community_that_is_no_longer_inspected_does_not_exist(self, scene: Scene) -> None:
        gone = make_community(scene.areas["neighbourhood"], is_active=False)
        with pytest.raises(NotFound):
            scene.put(scene.content(community_id=gone.id))

    @pytest.mark.parametrize("role", [Role.HANDLER, Role.DISPATCHER, Role.AUDITOR])
    def test_who_does_not_inspect_is_forbidden(self, scene: Scene, role: Role) -> None:
        with pytest.raises(Forbidden):
            scene.put(scene.content(), actor=actor_of(role, scene.areas["township"]))

    def test_nobody_in_particular_is_forbidden(self, scene: Scene) -> None:
        with pytest.raises(Forbidden):
            scene.put(scene.content(), actor=ANONYMOUS)

    def test_an_item_for_residents_is_not_an_inspectors(self, scene: Scene) -> None:
        scene.version = publish(item("PACT-01"), item("SAY-01", answered_by="resident"))
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(answer("PACT-01"), answer("SAY-01")))
        assert fields(refused) == [("answers.SAY-01.item_code", "not_yours")]


class TestClocksAndPlaces:
    def test_both_clocks_are_stored_and_a_wrong_one_is_flagged(self, scene: Scene) -> None:
        sent = NOW + timedelta(minutes=7)
        stored = scene.put(scene.content(device_sent_at=sent)).inspection
        assert (stored.device_sent_at, stored.received_at) == (sent, NOW)
        assert (stored.skew_seconds, stored.is_skew_flagged, stored.is_flagged) == (420, True, True)

    def test_a_position_far_off_is_flagged_and_stored_as_it_is(self, scene: Scene) -> None:
        far = GivenPosition(31.63, 121.39, accuracy_metres=8.0)
        stored = scene.put(scene.content(answer("CORR-01", position=far), answer("PACT-01"))).inspection
        assert [flag["code"] for flag in stored.flags] == ["far_from_community"]
        row = db.session.scalars(sa.select(Answer).where(Answer.item_code == "CORR-01")).one()
        assert (row.latitude, row.longitude, row.accuracy_metres) == (31.63, 121.39, 8.0)

    def test_a_chinese_maps_position_is_converted(self, scene: Scene) -> None:
        drawn = GivenPosition(*wgs84_to_gcj02(31.62, 121.39), datum=Datum.GCJ02)
        scene.put(scene.content(answer("CORR-01", position=drawn), answer("PACT-01")))
        row = db.session.scalars(sa.select(Answer).where(Answer.item_code == "CORR-01")).one()
        assert Position(row.latitude or 0, row.longitude or 0) == Position(
            pytest.approx(31.62, abs=1e-6), pytest.approx(121.39, abs=1e-6)
        )

    def test_a_position_outside_the_area_is_refused(self, scene: Scene) -> None:
        beijing = answer("CORR-01", position=GivenPosition(39.9, 116.4))
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content(beijing, answer("PACT-01")))
        assert fields(refused) == [("answers.CORR-01.position", "position_outside_area")]

    def test_an_attribute_that_nobody_recorded_makes_the_item_asked(self, scene: Scene) -> None:
        scene.community.attributes = {}
        db.session.flush()
        with pytest.raises(InspectionRefused) as refused:
            scene.put(scene.content())
        assert fields(refused) == [("answers.LIFT-01.result", "missing_answer")]
        assert scene.put(scene.content(*passing(), answer("LIFT-01", "not_applicable"))).is_new


class TestCorrections:
    def test_a_correction_is_the_next_revision_and_keeps_the_old_one(self, scene: Scene) -> None:
        photo = make_photo(scene.inspector)
        first = scene.put(scene.content(*failing(photo.id))).inspection
        second = scene.put(scene.content(supersedes_id=first.id)).inspection
        assert (second.number, second.root_id) == (2, first.id)
        assert first.superseded_by_id == second.id
        assert count(Answer) == 4
        counted = sa.select(ObservationFact.item_code, ObservationFact.result).where(
            ObservationFact.is_superseded.is_(False)
        )
        assert sorted(db.session.execute(counted).all()) == [("CORR-01", "pass"), ("PACT-01", "pass")]

    def test_a_correction_tells_the_cases_that_it_takes_back(self, scene: Scene) -> None:
        first = scene.put(scene.content(*failing(make_photo(scene.inspector).id))).inspection
        second = scene.put(scene.content(supersedes_id=first.id)).inspection
        assert [line["item_code"] for line in second.receipt["withdrawn_cases"]] == ["CORR-01"]
        assert second.receipt["cases"] == []

    def test_the_case_of_a_finding_taken_back_says_so_and_stays_open(self, scene: Scene) -> None:
        first = scene.put(scene.content(*failing(make_photo(scene.inspector).id))).inspection
        (case,) = db.session.scalars(sa.select(Case))
        before = case.revision
        scene.put(scene.content(supersedes_id=first.id, note="更正原因：看错了楼"))
        events = db.session.scalars(
            sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
        ).all()
        assert (events[-1].action, events[-1].data["inspection_id"]) == ("finding_withdrawn", str(first.id))
        assert (events[-1].from_state, events[-1].to_state) == (case.state, case.state)
        assert events[-1].reason == "更正原因：看错了楼"
        assert (case.revision, case.state) == (before + 1, State.FILED)
        assert [each.faults for each in verify_chains()] == [()]

    def test_the_case_of_a_finding_taken_back_that_has_ended_is_left_alone(self, scene: Scene) -> None:
        first = scene.put(scene.content(*failing(make_photo(scene.inspector).id))).inspection
        (case,) = db.session.scalars(sa.select(Case))
        case.state, case.open_key = State.CLOSED, None
        db.session.flush()
        before = count(CaseEvent)
        scene.put(scene.content(supersedes_id=first.id))
        assert count(CaseEvent) == before

    def test_a_correction_that_still_fails_keeps_its_case_and_may_use_the_old_photo(
        self, scene: Scene
    ) -> None:
        photo = make_photo(scene.inspector)
        first = scene.put(scene.content(*failing(photo.id))).inspection
        corrected = failing(photo.id, note="补充说明", building="5号楼")
        second = scene.put(scene.content(*corrected, supersedes_id=first.id)).inspection
        assert second.receipt["cases"][0]["case_id"] == first.receipt["cases"][0]["case_id"]
        assert count(Case) == 1
        assert count(AnswerPhoto) == 2

    def test_a_revision_is_corrected_once(self, scene: Scene) -> None:
        first = scene.put(scene.content()).inspection
        scene.put(scene.content(supersedes_id=first.id))
        with pytest.raises(Conflict) as refused:
            scene.put(scene.content(supersedes_id=first.id, note="又一份"))
        assert refused.value.code == "already_superseded"

    def test_a_draft_is_not_corrected(self, scene: Scene) -> None:
        draft = scene.put(scene.content(status=DRAFT)).inspection
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(supersedes_id=draft.id))
        assert fields(refused) == [("supersedes", "not_submitted")]

    def test_somebody_elses_inspection_is_not_corrected(self, scene: Scene) -> None:
        first = scene.put(scene.content()).inspection
        other = actor_of(Role.INSPECTOR, scene.areas["township"])
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(supersedes_id=first.id), actor=other)
        assert fields(refused) == [("supersedes", "unknown")]

    def test_a_correction_cannot_move_to_another_community(self, scene: Scene) -> None:
        first = scene.put(scene.content()).inspection
        other = make_community(scene.areas["neighbourhood"], attributes={"lifts": 0})
        with pytest.raises(RuleViolated) as refused:
            scene.put(scene.content(supersedes_id=first.id, community_id=other.id))
        assert fields(refused) == [("community_id", "differs_from_superseded")]

    def test_a_retired_version_does_not_stop_a_correction(self, scene: Scene) -> None:
        first = scene.put(scene.content()).inspection
        scene.version.retired_at = NOW
        save(scene.version)
        later = NOW + timedelta(days=1)
        assert scene.put(scene.content(supersedes_id=first.id), now=later).inspection.number == 2
