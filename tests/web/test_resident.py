"""The resident's journey on a phone: a report in four taps, kept without a network, followed by its code, answered, rated."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.live import Product
from tests.web.conftest import PHONE, Complaints
from tests.web.making import Maker, picture

SENT_MS = 20_000


@pytest.fixture(scope="module")
def maker(playwright: Playwright, product: Product) -> Iterator[Maker]:
    request = playwright.request.new_context(base_url=product.address)
    yield Maker(request)
    request.dispose()


@pytest.fixture(scope="module")
def communities(maker: Maker) -> list[Any]:
    """The communities that the demo's handler serves and the demo's inspector walks through."""
    found: list[Any] = maker.ask("demo-manager", "GET", "/api/v1/communities?limit=20")["items"]
    assert len(found) > 6
    return found


def photo(folder: Path, seed: int, size: tuple[int, int] = (1600, 1200)) -> Path:
    file = folder / f"{seed}.jpg"
    file.write_bytes(picture(seed, size))
    return file


@dataclass(frozen=True)
class Sent:
    case_id: str
    code: str


def report_over_api(maker: Maker, community_id: str, item_code: str, building: str, seed: int) -> Sent:
    """A resident's report with a photo, made without signing in."""
    capability, photo_id = secrets.token_urlsafe(24), uuid.uuid4()
    headers = {"Upload-Capability": capability}
    stored = maker.request.put(
        f"/api/v1/photos/{photo_id}", headers={**headers, "Content-Type": "image/jpeg"}, data=picture(seed)
    )
    assert stored.ok, stored.text()
    body = {
        "community_id": community_id,
        "item_code": item_code,
        "building": building,
        "photo_ids": [str(photo_id)],
    }
    taken = maker.request.put(f"/api/v1/reports/{uuid.uuid4()}", headers=headers, data=body)
    assert taken.ok, taken.text()
    return Sent(taken.json()["case_id"], taken.json()["tracking_code"])


def solve(maker: Maker, case_id: str, seed: int) -> None:
    """All that officials do until a case is closed, its photos released to the public."""
    organisation = maker.ask("demo-handler", "GET", "/api/v1/accounts/me")["posts"][0]["organisation"]
    maker.act("demo-dispatcher", case_id, "file")
    maker.act("demo-dispatcher", case_id, "dispatch", organisation_id=organisation["id"])
    maker.act("demo-handler", case_id, "start")
    after = maker.photo("demo-handler", seed)
    maker.act("demo-handler", case_id, "handle", photo_ids=[after], reason="已清理")
    seen = maker.photo("demo-inspector", seed + 1)
    maker.act("demo-inspector", case_id, "check_pass", photo_ids=[seen], seen_photo_ids=[after])
    for each in maker.case("demo-dispatcher", case_id)["photos"]:
        maker.ask("demo-dispatcher", "PUT", f"/api/v1/photos/{each['photo_id']}/release", data={"boxes": []})


def begin_report(page: Page, community_id: str, file: Path) -> None:
    """The main action of the community's page: the camera, which hands over one photo."""
    page.goto(f"/c/{community_id}")
    page.get_by_label("拍照上报").set_input_files(file)
    page.wait_for_url("**/report")
    expect(page.get_by_text("已存手机，关掉也不会丢")).to_be_visible()


def report_id_of(page: Page) -> str:
    page.wait_for_url("**/mine/*")
    return page.url.split("/mine/")[1].split("?")[0]


def test_a_report_is_sent_in_four_taps(
    phone: Page, maker: Maker, communities: list[Any], tmp_path: Path
) -> None:
    community = communities[2]
    begin_report(phone, community["id"], photo(tmp_path, 7001, (3000, 2250)))  # one tap: the camera
    for name in ("楼道门栋", "楼道灯不亮", "提交"):
        phone.get_by_role("button", name=name, exact=True).tap()
    report_id = report_id_of(phone)
    expect(phone.get_by_role("heading", name="已送达")).to_be_visible(timeout=SENT_MS)

    report = maker.ask("demo-dispatcher", "GET", f"/api/v1/reports/{report_id}")
    assert (report["item_code"], report["community"]["id"]) == ("CORR-03", community["id"])
    assert report["is_anonymous"]
    assert len(report["photo_ids"]) == 1
    stored = maker.ask("demo-dispatcher", "GET", f"/api/v1/photos/{report['photo_ids'][0]}")
    assert (stored["width"], stored["height"]) == (2048, 1536)

    phone.get_by_role("link", name="查看进度").tap()
    expect(phone.get_by_role("listitem").filter(has_text="已收到您的上报")).to_be_visible()
    phone.goto("/mine")
    expect(phone.get_by_role("listitem").filter(has_text="楼道灯不亮")).to_contain_text("等待受理")


