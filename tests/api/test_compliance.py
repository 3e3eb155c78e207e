"""Compliance over HTTP: rates, series and explanations, for whom, and what wrong questions are told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models import Case, CaseOrigin, CasePhoto
from cases.terms import Loop, State
from checklists.derivation import rederive
from checklists.observations import ObservationEntry, open_case_interval, record_observations
from grid.models import AreaLevel
from grid.permissions import Role
from server import clock
from server.db import new_id
from tests.checklists.published import LIFT_RULE, item, publish
from tests.factories import headers_of, make_area, make_community, make_grid, make_organisation, save
from tests.queries import counted_queries
from uploads.models import Photo

AT = datetime(2026, 11, 18, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today():
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


@pytest.fixture
def grid(session):
    publish(
        "civil", item("A"), item("B"), item("F", "FIRE", is_veto=True), item("L", applicability=LIFT_RULE)
    )
    return make_grid()


@pytest.fixture
def community(grid):
    community = make_community(grid["neighbourhood"], attributes={"lifts": 0})
    rederive()
    return community


@pytest.fixture
def headers(grid):
    return headers_of(Role.TOWNSHIP_MANAGER, grid["township"])


def inspect(community, at=AT, photos=(), **results):
    entries = [ObservationEntry(code, result, at, new_id(), 1, photos) for code, result in results.items()]
    record_observations(community.id, new_id(), 1, entries, at)


def make_case(community, organisation=None):
    """A filed case whose failing interval the tests record themselves."""
    number = f"T-{new_id()}"
    return save(
        Case(
            number=number[:40],
            community_id=community.id,
            area_code=community.area_code,
            area_path=community.area_path,
            item_code="A",
            title="楼道堆物",
            origin=CaseOrigin.INSPECTION,
            state=State.HANDLING,
            loop=Loop.SELF,
            loop_entered_at=AT,
            organisation_id=organisation.id if organisation else None,
            limit_amount=3,
            limit_unit="work_day",
            deadline_effective=AT + timedelta(days=3),
            loop_due_at=AT + timedelta(days=3),
            opened_at=AT,
            updated_at=AT,
        )
    )


def make_photo():
    shas = dict.fromkeys(("sha256", "display_sha256", "thumbnail_sha256"), "0" * 64)
    sizes = {"size_bytes": 1, "width": 1, "height": 1, "media_type": "image/jpeg"}
    return save(Photo(id=new_id(), received_at=AT, capability_hash="0" * 64, **shas, **sizes))


def area_url(grid, tail="", place="township"):
    return f"/api/v1/areas/{grid[place].code}/compliance{tail}"


def community_url(community, tail=""):
    return f"/api/v1/communities/{community.id}/compliance{tail}"


def test_an_areas_rate_brings_everything_that_explains_it(client, grid, community, headers):
    inspect(community, A="pass", B="fail")
    body = client.get(area_url(grid, "?checklist=civil"), headers=headers).get_json()
    rate = body["item_rate"]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == (0.5, 1, 2)
    assert rate["excluded"] == {"stale": 0, "unassessed": 1, "not_applicable": 1}
    assert rate["coverage"] == {"value": 2 / 3, "numerator": 2, "denominator": 3}
    assert rate["interval"]["low"] < 0.5 < rate["interval"]["high"]
    assert rate["formula"]["version"] == 1
    assert "÷" in rate["formula"]["statement_zh"]
    assert (body["as_of"], body["checklist"]["version"], body["checklist"]["pass_mark"]) == (
        "2026-11-20",
        1,
        80.0,
    )
    assert (body["community_rate"]["numerator"], body["community_rate"]["denominator"]) == (0, 1)


def test_nothing_assessed_is_null_and_never_zero(client, grid, community, headers):
    rate = client.get(area_url(grid, "?checklist=civil"), headers=headers).get_json()["item_rate"]
    assert (rate["value"], rate["interval"], rate["denominator"]) == (None, None, 0)


def test_an_earlier_day_can_be_asked_for(client, grid, community, headers):
    inspect(community, A="pass")
    url = area_url(grid, "?checklist=civil&item=A&as_of=2026-11-17")
    assert client.get(url, headers=headers).get_json()["item_rate"]["value"] is None


def test_before_the_first_version_no_checklist_is_named(client, grid, community, headers):
    body = client.get(area_url(grid, "?checklist=civil&as_of=2025-06-01"), headers=headers).get_json()
    assert (body["checklist"], body["item_rate"]["value"]) == (None, None)


@pytest.mark.parametrize("by, codes", [("indicator", ["CLEAN", "FIRE"]), ("item", ["A", "B", "F", "L"])])
def test_a_rate_is_broken_down_by_indicator_or_item(client, grid, community, headers, by, codes):
    inspect(community, A="pass", F="fail")
    rows = client.get(area_url(grid, f"?checklist=civil&by={by}"), headers=headers).get_json()["rows"]
    assert [row["code"] for row in rows] == codes
    assert sum(row["item_rate"]["denominator"] for row in rows) == 2
    assert all(row["community_rate"] is None for row in rows)


def test_a_district_is_broken_down_by_township(client, grid, community):
    inspect(community, F="fail")
    headers = headers_of(Role.DISTRICT_ADMIN, grid["district"])
    url = area_url(grid, "?checklist=civil&by=child_area", "district")
    rows = client.get(url, headers=headers).get_json()["rows"]
    assert [row["code"] for row in rows] == [grid["township"].code, grid["other_township"].code]
    assert [row["item_rate"]["denominator"] for row in rows] == [1, 0]
    assert rows[0]["community_rate"]["denominator"] == 1


def test_all_checklists_can_be_seen_at_once(client, grid, community, headers):
    publish("fire", item("F"))
    rederive()
    inspect(community, F="pass")
    body = client.get(area_url(grid, "?by=checklist"), headers=headers).get_json()
    assert [(row["code"], row["item_rate"]["value"]) for row in body["rows"]] == [
        ("civil", 1.0),
        ("fire", 1.0),
    ]
    assert body["item_rate"] is None


def test_a_series_dips_when_a_case_is_filed(client, grid, community, headers):
    inspect(community, A="pass")
    open_case_interval(new_id(), community.id, "A", AT + timedelta(days=1))
    url = area_url(grid, "/series?checklist=civil&item=A&from=2026-11-17&to=2026-11-20")
    days = client.get(url, headers=headers).get_json()["days"]
    assert [(day["on"], day["item_rate"]["value"]) for day in days] == [
        ("2026-11-17", None),
        ("2026-11-18", 1.0),
        ("2026-11-19", 0.0),
        ("2026-11-20", 0.0),
    ]


def test_a_series_is_thirty_days_to_today_by_default(client, grid, community, headers):
    days = client.get(area_url(grid, "/series?checklist=civil"), headers=headers).get_json()["days"]
    assert (len(days), days[0]["on"], days[-1]["on"]) == (30, "2026-10-22", "2026-11-20")


def test_a_community_shows_its_standing_and_items(client, community, headers):
    inspect(community, A="pass", B="pass", F="fail")
    body = client.get(community_url(community, "?checklist=civil"), headers=headers).get_json()
    assert body["standing"] == {
        "status": "fail",
        "attains": False,
        "score": 66.66,
        "reaches_mark": False,
        "failing_vetoes": ["F"],
    }
    assert [(each["item_code"], each["status"]) for each in body["items"]] == [
        ("A", "pass"),
        ("B", "pass"),
        ("F", "fail"),
        ("L", "not_applicable"),
    ]
    assert body["items"][0]["since"] == "2026-11-18T10:00:00+08:00"


def test_a_communitys_series_shows_its_standing_day_by_day(client, community, headers):
    inspect(community, A="pass", B="pass", F="pass")
    url = community_url(community, "/series?checklist=civil&from=2026-11-17&to=2026-11-18")
    days = client.get(url, headers=headers).get_json()["days"]
    assert [day["standing"]["status"] for day in days] == ["unassessed", "pass"]


def test_a_rate_opens_down_to_photo_case_holder_and_deadline(client, grid, community, headers):
    seen, photo = new_id(), make_photo().id
    holder = make_organisation("property_company", grid["township"])
    case = make_case(community, holder)
    save(CasePhoto(case_id=case.id, photo_id=photo, kind="before", event_seq=1, position=0, added_at=AT))
    inspect(community, photos=[seen], A="fail")
    open_case_interval(case.id, community.id, "A", AT)
    body = client.get(area_url(grid, "/explain?checklist=civil"), headers=headers).get_json()
    (row,) = body["items"]
    assert (body["rate"]["numerator"], body["rate"]["denominator"], body["next_cursor"]) == (0, 1, None)
    assert (row["community"]["name"], row["item"]["code"], row["status"]) == (community.name, "A", "fail")
    assert row["answers"][0]["photo_ids"] == [str(seen)]
    (photo_behind,) = row["cases"][0].pop("photos")
    assert (photo_behind["id"], photo_behind["photo_id"], photo_behind["kind"]) == (
        str(photo),
        str(photo),
        "before",
    )
    assert f"/photos/{photo}/thumbnail?" in photo_behind["thumbnail_url"]
    assert row["cases"] == [
        {
            "id": str(case.id),
            "number": case.number,
            "title": "楼道堆物",
            "building": "",
            "place": "",
            "opened_at": "2026-11-18T10:00:00+08:00",
            "state": "handling",
            "loop": "self",
            "organisation": holder.name,
            "deadline_at": "2026-11-21T10:00:00+08:00",
        }
    ]


def test_who_may_not_read_cases_sees_only_that_there_is_one(client, grid, community):
    case = make_case(community)
    open_case_interval(case.id, community.id, "A", AT)
    headers = headers_of(Role.EVALUATOR, grid["township"])
    (row,) = client.get(area_url(grid, "/explain?checklist=civil"), headers=headers).get_json()["items"]
    assert (row["cases"][0]["id"], row["cases"][0]["number"]) == (str(case.id), None)


def test_what_is_left_out_of_a_rate_is_listed_with_its_reason(client, community, headers):
    url = community_url(community, "/explain?checklist=civil&status=unassessed,not_applicable")
    rows = client.get(url, headers=headers).get_json()["items"]
    assert {row["item"]["code"]: row["status"] for row in rows} == {
        "A": "unassessed",
        "B": "unassessed",
        "F": "unassessed",
        "L": "not_applicable",
    }
    assert all(row["reason_zh"] and row["reason_en"] for row in rows)


def test_the_communities_behind_the_community_rate_are_explained(client, grid, community, headers):
    inspect(community, F="fail")
    url = area_url(grid, "/explain?checklist=civil&measure=communities")
    body = client.get(url, headers=headers).get_json()
    (row,) = body["items"]
    assert (row["item"], row["standing"]["failing_vetoes"]) == (None, ["F"])
    assert (body["rate"]["numerator"], body["rate"]["denominator"]) == (0, 1)
    own = client.get(
        community_url(community, "/explain?checklist=civil&measure=communities"), headers=headers
    ).get_json()
    assert (own["rate"]["denominator"], len(own["items"])) == (1, 1)


def test_an_explanation_pages_by_cursor(client, grid, community, headers):
    inspect(community, A="fail", B="fail", F="fail")
    url, seen = area_url(grid, "/explain?checklist=civil&limit=2"), []
    body = client.get(url, headers=headers).get_json()
    seen += [row["item"]["code"] for row in body["items"]]
    body = client.get(f"{url}&cursor={body['next_cursor']}", headers=headers).get_json()
    seen += [row["item"]["code"] for row in body["items"]]
    assert (seen, body["next_cursor"]) == (["A", "B", "F"], None)


@pytest.mark.parametrize(
    "query, field",
    [
        ("", "checklist"),
        ("?checklist=civil&as_of=2026-11-21", "as_of"),
        ("?checklist=civil&as_of=yesterday", "as_of"),
        ("?checklist=civil&as_of=0001-01-01", "as_of"),
        ("/series?checklist=civil&from=0001-01-01&to=0001-01-01", "from"),
        ("?checklist=civil&by=colour", "by"),
        ("?checklist=civil&by=checklist", "by"),
        ("?checklist=civil&colour=red", "colour"),
        ("/series?checklist=civil&from=2026-11-10&to=2026-11-09", "to"),
        ("/series?checklist=civil&from=2019-01-01", "to"),
        ("/series?checklist=civil&to=2027-01-01", "to"),
        ("/explain?checklist=civil&status=maybe", "status"),
        ("/explain?checklist=civil&cursor=nonsense", "cursor"),
        ("/explain?checklist=civil&cursor=WyJ4IiwieSJd", "cursor"),
        ("/explain?checklist=civil&limit=0", "limit"),
    ],
)
def test_a_wrong_question_is_told_which_field_is_wrong(client, grid, community, headers, query, field):
    answer = client.get(area_url(grid, query), headers=headers)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert any(error["field"].split(".")[0] == field for error in answer.get_json()["errors"])


@pytest.mark.parametrize(
    "query", ["?checklist=nope", "?checklist=civil&item=X", "?checklist=civil&indicator=X"]
)
def test_what_no_checklist_has_is_not_found(client, grid, community, headers, query):
    assert client.get(area_url(grid, query), headers=headers).status_code == 404


@pytest.mark.parametrize("tail", ["", "/series", "/explain"])
def test_a_place_outside_ones_area_is_not_found(client, grid, community, tail):
    headers = headers_of(Role.TOWNSHIP_MANAGER, grid["other_township"])
    for url in (area_url(grid, tail), community_url(community, tail)):
        assert client.get(f"{url}?checklist=civil", headers=headers).status_code == 404
    above = area_url(grid, tail, "district")
    assert client.get(f"{above}?checklist=civil", headers=headers).status_code == 404


def test_a_place_that_does_not_exist_is_not_found(client, headers):
    for url in ("/api/v1/areas/nowhere/compliance", f"/api/v1/communities/{new_id()}/compliance"):
        assert client.get(f"{url}?checklist=civil", headers=headers).status_code == 404


def test_a_role_without_the_permission_is_refused(client, grid, community):
    headers = headers_of(Role.HANDLER, grid["township"])
    assert client.get(area_url(grid, "?checklist=civil"), headers=headers).status_code == 403
    assert client.get(area_url(grid, "?checklist=civil")).status_code == 401


def test_every_route_costs_the_same_queries_for_one_community_and_for_ten(client, grid, community, headers):
    urls = [
        area_url(grid, "?checklist=civil&by=child_area"),
        area_url(grid, "?by=checklist"),
        area_url(grid, "/series?checklist=civil"),
        area_url(grid, "/explain?checklist=civil"),
        area_url(grid, "/explain?checklist=civil&status=fail,unassessed,stale"),
        area_url(grid, "/explain?checklist=civil&measure=communities"),
        community_url(community, "?checklist=civil"),
        community_url(community, "/explain?checklist=civil"),
    ]
    fail_with_case(community)
    # What items are called is asked for once and remembered.
    count_queries(client, urls[3], headers)
    before = [count_queries(client, url, headers) for url in urls]
    for _ in range(9):
        fail_with_case(make_community(grid["neighbourhood"], attributes={}))
    assert [count_queries(client, url, headers) for url in urls] == before


def fail_with_case(community):
    inspect(community, A="fail", B="pass")
    open_case_interval(make_case(community).id, community.id, "A", AT)


def count_queries(client, url, headers):
    with counted_queries() as queries:
        assert client.get(url, headers=headers).status_code == 200
    return queries.number


@pytest.mark.parametrize("more", ["checklist=civil", "indicator=X", "item=X"])
def test_what_cannot_go_with_a_breakdown_by_checklist_is_said(client, grid, community, headers, more):
    answer = client.get(area_url(grid, f"?by=checklist&{more}"), headers=headers)
    told = [(each["field"], each["detail"]) for each in answer.get_json()["errors"]]
    assert told == [("by", "by=checklist 时不能再指定 checklist、indicator 或 item")]


# --- tables, the worst items, photos behind -------------------------------------------------------------


def test_a_table_has_a_row_for_each_area_below_and_a_column_for_each_indicator(
    client, grid, community, headers
):
    inspect(community, A="pass", B="fail", F="pass")
    body = client.get(area_url(grid, "/table?checklist=civil"), headers=headers).get_json()
    assert [column["code"] for column in body["columns"]] == ["CLEAN", "FIRE"]
    (row,) = body["rows"]
    assert (row["code"], row["community_id"]) == (grid["neighbourhood"].code, None)
    shares = {code: (cell["numerator"], cell["denominator"]) for code, cell in row["cells"].items()}
    assert shares == {"CLEAN": (1, 2), "FIRE": (1, 1)}
    assert (row["item_rate"]["numerator"], row["item_rate"]["denominator"]) == (2, 3)
    assert row["community_rate"]["denominator"] == body["community_rate"]["denominator"]
    assert body["columns"][0]["item_rate"]["numerator"] == 1
    assert body["item_rate"] == row["item_rate"]


def test_a_table_says_the_same_as_the_breakdowns(client, grid, community, headers):
    inspect(community, A="pass", B="fail", F="pass")
    table = client.get(area_url(grid, "/table?checklist=civil&columns=item"), headers=headers).get_json()
    by_item = client.get(area_url(grid, "?checklist=civil&by=item"), headers=headers).get_json()["rows"]
    assert {each["code"]: each["item_rate"] for each in table["columns"]} == {
        each["code"]: each["item_rate"] for each in by_item
    }
    by_area = client.get(area_url(grid, "?checklist=civil&by=child_area"), headers=headers).get_json()["rows"]
    assert [each["item_rate"] for each in table["rows"]] == [each["item_rate"] for each in by_area]
    assert [each["community_rate"] for each in table["rows"]] == [each["community_rate"] for each in by_area]
    narrowed = client.get(
        area_url(grid, "/table?checklist=civil&columns=item&indicator=FIRE"), headers=headers
    ).get_json()
    assert [each["code"] for each in narrowed["columns"]] == ["F"]


def test_a_table_of_communities_comes_in_pages_with_their_standings(client, grid, community, headers):
    other = make_community(grid["neighbourhood"], attributes={"lifts": 0})
    make_community(grid["other_neighbourhood"])
    rederive()
    inspect(community, A="pass", B="pass", F="pass")
    inspect(other, F="fail")
    url = area_url(grid, "/table?checklist=civil&rows=community&limit=1")
    first = client.get(url, headers=headers).get_json()
    second = client.get(f"{url}&cursor={first['next_cursor']}", headers=headers).get_json()
    assert second["next_cursor"] is None
    rows = {row["community_id"]: row for row in [*first["rows"], *second["rows"]]}
    assert set(rows) == {str(community.id), str(other.id)}
    assert rows[str(community.id)]["standing"]["attains"] is True
    assert rows[str(other.id)]["cells"]["FIRE"]["value"] == 0
    assert rows[str(other.id)]["cells"]["CLEAN"]["value"] is None
    own = client.get(community_url(other, "?checklist=civil"), headers=headers).get_json()
    assert rows[str(other.id)]["standing"] == own["standing"]


def test_a_table_as_of_a_day_before_anything_was_seen_is_empty_of_figures(client, grid, community, headers):
    inspect(community, A="pass")
    body = client.get(area_url(grid, "/table?checklist=civil&as_of=2026-11-01"), headers=headers).get_json()
    assert body["item_rate"]["value"] is None


@pytest.mark.parametrize("rows", ["child_area", "community"])
def test_a_table_costs_the_same_however_many_rows_it_has(client, grid, community, headers, rows):
    def cost():
        with counted_queries() as count:
            answer = client.get(area_url(grid, f"/table?checklist=civil&rows={rows}"), headers=headers)
            assert answer.status_code == 200
        return count.number

    one = cost()
    for _ in range(6):
        area = make_area(AreaLevel.NEIGHBOURHOOD, grid["township"])
        make_community(area)
    rederive()
    assert cost() == one


def test_the_items_that_fail_most_come_first_with_the_work_that_is_open_on_them(
    client, grid, community, headers
):
    other = make_community(grid["neighbourhood"], attributes={"lifts": 0})
    rederive()
    inspect(community, A="fail", B="fail", F="pass")
    inspect(other, A="fail", F="fail")
    case = make_case(community)
    case.filed_at = AT
    url = area_url(grid, "/worst?checklist=civil")
    items = client.get(url, headers=headers).get_json()["items"]
    assert [(each["code"], each["failing"], each["is_veto"]) for each in items] == [
        ("A", 2, False),
        ("F", 1, True),
        ("B", 1, False),
    ]
    worst = items[0]
    assert (worst["open_cases"], worst["overdue_cases"], worst["without_case"]) == (1, 0, 1)
    assert worst["next_deadline_at"] == "2026-11-21T10:00:00+08:00"
    assert (items[1]["open_cases"], items[1]["without_case"]) == (0, 1)
    past = client.get(f"{url}&as_of=2026-11-19&limit=1", headers=headers).get_json()["items"]
    assert [(each["code"], each["open_cases"], each["next_deadline_at"]) for each in past] == [
        ("A", None, None)
    ]
    evaluator = headers_of(Role.EVALUATOR, grid["township"])
    assert client.get(url, headers=evaluator).get_json()["items"][0]["open_cases"] is None


def test_photos_behind_a_rate_come_with_addresses_for_who_may_look(client, grid, community, headers):
    photo = make_photo()
    inspect(community, photos=(photo.id,), A="fail")
    url = area_url(grid, "/explain?checklist=civil")
    (row,) = client.get(url, headers=headers).get_json()["items"]
    (answer,) = row["answers"]
    assert [each["photo_id"] for each in answer["photos"]] == [str(photo.id)]
    assert "signature=" in answer["photos"][0]["thumbnail_url"]
    assert (row["item"]["is_veto"], row["item"]["weight"]) == (False, 1.0)


def test_failing_pairs_come_in_the_order_of_their_deadlines(client, grid, community, headers):
    others = [make_community(grid["neighbourhood"], attributes={"lifts": 0}) for _ in range(3)]
    rederive()
    for place, days in ((others[0], 3), (others[1], 1), (community, 2)):
        case = make_case(place)
        case.deadline_effective = AT + timedelta(days=days)
        inspect(place, A="fail")
    inspect(others[2], A="fail", B="fail")
    url, rows, cursor = area_url(grid, "/explain?checklist=civil&order=deadline&limit=2"), [], ""
    while cursor is not None:
        page = client.get(f"{url}&cursor={cursor}" if cursor else url, headers=headers).get_json()
        rows += [(row["community"]["id"], row["item"]["code"]) for row in page["items"]]
        cursor = page["next_cursor"]
    ids = [str(each.id) for each in (others[1], community, others[0], others[2], others[2])]
    assert rows == list(zip(ids, ("A", "A", "A", "A", "B"), strict=True))
    for more in ("status=stale", "measure=communities", "cursor=WyJ4IiwieSJd"):
        answer = client.get(
            area_url(grid, f"/explain?checklist=civil&order=deadline&{more}"), headers=headers
        )
        assert answer.status_code == 422
