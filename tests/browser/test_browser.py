"""The pages as people meet them: a real server, a real browser, Debian's Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
KINDS = {
    "home": "/",
    "results": "/search?q=RRMS+relapse+rate&per_page=3&page=2",
    "nothing": "/search?q=xyzzy",
    "suggestion": "/search?q=placbo",
    "past": "/search?q=IVIG&page=99",
    "abstract": "/abstract/15451222?q=SPMS+IVIG",
    "about": "/about",
    "missing": "/nowhere",
}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    """Where a real server answers."""
    command = [sys.executable, "-m", "web", "--index", str(index_dir), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.fail("There is no Chromium: run tests/browser/install-chromium.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page; whatever the browser complains of on the way fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str, **options: object) -> Page:
        contexts.append(browser.new_context(base_url=address, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 404" not in text] == []


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def focused(page: Page) -> str:
    """The element that has the focus: its text, or else its name."""
    found: str = page.evaluate(
        "(e => (e.textContent.trim() || e.name || e.tagName))(document.activeElement)"
    )
    return found


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until an element whose text begins so has the focus, and sees that it shows."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page).startswith(wanted):
            outline = page.evaluate("getComputedStyle(document.activeElement).outline")
            assert "3px" in outline
            assert "solid" in outline
            return
    pytest.fail(f"Tab never reached {wanted}.")


def test_a_reader_searches_pages_and_opens_an_abstract(visit: Callable[..., Page]) -> None:
    page = visit("/")
    page.get_by_label("Search abstracts").fill("IVIG relapse")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("h1")).to_contain_text("for “IVIG relapse”")
    expect(page.locator("article mark").first).to_be_visible()
    expect(page.get_by_text("Searched for IVIG as")).to_be_visible()
    first = page.locator("article h2").first.inner_text()
    page.get_by_role("link", name="Next").click()
    assert "page=2" in page.url
    expect(page.locator("[aria-current=page]")).to_have_text("2")
    assert page.locator("article h2").first.inner_text() != first
    page.get_by_role("link", name="Previous").click()
    page.locator("article h2 a").first.click()
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("article mark").first).to_be_visible()
    expect(page.get_by_label("Search abstracts")).to_have_value("IVIG relapse")
    page.get_by_role("link", name="All results").click()
    expect(page.locator("h1")).to_contain_text("for “IVIG relapse”")


def test_the_meaning_of_a_concept_opens_in_place(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=RRMS")
    plain = page.locator("details dd").first
    expect(plain).to_be_hidden()
    page.locator("summary").first.click()
    expect(plain).to_be_visible()


def test_the_keyboard_is_enough(visit: Callable[..., Page]) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the main part"
    page.keyboard.press("Enter")
    tab_to(page, "q")
    page.keyboard.type("IVIG")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("for “IVIG”")
    tab_to(page, "About")
    page.keyboard.press("Tab")
    tab_to(page, "2")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=page]")).to_have_text("2")
    title = page.locator("article h2").first.inner_text()
    tab_to(page, title)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_on_a_narrow_screen(visit: Callable[..., Page], kind: str) -> None:
    # 320 pixels are also what is left of 1280 at 400 % zoom.
    assert width(visit(KINDS[kind], viewport=NARROW)) <= NARROW["width"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_at_twice_the_text(visit: Callable[..., Page], kind: str) -> None:
    page = visit(KINDS[kind], viewport={"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '225%'")
    assert width(page) <= 640
    expect(page.get_by_role("button", name="Search")).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_barrier(visit: Callable[..., Page], kind: str) -> None:
    page = visit(KINDS[kind])
    for summary in page.locator("summary").all():
        summary.click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, (scheme, results.generate_report())


def test_both_schemes_differ_and_keep_their_contrast(visit: Callable[..., Page]) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = visit(KINDS["results"], color_scheme=scheme)
        for selector in ("body", "mark", ".facts li", ".receipts dd", ".bottom p", "h2 a"):
            ink, paper = page.locator(selector).first.evaluate(
                """element => {
                    const ink = getComputedStyle(element).color;
                    let at = element, paper;
                    do {
                        paper = getComputedStyle(at).backgroundColor;
                        at = at.parentElement;
                    } while (paper === 'rgba(0, 0, 0, 0)' && at);
                    return [ink, paper];
                }"""
            )
            assert contrast(ink, paper) >= 7, (scheme, selector, ink, paper)
            seen[scheme, selector] = paper
    assert seen["light", "body"] != seen["dark", "body"]


def contrast(ink: str, paper: str) -> float:
    """The contrast ratio of WCAG 2.2 between two opaque colours."""
    bright, dim = sorted(map(luminance, (ink, paper)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_main_targets_are_large(visit: Callable[..., Page]) -> None:
    page = visit(KINDS["results"])
    for target in page.locator(".box input, .box button, .paging a, .brand").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_marks_show_where_colours_are_forced(visit: Callable[..., Page]) -> None:
    page = visit(KINDS["results"], forced_colors="active")
    style = page.locator("mark").first.evaluate("e => getComputedStyle(e).textDecorationLine")
    assert style == "underline"


def test_print_leaves_out_what_paper_cannot_use(visit: Callable[..., Page]) -> None:
    page = visit(KINDS["results"])
    page.emulate_media(media="print")
    expect(page.locator(".box")).to_be_hidden()
    expect(page.locator(".paging")).to_be_hidden()
    expect(page.locator("article mark").first).to_be_visible()
