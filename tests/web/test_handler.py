"""The handler's journey on a phone: cases by deadline, taken up, fixed in a cellar without network, refused and repaired."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.live import Product
from tests.web.conftest import PHONE, sign_in
from tests.web.making import Maker, picture

SENT_MS = 20_000


@pytest.fixture(scope="module")
def maker(playwright: Playwright, product: Product) -> Iterator[Maker]:
    request = playwright.request.new_context(base_url=product.address)
    yield Maker(request)
    request.dispose()


def after_photo(folder: Path, seed: int) -> Path:
    file = folder / f"after-{seed}.jpg"
    file.write_bytes(picture(seed, (1600, 1200)))
    return file


def handed_in(maker: Maker, case_id: str) -> Any:
    """The case once it has been handed in for its check."""
    deadline = time.monotonic() + SENT_MS / 1000
    while (case := maker.case("demo-handler", case_id))["state"] != "handled":
        assert time.monotonic() < deadline, case["state"]
        time.sleep(0.2)
    return case


def test_cases_stand_in_the_order_of_their_deadlines(phone: Page, maker: Maker) -> None:
    open_cases = maker.ask("demo-handler", "GET", "/api/v1/cases?state=dispatched&state=handling&limit=100")[
        "items"
    ]
    sign_in(phone, "demo-handler").goto("/handle")
    overdue = [each for each in open_cases if each["is_overdue"]]
    assert overdue, "the demo's handler has overdue work"
    expect(phone.get_by_role("status").filter(has_text="已超期")).to_contain_text(str(len(overdue)))
    rows = phone.locator("section.overdue button")
    expect(rows).to_have_count(len(overdue))
    longest = min(overdue, key=lambda each: each["deadline_effective"])
    expect(rows.first).to_contain_text(longest["title"])
    expect(rows.first).to_contain_text("已超期")


def test_a_case_is_taken_up_and_fixed_without_a_network(phone: Page, maker: Maker, tmp_path: Path) -> None:
    case_id = maker.dispatched_case("FIRE-01", "手工一号楼", seed=9101)
    sign_in(phone, "demo-handler").goto(f"/handle/{case_id}")
    # One tap: taking up asks for nothing.
    phone.get_by_role("button", name="接单").click()
    expect(phone.locator("form.step")).to_have_count(0)
    expect(
        phone.get_by_role("button", name="处置完成").or_(phone.get_by_role("button", name="提交反馈"))
    ).to_be_visible(timeout=SENT_MS)
    handle = next(
        each for each in maker.case("demo-handler", case_id)["actions"] if each["action"] == "handle"
    )
    phone.context.set_offline(True)
    phone.get_by_role("button", name=handle["name_zh"]).click()
    hand_in = phone.get_by_role("button", name=f"提交：{handle['name_zh']}")
    expect(hand_in).to_be_disabled()
    phone.locator("input[type=file]").first.set_input_files(after_photo(tmp_path, 9102))
    phone.get_by_label("说明").fill("杂物已清走")
    expect(hand_in).to_be_enabled()
    hand_in.click()
    expect(phone.get_by_text("已存手机").or_(phone.get_by_text("等待网络"))).to_be_visible()
    assert maker.case("demo-handler", case_id)["state"] == "handling"
    phone.context.set_offline(False)
    case = handed_in(maker, case_id)
    expect(phone.get_by_text("刚提交的操作")).to_have_count(0)
    expect(phone.locator(".history li").first).to_contain_text("处置完成")
    expect(phone.locator(".history")).to_contain_text("已接单")
    expect(phone.locator(".clock")).to_contain_text("起算")
    assert [each["reason"] for each in case["events"] if each["action"] == "handle"] == ["杂物已清走"]
    assert len(case["after_photo_ids"]) == 1


def test_a_step_begun_is_found_again_after_the_page_was_closed(
    new_context: Callable[..., BrowserContext], maker: Maker, tmp_path: Path
) -> None:
    case_id = maker.dispatched_case("FIRE-02", "手工二号楼", seed=9201)
    context = new_context(**PHONE)
    page = sign_in(context.new_page(), "demo-handler")
    page.goto(f"/handle/{case_id}")
    page.get_by_role("button", name="退单").click()
    page.get_by_label("原因").fill("不归本公司管")
    page.get_by_label("原因").blur()
    page.wait_for_timeout(300)
    page.close()
    again = context.new_page()
    again.goto(f"/handle/{case_id}")
    expect(again.get_by_label("原因")).to_have_value("不归本公司管")
    again.get_by_role("button", name="提交：退单").click()
    expect(again.get_by_role("form")).to_have_count(0)


def test_what_somebody_else_did_first_is_told_and_nothing_is_lost(phone: Page, maker: Maker) -> None:
    case_id = maker.dispatched_case("FIRE-03", "手工三号楼", seed=9301)
    sign_in(phone, "demo-handler").goto(f"/handle/{case_id}")
    phone.get_by_role("button", name="退单").click()
    phone.get_by_label("原因").fill("不归本公司管")
    maker.act("demo-handler", case_id, "start")
    phone.get_by_role("button", name="提交：退单").click()
    expect(phone.get_by_text("没有被接受")).to_be_visible(timeout=SENT_MS)
    phone.get_by_role("button", name="修改后重发").click()
    expect(phone.get_by_label("原因")).to_have_value("不归本公司管")


def test_an_extension_is_asked_for_without_a_day(phone: Page, maker: Maker) -> None:
    case_id = maker.dispatched_case("FIRE-04", "手工六号楼", seed=9351)
    maker.act("demo-handler", case_id, "start")
    sign_in(phone, "demo-handler").goto(f"/handle/{case_id}")
    phone.get_by_role("button", name="申请延期").click()
    form = phone.get_by_role("form", name="申请延期")
    expect(form.get_by_text("批准后多给")).to_be_visible()
    expect(form.locator("input[type=date]")).to_have_count(0)
    form.get_by_label("原因").fill("配件要从外地调")
    form.get_by_role("button", name="提交：申请延期").click()
    expect(phone.get_by_text("延期申请待批：配件要从外地调")).to_be_visible(timeout=SENT_MS)
    phone.goto("/handle/x")
    expect(phone.get_by_role("alert").get_by_role("link", name="回到我的任务")).to_be_visible()


def test_the_after_photo_is_framed_over_the_before_photo(
    playwright: Playwright, browser: Browser, product: Product, maker: Maker
) -> None:
    """With a camera (Chromium's own moving picture): the before-photo lies over it, the shutter keeps a photo."""
    case_id = maker.dispatched_case("FIRE-05", "手工四号楼", seed=9401)
    maker.act("demo-handler", case_id, "start")
    from tests.web.chromium import FLAGS, find_chromium

    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    filming = playwright.chromium.launch(executable_path=find_chromium(), args=flags)
    options: dict[str, Any] = {**PHONE, "base_url": product.address, "locale": "zh-CN"}
    page = sign_in(filming.new_context(**options).new_page(), "demo-handler")
    page.goto(f"/handle/{case_id}")
    handle = next(
        each for each in maker.case("demo-handler", case_id)["actions"] if each["action"] == "handle"
    )
    page.get_by_role("button", name=handle["name_zh"]).click()
    page.get_by_role("button", name="对着原照片拍").click()
    ghost = page.get_by_alt_text("处置前的照片，半透明叠在画面上")
    expect(ghost).to_have_css("opacity", "0.4")
    page.get_by_label("原照片浓淡").fill("60")
    expect(ghost).to_have_css("opacity", "0.6")
    shutter = page.get_by_role("dialog").get_by_role("button", name="拍照")
    expect(shutter).to_be_enabled()
    shutter.click()
    expect(page.get_by_role("group", name="处置后照片").locator("img")).to_have_count(1)
    filming.close()


def test_the_photo_that_arrives_is_the_one_that_was_kept(phone: Page, maker: Maker, tmp_path: Path) -> None:
    """The SHA-256 that the phone reckoned of what it kept is that of what the server says it stored."""
    case_id = maker.dispatched_case("FIRE-06", "手工五号楼", seed=9501)
    maker.act("demo-handler", case_id, "start")
    sent: list[str] = []

    def look(request: Any) -> None:
        if "/api/v1/photos/" in request.url and request.method == "PUT":
            digest = request.headers["content-digest"].removeprefix("sha-256=:").rstrip(":")
            sent.append(base64.b64decode(digest).hex())

    phone.on("request", look)
    handle = next(
        each for each in maker.case("demo-handler", case_id)["actions"] if each["action"] == "handle"
    )
    sign_in(phone, "demo-handler").goto(f"/handle/{case_id}")
    phone.get_by_role("button", name=handle["name_zh"]).click()
    phone.locator("input[type=file]").first.set_input_files(after_photo(tmp_path, 9502))
    phone.get_by_role("button", name=f"提交：{handle['name_zh']}").click()
    case = handed_in(maker, case_id)
    stored = maker.ask("demo-handler", "GET", f"/api/v1/photos/{case['after_photo_ids'][0]}")
    assert sent
    assert stored["sha256"] == sent[0]
