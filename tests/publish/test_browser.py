"""The portal in a real browser: keyboard alone, no JavaScript, a phone, and the accessibility rules."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.publish import samples
from vocab.standard.versions import current, released

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ROOT = Path(__file__).resolve().parents[2]
RECORD = samples.full_achievement().identifier.removeprefix(samples.BASE + "/id")
PAGES = {
    "home": "/",
    "search": "/search?q=示例&region=330000",
    "record": RECORD,
    "sources": "/source",
    "source": "/source/cn-33",
    "quality": "/source/cn-33/quality",
    "organisation": "/organisation?name=示例大学",
    "about": "/about",
    "codes": "/code?q=材料",
    "code": "/code/gbt2260/330000.html",
    "offers": "/offers",
    "ontology": "/ns/sta",
    "standard": "/standard",
    "check": "/standard/validate",
    "sparql": "/sparql?format=text/html&query=SELECT+*+{+?s+<http://purl.org/dc/terms/title>+?title+}+LIMIT+5",
    "feed": "/feed",
    "follow": "/follow?q=示例&region=330000",
    "dumps": "/dumps/",
    "sparql error": "/sparql?format=text/html&query=SELECT",
    "404": "/no",
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The preview server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.publish.preview", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(f"the preview server did not answer at {address}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site, locale="zh-CN", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_searching_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("石墨烯")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("找到 1 条记录")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('article') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("石墨烯基导热膜制备技术")


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto("/search?q=示例")
    page.locator("input[name=region][value='330000']").check()
    page.locator("input[name=region][value='110000']").check()
    page.locator(".apply").click()
    assert "region=330000" in page.url
    assert "region=110000" in page.url
    expect(page.locator(".chip:not(.chip-clear)")).to_have_count(2)
    page.locator(".chip").first.click()
    expect(page.locator(".chip:not(.chip-clear)")).to_have_count(1)
    page.goto(RECORD)
    page.locator(".lineage summary").first.click()
    expect(page.locator(".lineage code").first).to_be_visible()
    page.goto("/code/gbt2260.html")
    page.get_by_text("11 narrower: Zhejiang").click()
    page.get_by_role("link", name="330100 Hangzhou").click(trial=True)
    page.get_by_label("Find a code").fill("杭州市")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#found")).to_have_text("Codes found: 1")
    page.goto("/sparql")
    page.get_by_label("Query", exact=True).fill("SELECT * { ?s <http://purl.org/dc/terms/title> ?title } LIMIT 3")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#results")).to_have_text("Results: 3 rows")
    expect(page.locator(".bindings tbody tr")).to_have_count(3)
    page.get_by_label("Query", exact=True).fill("SELECT nonsense")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Query", exact=True)).to_have_value("SELECT nonsense")
    page.goto("/standard")
    page.get_by_role("link", name="Check a file").click()
    body = released(current().number)["demand.example.csv"].replace("征集中".encode(), "未定".encode())
    page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": body})
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_have_text("1 of 1 rows could be published")
    expect(page.locator("main table").first).to_contain_text("未定")
    context.close()


def test_choosing_a_filter_applies_it_at_once_with_javascript(page: Page) -> None:
    page.goto("/search?q=示例")
    page.locator("input[name=region][value='330000']").check()
    page.wait_for_url("**region=330000**")
    expect(page.locator(".chip").first).to_contain_text("浙江省")
    assert "sort=" not in page.url


def test_a_choice_is_gone_on_from_where_it_was_made(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto("/search")
    fold = page.locator("details.below").last
    fold.locator("summary").first.click()
    choice = fold.locator("input").first
    choice.focus()
    choice.press("Space")
    page.wait_for_url("**=*")
    expect(choice).to_be_checked()
    expect(choice).to_be_focused()
    expect(choice).to_be_in_viewport()
    choice.press("Space")
    page.wait_for_function("!location.search.includes('=')")
    expect(choice).to_be_focused()


def test_on_a_phone_filters_are_chosen_and_then_applied(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 640}, locale="en")
    page = context.new_page()
    page.goto("/search?q=示例")
    page.locator(".filters-fold > summary").click()
    for region in ("330000", "110000"):
        page.locator(f"input[name=region][value='{region}']").check()
    expect(page.locator(".apply")).to_be_in_viewport()  # however long the list is
    page.locator(".apply").click()
    page.wait_for_url("**region=330000**")
    assert "region=110000" in page.url
    context.close()


def test_completions_are_chosen_with_the_keyboard(page: Page) -> None:
    page.goto("/search")
    field, options = page.locator("#q"), page.get_by_role("option")
    field.press_sequentially("石墨烯")
    expect(options).not_to_have_count(0)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(options.first.locator("b")).to_have_text("石墨烯")
    expect(options.first).to_have_attribute("lang", "zh-CN")
    field.press("ArrowDown")
    first = options.first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "")
    expect(field).to_have_value(first.get_attribute("data-text") or "")
    field.press("ArrowUp")
    expect(field).to_have_value("石墨烯")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.fill("")
    field.press_sequentially("石墨")
    expect(options).not_to_have_count(0)
    wrong = {v["id"]: v["nodes"][0]["html"] for v in Axe().run(page).response["violations"] if "aria" in v["id"]}
    assert wrong == {}
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.locator("h1")).to_have_text("石墨烯基导热膜制备技术")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_phone_scrolls_one_way_only(browser: Browser, site: str, name: str, lang: str) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 800}, locale=lang)
    page = context.new_page()
    page.goto(PAGES[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_phone_the_languages_stand_beside_the_name(browser: Browser, site: str, lang: str) -> None:
    context = browser.new_context(base_url=site, viewport={"width": 390, "height": 844}, locale=lang)
    page = context.new_page()
    page.goto("/")
    boxes = [page.locator(part).bounding_box() for part in (".brand", ".langs", ".nav")]
    brand, langs, nav = (box for box in boxes if box is not None)
    assert langs["y"] < brand["y"] + brand["height"]
    assert langs["x"] >= brand["x"] + brand["width"]
    assert 390 - 16 - 1 <= langs["x"] + langs["width"] <= 390
    assert nav["y"] >= max(box["y"] + box["height"] for box in (brand, langs))
    context.close()


@pytest.mark.parametrize(
    ("lang", "scheme", "width"), [("zh", "light", 1280), ("en", "light", 360), ("zh", "dark", 360)]
)
@pytest.mark.parametrize("name", PAGES)
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, site: str, name: str, lang: str, scheme: Literal["light", "dark"], width: int
) -> None:
    size: ViewportSize = {"width": width, "height": 800}
    context = browser.new_context(base_url=site, locale=lang, color_scheme=scheme, bypass_csp=True, viewport=size)
    page = context.new_page()
    page.goto(PAGES[name])
    for folded in page.locator("main details:not([open]) > summary").all():
        if folded.is_visible():
            folded.click()
    found = Axe().run(page).response["violations"]
    assert {v["id"]: [n["html"][:150] for n in v["nodes"][:3]] for v in found} == {}
    context.close()


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_refused(page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    for path in PAGES.values():
        page.goto(path)
    origin = page.url.partition("/no")[0]
    assert [url for url in asked if not url.startswith(origin)] == []
    assert [text for text in complaints if "404" not in text and "400" not in text] == []
