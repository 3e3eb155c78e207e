"""What every page shares: signing in, languages, appearance, addresses that lead nowhere, the page's own policy."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect

from tests.live import Product
from tests.web.conftest import PASSWORD, PHONE, sign_in
from tests.web.making import Maker
from tests.web.phone_queue import files_of, read_phone, some_community, states_on_phone


@pytest.fixture(scope="module")
def maker(playwright: Playwright, product: Product) -> Iterator[Maker]:
    request = playwright.request.new_context(base_url=product.address)
    yield Maker(request)
    request.dispose()


def test_staff_sign_in_and_arrive_at_their_work(phone: Page) -> None:
    phone.goto("/inspect")
    expect(phone).to_have_url(re.compile(r"/sign-in\?next=/inspect$"))
    phone.get_by_label("用户名").fill("demo-inspector")
    phone.get_by_label("密码").fill("wrong")
    phone.get_by_role("button", name="登录").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    assert phone.get_by_label("用户名").input_value() == "demo-inspector"
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    expect(phone).to_have_url(re.compile("/inspect$"))


def test_somebody_signed_in_is_not_shown_what_another_role_does(phone: Page) -> None:
    sign_in(phone, "demo-handler").goto("/desk")
    expect(phone.get_by_role("heading", name="没有这个页面")).to_be_visible()


def test_sign_in_survives_the_access_token(phone: Page, product: Product) -> None:
    sign_in(phone, "demo-handler")
    context = phone.context
    kept = [each for each in context.cookies() if each["name"] != "access_token_cookie"]
    context.clear_cookies()
    context.add_cookies(kept)  # type: ignore[arg-type]
    phone.goto("/settings")
    expect(phone.get_by_text("处置人员")).to_be_visible()
    assert any(each["name"] == "access_token_cookie" for each in context.cookies())


def test_who_leaves_a_shared_phone_leaves_nothing_but_what_has_not_arrived(phone: Page, maker: Maker) -> None:
    """Copies go, a draft stays and is told of; the next person sees neither, the first one finds it again."""
    case = maker.ask("demo-handler", "GET", "/api/v1/cases?state=dispatched&limit=1")["items"][0]
    sign_in(phone, "demo-handler").goto("/handle")
    expect(phone.get_by_text(case["title"]).first).to_be_visible()
    phone.goto(f"/handle/{case['id']}")
    phone.get_by_role("button", name="退单").click()
    phone.get_by_label("原因").fill("不归本公司管")
    phone.get_by_label("原因").blur()
    phone.wait_for_timeout(600)
    assert states_on_phone(phone) == ["draft"]
    assert read_phone(phone)["kept"]
    phone.goto("/settings")
    phone.get_by_role("button", name="退出登录").click()
    dialog = phone.get_by_role("dialog").filter(has_text="还有内容没送到")
    expect(dialog).to_contain_text("1 份草稿")
    dialog.get_by_role("button", name="仍要退出").click()
    expect(phone).to_have_url(re.compile("/$"))
    left = read_phone(phone)
    assert (left["kept"], [each["state"] for each in left["records"]]) == ([], ["draft"])
    enter(phone, "demo-inspector", "/sync")
    expect(phone.get_by_role("heading", name="手机里没有要发送的内容")).to_be_visible()
    assert not [each for each in read_phone(phone)["kept"] if "handler" in each]
    enter(phone, "demo-handler", f"/handle/{case['id']}")
    expect(phone.get_by_label("原因")).to_have_value("不归本公司管")


def enter(page: Page, username: str, then: str) -> None:
    """Sign in by the form, whoever is there now."""
    page.goto(f"/sign-in?next={then}")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(f"{re.escape(then)}$"))


def test_language_and_appearance_are_chosen_and_stay(phone: Page) -> None:
    phone.goto("/settings")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading", name="Language")).to_be_visible()
    assert phone.evaluate("document.documentElement.lang") == "en"
    phone.get_by_role("button", name="Dark").click()
    assert phone.evaluate("document.documentElement.classList.contains('dark')")
    phone.reload()
    expect(phone.get_by_role("heading", name="Language")).to_be_visible()
    assert phone.evaluate("document.documentElement.classList.contains('dark')")


def test_an_address_that_leads_nowhere_says_so(phone: Page) -> None:
    phone.goto("/nowhere/at/all")
    expect(phone.get_by_role("heading", name="没有这个页面")).to_be_visible()
    phone.get_by_role("link", name="回首页").click()
    expect(phone).to_have_url(re.compile("/$"))


def test_the_page_allows_no_foreign_and_no_inline_script(phone: Page) -> None:
    answer = phone.goto("/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'"]
    assert phone.locator("script:not([src])").count() == 0


# What a bad line makes of a script; the last is of a version that the server no longer has.
PORTAL_PAGE = "<html><title>Wi-Fi</title></html>"
SPOILED: dict[str, Callable[[Route], None]] = {
    "cut off": lambda route: route.abort("connectionreset"),
    "a portal's": lambda route: route.fulfill(content_type="text/html", body=PORTAL_PAGE),
    "empty": lambda route: route.fulfill(content_type="text/javascript", body=""),
    "gone": lambda route: route.fulfill(status=404, content_type="application/problem+json", body="{}"),
}


@pytest.fixture
def bare_phone(new_context: Callable[..., BrowserContext], complaints: Any) -> Page:
    """A phone on which the app keeps nothing of itself, so that every part comes over the line."""
    complaints.allow("Service Worker registration blocked")
    # The browser's own note of an answer that is no script.
    complaints.allow("Failed to load module script")
    return new_context(**PHONE, service_workers="block").new_page()


@pytest.mark.parametrize("how", SPOILED)
def test_a_part_that_does_not_come_is_told_and_asked_for_again(bare_phone: Page, how: str) -> None:
    """The beginning, a page, the way to another: words and 重试, no blank page, no console error."""
    page = bare_phone
    # A script that its line emptied breaks the ones that import it; emptied itself, it does nothing.
    with spoiled(page, "begin" if how == "empty" else "start", how):
        page.goto("/")
        expect(page.get_by_role("heading", name="页面没有加载完")).to_be_visible()
    page.get_by_role("link", name="重试").click()
    expect(page.get_by_role("heading", name="家园")).to_be_visible()
    with spoiled(page, "SettingsPage", how):
        page.get_by_role("link", name="设置").click()
        told = page.get_by_role("alert").filter(has_text="这一页没有打开")
        expect(told).to_be_visible()
        expect(page.get_by_role("heading", name="家园")).to_be_visible()
        if how != "gone":
            page.get_by_role("button", name="重试").click()
            expect(page.get_by_role("button", name="重试", exact=True)).to_be_enabled()
            expect(page.get_by_role("heading", name="家园")).to_be_visible()
    page.get_by_role("button", name="重试").click()
    expect(page).to_have_url(re.compile("/settings$"))
    expect(page.get_by_role("heading", name="设置")).to_be_visible()
    expect(told).to_have_count(0)
    with spoiled(page, "SettingsPage", how):
        page.reload()
        expect(page.locator("main h1")).to_have_text("这一页没有打开")
        expect(page.get_by_role("button", name="重试", exact=True)).to_be_enabled()
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("heading", name="设置")).to_be_visible()


def test_a_photo_just_taken_outlasts_a_page_that_does_not_come(
    bare_phone: Page, product: Product, tmp_path: Path
) -> None:
    (photo,) = files_of(tmp_path, random.Random(7), 1)
    with spoiled(bare_phone, "ReportPage", "cut off"):
        bare_phone.goto(f"/c/{some_community(product)}")
        bare_phone.locator("input[type=file]").first.set_input_files(photo)
        expect(bare_phone.get_by_role("alert").filter(has_text="这一页没有打开")).to_be_visible()
    bare_phone.get_by_role("button", name="重试").click()
    expect(bare_phone.locator(".picker img")).to_have_count(1)


@contextmanager
def spoiled(page: Page, part: str, how: str) -> Iterator[None]:
    """A part of the app, by its file's name, as the line spoils it."""
    address = re.compile(rf"/assets/{part}-[\w-]+\.js$")
    page.route(address, SPOILED[how])
    yield
    page.unroute(address)
