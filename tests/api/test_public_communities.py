"""A community's public page over HTTP: what everybody sees, and what nobody does."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from typing import Any

import pytest

from cases.models import CasePhoto
from cases.terms import Action
from checklists.derivation import rederive
from checklists.observations import ObservationEntry, record_observations
from grid.models import Area, Building, CommunityService
from grid.permissions import Role
from server import clock
from server.db import db, new_id
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, actor_of, make_community, make_organisation, save
from tests.inspections.published import item, publish
from tests.inspections.visits import make_photo
from tests.queries import counted_queries
from uploads.models import PhotoRelease


@pytest.fixture
def scene(session: Any, monkeypatch: pytest.MonkeyPatch) -> CaseScene:
    monkeypatch.setattr(clock, "_source", lambda: NOW)
    made = CaseScene()
    rederive()
    return made


def get(client: Any, scene: CaseScene, tail: str = "", **query: Any) -> Any:
    return client.get(f"/api/v1/public/communities/{scene.community.id}{tail}", query_string=query)


def observe(scene: CaseScene, days_ago: int = 1, photos: Any = (), **results: str) -> None:
    at = NOW - timedelta(days=days_ago)
    entries = [
        ObservationEntry(code.replace("_", "-"), result, at, new_id(), 1, photos)
        for code, result in results.items()
    ]
    record_observations(scene.community.id, new_id(), 1, entries, at)


def release(photo_id: Any) -> PhotoRelease:
    township = db.session.query(Area).filter_by(level="township").first()
    return save(
        PhotoRelease(
            photo_id=photo_id,
            boxes=[],
            note="",
            public_sha256=photo_id.hex * 2,
            width=800,
            height=600,
            released_at=NOW,
            released_by=actor_of(Role.DISPATCHER, township).account_id,
        )
    )


def test_the_page_tells_rates_problems_and_who_serves_it(client: Any, scene: CaseScene) -> None:
    observe(scene, CORR_01="pass", FIRE_01="fail")
    scene.property_company.service_phone = "962121"
    save(Building(community_id=scene.community.id, name="3号楼"))
    save(
        CommunityService(
            community_id=scene.community.id, organisation_id=scene.property_company.id, valid_from=NOW
        )
    )
    case = scene.filed(building="3号楼502", item_code="GREEN-01")
    body = get(client, scene).get_json()
    assert (body["name"], body["is_synthetic"]) == (scene.community.name, False)
    assert [each["level"] for each in body["areas"]] == ["district", "township", "neighbourhood"]
    assert (body["rate"]["numerator"], body["rate"]["denominator"]) == (1, 3)
    assert "÷" in body["rate"]["formula"]["statement_zh"]
    (checklist,) = body["checklists"]
    assert checklist["standing"]["attains"] is False
    assert checklist["item_rate"]["coverage"]["value"] == 1
    assert (body["open_count"], body["resolved_count"]) == (1, 0)
    (problem,) = body["problems"]
    assert (problem["case_id"], problem["building"]) == (str(case.id), "3号楼")
    assert (problem["stage"], problem["stage_text"]["zh"]) == ("accepted", "已受理")
    assert (problem["item_group"], problem["tile"]["zh"]) == ("GREEN", "GREEN-01的问题")
    assert body["organisations"] == [
        {
            "kind": "property_company",
            "kind_zh": "物业服务企业",
            "kind_en": "Property company",
            "name": scene.property_company.name,
            "service_phone": "962121",
        }
    ]


def test_the_trend_has_a_point_a_week_and_ends_today(client: Any, scene: CaseScene) -> None:
    observe(scene, days_ago=20, CORR_01="pass")
    observe(scene, days_ago=10, CORR_01="fail")
    series = get(client, scene).get_json()["series"]
    assert (len(series), series[-1]["on"]) == (13, "2026-11-20")
    assert [each["value"] for each in series[-4:]] == [None, 1.0, 0.0, 0.0]


def test_an_item_of_two_checklists_counts_once_and_a_fail_is_one_everywhere(
    client: Any, scene: CaseScene
) -> None:
    publish(item("CORR-01"), item("PACT-01"))
    rederive()
    observe(scene, CORR_01="fail", PACT_01="pass")
    body = get(client, scene).get_json()
    assert (body["rate"]["numerator"], body["rate"]["denominator"]) == (1, 2)
    assert [each["item_rate"]["denominator"] for each in body["checklists"]] == [1, 2]
    assert body["rate"]["coverage"] == {"value": 0.5, "numerator": 2, "denominator": 4}


def test_nothing_that_anybody_typed_or_is_called_leaves_by_the_public_page(
    client: Any, scene: CaseScene
) -> None:
    case = scene.in_handling(
        text="王建国 13800000001", title="王建国家门口", building="王建国家", place="502室门口"
    )
    photo = scene.photo(scene.handler)
    scene.act(case, Action.HANDLE, scene.handler, reason="已请王建国清理", photo_ids=(photo,))
    told = "".join(
        get(client, scene, tail).get_data(as_text=True) for tail in ("", "/problems", "/why", "/qr.svg")
    )
    secrets = ("王建国", "13800000001", "502", scene.handler.display_name, str(photo), case.number)
    assert [each for each in secrets if each in told] == []
    assert str(case.id) in told


def test_only_released_photos_are_shown_and_by_their_release(client: Any, scene: CaseScene) -> None:
    case = scene.handled()
    (shown,) = db.session.query(CasePhoto).filter_by(case_id=case.id).all()
    assert get(client, scene, "/problems").get_json()["items"][0]["photos"] == []
    made = release(shown.photo_id)
    (photo,) = get(client, scene, "/problems").get_json()["items"][0]["photos"]
    assert f"/photos/released/{made.id}?" in photo["url"]
    assert (photo["is_after"], photo["width"]) == (True, 800)
    made.withdrawn_at = NOW
    db.session.flush()
    assert get(client, scene, "/problems").get_json()["items"][0]["photos"] == []


def test_why_names_each_failing_item_with_since_deadline_and_photos(client: Any, scene: CaseScene) -> None:
    case = scene.in_handling()
    seen, hidden = make_photo(scene.inspector), make_photo(scene.inspector)
    observe(scene, FIRE_01="fail", GREEN_01="pass", photos=(seen.id, hidden.id))
    made = release(seen.id)
    body = get(client, scene, "/why").get_json()
    assert (body["rate"]["numerator"], body["rate"]["denominator"]) == (1, 3)
    by_case, by_answer = sorted(body["items"], key=lambda each: each["item_code"])
    assert (by_case["item_code"], by_case["stage"], by_case["is_overdue"]) == ("CORR-01", "handling", False)
    assert by_case["due_at"] == clock_text(case.deadline_effective)
    assert by_case["criterion"]["zh"]
    assert (by_answer["item_code"], by_answer["stage"], by_answer["occurrences"]) == ("FIRE-01", None, 1)
    assert [f"/{made.id}?" in each["url"] for each in by_answer["photos"]] == [True]


def test_why_tells_since_when_an_item_has_failed_not_since_its_last_check(
    client: Any, scene: CaseScene
) -> None:
    publish(item("FIRE-01"), effective_on=(NOW - timedelta(days=5)).date())
    rederive()
    for days_ago, result in ((12, "fail"), (11, "pass"), (9, "fail"), (3, "fail")):
        observe(scene, days_ago=days_ago, FIRE_01=result)
    (failing,) = get(client, scene, "/why").get_json()["items"]
    assert failing["since"] == clock_text(NOW - timedelta(days=9))


def clock_text(instant: Any) -> str:
    return instant.astimezone(clock.LOCAL_ZONE).isoformat()


def test_why_can_be_asked_of_one_checklist(client: Any, scene: CaseScene) -> None:
    another = publish(item("PACT-01", is_veto=True)).checklist_code
    rederive()
    observe(scene, CORR_01="fail", PACT_01="fail")
    body = get(client, scene, "/why", checklist=another).get_json()
    assert [(each["item_code"], each["is_veto"]) for each in body["items"]] == [("PACT-01", True)]
    assert (body["checklist"]["code"], body["rate"]["denominator"]) == (another, 1)
    assert get(client, scene, "/why", checklist="nonsense").status_code == 404


def test_the_code_for_the_notice_board_leads_to_the_page(client: Any, scene: CaseScene) -> None:
    answer = get(client, scene, "/qr.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    root = ElementTree.fromstring(answer.data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert scene.community.name in answer.text


def test_a_community_out_of_use_has_no_page(client: Any, scene: CaseScene) -> None:
    scene.community.is_active = False
    db.session.flush()
    for tail in ("", "/problems", "/why", "/qr.svg"):
        assert get(client, scene, tail).status_code == 404


@pytest.mark.parametrize(
    "query, field", [({"state": "reported"}, "state"), ({"limit": 0}, "limit"), ({"cursor": "x"}, "cursor")]
)
def test_a_bad_query_is_told_by_its_field(client: Any, scene: CaseScene, query: Any, field: str) -> None:
    answer = get(client, scene, "/problems", **query)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("tail", ["", "/problems", "/why"])
def test_the_page_costs_the_same_however_much_there_is(client: Any, scene: CaseScene, tail: str) -> None:
    def cost() -> int:
        db.session.flush()
        db.session.expire_all()
        with counted_queries() as count:
            assert get(client, scene, tail).status_code == 200
        return count.number

    def add(number: int) -> None:
        case = scene.handled(place=f"{number}号", item_code=("CORR-01", "FIRE-01")[number % 2])
        (photo,) = db.session.query(CasePhoto).filter_by(case_id=case.id).all()
        release(photo.photo_id)
        organisation = make_organisation("lift_maintenance", scene.areas["neighbourhood"])
        save(
            CommunityService(community_id=scene.community.id, organisation_id=organisation.id, valid_from=NOW)
        )

    add(0)
    one = cost()
    for number in range(1, 8):
        add(number)
    make_community(scene.areas["neighbourhood"])
    assert cost() == one
