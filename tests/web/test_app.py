"""What every page shares: signing in, languages, appearance, addresses that lead nowhere, the page's own policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.live import Product
from tests.web.conftest import PASSWORD, sign_in
from tests.web.making import Maker
from tests.web.phone_queue import read_phone, states_on_phone


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
