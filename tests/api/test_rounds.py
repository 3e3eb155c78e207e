"""Rounds over HTTP: planned, changed with If-Match, watched, closed to outsiders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grid.permissions import Role
from server.db import new_id
from tests.api.test_inspections import Desk, errors_of
from tests.factories import headers_of, make_community


@pytest.fixture
def desk(client: Any) -> Desk:
    return Desk(client)


@pytest.fixture
def manager(desk: Desk) -> dict[str, str]:
    return headers_of(Role.TOWNSHIP_MANAGER, desk.area("township"))


def plan(desk: Desk, *, starts_in_hours: int = -1, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "name": "十一月实地测评",
        "kind": "assessment",
        "checklist_version_id": str(desk.version.id),
        "starts_at": (now + timedelta(hours=starts_in_hours)).isoformat(),
        "ends_at": (now + timedelta(days=5)).isoformat(),
        "area_codes": [desk.area("township").code],
        "inspector_ids": [str(desk.account.id)],
    } | more


def create(desk: Desk, manager: dict[str, str], **more: Any) -> Any:
    return desk.client.post("/api/v1/rounds", json=plan(desk, **more), headers=manager)


def test_a_round_is_planned_and_read_with_its_communities(desk: Desk, manager: dict[str, str]) -> None:
    created = create(desk, manager)
    assert (created.status_code, created.headers["ETag"]) == (201, '"1"')
    read = desk.get(f"rounds/{created.get_json()['id']}").get_json()
    assert [each["community"]["name"] for each in read["assignments"]] == [desk.community.name]
    assert read["assignments"][0]["inspector"]["id"] == str(desk.account.id)
    assert read["checklist_version"]["id"] == str(desk.version.id)
    assert read["progress"] == {
        "total": 1, "pending": 1, "in_progress": 0, "done": 0, "late": 0, "missed": 0,
    }  # fmt: skip


def test_a_submitted_visit_ticks_its_community(desk: Desk, manager: dict[str, str]) -> None:
    round_id = create(desk, manager).get_json()["id"]
    name = new_id()
    assert desk.put(desk.body(round_id=round_id), name).status_code == 201
    (line,) = desk.get(f"rounds/{round_id}").get_json()["assignments"]
    assert (line["status"], line["inspection_id"]) == ("done", str(name))


def test_mine_are_the_rounds_with_a_community_for_me(desk: Desk, manager: dict[str, str]) -> None:
    mine = create(desk, manager).get_json()["id"]
    create(desk, manager, inspector_ids=[])
    assert len(desk.get("rounds").get_json()["items"]) == 2
    assert [each["id"] for each in desk.get("rounds", is_mine=True).get_json()["items"]] == [mine]


def test_a_plan_is_changed_with_the_version_that_was_read(desk: Desk, manager: dict[str, str]) -> None:
    address = f"/api/v1/rounds/{create(desk, manager, starts_in_hours=2).get_json()['id']}"
    changed = plan(desk, starts_in_hours=2, name="改期")

    def put(**headers: str) -> Any:
        return desk.client.put(address, json=changed, headers=manager | headers)

    assert put().status_code == 428
    assert put(**{"If-Match": '"7"'}).status_code == 412
    done = put(**{"If-Match": '"1"'})
    assert (done.status_code, done.get_json()["name"], done.headers["ETag"]) == (200, "改期", '"2"')
    assert put(**{"If-Match": '"1"'}).status_code == 412


def test_a_round_that_has_started_is_409(desk: Desk, manager: dict[str, str]) -> None:
    address = f"/api/v1/rounds/{create(desk, manager).get_json()['id']}"
    response = desk.client.put(address, json=plan(desk), headers=manager | {"If-Match": '"1"'})
    assert (response.status_code, response.get_json()["code"]) == (409, "round_started")


def test_a_round_called_off_stays_readable(desk: Desk, manager: dict[str, str]) -> None:
    round_id = create(desk, manager).get_json()["id"]
    off = desk.client.delete(f"/api/v1/rounds/{round_id}", headers=manager | {"If-Match": '"1"'})
    assert off.status_code == 200
    assert desk.get(f"rounds/{round_id}").get_json()["cancelled_at"] is not None
    assert desk.get("rounds").get_json()["items"] == []
    assert len(desk.get("rounds", include_cancelled=True).get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "surprise"}, "kind"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"ends_at": "2020-01-01T00:00:00+08:00"}, "ends_at"),
        ({"area_codes": ["nowhere"]}, "area_codes.0"),
        ({"community_ids": ["0198f0a0-0000-7000-8000-000000000000"]}, "community_ids.0"),
        ({"inspector_ids": ["0198f0a0-0000-7000-8000-000000000000"]}, "inspector_ids.0"),
        ({"checklist_version_id": "0198f0a0-0000-7000-8000-000000000000"}, "checklist_version_id"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_by_field(
    desk: Desk, manager: dict[str, str], change: dict[str, Any], field: str
) -> None:
    response = create(desk, manager, **change)
    assert response.status_code == 422
    assert [each[0] for each in errors_of(response)] == [field]
    assert desk.get("rounds").get_json()["items"] == []


def test_outsiders_learn_nothing(desk: Desk, manager: dict[str, str]) -> None:
    make_community(desk.area("other_neighbourhood"))
    address = f"/api/v1/rounds/{create(desk, manager).get_json()['id']}"
    outsider = headers_of(Role.TOWNSHIP_MANAGER, desk.area("other_township")) | {"If-Match": '"1"'}
    assert desk.client.get(address, headers=outsider).status_code == 404
    assert desk.client.put(address, json=plan(desk), headers=outsider).status_code == 404
    assert desk.client.delete(address, headers=outsider).status_code == 404
    assert desk.client.get("/api/v1/rounds", headers=outsider).get_json()["items"] == []


def test_lists_page_by_cursor(desk: Desk, manager: dict[str, str]) -> None:
    ids = {create(desk, manager).get_json()["id"] for _ in range(3)}
    first = desk.get("rounds", limit=2).get_json()
    second = desk.get("rounds", limit=2, cursor=first["next_cursor"]).get_json()
    assert {each["id"] for each in [*first["items"], *second["items"]]} == ids
    assert second["next_cursor"] is None
