"""Torture for what is kept on the phone: whatever happens on the way, the server then holds exactly what was made, once.

`make test` runs a short form; TORTURE=long the whole of it: 100 records with 400 photos. SEED chooses another run.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError

from tests.live import Product
from tests.web.bad_line import BadLine, bad_line
from tests.web.chromium import FLAGS, find_chromium
from tests.web.conftest import PHONE, PLACE, sign_in
from tests.web.phone_queue import (
    exactly,
    files_of,
    held_by_server,
    make_reports,
    photos_of_server,
    put_on_phone,
    read_phone,
    some_community,
    states_on_phone,
)

IS_LONG = os.environ.get("TORTURE") == "long"
SEED = int(os.environ.get("SEED", "20261121"))
# Where the line is to be bad for every request, none may come from the service worker's store.
BLOCKED_WORKER = ("Service Worker registration blocked",)
# As web/src/offline/sender.ts registers it.
SYNC_TAG = "jiayuan-sending"
# The browser's own notes of what such a line makes of an answer: a portal's page for a script, a header cut off in a word.
LINES_DOING = ("Failed to load module script", "Unrecognized Content-Security-Policy directive")
RECORDS, PHOTOS = (100, 400) if IS_LONG else (10, 30)
SECONDS = 900 if IS_LONG else 90


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def mark(chance: random.Random) -> str:
    """Words by which a test knows its own reports, in a run that others share the server with."""
    return f"torture-{chance.randbytes(6).hex()}"


def wait_until_delivered(page: Page, count: int, seconds: float = SECONDS, nudge: bool = False) -> None:
    """Until all records of this phone are delivered; a nudge is a network that goes and comes back."""
    deadline = time.monotonic() + seconds
    while (states := states_in_any_case(page)) != ["delivered"] * count:
        assert time.monotonic() < deadline, states
        assert not {"refused", "damaged"} & set(states), read_phone(page)["records"]
        if nudge:
            flicker(page.context)
        page.wait_for_timeout(300)


def states_in_any_case(page: Page) -> list[str]:
    """What the phone holds, also while the page is starting again."""
    try:
        return states_on_phone(page)
    except PlaywrightError as error:
        if "context was destroyed" not in error.message:
            raise
        return []


def flicker(context: BrowserContext) -> None:
    context.set_offline(True)
    context.set_offline(False)


def kill_web_server(product: Product) -> None:
    """All of the web server at one instant; the supervisor starts it again."""
    tree = psutil.Process(product.process.pid).children(recursive=True)
    for each in tree:
        with suppress(psutil.NoSuchProcess):
            if "gunicorn" in " ".join(each.cmdline()):
                os.kill(each.pid, signal.SIGKILL)


@pytest.mark.timeout(2 * SECONDS + 180)
def test_a_queue_arrives_once_over_a_line_that_breaks_at_random(
    new_context: Callable[..., BrowserContext],
    product: Product,
    chance: random.Random,
    mark: str,
    complaints: Any,
) -> None:
    """Cut connections both ways, a captive portal, tabs closed and opened at any moment, two at once, the server killed."""
    complaints.allow("net::ERR_")
    for each in (*BLOCKED_WORKER, *LINES_DOING):
        complaints.allow(each)
    with bad_line(product.port, chance.randrange(2**32)) as line:
        context = new_context(**PHONE, base_url=line.address, service_workers="block")
        keeper = context.new_page()
        owner = owner_signed_in(keeper)
        made = make_reports(chance, mark, RECORDS, PHOTOS, owner)
        put_on_phone(keeper, line.address, made, some_community(product))
        torment(context, keeper, line, product, chance, len(made))
        line.badness = 0
        context.new_page().goto("/settings")
        wait_until_delivered(keeper, len(made), nudge=True)
        assert held_by_server(product, mark) == exactly(made)
        phone = read_phone(keeper)
        assert (phone["photos"], phone["bytes"]) == (PHOTOS, 0)
        assert sum(line.mishaps.values()) > 0


def owner_signed_in(page: Page) -> str:
    sign_in(page, "demo-inspector")
    account: dict[str, str] = page.context.request.get("/api/v1/accounts/me").json()
    return account["id"]


def torment(
    context: BrowserContext, keeper: Page, line: BadLine, product: Product, chance: random.Random, count: int
) -> None:
    """Until most has arrived: tabs come and go, the network too; once in between the server is killed."""
    line.badness = 0.5
    has_been_killed = False
    pages: list[Page] = []
    deadline = time.monotonic() + SECONDS / 2
    while time.monotonic() < deadline:
        delivered = states_on_phone(keeper).count("delivered")
        if delivered >= count * 0.8:
            break
        if delivered >= count * 0.3 and not has_been_killed:
            kill_web_server(product)
            has_been_killed = True
        what = chance.random()
        if len(pages) < 2 and what < 0.6:
            page = context.new_page()
            pages.append(page)
            with suppress(Exception):
                page.goto("/settings", timeout=5000, wait_until="commit")
        elif pages and what < 0.3:
            pages.pop(chance.randrange(len(pages))).close()
        elif what < 0.8:
            flicker(context)
        keeper.wait_for_timeout(chance.randrange(50, 600))
    if not has_been_killed:
        kill_web_server(product)
    for page in pages[: chance.randrange(len(pages) + 1)]:
        page.close()


def test_a_killed_browser_goes_on_where_it_was(
    playwright: Playwright, product: Product, chance: random.Random, mark: str, tmp_path: Path
) -> None:
    """kill -9 of the whole browser in the middle of sending, more than once; the profile is all that is left."""
    made = make_reports(chance, mark, 6, 24, None)
    profile = tmp_path / "profile"
    with bad_line(product.port, 1) as line:
        with persistent(playwright, profile, line.address) as context:
            put_on_phone(context.pages[0], line.address, made, some_community(product))
        photo_ids = [each for report in made for each in report.photos]
        for share in (0.2, 0.6):
            context = persistent(playwright, profile, line.address)
            context.pages[0].goto("/settings", wait_until="commit")
            wait_for(partial(has_photos, product, photo_ids, share * len(photo_ids)))
            kill_browser(profile)
            with suppress(Exception):
                context.close()
        with persistent(playwright, profile, line.address) as context:
            page = context.pages[0]
            page.goto("/settings")
            wait_until_delivered(page, len(made))
            assert read_phone(page)["bytes"] == 0
    assert held_by_server(product, mark) == exactly(made)


def has_photos(product: Product, photo_ids: list[str], count: float) -> bool:
    return photos_of_server(product, photo_ids) >= count


def persistent(playwright: Playwright, profile: Path, address: str) -> BrowserContext:
    (profile / "SingletonLock").unlink(missing_ok=True)
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=find_chromium(),
        args=list(FLAGS),
        base_url=address,
        service_workers="block",
        **PLACE,
    )


def kill_browser(profile: Path) -> None:
    for each in psutil.process_iter(["pid", "cmdline"]):
        if f"--user-data-dir={profile}" in (each.info["cmdline"] or []):
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_report_made_without_a_network_is_sent_when_there_is_one(
    phone: Page, product: Product, chance: random.Random, mark: str, tmp_path: Path, complaints: Any
) -> None:
    """By the pages as a resident uses them: the tab is closed with the draft, sent twice, and told how it stands."""
    complaints.allow("net::ERR_")
    community = some_community(product)
    first, second = files_of(tmp_path, chance, 2)
    begin_report(phone, community, f"{mark} words", first)
    installed(phone)
    context = phone.context
    phone.close()

    page = context.new_page()
    page.goto(f"/c/{community}/report")
    expect(page.locator("main")).to_contain_text("1 张")
    context.set_offline(True)
    page.get_by_role("button", name="拍照").first.click()
    page.locator("input[type=file]").last.set_input_files(second)
    expect(page.locator(".picker img")).to_have_count(2)
    page.get_by_role("button", name="提交").dblclick()
    page.wait_for_url("**/mine/**")
    assert states_on_phone(page) in (["queued"], ["waiting"])
    context.set_offline(False)
    wait_until_delivered(page, 1, 30)
    assert [text for text, _ in held_by_server(product, mark).values()] == [f"{mark} words"]
    assert hashes_held(product, mark) == [[sha256_of(first), sha256_of(second)]]
    record = read_phone(page)["records"][0]
    expect(page.locator("main")).to_contain_text(record["receipt"]["tracking_code"][:4])


def test_what_was_queued_is_sent_by_background_sync_with_no_page_open(
    new_context: Callable[..., BrowserContext],
    product: Product,
    chance: random.Random,
    mark: str,
    tmp_path: Path,
    complaints: Any,
) -> None:
    """The browser wakes the service worker, which sends; a second waking sends nothing again."""
    complaints.allow("net::ERR_")
    community = some_community(product)
    (photo,) = files_of(tmp_path, chance, 1)
    context = new_context(**PHONE)
    page = context.new_page()
    begin_report(page, community, f"{mark} words", photo)
    installed(page)
    context.set_offline(True)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/mine/**")
    assert states_on_phone(page) in (["queued"], ["waiting"])
    page.close()
    context.set_offline(False)
    # No page of the app is open: nothing but the service worker can send, woken by the browser itself or by us.
    blank = context.new_page()
    wake(context, blank, product.address)
    wait_for(lambda: len(held_by_server(product, mark)) == 1)
    wake(context, blank, product.address)
    blank.goto(f"{product.address}/api/v1/settings")
    wait_until_delivered(blank, 1, 30)
    assert [text for text, _ in held_by_server(product, mark).values()] == [f"{mark} words"]
    assert hashes_held(product, mark) == [[sha256_of(photo)]]
    assert read_phone(blank)["bytes"] == 0


def wake(context: BrowserContext, page: Page, address: str) -> None:
    """What the browser does when there is a network again: the sync event, by DevTools."""
    session = context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            each["registrationId"]
            for each in event["registrations"]
            if each["scopeURL"].startswith(address) and not each["isDeleted"]
        ),
    )
    session.send("ServiceWorker.enable")
    deadline = time.monotonic() + 10
    while not found:
        assert time.monotonic() < deadline, "the service worker is not registered"
        page.wait_for_timeout(50)
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": address, "registrationId": found[-1], "tag": SYNC_TAG, "lastChance": False},
    )
    session.detach()


def begin_report(page: Page, community: str, words: str, photo: Path) -> None:
    """A draft with a photo and words; both are kept on the phone when this returns."""
    page.goto(f"/c/{community}/report")
    page.locator("input[type=file]").first.set_input_files(photo)
    expect(page.locator(".picker img")).to_have_count(1)
    write_words(page, words)
    wait_for_draft(page, words)


def installed(page: Page) -> None:
    """As on anybody's second visit: from now on the app's pages need no network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def hashes_held(product: Product, mark: str) -> list[list[str]]:
    """The SHA-256 of the photos of each report that the server holds."""
    return [[sha256 for _, sha256 in photos] for _, photos in held_by_server(product, mark).values()]


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_words(page: Page, words: str) -> None:
    field = page.locator("textarea")
    if not field.is_visible():
        page.get_by_role("button", name="说两句").click()
    field.fill(words)


