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
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    keys.press("f")
    expect(page.get_by_role("alert")).to_contain_text("请先选择检查项")
    # The figures beside the groups go on working: nothing has taken the keyboard.
    expect(decision(page).get_by_role("button", name="楼道门栋")).to_be_enabled()
    keys.press("4")
    wanted = decision(page).locator("ul button > span").first.inner_text().split("\n")[0]
    # Filing keeps the group that was chosen and asks for the item in it.
    keys.press("f")
    expect(page.get_by_role("alert")).to_contain_text("已选“楼道门栋”")
    # Filing does not wait for the hand: the category is still on its way.
    keys.press("1")
    keys.press("f")
    expect(page.get_by_role("status").filter(has_text="立案：")).to_be_visible()
    filed = maker.case(DISPATCHER, first)
    assert (filed["state"], filed["item_code"][:4], filed["title"]) == ("filed", "CORR", wanted)

    page.goto(f"/desk/triage?case={second}")
    expect(page.get_by_role("article")).to_contain_text("键盘二号楼")
    # The queue is read beside the case: before it stands there is nothing above to go to.
    expect(page.get_by_role("listitem").locator("[aria-current='true']")).to_contain_text("键盘二号楼")
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
    expect(target).to_contain_text("类别相同 · 同一楼栋")
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
    card.hover()  # Brings it into view, also where the board is drawn anew meanwhile.
    expect(card).to_contain_text(suggested["name"])
    card.get_by_role("button", name="派给该单位").click()
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
    desk.get_by_role("button", name="筛选").click()
    for state in ("已结案", "处置中", "挂账"):
        desk.get_by_role("group", name="状态").get_by_role("button", name=state).click()
    desk.get_by_role("button", name="去掉“挂账”").click()
    expect(desk).to_have_url(re.compile("state=handling&state=closed$"))
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
    desk.get_by_role("button", name="重置密码").click()
    desk.get_by_role("dialog", name="重置密码").get_by_role("button", name="重置密码").click()
    renewed = shown.locator("code").inner_text()
    shown.get_by_role("button", name="已记下").click()
    assert renewed != password
    sign_in(new_context().new_page(), "test.person", renewed)
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
    # The tests' product has no public address: its poster would lead a phone to itself.
    expect(desk.get_by_role("alert")).to_contain_text("PUBLIC_URL")

    desk.goto("/desk/communities")
    desk.get_by_role("button", name="导入表格").click()
    table = tmp_path / "communities.csv"
    table.write_text("小区名称,居村委代码,户数\n试验小区,310151101001,很多\n", encoding="utf-8")
    dialog = desk.get_by_role("dialog", name="导入表格")
    dialog.get_by_label("选择 CSV 或 XLSX 文件").set_input_files(table)
    dialog.get_by_role("button", name="导入表格").click()
    expect(dialog.get_by_role("row").filter(has_text="很多")).to_contain_text("户数")
    assert maker.ask(MANAGER, "GET", "/api/v1/communities?text=试验小区")["items"] == []
    table.write_text("小区名称,居村委代码,户数\n试验小区,310151101001,12\n", encoding="utf-8")
    # The same file, mended: chosen again as a person does, through the browser's own picker.
    with desk.expect_file_chooser() as chooser:
        dialog.get_by_label("选择 CSV 或 XLSX 文件").click()
    chooser.value.set_files(table)
    dialog.get_by_role("button", name="导入表格").click()
    expect(dialog.get_by_role("status")).to_contain_text("新增 1 个")
    (taken,) = maker.ask(MANAGER, "GET", "/api/v1/communities?text=试验小区")["items"]
    assert taken["attributes"]["households"] == 12