def test_the_notice_board_says_whom_to_call(phone: Page, communities: list[Any]) -> None:
    phone.goto(f"/c/{communities[0]['id']}")
    line = phone.get_by_role("link", name="服务监督电话 021-00").first
    expect(line).to_have_attribute("href", re.compile(r"tel:021-00\d{6}"))


def test_the_start_page_has_the_camera_at_hand(phone: Page, communities: list[Any], tmp_path: Path) -> None:
    community = communities[2]
    phone.goto("/")
    phone.get_by_label("拍照上报").set_input_files(photo(tmp_path, 7009))
    phone.wait_for_url("**/report")
    expect(phone.get_by_text("已存手机，关掉也不会丢")).to_be_visible()
    phone.get_by_role("button", name="不确定").tap()
    # Nobody knows yet where it is: the page asks.
    phone.get_by_label("小区名称或地址").fill(community["name"])
    phone.get_by_role("button", name="查找").tap()
    phone.get_by_role("listitem").get_by_role("button", name=community["name"]).tap()
    expect(phone.locator(".top-bar")).to_contain_text(community["name"])


def test_a_report_begun_without_a_network_is_found_again_and_sent(
    new_context: Callable[..., BrowserContext], communities: list[Any], tmp_path: Path
) -> None:
    context, community = new_context(**PHONE), communities[3]
    page = context.new_page()
    page.goto(f"/c/{community['id']}")
    # Until the app is on the phone and has fetched beforehand what a report needs.
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("() => localStorage.getItem('jiayuan.page.categories') !== null")
    context.set_offline(True)
    page.get_by_label("拍照上报").set_input_files(photo(tmp_path, 7002))
    expect(page.get_by_text("已存手机，关掉也不会丢")).to_be_visible()
    page.close()

    page = context.new_page()
    page.goto(f"/c/{community['id']}")
    expect(page.get_by_text("网络不通，显示的是")).to_be_visible()
    page.get_by_role("link", name="有一份没写完的上报").tap()
    expect(page.get_by_text("接着写上次没提交的")).to_be_visible()
    page.get_by_role("button", name="不确定").tap()
    page.get_by_role("button", name="提交", exact=True).tap()
    expect(page.get_by_role("heading", name="已存手机 · 等待网络")).to_be_visible()
    expect(page.get_by_text("现在没有网络")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_role("heading", name="已送达")).to_be_visible(timeout=SENT_MS)
    expect(page.get_by_text("查询码", exact=True)).to_be_visible()


def test_the_same_problem_is_offered_to_be_joined(
    phone: Page, maker: Maker, communities: list[Any], tmp_path: Path
) -> None:
    community = communities[4]
    before = report_over_api(maker, community["id"], "WASTE-03", "", 7003)
    maker.act("demo-dispatcher", before.case_id, "file")
    begin_report(phone, community["id"], photo(tmp_path, 7004))
    phone.get_by_role("searchbox", name="搜索").fill("满溢")
    phone.get_by_role("button", name="垃圾满溢散落").tap()
    phone.get_by_role("region", name="附近有相同的问题").get_by_role("button", name="跟进").first.tap()
    phone.get_by_role("button", name="提交并跟进").tap()
    report_id = report_id_of(phone)
    expect(phone.get_by_text("已加入相同的问题一起处理")).to_be_visible(timeout=SENT_MS)
    assert maker.ask("demo-dispatcher", "GET", f"/api/v1/reports/{report_id}")["is_following"]


