"""The desk's figures in the browser: from a rate to the photos that decide it, links that reproduce a view, tables by
keyboard, exports, pictures of plots, paper."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import PHONE, sign_in

HOME = "310151101"
MANAGER = "demo-manager"
CHECKLIST = "civilised_community"


def answer(page: Page, path: str) -> Any:
    """What the server itself says, as the person signed in."""
    found = page.context.request.get(f"/api/v1{path}")
    assert found.ok, found.text()
    return found.json()


def fraction(rate: dict[str, Any]) -> str:
    return f"{rate['numerator']:,}/{rate['denominator']:,}"


@pytest.fixture
def manager(desk: Page) -> Page:
    return sign_in(desk, MANAGER)


def a_case_in_hand(page: Page) -> dict[str, Any]:
    """A failing pair of the demo with a photo, somebody who handles it, and a deadline."""
    path = f"/areas/{HOME}/compliance/explain?checklist={CHECKLIST}&limit=200"
    for row in answer(page, path)["items"]:
        for case in row["cases"]:
            if case["organisation"] and case["deadline_at"] and case["photos"]:
                return {**row, "case": case}
    raise AssertionError("the demo has no failing pair with a photo and a case in hand")


_COUNT_TAPS = """addEventListener('click', (event) => {
  if (event.isTrusted) sessionStorage.setItem('taps', String(Number(sessionStorage.getItem('taps')) + 1));
}, true)"""


def test_three_taps_from_a_rate_to_the_photos_and_who_must_act_by_when(manager: Page) -> None:
    """Taps the rate and, three taps later, looks at the photos that make it so and at who must act by when."""
    wanted = a_case_in_hand(manager)
    place = answer(manager, f"/areas/{wanted['community']['area_code']}")["name"]
    rate = answer(manager, f"/areas/{HOME}/compliance?checklist={CHECKLIST}")["item_rate"]
    manager.add_init_script(_COUNT_TAPS)

    manager.goto("/desk")
    card = manager.locator("a.rate").first
    expect(card).to_contain_text(fraction(rate))
    figure = card.locator("strong").inner_text()
    card.locator("strong").click()

    expect(manager.get_by_role("heading", level=1)).to_have_text(f"为什么是 {figure}%？")
    expect(manager.get_by_label("怎么算出来的")).to_contain_text(rate["formula"]["statement_zh"])
    manager.get_by_role("link", name=re.compile(f"^{re.escape(place)}")).click()
    expect(manager).to_have_url(re.compile(f"area={wanted['community']['area_code']}"))
    manager.get_by_role("link", name=wanted["item"]["criterion_zh"]).first.click()
    expect(manager).to_have_url(re.compile(f"item={wanted['item']['code']}"))
    row = manager.get_by_role("article").filter(has_text=wanted["community"]["name"])
    # Who must act and by when stand beside the small photos already.
    expect(row).to_contain_text(wanted["case"]["number"])
    expect(row).to_contain_text(wanted["case"]["organisation"])
    expect(row).to_contain_text(re.compile(r"期限.*(还剩|已超期)"))
    row.get_by_role("button", name=re.compile("^看大图")).first.click()

    photo = manager.get_by_role("dialog")
    expect(photo.locator("img").first).to_have_js_property("complete", True)
    assert photo.locator("img").first.evaluate("each => each.naturalWidth") > 0
    expect(photo).to_contain_text(f"{wanted['case']['organisation']}负责")
    expect(photo).to_contain_text("前办结")
    assert manager.evaluate("sessionStorage.getItem('taps')") == "4", "the rate, then three taps"


def test_what_fails_stands_by_who_must_act_first(manager: Page) -> None:
    path = f"/areas/{HOME}/compliance/explain?checklist={CHECKLIST}&limit=30"
    by_deadline = [row["item"]["code"] for row in answer(manager, f"{path}&order=deadline")["items"]]
    manager.goto("/desk/why")
    codes = manager.get_by_role("article").locator(".criterion small")
    expect(codes).to_have_text(by_deadline)
    manager.get_by_role("group", name="排列").get_by_role("link", name="按小区").click()
    expect(manager).to_have_url(re.compile("sequence=community"))
    expect(codes).to_have_text([row["item"]["code"] for row in answer(manager, path)["items"]])


def test_the_community_rate_is_explained_in_words_of_communities(manager: Page) -> None:
    rate = answer(manager, f"/areas/{HOME}/compliance?checklist={CHECKLIST}")["community_rate"]
    manager.goto("/desk")
    manager.locator("a.rate", has_text="小区达标率").click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(re.compile("^为什么小区达标率是"))
    expect(manager.get_by_label("怎么算出来的")).to_contain_text("已判定的小区")
    tabs = manager.get_by_role("navigation", name="看哪些")
    expect(tabs).to_contain_text(f"不达标小区 {rate['denominator'] - rate['numerator']:,}")
    expect(tabs).to_contain_text(f"未查全、尚不能判定 {rate['excluded']['unassessed']:,}")
    row = manager.get_by_role("article").first
    expect(row).to_contain_text("得分")
    row.get_by_role("link", name=re.compile("^看它不达标的检查项")).click()
    expect(manager).to_have_url(re.compile(r"community=[0-9a-f-]{36}$"))
    expect(
        manager.get_by_role("article").first.get_by_role("button", name=re.compile("^看大图"))
    ).to_be_visible()


def test_an_address_of_nothing_says_so_and_leads_back(manager: Page) -> None:
    for address, title, back in (
        ("/desk?area=999999", "没有这个地区", "/desk"),
        ("/desk?checklist=made_up", "没有这份检查表", "/desk"),
        (f"/desk/why?item=NOPE-99&checklist={CHECKLIST}", "没有这个检查项", "/desk/why"),
        ("/desk/community/nowhere", "没有这个小区", "/desk"),
        ("/desk/catalogue/made_up", "没有这份检查表", "/desk"),
    ):
        manager.goto(address)
        expect(manager.get_by_role("heading", level=1)).to_have_text(title)
        manager.get_by_role("navigation", name="返回").get_by_role("link").first.click()
        expect(manager).to_have_url(re.compile(f"{back}$"))
        expect(manager.get_by_role("heading", level=1)).not_to_have_text(title)


def test_the_account_menu_changes_the_language_and_signs_out(manager: Page) -> None:
    manager.goto("/desk")
    expect(manager.locator("a.rate").first).to_be_visible()
    person = manager.get_by_role("button", name=re.compile("设置与退出"))
    person.click()
    manager.get_by_role("menuitem", name="English").click()
    expect(manager.get_by_role("heading", name="Indicators by places")).to_be_visible()
    expect(manager.locator("html")).to_have_attribute("lang", "en")
    manager.reload()
    expect(manager.locator("a.rate").first).to_contain_text("Coverage")
    manager.get_by_role("button", name=re.compile("settings", re.IGNORECASE)).click()
    manager.get_by_role("menuitem", name="Sign out").click()
    expect(manager).not_to_have_url(re.compile("/desk"))
    manager.goto("/desk")
    expect(manager).to_have_url(re.compile("/sign-in"))


def test_the_reasons_add_up_to_what_the_server_counts(manager: Page) -> None:
    rate = answer(manager, f"/areas/{HOME}/compliance?checklist={CHECKLIST}")["item_rate"]
    manager.goto("/desk/why")
    tabs = manager.get_by_role("navigation", name="看哪些")
    expect(tabs).to_contain_text(f"不达标 {rate['denominator'] - rate['numerator']:,}")
    expect(tabs).to_contain_text(f"未检查 {rate['excluded']['unassessed']:,}")
    tabs.get_by_role("link", name=re.compile("^不适用")).click()
    expect(manager).to_have_url(re.compile("status=not_applicable"))
    expect(manager.get_by_text(re.compile("^不适用：")).first).to_be_visible()


def test_a_link_reproduces_the_view(manager: Page) -> None:
    before = answer(
        manager, f"/areas/{HOME}/compliance?checklist=fire_safety&indicator=ESCAPE&as_of=2026-11-01"
    )
    manager.goto("/desk")
    manager.get_by_label("检查表").select_option("fire_safety")
    manager.get_by_label("范围", exact=True).select_option("indicator:ESCAPE")
    manager.get_by_label("截至日期").fill("2026-11-01")
    expect(manager).to_have_url(re.compile(r"checklist=fire_safety&indicator=ESCAPE&as_of=2026-11-01$"))
    card = manager.locator("a.rate").first
    expect(card).to_contain_text(fraction(before["item_rate"]))

    again = manager.context.new_page()
    again.goto(manager.url)
    expect(again.get_by_label("检查表")).to_have_value("fire_safety")
    expect(again.get_by_label("范围", exact=True)).to_have_value("indicator:ESCAPE")
    expect(again.get_by_label("截至日期")).to_have_value("2026-11-01")
    expect(again.locator("a.rate").first).to_have_text(card.inner_text(), use_inner_text=True)
    again.go_back()


def test_the_heat_table_is_walked_by_arrows_and_says_what_its_colours_say(manager: Page) -> None:
    manager.goto("/desk")
    table = manager.get_by_role("table").filter(has=manager.locator("caption", has_text="达标率："))
    cells = table.locator("tbody a[data-at]")
    expect(cells.first).to_be_visible()
    assert table.locator("tbody a[tabindex='0']").count() == 1, "the table is one tab stop"
    below = table.locator("tbody td[data-shade^='below'] a").first
    expect(below).to_contain_text("▼")
    expect(below).to_contain_text("低于目标 90%")
    expect(table.locator("tbody td[data-shade='none'] a", has_text="未检查").first).to_be_visible()
    expect(table.locator("tbody td[data-shade='out'] a", has_text="不适用").first).to_be_visible()
    whole = answer(manager, f"/areas/{HOME}/compliance?checklist={CHECKLIST}")["item_rate"]
    expect(table.locator("[data-at='0:0']")).to_contain_text(fraction(whole))

    table.locator("[data-at='0:0']").focus()
    manager.keyboard.press("ArrowDown")
    manager.keyboard.press("ArrowRight")
    expect(table.locator("[data-at='1:1']")).to_be_focused()
    manager.keyboard.press("Enter")
    expect(manager).to_have_url(re.compile(r"/desk/why\?.*area=\d+.*indicator="))


def test_a_table_is_exported_as_it_is_filtered(manager: Page, tmp_path: Path) -> None:
    manager.goto(f"/desk/why?checklist={CHECKLIST}")
    expect(manager.get_by_role("article").first).to_be_visible()
    for kind, suffix in (("XLSX", ".xlsx"), ("CSV", ".zip")):
        with manager.expect_download() as found:
            manager.get_by_role("button", name=f"导出 {kind}").click()
        target = tmp_path / found.value.suggested_filename
        found.value.save_as(target)
        assert target.suffix == suffix
    total = answer(manager, f"/areas/{HOME}/compliance?checklist={CHECKLIST}")["item_rate"]
    table, told = (
        zipfile.ZipFile(target).read(each).decode("utf-8-sig") for each in ("达标率说明.csv", "说明.txt")
    )
    assert table.count("不达标") >= total["denominator"] - total["numerator"]
    assert f"查询条件: checklist = {CHECKLIST}" in told


def test_a_plot_is_saved_as_a_picture_and_has_its_table(manager: Page, tmp_path: Path) -> None:
    manager.goto("/desk")
    plot = manager.get_by_role("figure").filter(has_text="达标率走势")
    expect(plot.locator("tbody tr").first).to_be_attached()
    plot.get_by_role("button", name="数据表").click()
    expect(plot.get_by_role("columnheader", name="95% 置信区间")).to_be_visible()
    assert plot.locator("tbody tr").count() == 13, "ninety days are thirteen weeks"
    with manager.expect_download() as found:
        plot.get_by_role("button", name="保存为图片").click()
    found.value.save_as(tmp_path / "plot.png")
    picture = (tmp_path / "plot.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 2200


def test_an_uncertain_order_is_called_uncertain(manager: Page) -> None:
    manager.goto("/desk")
    plot = manager.get_by_role("figure").filter(has_text="地区排名")
    expect(plot).to_contain_text("差异不显著")
    plot.get_by_role("button", name="数据表").click()
    expect(plot.get_by_role("row").filter(has_text=re.compile(r"第1–\d+")).first).to_be_visible()
    best = plot.locator("tbody tr").first.get_by_role("link")
    rate = best.inner_text().split()[0]
    best.click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(f"为什么是 {rate}？")
    address = manager.url

    manager.go_back()
    expect(plot.locator("tbody tr").first).to_contain_text(rate)
    # The plot's own row opens the same: the best stands first, below the target's word.
    plot.get_by_role("img", name=re.compile("^地区排名")).click(position={"x": 300, "y": 40})
    expect(manager).to_have_url(address)


def test_a_phone_scrolls_the_heat_table_inside_its_box(new_context: Any) -> None:
    page = sign_in(new_context(**PHONE).new_page(), MANAGER)
    page.goto("/desk")
    expect(page.locator(".wide-box tbody a").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".wide-box")
    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
    name = page.locator(".wide-box tbody th").first
    left = name.bounding_box()
    box.evaluate("each => { each.scrollLeft = 300 }")
    assert left is not None
    assert name.bounding_box()["x"] == pytest.approx(left["x"], abs=1), "the first column stays"
    head = page.locator(".wide-box thead th").first
    top = head.bounding_box()
    box.evaluate("each => { each.scrollTop = 400 }")
    assert head.bounding_box() == top, "the head stays"
    page.get_by_role("button", name="打开导航").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="检查标准")).to_be_visible()


def test_a_table_wider_than_the_page_says_how_much_it_hides_and_scrolls_by_keyboard_and_button(
    manager: Page,
) -> None:
    manager.goto("/desk")
    box = manager.get_by_role("region", name=re.compile("^达标率："))
    hidden = box.evaluate(
        """each => [...each.querySelectorAll('[data-column]')].filter((column) => {
          const {left, right} = column.getBoundingClientRect()
          return (left + right) / 2 > each.getBoundingClientRect().right
        }).length"""
    )
    assert hidden > 10, "the demo's town has more places than a page is wide"
    expect(manager.get_by_text(f"右边还有 {hidden} 列", exact=True)).to_be_visible()
    box.focus()
    manager.keyboard.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)
    manager.get_by_role("button", name="看右边的列").click()
    expect(manager.get_by_text(re.compile(r"^左边还有 \d+ 列，右边还有 \d+ 列$"))).to_be_visible()


def test_a_community_has_its_standing_under_every_checklist(manager: Page) -> None:
    wanted = a_case_in_hand(manager)
    manager.goto(f"/desk/community/{wanted['community']['id']}")
    expect(manager.get_by_role("heading", level=1)).to_have_text(wanted["community"]["name"])
    cards = manager.locator(".standing")
    expect(cards.first).to_be_visible()
    assert cards.count() == len(answer(manager, "/checklists?limit=200")["items"])
    row = manager.get_by_role("row").filter(has_text=wanted["item"]["code"])
    expect(row).to_contain_text("不达标")
    row.get_by_role("link", name=re.compile("不达标")).click()
    expect(manager.get_by_role("article")).to_contain_text(wanted["case"]["number"])

    manager.go_back()
    rate = cards.filter(has=manager.locator("[aria-current]")).locator("p a")
    value = rate.inner_text().split()[0]
    rate.click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(f"为什么是 {value}？")


def test_the_catalogue_says_each_rule_in_words_and_quotes_the_policy(manager: Page) -> None:
    manager.goto("/desk/catalogue")
    manager.get_by_role("link", name=re.compile("^文明小区")).click()
    manager.get_by_label("查找").fill("LIFT-01")
    item = manager.locator("#LIFT-01")
    expect(manager.locator("details.item")).to_have_count(1)
    item.locator("summary").click()
    expect(item).to_contain_text("电梯数 ≥ 1")
    expect(item).to_contain_text("不达标时拍照")
    expect(item).to_contain_text("本项目建议值")
    manager.get_by_label("查找").fill("")
    manager.get_by_label("只看").select_option("veto")
    expect(manager).to_have_url(re.compile(r"only=veto$"))
    for each in manager.locator("details.item").all():
        expect(each).to_contain_text("一票否决")


def test_measures_of_case_handling_come_with_their_rules(manager: Page) -> None:
    measures = answer(manager, f"/cases/measures?area={HOME}&from=2026-09-01&to=2026-11-20")["items"]
    manager.goto("/desk/measures?from=2026-09-01&to=2026-11-20")
    rows = manager.locator("main li")
    expect(rows).to_have_count(len(measures))
    for row, measure in zip(rows.all(), measures, strict=True):
        expect(row).to_contain_text(measure["name_zh"])
        expect(row).to_contain_text(measure["rule_zh"])
        if measure["value"] is not None:
            expect(row).to_contain_text(fraction(measure))


def test_paper_has_the_query_and_the_time_and_nothing_to_press(manager: Page) -> None:
    manager.goto("/desk")
    expect(manager.locator(".wide-box tbody a").first).to_be_visible()
    manager.emulate_media(media="print")
    expect(manager.get_by_text(re.compile("^打印于"))).to_be_visible()
    expect(manager.locator("p.query")).to_have_text(re.compile(r"^城桥镇 · 文明小区（第 \d+ 版）"))
    for pressed in ("导出 XLSX", "打印", "保存为图片"):
        assert manager.get_by_role("button", name=pressed).count() == 0
    expect(manager.get_by_role("navigation", name="工作台导航")).to_have_count(0)


def test_paper_lists_all_that_fails_or_says_how_much_it_leaves_out(manager: Page) -> None:
    path = f"/areas/{HOME}/compliance/explain?checklist={CHECKLIST}"
    total = len(answer(manager, f"{path}&limit=200")["items"])
    assert total > 30, "the demo fails in more than a screen lists at once"
    manager.add_init_script(
        "window.print = () => (window.printed = document.querySelectorAll('article').length)"
    )
    manager.goto("/desk/why")
    expect(manager.get_by_role("article")).to_have_count(30)
    left_out = manager.get_by_text(f"纸上列出 30 / {total} 项，其余见导出")
    expect(left_out).to_be_hidden()
    manager.emulate_media(media="print")
    expect(left_out).to_be_visible()

    manager.emulate_media(media="screen")
    manager.get_by_role("button", name="打印").click()
    expect(manager.get_by_role("article")).to_have_count(total)
    expect(manager.get_by_role("button", name="打印")).to_be_enabled()
    assert manager.evaluate("window.printed") == total, "the rows are there before anything prints"
    expect(left_out).to_have_count(0)


@pytest.mark.parametrize(
    ("who", "sees", "lacks"),
    [
        (MANAGER, ["达标总览", "受理", "人员与岗位"], []),
        ("demo-auditor", ["达标总览", "案件"], ["受理", "派遣"]),
    ],
)
def test_the_navigation_shows_what_one_may_open(
    desk: Page, who: str, sees: list[str], lacks: list[str]
) -> None:
    page = sign_in(desk, who)
    page.goto("/desk")
    navigation = page.get_by_role("navigation", name="工作台导航")
    for name in sees:
        expect(navigation.get_by_role("link", name=name, exact=True)).to_be_visible()
    for name in lacks:
        expect(navigation.get_by_role("link", name=name, exact=True)).to_have_count(0)