def test_an_organisation_is_entered_and_a_rule_sends_cases_to_it(desk: Page, maker: Maker) -> None:
    sign_in(desk, MANAGER).goto("/desk/organisations")
    desk.get_by_role("button", name="新增单位").click()
    dialog = desk.get_by_role("dialog", name="新增单位")
    dialog.get_by_label("名称").fill("试验绿化养护公司")
    dialog.get_by_label("服务监督电话").fill("公司电话")
    dialog.get_by_role("combobox", name="服务地区").fill("城桥")
    dialog.get_by_role("option", name=re.compile("城桥镇")).first.click()
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("alert").filter(has_text="请填写电话号码").first).to_be_visible()
    dialog.get_by_label("服务监督电话").fill("021-00000077")
    dialog.get_by_role("button", name="保存").click()
    row = desk.get_by_role("row").filter(has_text="试验绿化养护公司")
    expect(row).to_contain_text("城桥镇")
    expect(row).to_contain_text("021-00000077")

    desk.goto("/desk/routing")
    desk.get_by_role("button", name="新增规则").click()
    dialog = desk.get_by_role("dialog", name="新增规则")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    for name, words in (("地区", "城桥"), ("检查项", "毁绿"), ("指定单位", "试验绿化")):
        dialog.get_by_role("combobox", name=name, exact=True).fill(words)
        dialog.get_by_role("option", name=re.compile(words)).first.click()
    dialog.get_by_label("优先级").fill("7")
    dialog.get_by_role("button", name="保存").click()
    rule = desk.get_by_role("row").filter(has_text="试验绿化养护公司")
    expect(rule).to_contain_text("城桥镇")
    rule.get_by_role("button", name="修改").click()
    dialog = desk.get_by_role("dialog", name="修改规则")
    dialog.get_by_role("button", name="删除").click()
    dialog.get_by_role("button", name="确认删除").click()
    expect(rule).to_have_count(0)

    desk.goto("/desk/organisations?text=试验绿化")
    row.get_by_role("button", name="修改").click()
    desk.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(row).to_have_count(0)
    assert maker.ask(MANAGER, "GET", "/api/v1/organisations?text=试验绿化&is_active=false")["items"]


def test_requests_are_decided_by_whom_they_are_for(desk: Page, maker: Maker) -> None:
    asked = {"延期九号楼": ("extend", {}), "挂账十号楼": ("suspend", {"until_on": "2027-03-01"})}
    cases = {}
    for seed, (place, (action, more)) in enumerate(asked.items(), 7161):
        cases[place] = maker.dispatched_case("GREEN-01", place, seed)
        maker.act("demo-handler", cases[place], "start")
        maker.act("demo-handler", cases[place], action, reason="等待配件到货", **more)

    def card(page: Page, place: str) -> Locator:
        found = page.get_by_role("region", name="待审批").get_by_role("article").filter(has_text=place)
        found.hover()
        return found

    sign_in(desk, DISPATCHER).goto("/desk/dispatch")
    expect(card(desk, "挂账十号楼")).to_contain_text("由街镇管理员审批挂账")
    expect(card(desk, "挂账十号楼")).not_to_contain_text("延期")
    card(desk, "延期九号楼").get_by_role("button", name="同意延期", exact=True).click()
    expect(desk.get_by_role("status").filter(has_text="同意延期：")).to_be_visible()
    stops = maker.case(DISPATCHER, cases["延期九号楼"])["stops"]
    assert [each["kind"] for each in stops] == ["extension"]

    manager = sign_in(desk, MANAGER)
    manager.goto("/desk/dispatch")
    card(manager, "挂账十号楼").get_by_role("button", name="同意挂账", exact=True).click()
    expect(manager.get_by_role("status").filter(has_text="同意挂账：")).to_be_visible()
    assert maker.case(MANAGER, cases["挂账十号楼"])["state"] == "suspended"


def test_what_is_not_there_says_so_and_leads_back(desk: Page, maker: Maker) -> None:
    nobody = "01a1f000-0000-7000-8000-000000000000"
    sign_in(desk, MANAGER)
    for path, told in (
        (f"cases/{nobody}", "没有这个案件"),
        (f"rounds/{nobody}", "没有这个检查轮次"),
        (f"rounds/{nobody}/change", "没有这个检查轮次"),
        (f"accounts/{nobody}", "没有这个人员"),
        (f"communities/{nobody}", "没有这个小区"),
        (f"communities/{nobody}/poster", "没有这个小区"),
        ("cases/no-id", "没有这个案件"),
    ):
        desk.goto(f"/desk/{path}")
        missing = desk.get_by_role("alert").filter(has_text=told)
        expect(missing.get_by_role("link")).to_have_attribute("href", f"/desk/{path.split('/')[0]}")
        expect(desk.get_by_role("button", name="再试一次")).to_have_count(0)


def test_a_handler_who_opens_the_desk_is_led_to_the_own_cases(phone: Page, maker: Maker) -> None:
    case_id = maker.dispatched_case("GREEN-01", "处置十一号楼", 7171)
    sign_in(phone, "demo-handler").goto(f"/desk/cases/{case_id}")
    expect(phone).to_have_url(re.compile(f"/handle/{case_id}$"))
    phone.goto("/desk/cases")
    expect(phone).to_have_url(re.compile("/handle$"))
    for figures_or_work in ("/desk/communities", "/desk/measures"):
        phone.goto(figures_or_work)
        expect(phone.get_by_role("heading", name="没有这个页面")).to_be_visible()
        expect(phone.get_by_role("button", name="打开导航")).to_have_count(0)


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
