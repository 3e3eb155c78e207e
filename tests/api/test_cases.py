"""Cases over HTTP: who sees which, what the file tells, how actions answer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from cases.models import Case, CaseEvent
from cases.terms import Action, State
from grid.permissions import Role
from server import clock
from server.db import db, new_id
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, headers_of, make_community, make_organisation
from tests.inspections.visits import make_photo
from tests.queries import counted_queries
from uploads.models import PhotoRelease


@pytest.fixture
def scene(session: Any, monkeypatch: pytest.MonkeyPatch) -> CaseScene:
    monkeypatch.setattr(clock, "_source", lambda: NOW)
    return CaseScene()


class Desk:
    """People of every role with their headers, asking over HTTP."""

    def __init__(self, client: Any, scene: CaseScene) -> None:
        township, neighbourhood = scene.areas["township"], scene.areas["neighbourhood"]
        self.client, self.scene = client, scene
        self.headers = {
            "dispatcher": headers_of(Role.DISPATCHER, township),
            "inspector": headers_of(Role.INSPECTOR, township),
            "manager": headers_of(Role.TOWNSHIP_MANAGER, township),
            "auditor": headers_of(Role.AUDITOR, township),
            "handler": headers_of(Role.HANDLER, neighbourhood, scene.property_company),
            "other_handler": headers_of(Role.HANDLER, township, scene.enforcement),
            "stranger": headers_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"]),
            "evaluator": headers_of(Role.EVALUATOR, township),
        }

    def get(self, who: str, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers[who], query_string=query)

    def act(self, who: str, case: Case, action: str, *, revision: int | None = None, **body: Any) -> Any:
        db.session.flush()
        version = case.revision if revision is None else revision
        headers = self.headers[who] | {"If-Match": f'"{version}"'}
        return self.client.post(
            f"/api/v1/cases/{case.id}/actions", headers=headers, json={"action": action} | body
        )


@pytest.fixture
def desk(client: Any, scene: CaseScene) -> Desk:
    return Desk(client, scene)


def stored(case: Case) -> Case:
    found = db.session.get(Case, case.id, populate_existing=True)
    assert found is not None
    return found


# --- reading --------------------------------------------------------------------------------------------


def test_the_list_shows_the_cases_of_ones_area_newest_first(desk: Desk, scene: CaseScene) -> None:
    first, second = scene.report(), scene.dispatched()
    answer = desk.get("manager", "/cases")
    assert answer.status_code == 200
    assert {each["id"] for each in answer.json["items"]} == {str(first.id), str(second.id)}
    line = next(each for each in answer.json["items"] if each["id"] == str(second.id))
    assert line["state"] == "dispatched"
    assert line["organisation"]["name"] == scene.property_company.name
    assert line["community"]["area"]["code"] == scene.areas["neighbourhood"].code
    assert line["deadline_effective"].endswith("17:00:00+08:00")


@pytest.mark.parametrize("who, seen", [("stranger", 0), ("other_handler", 0), ("handler", 1), ("auditor", 2)])
def test_everybody_sees_only_what_is_theirs(desk: Desk, scene: CaseScene, who: str, seen: int) -> None:
    scene.report()
    scene.dispatched()
    assert len(desk.get(who, "/cases").json["items"]) == seen


def test_a_role_without_cases_is_forbidden(desk: Desk) -> None:
    assert desk.get("evaluator", "/cases").status_code == 403


def test_nobody_signed_in_sees_no_case(client: Any, scene: CaseScene) -> None:
    case = scene.report()
    assert client.get("/api/v1/cases").status_code == 401
    assert client.get(f"/api/v1/cases/{case.id}").status_code == 401


@pytest.mark.parametrize("who", ["stranger", "other_handler"])
def test_a_case_of_others_is_as_if_it_did_not_exist(desk: Desk, scene: CaseScene, who: str) -> None:
    case = scene.dispatched()
    theirs, nothing = desk.get(who, f"/cases/{case.id}"), desk.get(who, f"/cases/{new_id()}")
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.json["code"] == nothing.json["code"] == "not_found"
    assert theirs.json["detail"] == nothing.json["detail"]
    acted = desk.act(who, case, "start")
    assert (acted.status_code, acted.json["code"]) == (404, "not_found")
    assert stored(case).state is State.DISPATCHED


def test_the_file_tells_history_photos_and_what_the_asker_may_do(desk: Desk, scene: CaseScene) -> None:
    case = scene.handled()
    answer = desk.get("inspector", f"/cases/{case.id}")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{case.revision}"'
    body = answer.json
    assert [event["action"] for event in body["events"]] == ["open", "file", "dispatch", "start", "handle"]
    assert body["events"][2]["organisation"]["id"] == str(scene.property_company.id)
    assert body["events"][4]["actor_name"] == scene.handler.display_name
    assert [photo["kind"] for photo in body["photos"]] == ["after"]
    assert {each["action"]: each["needs"] for each in body["actions"]} == {
        "check_pass": ["seen_photo_ids"],
        "rework": ["reason", "photo_ids"],
    }
    assert [(stop["kind"], stop["reason"]) for stop in body["stops"]] == [("awaiting_check", "等待核查")]
    assert body["is_clock_stopped"]


def test_an_auditor_reads_and_is_offered_nothing(desk: Desk, scene: CaseScene) -> None:
    body = desk.get("auditor", f"/cases/{scene.handled().id}").json
    assert body["actions"] == []


def test_a_dispatcher_is_told_whom_the_rules_would_give_it_to(desk: Desk, scene: CaseScene) -> None:
    case = scene.filed()
    suggested = desk.get("dispatcher", f"/cases/{case.id}").json["suggested_routing"]
    assert suggested["organisation"]["id"] == str(scene.property_company.id)
    assert suggested["why_zh"] == "按检查项的承办单位类别"
    assert desk.get("auditor", f"/cases/{case.id}").json["suggested_routing"] is None


def test_a_stop_is_shown_with_its_reason_and_what_it_did(desk: Desk, scene: CaseScene) -> None:
    case = scene.in_handling()
    scene.act(case, Action.EXTEND, scene.handler, reason="配件未到")
    scene.act(case, Action.APPROVE_EXTENSION, scene.dispatcher)
    body = desk.get("manager", f"/cases/{case.id}").json
    (stop,) = body["stops"]
    assert (stop["kind"], stop["reason"]) == ("extension", "配件未到")
    assert (stop["due_before"], stop["due_after"]) == (body["deadline_raw"], body["deadline_effective"])


def test_filters_and_pages_work_together(desk: Desk, scene: CaseScene) -> None:
    made = {str(scene.filed(place=f"{number}号").id) for number in range(5)}
    scene.report("FIRE-01")
    seen: list[str] = []
    cursor = None
    while True:
        query = {"item_code": "CORR-01", "state": ["filed", "dispatched"], "limit": 2}
        answer = desk.get("manager", "/cases", **query | ({"cursor": cursor} if cursor else {})).json
        seen += [each["id"] for each in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize(
    "query, field",
    [
        ({"state": "nonsense"}, "state.0"),
        ({"loop": "huge"}, "loop"),
        ({"organisation_id": "7"}, "organisation_id"),
        ({"limit": 0}, "limit"),
        ({"limit": 100000}, "limit"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"cursor": "WyJ4IiwieSJd"}, "cursor"),
        ({"from": "yesterday"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to"),
        ({"text": "x" * 101}, "text"),
    ],
)
def test_a_bad_query_is_told_by_field(desk: Desk, query: dict[str, Any], field: str) -> None:
    answer = desk.get("manager", "/cases", **query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_an_unknown_area_is_not_found(desk: Desk) -> None:
    assert desk.get("manager", "/cases", area="999999").status_code == 404


def test_the_list_costs_the_same_for_one_case_and_for_ten(desk: Desk, scene: CaseScene) -> None:
    def cost() -> int:
        db.session.flush()
        db.session.expire_all()
        with counted_queries() as count:
            assert desk.get("manager", "/cases").status_code == 200
        return count.number

    scene.dispatched()
    one = cost()
    for _ in range(9):
        scene.community = make_community(scene.areas["neighbourhood"])
        scene.dispatched()
    assert cost() == one


def test_the_file_costs_the_same_however_long_its_history(desk: Desk, scene: CaseScene) -> None:
    def cost(case: Case) -> int:
        db.session.flush()
        db.session.expire_all()
        with counted_queries() as count:
            assert desk.get("auditor", f"/cases/{case.id}").status_code == 200
        return count.number

    reopened = scene.closed()
    again = (scene.photo(scene.inspector), scene.photo(scene.inspector))
    scene.act(reopened, Action.REOPEN, scene.inspector, reason="问题复发", photo_ids=again)
    assert cost(scene.handled()) == cost(reopened)


def test_a_clerk_sees_which_other_cases_may_be_the_same_problem(desk: Desk, scene: CaseScene) -> None:
    where = {"latitude": 31.62, "longitude": 121.39}
    case, other = scene.report(**where), scene.report(**where)
    answer = desk.get("dispatcher", f"/cases/{case.id}/duplicates")
    assert [each["case_id"] for each in answer.json["items"]] == [str(other.id)]
    assert desk.get("stranger", f"/cases/{case.id}/duplicates").status_code == 404


# --- acting ---------------------------------------------------------------------------------------------


def test_a_case_goes_from_report_to_closing_over_http(desk: Desk, scene: CaseScene) -> None:
    case = scene.report()
    assert desk.act("dispatcher", case, "file").json["state"] == "filed"
    organisation_id = str(scene.property_company.id)
    assert (
        desk.act("dispatcher", case, "dispatch", organisation_id=organisation_id).json["state"]
        == "dispatched"
    )
    assert desk.act("handler", case, "start").json["state"] == "handling"
    handler_id = account_of(desk, "handler")
    photo = str(make_photo_of(handler_id))
    handled = desk.act("handler", case, "handle", photo_ids=[photo])
    assert (handled.json["state"], handled.json["after_photo_ids"]) == ("handled", [photo])
    closed = desk.act("inspector", case, "check_pass", seen_photo_ids=[photo])
    assert closed.status_code == 200
    assert closed.json["state"] == "closed"
    assert closed.headers["ETag"] == f'"{stored(case).revision}"' == '"6"'


def account_of(desk: Desk, who: str) -> uuid.UUID:
    me = desk.client.get("/api/v1/sessions", headers=desk.headers[who])
    assert me.status_code == 200
    from flask_jwt_extended import decode_token

    return uuid.UUID(decode_token(desk.headers[who]["Authorization"].split()[1])["sub"])


def make_photo_of(account_id: uuid.UUID) -> uuid.UUID:
    from grid.permissions import Actor

    return make_photo(Actor(account_id)).id


def test_an_action_without_if_match_is_asked_for_it(desk: Desk, scene: CaseScene) -> None:
    case = scene.report()
    answer = desk.client.post(
        f"/api/v1/cases/{case.id}/actions", headers=desk.headers["dispatcher"], json={"action": "file"}
    )
    assert (answer.status_code, answer.json["code"]) == (428, "version_required")
    assert stored(case).state is State.REPORTED


def test_the_slower_of_two_learns_what_the_case_is_now(desk: Desk, scene: CaseScene) -> None:
    case = scene.report()
    desk.act("dispatcher", case, "file", revision=1)
    slower = desk.act("manager", case, "not_file", revision=1, reason="重复")
    assert (slower.status_code, slower.json["code"]) == (412, "version_mismatch")
    assert (slower.json["present_revision"], slower.json["state"]) == (2, "filed")


def test_an_action_out_of_its_state_is_a_conflict_that_names_the_state(desk: Desk, scene: CaseScene) -> None:
    answer = desk.act("dispatcher", scene.closed(), "file")
    assert (answer.status_code, answer.json["code"], answer.json["state"]) == (
        409,
        "not_possible_in_this_state",
        "closed",
    )


@pytest.mark.parametrize("who", ["auditor", "inspector"])
def test_an_action_of_others_is_forbidden_and_changes_nothing(desk: Desk, scene: CaseScene, who: str) -> None:
    case = scene.report()
    answer = desk.act(who, case, "file")
    assert (answer.status_code, answer.json["code"]) == (403, "not_your_action")
    assert (stored(case).state, stored(case).event_count) == (State.REPORTED, 1)


@pytest.mark.parametrize(
    "forged", [{"role": "township_manager"}, {"actor_id": str(new_id())}, {"is_system": True}]
)
def test_a_forged_role_in_the_body_is_refused_by_its_field(
    desk: Desk, scene: CaseScene, forged: dict[str, Any]
) -> None:
    case = scene.filed()
    answer = desk.act("inspector", case, "force_close", reason="a", authority="b", **forged)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == next(iter(forged))
    assert stored(case).state is State.FILED


def test_a_handler_cannot_check_the_own_work(desk: Desk, scene: CaseScene) -> None:
    case = scene.handled()
    answer = desk.act("handler", case, "check_pass", seen_photo_ids=case.after_photo_ids)
    assert (answer.status_code, stored(case).state) == (403, State.HANDLED)


@pytest.mark.parametrize(
    "body, field",
    [
        ({"action": "fly"}, "action"),
        ({}, "reason"),
        ({"reason": "   "}, "reason"),
        ({"reason": "长" * 1001}, "reason"),
        ({"reason": "a", "photo_ids": ["7"]}, "photo_ids.0"),
        ({"reason": "a", "photo_ids": [str(new_id())]}, "photo_ids.0"),
        ({"reason": "a", "photo_ids": [str(new_id()) for _ in range(31)]}, "photo_ids"),
        ({"reason": "a", "organisation_id": str(new_id())}, "organisation_id"),
        ({"reason": "a", "until_on": "soon"}, "until_on"),
        ({"reason": "a", "loop": "huge"}, "loop"),
        ({"reason": "a", "changes": {"state": "closed"}}, "changes.state"),
        ({"reason": "a", "target_case_id": str(new_id())}, "target_case_id"),
        ({"reason": "a\u0000b"}, "reason"),
        ({"reason": 7}, "reason"),
    ],
)
def test_a_bad_action_is_told_by_field_and_stores_nothing(
    desk: Desk, scene: CaseScene, body: dict[str, Any], field: str
) -> None:
    case = scene.report()
    values = {"action": "not_file"} | body
    answer = desk.act("dispatcher", case, values.pop("action"), **values)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].startswith(field)
    assert (stored(case).state, stored(case).event_count, stored(case).revision) == (State.REPORTED, 1, 1)


def test_returning_answers_the_file_a_last_time_and_then_it_is_gone(desk: Desk, scene: CaseScene) -> None:
    case = scene.dispatched()
    body = {"reason": "不属职责", "proposed_organisation_id": str(scene.enforcement.id)}
    assert desk.act("handler", case, "return", **body).json["state"] == "filed"
    assert desk.get("handler", f"/cases/{case.id}").status_code == 404


def test_a_history_is_never_shortened_by_a_refused_action(desk: Desk, scene: CaseScene) -> None:
    case = scene.in_handling()
    for action in Action:
        desk.act("auditor", case, action.value)
    seqs = db.session.scalars(
        sa.select(CaseEvent.seq).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    )
    assert list(seqs) == [1, 2, 3, 4]


# --- measures -------------------------------------------------------------------------------------------

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def test_measures_show_both_parts_and_their_rule(desk: Desk, scene: CaseScene) -> None:
    scene.closed()
    items = {each["code"]: each for each in desk.get("manager", "/cases/measures", **NOVEMBER).json["items"]}
    closing = items["closing_rate"]
    assert (closing["numerator"], closing["denominator"], closing["value"]) == (1, 1, 1.0)
    assert items["satisfaction_rate"]["value"] is None
    assert "÷" in closing["rule_zh"]


def test_measures_of_others_are_not_assessed(desk: Desk, scene: CaseScene) -> None:
    scene.closed()
    items = desk.get("stranger", "/cases/measures", **NOVEMBER).json["items"]
    assert {each["denominator"] for each in items} == {0}


@pytest.mark.parametrize(
    "query, field",
    [
        ({}, "from"),
        ({"from": "2026-11-30", "to": "2026-11-01"}, "to"),
        ({"from": "x", "to": "x"}, "to"),
        ({"from": "2026-11-01", "to": "9999-12-31"}, "to"),
    ],
)
def test_measures_need_a_period_that_runs_forward(desk: Desk, query: dict[str, Any], field: str) -> None:
    answer = desk.get("manager", "/cases/measures", **query)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}


# --- routing rules --------------------------------------------------------------------------------------


def rule_for(scene: CaseScene, **more: Any) -> dict[str, Any]:
    return {
        "area_code": scene.areas["township"].code,
        "item_code": "CORR-01",
        "organisation_id": str(scene.enforcement.id),
    } | more


def create(desk: Desk, who: str, body: dict[str, Any]) -> Any:
    return desk.client.post("/api/v1/routing-rules", headers=desk.headers[who], json=body)


def test_a_rule_that_staff_write_changes_where_cases_go(desk: Desk, scene: CaseScene) -> None:
    case = scene.filed()
    made = create(desk, "manager", rule_for(scene, to_loop="small", note="试点"))
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    suggested = desk.get("dispatcher", f"/cases/{case.id}").json["suggested_routing"]
    assert (suggested["organisation"]["id"], suggested["rule_id"]) == (
        str(scene.enforcement.id),
        made.json["id"],
    )
    assert scene.report().loop.value == "small"


def test_rules_are_listed_in_the_order_in_which_they_are_asked(desk: Desk, scene: CaseScene) -> None:
    for priority in (200, 10, 100):
        create(desk, "manager", rule_for(scene, priority=priority))
    first = desk.get("manager", "/routing-rules", limit=2).json
    second = desk.get("manager", "/routing-rules", limit=2, cursor=first["next_cursor"]).json
    assert [each["priority"] for each in first["items"] + second["items"]] == [10, 100, 200]
    assert second["next_cursor"] is None
    assert desk.get("stranger", "/routing-rules").json["items"] == []
    assert desk.get("manager", "/routing-rules", cursor="WzEsIngiXQ").status_code == 422


def test_a_rule_is_changed_and_removed_with_if_match(desk: Desk, scene: CaseScene) -> None:
    path = f"/api/v1/routing-rules/{create(desk, 'manager', rule_for(scene)).json['id']}"
    headers = desk.headers["manager"]
    assert desk.client.patch(path, headers=headers, json={"priority": 5}).status_code == 428
    changed = desk.client.patch(path, headers=headers | {"If-Match": '"1"'}, json={"priority": 5})
    assert (changed.status_code, changed.json["priority"], changed.json["revision"]) == (200, 5, 2)
    assert (
        desk.client.patch(path, headers=headers | {"If-Match": '"1"'}, json={"priority": 6}).status_code
        == 412
    )
    assert desk.client.delete(path, headers=headers | {"If-Match": '"2"'}).status_code == 204
    assert desk.client.get(path, headers=headers).status_code == 404


def test_rules_of_others_are_as_if_they_did_not_exist(desk: Desk, scene: CaseScene) -> None:
    path = f"/api/v1/routing-rules/{create(desk, 'manager', rule_for(scene)).json['id']}"
    stranger = desk.headers["stranger"] | {"If-Match": '"1"'}
    assert desk.client.get(path, headers=stranger).status_code == 404
    assert desk.client.patch(path, headers=stranger, json={"priority": 1}).status_code == 404
    assert desk.client.delete(path, headers=stranger).status_code == 404
    assert create(desk, "dispatcher", rule_for(scene)).status_code == 403


@pytest.mark.parametrize(
    "more, field",
    [
        ({"area_code": "999"}, "area_code"),
        ({"item_code": "NO-SUCH"}, "item_code"),
        ({"organisation_id": None}, "organisation_id"),
        ({"organisation_id": str(new_id())}, "organisation_id"),
        ({"organisation_kinds": ["wizards"]}, "organisation_kinds.0"),
        ({"priority": 0}, "priority"),
        ({"to_loop": "huge"}, "to_loop"),
    ],
)
def test_a_bad_rule_is_told_by_field(desk: Desk, scene: CaseScene, more: dict[str, Any], field: str) -> None:
    answer = create(desk, "manager", rule_for(scene, **more))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json["errors"]]
    assert desk.get("manager", "/routing-rules").json["items"] == []


def test_a_rule_cannot_be_written_for_an_area_out_of_reach(desk: Desk, scene: CaseScene) -> None:
    elsewhere = make_organisation("urban_enforcement", scene.areas["other_township"])
    body = rule_for(scene, area_code=scene.areas["other_township"].code, organisation_id=str(elsewhere.id))
    answer = create(desk, "manager", body)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "area_code"


def test_a_day_out_of_range_is_told_so_and_a_period_that_ends_before_it_begins_too(desk: Desk) -> None:
    early = desk.get("manager", "/cases", **{"from": "1950-01-01"})
    assert [each["detail"] for each in early.json["errors"]] == ["日期超出范围（2000 至 2099 年）"]
    reversed_ = desk.get("manager", "/cases", **{"from": "2026-11-02", "to": "2026-11-01"})
    assert [each["detail"] for each in reversed_.json["errors"]] == ["不能早于 from"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"state": "closed"}, "只能是：item_code, title, text, building, place"),
        ({"title": 7}, "必须是文字"),
        ({"title": "a\u0000b"}, "含有不能使用的控制字符"),
    ],
)
def test_a_correction_that_cannot_be_is_told_at_the_fields_own_name(
    desk: Desk, scene: CaseScene, changes: dict[str, Any], sentence: str
) -> None:
    answer = desk.act("dispatcher", scene.report(), "edit", reason="更正", changes=changes)
    told = [(each["field"], each["detail"]) for each in answer.json["errors"]]
    assert told == [(f"changes.{next(iter(changes))}", sentence)]


# --- the same again -------------------------------------------------------------------------------------


def test_an_action_sent_again_is_answered_with_the_case_as_it_now_is(desk: Desk, scene: CaseScene) -> None:
    case, action_id = scene.dispatched(), str(new_id())
    seen = case.revision
    assert desk.act("handler", case, "start", action_id=action_id).json["state"] == "handling"
    handler = account_of(desk, "handler")
    assert desk.act("handler", case, "handle", photo_ids=[str(make_photo_of(handler))]).status_code == 200
    again = desk.act("handler", case, "start", revision=seen, action_id=action_id)
    assert (again.status_code, again.json["state"]) == (200, "handled")
    assert again.headers["ETag"] == f'"{stored(case).revision}"'
    assert [each["action"] for each in again.json["events"]].count("start") == 1
    other = desk.act("handler", case, "start", reason="另一个", action_id=action_id)
    assert (other.status_code, other.json["code"]) == (409, "action_id_taken")


def test_who_gave_a_case_away_learns_nothing_new_by_sending_that_again(desk: Desk, scene: CaseScene) -> None:
    case, action_id = scene.dispatched(), str(new_id())
    body = {"reason": "不属本单位职责", "proposed_organisation_id": str(scene.enforcement.id)}
    assert desk.act("handler", case, "return", action_id=action_id, **body).status_code == 200
    scene.act(case, Action.DISPATCH, scene.dispatcher, organisation_id=scene.enforcement.id)
    again = desk.act("handler", case, "return", action_id=action_id, **body)
    assert again.status_code == 200
    assert again.json["events"][-1]["action"] == "return"
    assert again.json["actions"] == []
    assert desk.get("handler", f"/cases/{case.id}").status_code == 404


def test_a_name_that_is_no_uuid_is_told_by_its_field(desk: Desk, scene: CaseScene) -> None:
    answer = desk.act("dispatcher", scene.report(), "file", action_id="7")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "action_id")


# --- beside and above the lines -------------------------------------------------------------------------


def test_a_line_shows_place_first_photo_and_how_many_reported_it(desk: Desk, scene: CaseScene) -> None:
    here = {"latitude": 31.62, "longitude": 121.39}
    case, bare = scene.in_handling(**here), scene.report("GREEN-01")
    first, second = scene.photo(scene.handler), scene.photo(scene.handler)
    scene.act(case, Action.HANDLE, scene.handler, photo_ids=(first, second))
    lines = {each["id"]: each for each in desk.get("manager", "/cases").json["items"]}
    line, other = lines[str(case.id)], lines[str(bare.id)]
    assert line["cover"]["photo_id"] == str(first)
    assert "signature=" in line["cover"]["thumbnail_url"]
    assert ({name: line[name] for name in here}, line["report_count"]) == (here, 1)
    assert (other["cover"], other["latitude"]) == (None, None)


def test_counts_are_of_the_cases_that_the_filters_find(desk: Desk, scene: CaseScene) -> None:
    scene.report()
    scene.dispatched(place="一")
    scene.act(scene.in_handling(place="二"), Action.EXTEND, scene.handler, reason="配件未到")
    elsewhere, scene.community = scene.community, make_community(scene.areas["neighbourhood"])
    late = scene.dispatched()
    late.deadline_effective = NOW.replace(year=2025)
    db.session.flush()
    told = desk.get("manager", "/cases/counts").json
    assert (told["total"], told["overdue"], told["pending_request"], told["pending_appeal"]) == (4, 1, 1, 0)
    assert {state: number for state, number in told["by_state"].items() if number} == {
        "reported": 1,
        "dispatched": 2,
        "handling": 1,
    }
    assert set(told["by_state"]) == {state.value for state in State}
    narrowed = desk.get("manager", "/cases/counts", community_id=elsewhere.id, state="dispatched").json
    assert (narrowed["total"], narrowed["overdue"]) == (1, 0)
    assert desk.get("stranger", "/cases/counts").json["total"] == 0
    assert desk.get("manager", "/cases/counts", limit=5).status_code == 422


def test_appeals_that_wait_can_be_listed(desk: Desk, scene: CaseScene) -> None:
    case, _ = scene.closed(place="一"), scene.closed(place="二")
    scene.act(case, Action.APPEAL, scene.handler, reason="台风期间无法施工")
    found = desk.get("manager", "/cases", appeal="pending").json["items"]
    assert [each["id"] for each in found] == [str(case.id)]
    assert desk.get("manager", "/cases/counts").json["pending_appeal"] == 1


def test_the_file_says_whether_its_history_is_whole(desk: Desk, scene: CaseScene) -> None:
    case = scene.dispatched()
    history = desk.get("manager", f"/cases/{case.id}").json["history"]
    assert history == {"is_whole": True, "last_hash": case.head_hash}
    db.session.execute(
        sa.update(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.seq == 2).values(reason="改过")
    )
    assert desk.get("manager", f"/cases/{case.id}").json["history"]["is_whole"] is False


def test_the_file_says_which_photos_the_public_sees(desk: Desk, scene: CaseScene) -> None:
    case = scene.handled()
    (photo,) = desk.get("manager", f"/cases/{case.id}").json["photos"]
    assert photo["is_released"] is False
    db.session.add(
        PhotoRelease(
            photo_id=uuid.UUID(photo["photo_id"]),
            boxes=[],
            note="",
            public_sha256="0" * 64,
            width=1,
            height=1,
            released_at=NOW,
            released_by=scene.dispatcher.account_id,
        )
    )
    db.session.flush()
    (photo,) = desk.get("manager", f"/cases/{case.id}").json["photos"]
    assert photo["is_released"] is True
