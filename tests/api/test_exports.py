"""Exports: the list as filtered, whole, as people's programs read it; nothing beyond one's reach, no formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from api import table_downloads
from cases.terms import Action
from checklists.derivation import rederive
from checklists.observations import ObservationEntry, record_observations
from grid.permissions import Role
from server import clock
from server.db import db, new_id
from tests.cases.case_scene import CaseScene
from tests.factories import NOW, headers_of, make_account, make_community, sign_in
from tests.inspections.reporting import content, put
from tests.inspections.visits import Scene, failing, make_photo
from tests.queries import counted_queries


@pytest.fixture
def scene(session: Any, monkeypatch: pytest.MonkeyPatch) -> CaseScene:
    monkeypatch.setattr(clock, "_source", lambda: NOW)
    return CaseScene()


@pytest.fixture
def manager(scene: CaseScene) -> dict[str, str]:
    return headers_of(Role.TOWNSHIP_MANAGER, scene.areas["township"])


def get(client: Any, path: str, headers: dict[str, str], **query: Any) -> Any:
    return client.get(f"/api/v1/exports{path}", headers=headers, query_string=query)


def as_csv(client: Any, path: str, headers: dict[str, str], **query: Any) -> list[dict[str, str]]:
    answer = get(client, path, headers, format="csv", **query)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def as_book(client: Any, path: str, headers: dict[str, str], **query: Any) -> Any:
    answer = get(client, path, headers, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def test_a_list_comes_as_filtered_and_whole_over_all_its_pages(
    client: Any, scene: CaseScene, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_downloads, "PAGE_ROWS", 2)
    made = {scene.filed(place=f"{number}号").number for number in range(5)}
    scene.report("GREEN-01")
    rows = as_csv(client, "/cases", manager, state="filed")
    assert sorted(row["案件编号"] for row in rows) == sorted(made)
    assert {row["状态"] for row in rows} == {"已立案·待派遣"}
    assert {row["上报件数"] for row in rows} == {"1"}


def test_a_csv_for_people_comes_zipped_with_who_asked_what_when(client: Any, scene: CaseScene) -> None:
    case = scene.dispatched()
    scene.report("GREEN-01")
    account = make_account(Role.TOWNSHIP_MANAGER, scene.areas["township"], display_name="示例经理")
    answer = get(client, "/cases", sign_in(account), format="zip", state="dispatched")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=cases-20261120-100000.zip;")
    assert answer.headers["Export-Rows"] == "1"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert archive.namelist() == ["案件.csv", "说明.txt"]
    (row,) = csv.DictReader(io.StringIO(archive.read("案件.csv").decode("utf-8-sig")))
    assert row["案件编号"] == case.number
    bare = get(client, "/cases", sign_in(account), format="csv", state="dispatched").data
    assert archive.read("案件.csv") == bare, "programs get the same table without the description"
    told = archive.read("说明.txt").decode("utf-8-sig")
    for line in (
        "导出人: 示例经理",
        "导出时间: 2026-11-20 10:00:00",
        "行数: 1",
        "查询条件: state = dispatched",
    ):
        assert line in told


def test_numbers_are_numbers_times_are_local_and_the_first_sheet_says_who_asked_what_when(
    client: Any, scene: CaseScene
) -> None:
    case = scene.dispatched(latitude=31.62, longitude=121.39)
    account = make_account(Role.TOWNSHIP_MANAGER, scene.areas["township"], display_name="示例经理")
    book = as_book(client, "/cases", sign_in(account), state="dispatched")
    about, sheet = book.worksheets
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert (told["导出人"], told["行数"], told["查询条件"]) == ("示例经理", "1", "state = dispatched")
    assert told["导出时间"] == "2026-11-20 10:00:00 (Asia/Shanghai)"
    assert told["来源"] == "/api/v1/exports/cases"
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert (row["案件编号"], row["纬度"], row["退单次数"]) == (case.number, 31.62, 0)
    assert row["登记时间"] == datetime(2026, 11, 20, 10, 0)
    assert row["结案时间"] is None
    assert row["已超期"] == "否"
    assert (book.active.title, sheet.freeze_panes) == ("案件", "B2")


def test_the_file_is_named_for_people_and_for_old_programs(
    client: Any, scene: CaseScene, manager: dict[str, str]
) -> None:
    named = get(client, "/cases", manager, format="csv").headers["Content-Disposition"]
    assert named.startswith("attachment; filename=cases-20261120-100000.csv; filename*=UTF-8''%E6%A1%88")


def test_headers_speak_the_askers_language(client: Any, scene: CaseScene, manager: dict[str, str]) -> None:
    scene.filed()
    by_header = as_csv(client, "/cases", manager | {"Accept-Language": "en"})
    by_query = as_csv(client, "/cases", manager, language="en")
    assert by_header[0]["State"] == by_query[0]["State"] == "Filed, awaiting dispatch"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "＝"])
def test_no_text_becomes_a_formula(client: Any, scene: CaseScene, manager: dict[str, str], sign: str) -> None:
    evil = f"{sign}cmd|'/c calc'!A1"
    case = scene.filed()
    case.place = evil
    db.session.flush()
    (row,) = as_csv(client, "/cases", manager)
    assert row["具体位置"] == "'" + evil
    (sheet,) = as_book(client, "/cases", manager).worksheets[1:]
    cells = {cell.value: cell.data_type for cell in sheet[2]}
    assert cells[evil] == "s"


def test_negative_numbers_stay_numbers_in_csv(client: Any, scene: CaseScene, manager: dict[str, str]) -> None:
    scene.filed(latitude=-31.5, longitude=-0.5)
    (row,) = as_csv(client, "/cases", manager)
    assert (row["纬度"], row["经度"]) == ("-31.5", "-0.5")


def test_what_is_too_long_is_cut_and_says_so(
    client: Any, scene: CaseScene, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_downloads, "MOST_ROWS", 3)
    for number in range(4):
        scene.filed(place=f"{number}")
    answer = get(client, "/cases", manager, format="csv")
    assert (answer.headers["Export-Rows"], answer.headers["Export-Cut"]) == ("3", "?1")
    told = {
        row[0].value: row[1].value for row in as_book(client, "/cases", manager).worksheets[0].iter_rows()
    }
    assert "前 3 行" in told["未导出完"]
    whole = get(client, "/cases", manager, format="csv", text="no such words")
    assert (whole.headers["Export-Rows"], whole.headers["Export-Cut"]) == ("0", "?0")


def test_nobody_exports_what_they_cannot_read(client: Any, scene: CaseScene) -> None:
    scene.dispatched()
    stranger = headers_of(Role.TOWNSHIP_MANAGER, scene.areas["other_township"])
    handler = headers_of(Role.HANDLER, scene.areas["township"], scene.enforcement)
    assert as_csv(client, "/cases", stranger) == as_csv(client, "/cases", handler) == []
    assert get(client, "/cases", stranger, area=scene.areas["township"].code).status_code == 404
    assert get(client, "/accounts", handler).status_code == 403
    assert client.get("/api/v1/exports/cases").status_code == 401


@pytest.mark.parametrize("query", [{"format": "pdf"}, {"limit": 5}, {"cursor": "x"}, {"language": "fr"}])
def test_an_export_takes_the_lists_filters_and_no_pages(
    client: Any, scene: CaseScene, manager: dict[str, str], query: dict[str, Any]
) -> None:
    answer = get(client, "/cases", manager, **query)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, next(iter(query)))


def test_a_page_costs_the_same_however_many_rows_it_has(
    client: Any, scene: CaseScene, manager: dict[str, str]
) -> None:
    def cost() -> int:
        with counted_queries() as count:
            as_csv(client, "/cases", manager)
        return count.number

    scene.handled(place="0")
    one = cost()
    for number in range(1, 6):
        scene.handled(place=f"{number}")
    assert cost() == one


def test_people_places_and_organisations(client: Any, scene: CaseScene, manager: dict[str, str]) -> None:
    scene.community.attributes = {"lifts": 0, "has_shops": True}
    db.session.flush()
    (community,) = as_csv(client, "/communities", manager)
    assert (community["小区"], community["电梯数"], community["有沿街商铺"]) == (
        scene.community.name,
        "0",
        "是",
    )
    assert community["户数"] == ""
    names = {row["单位"]: row["类别"] for row in as_csv(client, "/organisations", manager)}
    assert names[scene.property_company.name] == "物业服务企业"
    make_account(Role.HANDLER, scene.areas["township"], scene.property_company, username="handler-1")
    people = {row["用户名"]: row["岗位"] for row in as_csv(client, "/accounts", manager)}
    assert people["handler-1"].split(" · ") == [
        "处置人员",
        scene.areas["township"].name,
        scene.property_company.name,
    ]


def test_measures(client: Any, scene: CaseScene, manager: dict[str, str]) -> None:
    scene.closed()
    rows = as_csv(client, "/cases/measures", manager, **{"from": "2026-11-01", "to": "2026-11-30"})
    told = {row["指标"]: (row["分子"], row["分母"]) for row in rows}
    assert told["结案率"] == ("1", "1")
    assert all(row["公式"] for row in rows)


def test_rates_their_series_and_what_stands_behind_them(
    client: Any, scene: CaseScene, manager: dict[str, str]
) -> None:
    make_community(scene.areas["other_neighbourhood"])
    rederive()
    at = NOW - timedelta(days=1)
    entries = [
        ObservationEntry("FIRE-01", "pass", at, new_id()),
        ObservationEntry("GREEN-01", "pass", at, new_id()),
    ]
    record_observations(scene.community.id, new_id(), 1, entries, at)
    case = scene.in_handling()
    code, checklist = scene.areas["township"].code, scene.version.checklist_code
    own, *items = as_csv(client, f"/areas/{code}/compliance", manager, checklist=checklist, by="item")
    assert (own["代码"], own["指标达标率·分子"], own["指标达标率·分母"]) == (code, "2", "3")
    assert [row["代码"] for row in items] == ["CORR-01", "FIRE-01", "GREEN-01"]
    by_checklist = as_csv(client, f"/areas/{code}/compliance", manager, by="checklist")
    assert [row["代码"] for row in by_checklist] == [checklist]
    days = as_csv(client, f"/areas/{code}/compliance/series", manager, checklist=checklist)
    assert (len(days), days[-1]["日期"], days[-1]["指标达标率·分母"]) == (30, "2026-11-20", "3")
    (behind,) = as_csv(client, f"/areas/{code}/compliance/explain", manager, checklist=checklist)
    assert (behind["检查项"], behind["结果"], behind["案件编号"]) == ("CORR-01", "不达标", case.number)
    assert behind["承办单位"] == scene.property_company.name
    own_items = as_csv(client, f"/communities/{scene.community.id}/compliance", manager, checklist=checklist)
    assert [row["结果"] for row in own_items] == ["不达标", "达标", "达标"]
    whole = as_csv(
        client,
        f"/communities/{scene.community.id}/compliance/explain",
        manager,
        checklist=checklist,
        measure="communities",
    )
    assert [row["小区"] for row in whole] == [scene.community.name]
    own_days = as_csv(
        client, f"/communities/{scene.community.id}/compliance/series", manager, checklist=checklist
    )
    assert (len(own_days), own_days[-1]["日期"]) == (30, "2026-11-20")
    assert (own_days[-1]["指标达标率·分子"], own_days[-1]["指标达标率·分母"]) == ("2", "3")
    assert own_days[-1]["小区是否达标"] == "不达标"


def test_a_share_in_a_file_is_cut_as_on_the_page_and_stands_beside_its_whole_fraction(
    client: Any, scene: CaseScene, manager: dict[str, str]
) -> None:
    at = NOW - timedelta(days=1)
    results = (("FIRE-01", "pass"), ("GREEN-01", "pass"), ("CORR-01", "fail"))
    entries = [ObservationEntry(item, result, at, new_id()) for item, result in results]
    record_observations(scene.community.id, new_id(), 1, entries, at)
    path = f"/areas/{scene.areas['township'].code}/compliance"
    checklist = scene.version.checklist_code
    book = as_book(client, path, manager, checklist=checklist)
    share, numerator, denominator = (book.worksheets[1][cell] for cell in ("C2", "D2", "E2"))
    assert (share.value, share.number_format) == (0.666, "0.0%")
    assert (numerator.value, denominator.value) == (2, 3)
    assert any("只舍不入" in str(row[1].value) for row in book.worksheets[0].iter_rows())
    assert as_csv(client, path, manager, checklist=checklist)[0]["指标达标率"] == "0.666"


def test_a_heat_table_comes_with_the_areas_own_rates_first(
    client: Any, scene: CaseScene, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_downloads, "PAGE_ROWS", 1)
    other = make_community(scene.areas["neighbourhood"])
    rederive()
    at = NOW - timedelta(days=1)
    record_observations(other.id, new_id(), 1, [ObservationEntry("FIRE-01", "pass", at, new_id())], at)
    path, query = f"/areas/{scene.areas['township'].code}/compliance/table", {"columns": "item"}
    rows = as_csv(client, path, manager, checklist=scene.version.checklist_code, rows="community", **query)
    assert [row["名称"] for row in rows] == [
        scene.areas["township"].name,
        *sorted((scene.community.name, other.name)),
    ]
    seen = {row["名称"]: row["检查项FIRE-01"] for row in rows}
    assert (seen[other.name], seen[scene.community.name], seen[scene.areas["township"].name]) == (
        "1.0",
        "",
        "1.0",
    )


def test_an_explanation_comes_whole_over_all_its_pages(
    client: Any, scene: CaseScene, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_downloads, "PAGE_ROWS", 1)
    rederive()
    code, checklist = scene.areas["township"].code, scene.version.checklist_code
    rows = as_csv(
        client, f"/areas/{code}/compliance/explain", manager, checklist=checklist, status="unassessed"
    )
    assert [row["检查项"] for row in rows] == ["CORR-01", "FIRE-01", "GREEN-01"]


def test_reports_and_inspections_come_without_phone_numbers(client: Any, session: Any) -> None:
    visit = Scene()
    manager = headers_of(Role.TOWNSHIP_MANAGER, visit.areas["township"])
    put(content(visit, text="楼道堆物", phone_number="13800000001"))
    visit.put(visit.content(*failing(make_photo(visit.inspector).id)))
    answer = get(client, "/reports", manager, format="csv")
    assert "13800000001" not in answer.data.decode("utf-8-sig")
    (report,) = as_csv(client, "/reports", manager)
    assert (report["说明"], report["留了手机号"], report["来源"]) == ("楼道堆物", "是", "居民随手拍")
    (inspection,) = as_csv(client, "/inspections", manager)
    assert (inspection["小区"], inspection["不达标项"], inspection["状态"]) == (
        visit.community.name,
        "1",
        "已提交",
    )
    assert as_csv(client, "/rounds", manager) == []


def test_a_checklist_comes_with_weights_and_clauses(client: Any, session: Any) -> None:
    from checklists.catalogue import load_catalogue
    from checklists.publishing import publish_catalogue
    from grid.permissions import SYSTEM

    published = publish_catalogue(
        load_catalogue(),
        clock.local_day(NOW),
        SYSTEM,
        datetime(2026, 1, 1, tzinfo=UTC),
        checklist_codes=["fire_safety"],
    )
    version = published[0].version
    rows = as_csv(client, f"/checklists/fire_safety/versions/{version.number}", {})
    assert len(rows) == sum(len(each["items"]) for each in version.document["indicators"])
    assert all(row["检查标准"] and row["政策依据"] for row in rows)
    assert get(client, "/checklists/nothing/versions/1", {}).status_code == 404


def test_a_case_that_waits_for_a_decision_says_so(
    client: Any, scene: CaseScene, manager: dict[str, str]
) -> None:
    scene.act(scene.in_handling(), Action.EXTEND, scene.handler, reason="配件未到")
    (row,) = as_csv(client, "/cases", manager)
    assert (row["待批申请"], row["申诉"]) == ("申请延期", "")
