"""Reports are taken in once from anyone, find their place, open or join a case, and give nobody away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case, CasePhoto, CaseReport
from cases.terms import Action
from grid.permissions import ANONYMOUS, Actor, Role
from grid.phone_numbers import InvalidPhoneNumber
from inspections.given_positions import GivenPosition
from inspections.models import Report, ReportPhoto
from inspections.report_content import ReportChannel
from inspections.tracking_codes import hash_code
from server.db import db, new_id
from server.errors import Conflict, Forbidden, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_account, make_community
from tests.inspections.published import publish
from tests.inspections.reporting import HERE, KEYS, SECRET, act, content, put
from tests.inspections.visits import Scene, make_photo
from uploads.photos import PhotoClaimRefused, _hash_of

CAPABILITY = "a-secret-of-my-own-making"


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


def resident() -> Actor:
    return Actor(make_account().id)


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def fields(refused: pytest.ExceptionInfo[Any]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in refused.value.errors]


def test_an_anonymous_report_opens_a_reported_case(scene: Scene) -> None:
    stored = put(content(scene, building="3号楼")).report
    case = db.session.scalars(sa.select(Case)).one()
    assert (case.state, case.origin, case.item_code, case.building) == (
        "reported", "resident", "CORR-01", "3号楼",
    )  # fmt: skip
    assert (stored.reporter_id, stored.community_id, stored.channel) == (None, scene.community.id, "resident")
    assert stored.receipt == {"case_id": str(case.id), "case_number": case.number, "photos": []}


def test_a_known_residents_report_names_them_and_the_case_does_too(scene: Scene) -> None:
    actor = resident()
    assert put(content(scene), actor=actor).report.reporter_id == actor.account_id
    assert db.session.scalar(sa.select(CaseReport.account_id)) == actor.account_id


def test_the_receipt_lists_the_stored_photos_in_the_order_sent(scene: Scene) -> None:
    actor = resident()
    photos = [make_photo(actor), make_photo(actor)]
    sent = content(scene, photo_ids=(photos[1].id, photos[0].id))
    report = put(sent, actor=actor).report
    assert report.receipt["photos"] == [{"id": str(p.id), "sha256": p.sha256} for p in reversed(photos)]
    assert set(db.session.scalars(sa.select(CasePhoto.photo_id))) == {photo.id for photo in photos}


def test_a_strangers_photos_need_the_secret_they_were_sent_with(scene: Scene) -> None:
    photo = make_photo(capability_hash=_hash_of(CAPABILITY))
    sent = content(scene, photo_ids=(photo.id,))
    with pytest.raises(PhotoClaimRefused):
        put(sent, capability="another-secret-altogether")
    assert put(sent, capability=CAPABILITY).is_new


class TestAgain:
    def test_the_same_again_is_one_row_and_the_same_tracking_code(self, scene: Scene) -> None:
        name, sent = new_id(), content(scene)
        first = put(sent, name)
        later = replace(sent, device_sent_at=NOW + timedelta(minutes=9))
        second = put(later, name, now=NOW + timedelta(minutes=9))
        assert (first.is_new, second.is_new) == (True, False)
        assert (second.tracking_code, second.report.receipt) == (first.tracking_code, first.report.receipt)
        assert (count(Report), count(Case), count(CaseReport)) == (1, 1, 1)

    @pytest.mark.parametrize(
        "change", [{"text": "别的"}, {"item_code": None}, {"position": None}, {"phone_number": "13800000001"}]
    )
    def test_other_content_is_a_conflict_and_changes_nothing(
        self, scene: Scene, change: dict[str, Any]
    ) -> None:
        name = new_id()
        before = put(content(scene), name).report.fingerprint
        with pytest.raises(Conflict) as refused:
            put(content(scene, **change), name)
        assert refused.value.code == "report_differs"
        assert (db.session.get_one(Report, name).fingerprint, count(Case)) == (before, 1)

    def test_another_sender_gets_no_tracking_code(self, scene: Scene) -> None:
        name, sent = new_id(), content(scene)
        put(sent, name)
        with pytest.raises(Conflict):
            put(sent, name, actor=resident())
        with pytest.raises(Conflict):
            put(sent, name, capability=CAPABILITY)


class TestSecrets:
    def test_the_tracking_code_is_stored_only_as_its_keyed_hash(self, scene: Scene) -> None:
        stored = put(content(scene))
        row = db.session.execute(sa.select(Report.__table__)).mappings().one()
        bare = stored.tracking_code.replace("-", "")
        assert not [key for key, value in row.items() if bare in str(value).upper().replace("-", "")]
        assert stored.report.tracking_hash == hash_code(SECRET, stored.tracking_code)

    def test_a_phone_number_is_stored_encrypted_and_nowhere_in_clear(self, scene: Scene) -> None:
        put(content(scene, phone_number="138 0000 0001"))
        row = db.session.execute(sa.select(Report.__table__)).mappings().one()
        assert row["phone_encrypted"]
        assert not [key for key, value in row.items() if "13800000001" in str(value)]

    def test_a_bad_phone_number_is_refused(self, scene: Scene) -> None:
        with pytest.raises(InvalidPhoneNumber) as refused:
            put(content(scene, phone_number="12345"))
        assert fields(refused) == [("phone_number", "invalid_phone_number")]


class TestPlace:
    def test_a_position_finds_the_nearest_community(self, scene: Scene) -> None:
        make_community(scene.areas["neighbourhood"], latitude=31.623)
        assert put(content(scene, community_id=None)).report.community_id == scene.community.id

    def test_a_position_with_no_community_near_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, community_id=None, position=GivenPosition(31.7, 121.39)))
        assert fields(refused) == [("position", "no_community_near")]

    def test_no_place_at_all_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, community_id=None, position=None))
        assert fields(refused) == [("community_id", "place_missing")]

    def test_an_unknown_community_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, community_id=new_id()))
        assert fields(refused) == [("community_id", "unknown")]

    def test_a_community_that_is_no_more_is_unknown(self, scene: Scene) -> None:
        gone = make_community(scene.areas["neighbourhood"], is_active=False)
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, community_id=gone.id))
        assert fields(refused) == [("community_id", "unknown")]

    def test_a_position_outside_the_area_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, position=GivenPosition(39.9, 116.4)))
        assert fields(refused) == [("position", "position_outside_area")]

    def test_no_position_on_earth_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, position=GivenPosition(91.0, 0.0)))
        assert fields(refused) == [("position", "position_out_of_range")]

    def test_a_position_far_off_is_flagged_and_kept_as_given(self, scene: Scene) -> None:
        report = put(content(scene, position=GivenPosition(31.63, 121.39, accuracy_metres=30.0))).report
        assert [flag["code"] for flag in report.flags] == ["far_from_community"]
        assert (report.latitude, report.position_given) == (
            31.63,
            {"latitude": 31.63, "longitude": 121.39, "datum": "wgs84", "accuracy_metres": 30.0},
        )


class TestRefusals:
    def test_everything_wrong_is_said_at_once_and_nothing_is_stored(self, scene: Scene) -> None:
        wrong = content(
            scene,
            item_code="NOPE-01",
            text="长" * 1001,
            photo_ids=tuple([new_id()] * 2),
            observed_at=NOW + timedelta(hours=1),
            hotline_number="12345-1",
        )
        with pytest.raises(RuleViolated) as refused:
            put(wrong)
        assert fields(refused) == [
            ("text", "text_too_long"),
            ("photo_ids", "photo_used_twice"),
            ("hotline_number", "not_a_hotline_report"),
            ("observed_at", "observed_in_future"),
            ("item_code", "unknown_item"),
        ]
        assert (count(Report), count(Case)) == (0, 0)

    def test_an_empty_report_is_refused(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, text=" ", item_code=None))
        assert fields(refused) == [("text", "empty_report")]

    def test_not_knowing_the_item_is_no_problem(self, scene: Scene) -> None:
        assert put(content(scene, item_code=None)).report.item_code is None

    def test_an_item_of_a_retired_version_only_is_unknown(self, scene: Scene) -> None:
        from tests.inspections.published import item

        publish(item("OLD-01"), retired_at=NOW)
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, item_code="OLD-01"))
        assert fields(refused) == [("item_code", "unknown_item")]

    def test_a_missing_photo_is_refused_and_nothing_is_stored(self, scene: Scene) -> None:
        with pytest.raises(PhotoClaimRefused) as refused, db.session.begin_nested():
            put(content(scene, photo_ids=(new_id(),)))
        assert fields(refused) == [("photo_ids.0", "photo_unknown")]
        assert (count(Report), count(ReportPhoto), count(Case)) == (0, 0, 0)

    def test_observed_after_sending_is_refused(self, scene: Scene) -> None:
        sent_at = NOW - timedelta(hours=1)
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, observed_at=NOW, device_sent_at=sent_at))
        assert fields(refused) == [("observed_at", "observed_after_sending")]


class TestChannels:
    def test_a_clerk_enters_a_hotline_call(self, scene: Scene) -> None:
        clerk = actor_of(Role.DISPATCHER, scene.areas["township"])
        sent = content(scene, channel=ReportChannel.HOTLINE, hotline_number="12345-2026-1")
        assert put(sent, actor=clerk).report.hotline_number == "12345-2026-1"
        assert db.session.scalar(sa.select(Case.origin)) == "hotline"

    def test_an_inspector_reports_as_staff(self, scene: Scene) -> None:
        put(content(scene, channel=ReportChannel.STAFF), actor=scene.inspector)
        assert db.session.scalar(sa.select(Case.origin)) == "staff"

    @pytest.mark.parametrize("channel", [ReportChannel.STAFF, ReportChannel.HOTLINE])
    def test_residents_have_no_staff_channel(self, scene: Scene, channel: ReportChannel) -> None:
        with pytest.raises(Forbidden):
            put(content(scene, channel=channel))

    def test_staff_of_elsewhere_are_told_nothing(self, scene: Scene) -> None:
        elsewhere = actor_of(Role.INSPECTOR, scene.areas["other_township"])
        with pytest.raises(NotFound):
            put(content(scene, channel=ReportChannel.STAFF), actor=elsewhere)


class TestFollowing:
    def test_a_follower_joins_the_case_in_place_of_opening_another(self, scene: Scene) -> None:
        put(content(scene))
        case_id = db.session.scalar(sa.select(Case.id))
        assert put(content(scene, follows_case_id=case_id)).report.is_following
        assert (count(Case), count(CaseReport)) == (1, 2)

    def test_an_unknown_case_cannot_be_followed(self, scene: Scene) -> None:
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, follows_case_id=new_id()))
        assert fields(refused) == [("follows_case_id", "cannot_follow")]

    def test_a_case_that_is_over_cannot_be_followed_and_nothing_is_stored(self, scene: Scene) -> None:
        put(content(scene))
        case_id = db.session.scalars(sa.select(Case.id)).one()
        clerk = actor_of(Role.DISPATCHER, scene.areas["township"])
        act(scene, case_id, Action.NOT_FILE, clerk, NOW, reason="查无此事")
        with pytest.raises(RuleViolated) as refused, db.session.begin_nested():
            put(content(scene, follows_case_id=case_id))
        assert fields(refused) == [("follows_case_id", "cannot_follow")]
        assert count(Report) == 1

    def test_another_communitys_case_cannot_be_followed(self, scene: Scene) -> None:
        other = make_community(scene.areas["neighbourhood"])
        put(content(scene, community_id=other.id))
        case_id = db.session.scalar(sa.select(Case.id))
        with pytest.raises(RuleViolated) as refused:
            put(content(scene, follows_case_id=case_id))
        assert fields(refused) == [("follows_case_id", "cannot_follow")]


def test_the_clocks_of_phone_and_server_are_both_kept(scene: Scene) -> None:
    sent_at = NOW - timedelta(minutes=30)
    report = put(content(scene, device_sent_at=sent_at)).report
    assert (report.device_sent_at, report.received_at) == (sent_at, NOW)
    assert (report.skew_seconds, report.is_skew_flagged) == (-1800, True)


def test_nobody_in_particular_may_report(scene: Scene) -> None:
    assert put(content(scene, position=HERE), actor=ANONYMOUS).is_new
    assert KEYS.lookup
