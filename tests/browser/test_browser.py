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
from playwright.sync_api import Browser, Locator, Page, Request, expect, sync_playwright

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
    "switched": "/search?q=RRMS+interferon+IVIG&off=rrms,interferon.narrower",
    "narrowed": "/search?q=IVIG+concept:glatiramer-acetate",
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
        page.on("requestfailed", lambda request: complaints.extend(failed(request)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 404" not in text] == []


def failed(request: Request) -> list[str]:
    """A request that failed, but not one that a page gave up because the reader went on."""
    return [] if "ERR_ABORTED" in (request.failure or "") else [request.url]


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
            # Waits, as a page that was just opened may still wait for its styles.
            expect(page.locator(":focus")).to_have_css("outline-width", "3px")
            expect(page.locator(":focus")).to_have_css("outline-style", "solid")
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


def switch(page: Page, name: str, word: str = "") -> Locator:
    wanted = re.compile(f"^{name}.*{word}$")
    return page.locator(".expansions").get_by_role("link", name=wanted)


def test_one_expansion_is_switched_off_and_on_by_mouse(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=RRMS+IVIG&per_page=3")
    switch(page, "Only as typed", "RRMS").click()
    assert "off=rrms" in page.url
    box = page.locator(".expansions")
    expect(box).to_contain_text("RRMS searched as typed.")
    expect(box).to_contain_text("Searched for IVIG as intravenous immunoglobulin")
    page.get_by_role("link", name="Next").click()
    assert "off=rrms" in page.url
    page.locator("article h2 a").first.click()
    assert "off=rrms" in page.url
    page.get_by_role("link", name="All results").click()
    assert "off=rrms" in page.url
    page.get_by_label("Search abstracts").fill("RRMS IVIG MRI")
    page.get_by_role("button", name="Search").click()
    assert "off=rrms" in page.url
    switch(page, "Search for every spelling again", "RRMS").click()
    assert "off=" not in page.url
    expect(box).to_contain_text("Searched for RRMS as relapsing-remitting MS")


def test_one_expansion_is_switched_off_and_on_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=RRMS")
    total = page.locator("h1").inner_text()
    tab_to(page, "Only as typed")
    page.keyboard.press("Enter")
    expect(page.locator(".expansions")).to_contain_text("RRMS searched as typed.")
    assert "off=rrms" in page.url
    assert page.locator("h1").inner_text() != total
    tab_to(page, "Search for every spelling again")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(total)
    assert "off=" not in page.url


def test_only_the_narrower_are_switched_off(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=interferon")
    expect(page.locator(".expansions")).to_contain_text("and the narrower interferon beta")
    before = len(page.locator(".hits > li").all())
    switch(page, "Without narrower").click()
    assert "off=interferon.narrower" in page.url
    expect(page.locator(".expansions")).to_contain_text("but nothing narrower.")
    assert len(page.locator(".hits > li").all()) < before
    switch(page, "With narrower").click()
    assert "off=" not in page.url


def test_a_query_is_searched_exactly_as_typed_and_again_in_all_spellings(
    visit: Callable[..., Page],
) -> None:
    page = visit("/search?q=RRMS+IVIG")
    switch(page, "Search exactly as typed").click()
    expect(page.locator(".expansions")).to_contain_text("RRMS searched as typed.")
    expect(page.locator(".expansions")).to_contain_text("IVIG searched as typed.")
    expect(page.locator("article mark").first).to_have_text(re.compile("^(RRMS|IVIG)$"))
    switch(page, "Search for all spellings again").click()
    assert "off=" not in page.url


def test_every_hit_has_its_receipt(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=RRMS")
    for hit in page.locator(".hits > li").all():
        expect(hit.locator(".receipts")).to_contain_text("“RRMS”")
        expect(hit.locator(".receipts dd").first).to_contain_text(re.compile("“.+” \\(.+\\)"))


def test_a_count_leads_to_so_many_hits(visit: Callable[..., Page]) -> None:
    page = visit("/search?q=IVIG")
    facets = page.get_by_role("navigation", name="Narrow these results")
    link = facets.get_by_role("link", name="glatiramer acetate")
    expect(link).to_be_hidden()
    tab_to(page, "Treatments in these results")
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    count = re.findall(r"\d+", link.inner_text())[-1]
    assert count == "2"
    link.click()
    expect(page.locator("h1")).to_contain_text("2 abstracts for “IVIG concept:glatiramer-acetate”")
    assert len(page.locator(".hits > li").all()) == 2
    expect(page.locator(".receipts").first).to_contain_text("glatiramer")


def test_a_word_of_an_abstract_is_explained_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit("/abstract/15451222?q=SPMS")
    first = page.locator(".words details").first
    plain = first.locator("p").first
    expect(plain).to_be_hidden()
    tab_to(page, "secondary progressive MS")
    page.keyboard.press("Enter")
    expect(plain).to_be_visible()
    expect(first).to_contain_text("Written here: Secondary/Progressive Multiple Sclerosis")
    page.keyboard.press("Space")
    expect(plain).to_be_hidden()


def test_a_word_of_an_abstract_is_explained_by_touch(visit: Callable[..., Page]) -> None:
    page = visit("/abstract/15451222", viewport=NARROW, has_touch=True, java_script_enabled=False)
    word = page.locator(".words details").filter(has=page.get_by_text("disability", exact=True))
    word.locator("summary").tap()
    expect(word.locator("p").first).to_be_visible()
    word.get_by_role("link", name="Search for disability").tap()
    expect(page.locator("h1")).to_contain_text("for “concept:disability”")


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
        if summary.is_visible():
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
    for summary in page.locator("summary").all():
        summary.click()
    targets = ".box input:not([type=hidden]), .box button, .paging a, .brand, .switch, .facets a"
    for target in page.locator(f"{targets}, .facets summary, .expansions summary").all():
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
