"""The desk's daily work in the browser: triage by keyboard, merging by dragging, dispatching, the case file when somebody
else is faster, photos for the public, rounds, people, communities."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.live import Product
from tests.web.conftest import PHONE, sign_in
from tests.web.making import Maker

DISPATCHER, MANAGER = "demo-dispatcher", "demo-manager"


@pytest.fixture(scope="module")
def maker(playwright: Playwright, product: Product) -> Iterator[Maker]:
    request = playwright.request.new_context(base_url=product.address)
    yield Maker(request)
    request.dispose()


@pytest.fixture(scope="module")
def community(maker: Maker) -> dict[str, Any]:
    """One that no other test reports from: the last of the township."""
    found = maker.ask(MANAGER, "GET", "/api/v1/communities?area=310151101&limit=200")["items"]
    return dict(found[-1])


def on_triage(page: Page, case_id: str) -> Page:
    sign_in(page, DISPATCHER).goto(f"/desk/triage?case={case_id}")
    expect(decision(page).get_by_role("button", name="立案", exact=False).first).to_be_visible()
    return page


def decision(page: Page) -> Locator:
    return page.get_by_role("complementary", name="决定")


def test_the_keyboard_alone_triages(desk: Page, maker: Maker, community: dict[str, Any]) -> None:
    first = maker.reported_case(community["id"], "unknown", "键盘一号楼", seed=7101)
    second = maker.reported_case(community["id"], "GREEN-01", "键盘二号楼", seed=7102)
    page = on_triage(desk, first)
    keys = page.keyboard

    keys.press("?")
    expect(page.get_by_role("dialog", name="键盘操作")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    keys.press("f")
    expect(page.get_by_role("alert")).to_contain_text("请先选择检查项")
    expect(decision(page).get_by_role("searchbox")).to_be_focused()
    keys.press("Escape")
    expect(decision(page).get_by_role("button", name="楼道门栋")).to_be_enabled()
    keys.press("4")
    item = decision(page).locator("ul button").first
    wanted = item.inner_text().split("\n")[-1]
    keys.press("1")
    expect(decision(page)).to_contain_text(wanted)
    keys.press("f")
    expect(page.get_by_role("status").filter(has_text="立案：")).to_be_visible()
    filed = maker.case(DISPATCHER, first)
    assert (filed["state"], filed["item_code"][:4]) == ("filed", "CORR")

    page.goto(f"/desk/triage?case={second}")
    expect(page.get_by_role("article")).to_contain_text("键盘二号楼")
    keys.press("k")
    expect(page).not_to_have_url(re.compile(second))
    keys.press("j")
    expect(page).to_have_url(re.compile(second))
    expect(page.get_by_role("article")).to_contain_text("键盘二号楼")
    keys.press("r")
    reason = page.get_by_role("dialog", name="不予立案").get_by_label("理由")
    expect(reason).to_be_visible()
    while not reason.evaluate("each => each === document.activeElement"):
        keys.press("Tab")
    keys.type("不在本平台受理范围，fjkr")
    keys.press("Tab")
    while not page.evaluate("document.activeElement.type === 'submit'"):
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text="不予立案：")).to_be_visible()
    refused = maker.case(DISPATCHER, second)
    assert refused["state"] == "not_filed"
    assert refused["events"][-1]["reason"] == "不在本平台受理范围，fjkr"


def test_one_case_dropped_onto_another_goes_into_it(
    desk: Page, maker: Maker, community: dict[str, Any]
) -> None:
    into = maker.reported_case(community["id"], "CORR-01", "拖动三号楼", seed=7111)
    given = maker.reported_case(community["id"], "CORR-01", "拖动三号楼", seed=7112)
    page = on_triage(desk, given)
    duplicates = page.get_by_role("region", name="可能重复")
    target = duplicates.get_by_role("listitem").filter(has_text="拖动三号楼").first
    expect(target.locator("img")).to_be_visible()
    page.locator("nav li", has=page.locator('[aria-current="true"]')).drag_to(target)
    dialog = page.get_by_role("dialog", name="并案")
    expect(dialog.get_by_role("radio").first).to_be_checked()
    dialog.get_by_role("button", name="并案").click()
    expect(page.get_by_role("status").filter(has_text="并案：")).to_be_visible()
    merged = maker.case(DISPATCHER, given)
    assert (merged["state"], merged["merged_into_id"]) == ("merged", into)


def test_a_case_is_dispatched_by_one_click_to_whom_the_rules_name(
    desk: Page, maker: Maker, community: dict[str, Any]
) -> None:
    case_id = maker.reported_case(community["id"], "CORR-01", "派遣四号楼", seed=7121)
    maker.act(DISPATCHER, case_id, "file")
    suggested = maker.case(DISPATCHER, case_id)["suggested_routing"]["organisation"]
    sign_in(desk, DISPATCHER).goto("/desk/dispatch")
    card = desk.get_by_role("region", name="待派遣").get_by_role("article").filter(has_text="派遣四号楼")
    card.scroll_into_view_if_needed()
    expect(card).to_contain_text(suggested["name"])
    card.get_by_role("button", name="派给它").click()
    expect(desk.get_by_role("status").filter(has_text=suggested["name"])).to_be_visible()
    in_hand = desk.get_by_role("region", name="待处置").get_by_role("article").filter(has_text="派遣四号楼")
    expect(in_hand).to_contain_text(suggested["name"])
    assert maker.case(DISPATCHER, case_id)["organisation"]["id"] == suggested["id"]


def test_somebody_else_was_faster_and_nothing_typed_is_lost(
    desk: Page, maker: Maker, community: dict[str, Any]
) -> None:
    case_id = maker.reported_case(community["id"], "CORR-01", "抢先五号楼", seed=7131)
    sign_in(desk, DISPATCHER).goto(f"/desk/cases/{case_id}")
    actions = desk.get_by_role("region", name="可以做的")
    actions.get_by_role("button", name="修改").click()
    actions.get_by_label("具体位置").fill("二楼楼道口")
    actions.get_by_label("理由").fill("居民来电补充")
    maker.act(MANAGER, case_id, "file", reason="情况属实")
    actions.get_by_role("button", name="修改").click()
    told = actions.get_by_role("alert").filter(has_text="待派遣")
    expect(told).to_contain_text("示例街镇管理员")
    expect(told).to_contain_text("情况属实")
    expect(actions.get_by_label("具体位置")).to_have_value("二楼楼道口")
    expect(actions.get_by_label("理由")).to_have_value("居民来电补充")
    desk.reload()
    actions.get_by_role("button", name="修改").click()
    expect(actions.get_by_label("具体位置")).to_have_value("二楼楼道口")
    actions.get_by_role("button", name="修改").click()
    expect(actions.get_by_role("status")).to_contain_text("已完成：修改")
    assert maker.case(DISPATCHER, case_id)["place"] == "二楼楼道口"


def test_a_photo_is_covered_and_released_and_its_original_costs_a_reason(
    desk: Page, maker: Maker, community: dict[str, Any]
) -> None:
    case_id = maker.reported_case(community["id"], "CORR-01", "公开六号楼", seed=7141)
    photo = maker.case(DISPATCHER, case_id)["photos"][0]["photo_id"]
    sign_in(desk, DISPATCHER).goto(f"/desk/cases/{case_id}")
    expect(desk.get_by_text("链条完整")).to_be_visible()
    desk.get_by_role("button", name="打开第 1 张照片").first.click()
    dialog = desk.get_by_role("dialog")

    dialog.get_by_role("button", name="原图", exact=True).click()
    dialog.get_by_label("为什么查看原图").fill("核对门牌号")
    dialog.get_by_role("button", name="记录并查看原图").click()
    expect(dialog.get_by_role("list").filter(has_text="核对门牌号")).to_contain_text("示例派遣员")

    dialog.get_by_role("button", name="对外公开").click()
    picture = dialog.get_by_alt_text("要公开的照片")
    expect(picture).to_have_js_property("complete", True)
    box = picture.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=4)
    desk.mouse.up()
    drawn = dialog.get_by_role("button", name=re.compile("^遮盖框 1"))
    drawn.focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Shift+ArrowDown")
    dialog.get_by_role("button", name="遮盖后公开").click()
    expect(dialog.get_by_alt_text("已公开的照片")).to_be_visible()
    (covered,) = maker.ask(DISPATCHER, "GET", f"/api/v1/photos/{photo}/release")["boxes"]
    assert covered == pytest.approx({"x": 0.26, "y": 0.25, "width": 0.25, "height": 0.26}, abs=0.01)
    dialog.get_by_role("button", name="撤回公开").click()
    expect(dialog.get_by_text("已撤回")).to_be_visible()
    assert not maker.case(DISPATCHER, case_id)["photos"][0]["is_released"]


def test_a_link_reproduces_the_list_and_the_file_holds_the_same_rows(desk: Page, maker: Maker) -> None:
    counted = maker.ask(MANAGER, "GET", "/api/v1/cases/counts?state=closed&state=handling")["total"]
    sign_in(desk, MANAGER).goto("/desk/cases")
    desk.get_by_role("button", name="已结案").click()
    desk.get_by_role("button", name="处置中").click()
    expect(desk).to_have_url(re.compile("state=closed.*"))
    expect(desk.get_by_text(f"共 {counted} 件")).to_be_visible()
    rows = desk.get_by_role("row").filter(has=desk.get_by_role("cell"))
    expect(rows.first).to_be_visible()
    titles = rows.all_inner_texts()
    desk.goto(desk.url)
    expect(rows).to_have_count(len(titles))
    assert all("已结案" in each or "处置中" in each for each in titles)
    with desk.expect_download() as saved:
        desk.get_by_role("button", name="导出 XLSX").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(saved.value.path().read_bytes()), read_only=True)
    path = "/api/v1/cases?state=closed&state=handling&limit=200"
    numbers = {case["number"] for case in maker.ask(MANAGER, "GET", path)["items"]}
    cells = {
        str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row
    }
    assert numbers <= cells


def test_a_round_is_planned_watched_and_called_off(
    desk: Page, maker: Maker, community: dict[str, Any]
) -> None:
    sign_in(desk, MANAGER).goto("/desk/rounds/new")
    desk.get_by_label("名称").fill("试验：消防专项检查")
    picker = desk.get_by_role("combobox", name="按小区选")
    picker.fill(community["name"])
    desk.get_by_role("option", name=community["name"]).first.click()
    picker.press("Escape")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("试验：消防专项检查")
    expect(desk.get_by_role("row").filter(has_text=community["name"])).to_contain_text("未开始")
    desk.get_by_role("link", name="修改安排").click()
    desk.get_by_label("说明").fill("带上测距仪")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("带上测距仪")).to_be_visible()
    desk.get_by_role("button", name="取消本轮").click()
    desk.get_by_role("dialog").get_by_role("button", name="取消本轮").click()
    expect(desk.get_by_role("status").filter(has_text="已取消")).to_be_visible()


def test_a_new_person_gets_a_password_shown_once_and_loses_the_post_again(
    desk: Page, new_context: Any, maker: Maker
) -> None:
    sign_in(desk, MANAGER).goto("/desk/accounts")
    desk.get_by_role("button", name="新增人员").click()
    dialog = desk.get_by_role("dialog", name="新增人员")
    dialog.get_by_label("姓名").fill("试验人员")
    dialog.get_by_label("用户名").fill("test.person")
    dialog.get_by_role("button", name="新增并生成初始密码").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    expect(dialog.get_by_label("姓名")).to_have_value("试验人员")
    dialog.get_by_role("combobox", name="负责地区").fill("城桥")
    dialog.get_by_role("option", name=re.compile("城桥镇")).first.click()
    dialog.get_by_role("button", name="新增并生成初始密码").click()
    shown = desk.get_by_role("dialog", name="初始密码")
    password = shown.locator("code").inner_text()
    shown.get_by_role("button", name="已记下").click()
    sign_in(new_context().new_page(), "test.person", password)
    desk.get_by_role("link", name="试验人员").click()
    desk.get_by_role("button", name="结束岗位").click()
    desk.get_by_role("dialog").get_by_role("button", name="结束岗位").click()
    expect(desk.get_by_text("没有在任岗位")).to_be_visible()


def test_a_community_is_changed_imported_and_has_its_poster(
    desk: Page, maker: Maker, community: dict[str, Any], tmp_path: Any
) -> None:
    sign_in(desk, MANAGER).goto(f"/desk/communities/{community['id']}")
    desk.get_by_label("户数").fill("many")
    desk.get_by_role("form", name="小区属性").get_by_role("button", name="保存").click()
    expect(desk.get_by_role("alert").filter(has_text="整数").first).to_be_visible()
    desk.get_by_label("户数").fill("321")
    desk.get_by_role("form", name="小区属性").get_by_role("button", name="保存").click()
    expect(desk.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    path = f"/api/v1/communities/{community['id']}"
    assert maker.ask(MANAGER, "GET", path)["attributes"]["households"] == 321

    desk.get_by_role("link", name="公示栏海报").click()
    code = desk.get_by_alt_text(f"{community['name']}的二维码")
    expect(code).to_be_visible()
    assert code.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0

    desk.goto("/desk/communities")
    desk.get_by_role("button", name="导入表格").click()
    table = tmp_path / "communities.csv"
    table.write_text("小区名称,居村委代码,户数\n试验小区,310151101001,很多\n", encoding="utf-8")
    dialog = desk.get_by_role("dialog", name="导入表格")
    dialog.get_by_label("选择 CSV 或 XLSX 文件").set_input_files(table)
    dialog.get_by_role("button", name="导入表格").click()
    expect(dialog.get_by_role("row").filter(has_text="很多")).to_contain_text("户数")
    assert maker.ask(MANAGER, "GET", "/api/v1/communities?text=试验小区")["items"] == []


def test_the_map_loads_leaflet_only_there_and_its_list_says_the_same(desk: Page, maker: Maker) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    sign_in(desk, MANAGER).goto("/desk/cases?state=closed")
    expect(desk.get_by_role("row").nth(1)).to_be_visible()
    assert not [each for each in asked if "leaflet" in each]
    desk.goto("/desk/map")
    expect(desk.locator(".case-pin").first).to_be_visible()
    assert [each for each in asked if "leaflet" in each]
    listed = desk.get_by_role("region", name="图中案件")
    in_view = int(re.sub(r"\D", "", listed.get_by_role("heading").inner_text()))
    counted = "pins => pins.reduce((sum, pin) => sum + Number(pin.querySelector('b')?.textContent ?? 1), 0)"
    drawn = desk.locator(".case-pin").evaluate_all(counted)
    assert drawn >= in_view > 0
    listed.get_by_role("button").first.click()
    expect(listed.get_by_role("button").first).to_have_attribute("aria-pressed", "true")
    expect(desk.locator(".case-pin.chosen")).to_have_count(1)


def test_a_phone_triages_too(new_context: Any, maker: Maker, community: dict[str, Any]) -> None:
    case_id = maker.reported_case(community["id"], "CORR-01", "手机七号楼", seed=7151)
    page = on_triage(new_context(**PHONE).new_page(), case_id)
    button = decision(page).get_by_role("button", name="派核实")
    expect(button).to_be_in_viewport()
    button.tap()
    page.get_by_role("dialog").get_by_role("button", name="派核实").tap()
    expect(page.get_by_role("status").filter(has_text="派核实：")).to_be_visible()
    assert maker.case(DISPATCHER, case_id)["state"] == "verifying"