def test_a_solved_problem_is_compared_rated_and_said_not_to_be_fixed(
    phone: Page, maker: Maker, communities: list[Any], tmp_path: Path
) -> None:
    sent = report_over_api(maker, communities[0]["id"], "PARK-02", "住户甲楼", 7005)
    solve(maker, sent.case_id, 7006)
    phone.goto(f"/t/{sent.code.lower().replace('-', '')}")
    expect(phone.get_by_text("已解决").first).to_be_visible()
    slider = phone.get_by_role("slider", name="拖动对比处理前后")
    slider.focus()
    phone.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "处理前占 49%")

    # What was chosen outlasts a reload; nothing at all is asked for a photo or a word first.
    phone.get_by_role("button", name="不满意").tap()
    phone.get_by_label("想说的话（选填）").fill("又装回来了")
    phone.reload()
    expect(phone.get_by_label("想说的话（选填）")).to_have_value("又装回来了")
    phone.get_by_role("button", name="没修好", exact=True).tap()
    phone.get_by_role("button", name="提交“没修好”").tap()
    expect(phone.locator("section.answer").get_by_role("status")).to_contain_text("再点一次")
    phone.get_by_role("button", name="取消").tap()

    # In a basement: both answers are kept, and arrive in the order in which they were given.
    phone.context.set_offline(True)
    phone.get_by_role("button", name="提交评价").tap()
    expect(phone.get_by_role("heading", name="评价已存手机")).to_be_visible()
    phone.get_by_role("button", name="没修好", exact=True).tap()
    phone.get_by_role("region").filter(has_text="现在是什么样").or_(
        phone.locator("section.answer")
    ).first.get_by_label("拍照").set_input_files(photo(tmp_path, 7008))
    expect(phone.get_by_role("button", name="查看第 1 张照片")).to_be_visible()
    phone.get_by_role("button", name="提交“没修好”").tap()
    expect(phone.locator("section.answer")).to_contain_text("已存手机")
    assert maker.case("demo-dispatcher", sent.case_id)["state"] == "closed"
    phone.context.set_offline(False)
    expect(phone.get_by_text("未修好，重新处理").first).to_be_visible(timeout=SENT_MS)
    expect(phone.get_by_role("heading", name="处理得怎么样")).to_have_count(0)
    expect(phone.locator("section.rating.given")).to_contain_text("谢谢，评价已收到不满意 · 又装回来了")
    case = maker.case("demo-dispatcher", sent.case_id)
    assert (case["state"], case["reopen_count"]) == ("dispatched", 1)
    assert [(each["score"], each["note"]) for each in case["ratings"]] == [("dissatisfied", "又装回来了")]


def test_a_wrong_code_is_told_as_such(phone: Page) -> None:
    phone.goto("/t")
    phone.get_by_label("查询码").fill("CP1Q-D6GJ-B1NN-HJ7S-CTZA-2XB0")
    phone.get_by_role("button", name="查询").tap()
    expect(phone.get_by_role("alert")).to_have_text("查询码输错了，请对照检查")
    expect(phone.get_by_label("查询码")).to_have_value("CP1Q-D6GJ-B1NN-HJ7S-CTZA-2XB0")


def test_without_a_position_a_community_is_found_by_its_name(phone: Page, communities: list[Any]) -> None:
    phone.goto("/")
    phone.get_by_role("button", name="用我的位置找").tap()
    expect(phone.get_by_role("alert")).to_contain_text("没有得到定位许可")
    phone.get_by_role("searchbox", name="小区名称或地址").fill(communities[1]["name"][-4:])
    phone.get_by_role("link", name=communities[1]["name"]).first.tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text(communities[1]["name"])
    phone.goto("/")
    expect(phone.get_by_role("region", name="最近看过")).to_contain_text(communities[1]["name"])


def test_with_a_position_the_nearest_community_comes_first(
    new_context: Callable[..., BrowserContext], communities: list[Any]
) -> None:
    here = communities[1]
    place = {"latitude": here["latitude"], "longitude": here["longitude"]}
    page = new_context(**PHONE, geolocation=place, permissions=["geolocation"]).new_page()
    page.goto("/")
    page.get_by_role("button", name="用我的位置找").tap()
    expect(page.get_by_role("list", name="找到的小区").get_by_role("link").first).to_contain_text(
        here["name"]
    )


def test_a_report_without_anything_says_what_is_missing(phone: Page, communities: list[Any]) -> None:
    phone.goto(f"/c/{communities[5]['id']}/report")
    phone.get_by_role("button", name="提交", exact=True).tap()
    expect(phone.get_by_role("alert").filter(has_text="先拍一张照片")).to_be_visible()
    phone.get_by_role("button", name="说两句").tap()
    phone.get_by_label("补充说明（选填）").fill("路灯坏了")
    phone.get_by_label("手机号（选填）").fill("12345")
    phone.get_by_role("button", name="提交", exact=True).tap()
    expect(phone.get_by_role("alert").filter(has_text="11 位手机号")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("接着写上次没提交的")).to_be_visible()
    phone.get_by_role("button", name="说两句").tap()
    expect(phone.get_by_label("补充说明（选填）")).to_have_value("路灯坏了")
    # Whoever opens the app anew is led back to it from the start page.
    phone.goto("/")
    phone.get_by_role("link", name="接着写").tap()
    expect(phone.get_by_text("接着写上次没提交的")).to_be_visible()


def test_a_community_that_is_not_there_says_so_in_english_and_in_the_dark(
    new_context: Callable[..., BrowserContext], complaints: Complaints
) -> None:
    page = new_context(**{**PHONE, "locale": "en-GB", "color_scheme": "dark"}).new_page()
    page.goto(f"/c/{uuid.uuid4()}")
    expect(page.get_by_role("heading", name="There is no such community")).to_be_visible()
    assert page.evaluate("document.documentElement.classList.contains('dark')")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_role("link", name="Find a community").tap()
    expect(page.get_by_role("heading", name="Find your community")).to_be_visible()