def wait_for_draft(page: Page, words: str) -> None:
    deadline = time.monotonic() + 10
    while [each["content"].get("text") for each in read_phone(page)["records"]] != [words]:
        assert time.monotonic() < deadline, (read_phone(page)["records"], page.locator("body").inner_text())
        page.wait_for_timeout(50)


def test_a_clock_that_moves_delays_nothing(
    new_context: Callable[..., BrowserContext], product: Product, chance: random.Random, mark: str
) -> None:
    """A wait of five seconds, noted while the phone's clock was ten years ahead, is over once the clock is set right."""
    page = new_context(**PHONE).new_page()
    made = make_reports(chance, mark, 2, 3, None)
    ahead = (time.time() + 10 * 365 * 86400) * 1000
    line = {"reason": "server_busy", "seconds": 5, "until": ahead, "tries": 1}
    put_on_phone(page, product.address, made, some_community(product), line)
    page.goto("/settings")
    wait_until_delivered(page, 2, 60)
    assert held_by_server(product, mark) == exactly(made)


def test_a_full_phone_says_so_and_loses_nothing(
    new_context: Callable[..., BrowserContext],
    product: Product,
    chance: random.Random,
    mark: str,
    tmp_path: Path,
    complaints: Any,
) -> None:
    """No room for another photo: refused in words; what was kept before stays, and is sent once there is room."""
    for each in BLOCKED_WORKER:
        complaints.allow(each)
    community = some_community(product)
    first, second = files_of(tmp_path, chance, 2)
    second.write_bytes(second.read_bytes() + chance.randbytes(1_200_000))
    context = new_context(**PHONE, service_workers="block")
    phone = context.new_page()
    # Told before the first use: Chromium reckons what is left only now and then.
    quota = {"origin": product.address, "quotaSize": 1_000_000}
    session = context.new_cdp_session(phone)
    session.send("Storage.overrideQuotaForOrigin", quota)
    begin_report(phone, community, f"{mark} words", first)
    phone.get_by_role("button", name="拍照").first.click()
    phone.locator("input[type=file]").last.set_input_files(second)
    expect(phone.get_by_role("alert").filter(has_text="存储空间不足")).to_be_visible()
    found = read_phone(phone)
    assert (found["photos"], found["bytes"]) == (1, 1)
    session.send("Storage.overrideQuotaForOrigin", {"origin": product.address})
    phone.reload()
    expect(phone.locator("main")).to_contain_text("1 张")
    # Chromium notices some time later that there is room again.
    deadline = time.monotonic() + 60
    while "draft" in states_on_phone(phone):
        assert time.monotonic() < deadline
        phone.get_by_role("button", name="提交").click()
        phone.wait_for_timeout(1000)
    wait_until_delivered(phone, 1, 30)
    assert hashes_held(product, mark) == [[sha256_of(first)]]


def test_two_tabs_do_not_write_one_draft(
    phone: Page, product: Product, chance: random.Random, mark: str
) -> None:
    community = some_community(product)
    phone.goto(f"/c/{community}/report")
    write_words(phone, f"{mark} first")
    wait_for_draft(phone, f"{mark} first")
    other = phone.context.new_page()
    other.goto(f"/c/{community}/report")
    write_words(other, f"{mark} second")
    expect(other.get_by_role("alert").filter(has_text="另一个页面")).to_be_visible()
    assert [each["content"]["text"] for each in read_phone(phone)["records"]] == [f"{mark} first"]
