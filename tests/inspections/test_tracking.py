"""Whoever holds the code follows the report to its end, and can say that it is not fixed."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case, CaseRating
from cases.terms import Action
from grid.permissions import ANONYMOUS, Role
from inspections.tracking import get_tracking, rate_report, say_not_fixed
from inspections.tracking_codes import derive_code
from server.db import db, new_id
from server.errors import Conflict, NotFound, RuleViolated
from tests.factories import NOW, actor_of, make_organisation
from tests.inspections.reporting import SECRET, act, close_again, close_case, content, put
from tests.inspections.visits import Scene
from tests.queries import counted_queries

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(session: Any) -> Scene:
    return Scene()


@pytest.fixture
def organisation(scene: Scene) -> Any:
    return make_organisation("property_company", scene.areas["neighbourhood"], name="王建国物业有限公司")


def only_case() -> uuid.UUID:
    return db.session.scalars(sa.select(Case.id)).one()


def lines(code: str) -> list[str]:
    return [entry.zh for entry in get_tracking(code, SECRET, NOW + 9 * HOUR).entries]


def test_a_new_report_has_been_received(scene: Scene) -> None:
    code = put(content(scene)).tracking_code
    tracking = get_tracking(code, SECRET, NOW)
    assert lines(code) == ["已收到您的上报"]
    assert (tracking.community_name, tracking.criterion and tracking.criterion.zh) == (
        scene.community.name,
        "检查项CORR-01",
    )
    assert not tracking.may_say_not_fixed
    assert not tracking.may_rate


def test_the_way_to_the_closing_can_be_followed(scene: Scene, organisation: Any) -> None:
    code = put(content(scene)).tracking_code
    close_case(scene, only_case(), organisation, NOW + HOUR)
    assert lines(code) == ["已收到您的上报", "已受理", "物业处理中", "已处理，待核查", "已解决"]
    tracking = get_tracking(code, SECRET, NOW + 2 * HOUR)
    assert tracking.may_say_not_fixed
    assert tracking.may_rate


def test_the_deadline_is_told_while_work_is_under_way(scene: Scene) -> None:
    code = put(content(scene)).tracking_code
    case = act(scene, only_case(), Action.FILE, actor_of(Role.DISPATCHER, scene.areas["township"]), NOW)
    assert get_tracking(code, SECRET, NOW).due_at == case.deadline_effective
    assert get_tracking(code, SECRET, NOW + timedelta(days=60)).is_overdue


def test_nothing_personal_is_told(scene: Scene, organisation: Any) -> None:
    stored = put(
        content(scene, text="王建国，电话13800000001", phone_number="13800000001", building="5号楼502")
    )
    close_case(scene, only_case(), organisation, NOW + HOUR)
    told = json.dumps(
        asdict(get_tracking(stored.tracking_code, SECRET, NOW)), default=str, ensure_ascii=False
    )
    people = [scene.inspector.display_name, str(scene.inspector.account_id)]
    for secret in ("王建国", "13800000001", "5号楼502", *people):
        assert secret not in told


def test_a_mistyped_code_is_told_from_an_unknown_one(scene: Scene) -> None:
    code = put(content(scene)).tracking_code
    with pytest.raises(RuleViolated) as mistyped:
        get_tracking(code[:-1] + ("0" if code[-1] != "0" else "1"), SECRET, NOW)
    assert mistyped.value.code == "mistyped_code"
    with pytest.raises(NotFound):
        get_tracking(derive_code(SECRET, new_id()), SECRET, NOW)


def test_a_followers_timeline_begins_with_their_own_report(scene: Scene) -> None:
    put(content(scene))
    case_id = only_case()
    act(scene, case_id, Action.FILE, actor_of(Role.DISPATCHER, scene.areas["township"]), NOW + HOUR)
    code = put(content(scene, follows_case_id=case_id), now=NOW + 2 * HOUR).tracking_code
    entries = get_tracking(code, SECRET, NOW + 3 * HOUR).entries
    assert [(entry.zh, entry.at) for entry in entries] == [
        ("已收到您的上报", NOW + 2 * HOUR),
        ("已受理", NOW + 2 * HOUR),
    ]


def test_a_merged_report_goes_on_with_the_other_case(scene: Scene, organisation: Any) -> None:
    put(content(scene))
    master = only_case()
    code = put(content(scene), now=NOW + HOUR).tracking_code
    merged = db.session.scalars(sa.select(Case.id).where(Case.id != master)).one()
    dispatcher = actor_of(Role.DISPATCHER, scene.areas["township"])
    act(scene, merged, Action.MERGE, dispatcher, NOW + 2 * HOUR, target_case_id=master)
    close_case(scene, master, organisation, NOW + 3 * HOUR)
    assert lines(code) == [
        "已收到您的上报",
        "与已有的相同问题一并处理",
        "已受理",
        "物业处理中",
        "已处理，待核查",
        "已解决",
    ]


class TestNotFixed:
    def test_not_fixed_reopens_the_case_and_counts_as_rework(self, scene: Scene, organisation: Any) -> None:
        code = put(content(scene)).tracking_code
        close_case(scene, only_case(), organisation, NOW + HOUR)
        say_not_fixed(code, SECRET, "还在那里", (), ANONYMOUS, NOW + 2 * HOUR)
        case = db.session.get_one(Case, only_case(), populate_existing=True)
        assert (case.state, case.reopen_count) == ("dispatched", 1)
        assert lines(code)[-1] == "未修好，重新处理"

    def test_not_fixed_is_refused_while_the_work_goes_on(self, scene: Scene) -> None:
        code = put(content(scene)).tracking_code
        with pytest.raises(Conflict):
            say_not_fixed(code, SECRET, "", (), ANONYMOUS, NOW)

    def test_not_fixed_is_refused_once_its_time_is_over(self, scene: Scene, organisation: Any) -> None:
        code = put(content(scene)).tracking_code
        close_case(scene, only_case(), organisation, NOW)
        late = NOW + timedelta(days=31)
        assert not get_tracking(code, SECRET, late).may_say_not_fixed
        with pytest.raises(RuleViolated):
            say_not_fixed(code, SECRET, "", (), ANONYMOUS, late)


class TestRating:
    def test_a_closing_is_rated_once(self, scene: Scene, organisation: Any) -> None:
        code = put(content(scene)).tracking_code
        close_case(scene, only_case(), organisation, NOW + HOUR)
        rate_report(code, SECRET, "satisfied", "谢谢", NOW + 2 * HOUR)
        rate_report(code, SECRET, "satisfied", "谢谢", NOW + 3 * HOUR)
        assert list(db.session.scalars(sa.select(CaseRating.score))) == ["satisfied"]
        assert not get_tracking(code, SECRET, NOW + 4 * HOUR).may_rate
        with pytest.raises(Conflict):
            rate_report(code, SECRET, "dissatisfied", "", NOW + 4 * HOUR)

    def test_another_closing_may_be_rated_again(self, scene: Scene, organisation: Any) -> None:
        code = put(content(scene)).tracking_code
        close_case(scene, only_case(), organisation, NOW + HOUR)
        rate_report(code, SECRET, "dissatisfied", "", NOW + 2 * HOUR)
        say_not_fixed(code, SECRET, "", (), ANONYMOUS, NOW + 3 * HOUR)
        close_again(scene, only_case(), organisation, NOW + 4 * HOUR)
        assert get_tracking(code, SECRET, NOW + 5 * HOUR).may_rate
        rate_report(code, SECRET, "satisfied", "", NOW + 5 * HOUR)
        assert list(db.session.scalars(sa.select(CaseRating.score).order_by(CaseRating.round))) == [
            "dissatisfied",
            "satisfied",
        ]

    def test_what_is_not_closed_is_not_rated(self, scene: Scene) -> None:
        code = put(content(scene)).tracking_code
        with pytest.raises(Conflict):
            rate_report(code, SECRET, "satisfied", "", NOW)


def test_tracking_costs_the_same_however_long_the_history(scene: Scene, organisation: Any) -> None:
    code = put(content(scene)).tracking_code
    case_id = only_case()

    def cost() -> int:
        db.session.expunge_all()
        with counted_queries() as counted:
            get_tracking(code, SECRET, NOW)
        return counted.number

    act(scene, case_id, Action.FILE, actor_of(Role.DISPATCHER, scene.areas["township"]), NOW)
    short = cost()
    dispatcher = actor_of(Role.DISPATCHER, scene.areas["township"])
    act(scene, case_id, Action.DISPATCH, dispatcher, NOW, organisation_id=organisation.id)
    for number in range(5):
        other = make_organisation("urban_enforcement", scene.areas["neighbourhood"])
        act(
            scene, case_id, Action.REASSIGN, dispatcher, NOW, organisation_id=other.id, reason=f"改派{number}"
        )
    assert cost() == short
