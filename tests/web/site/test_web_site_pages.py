"""The pages, over the bundled abstracts."""

from __future__ import annotations

import html
import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from corpus import bundled_corpus
from index import Concept, Vocabulary, build
from web.app import create_app
from web.lease import EVERY
from web.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

NOTICE = (
    "© Copyright 1997 - 2011: Permission is granted to MS Societies and all MSers to utilize "
    "information from these pages provided that no financial reward is gained and attribution is "
    "given to the author/s."
)


@pytest.fixture(scope="module")
def client(index_dir: Path) -> FlaskClient:
    return create_app(Settings(index_dir)).test_client()


def read(client: FlaskClient, address: str, code: int = 200) -> str:
    """The text of a page without its tags."""
    answer = client.get(address)
    assert answer.status_code == code
    assert answer.mimetype == "text/html"
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", answer.text)).split())


def test_the_search_page_says_what_is_searched(client: FlaskClient) -> None:
    text = read(client, "/")
    assert "12 abstracts from 2003 to 2006, indexed on" in text
    assert "not medical advice" in text
    page = client.get("/").text
    assert 'action="/search" method="get"' in page
    assert '<label for="q">' in page


def test_every_example_finds_something(client: FlaskClient) -> None:
    examples = re.findall(r'href="(/search[^"]*)"', client.get("/").text)
    assert len(examples) >= 4
    for address in examples:
        assert "No abstract found" not in read(client, html.unescape(address))


@pytest.mark.parametrize("address", ["/search", "/search?q=", "/search?q=%20%20"])
def test_an_empty_search_is_the_search_page(client: FlaskClient, address: str) -> None:
    assert read(client, address) == read(client, "/")


def test_a_search_shows_hits_with_marks_and_receipts(client: FlaskClient) -> None:
    page = client.get("/search?q=RRMS").text
    text = read(client, "/search?q=RRMS")
    assert "<mark>Relapsing/Remitting MS</mark>" in page
    assert "“RRMS”" in text
    assert "“Relapsing/Remitting MS” (" in text
    assert "Searched for RRMS as relapsing-remitting MS, also written" in text
    assert 'href="/abstract/14598048?q=RRMS"' in page
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/14598048/"' in page
    assert "Neurol Sci 2003 Oct;24 Suppl 4:S227-30" in text
    assert "Sorensen PS" in text
    assert 'value="RRMS"' in page


def links(page: str) -> set[str]:
    return {
        html.unescape(address) for address in re.findall(r'href="(/(?:search|abs)[^"]*)"', page)
    }


def test_every_link_keeps_what_is_off(client: FlaskClient) -> None:
    page = client.get("/search?q=RRMS+IVIG&off=rrms&per_page=3").text
    assert "<b>RRMS</b> searched as typed." in page
    assert '<input type="hidden" name="off" value="rrms">' in page
    kept = {link for link in links(page) if "off=rrms" in link}
    assert links(page) - kept == {"/search?q=RRMS+IVIG&per_page=3"}, "only the one that undoes it"
    assert "/search?q=RRMS+IVIG&per_page=3&off=ivig&off=rrms" in kept
    whole = client.get("/abstract/14598048?q=RRMS+IVIG&off=rrms").text
    assert "/search?q=RRMS+IVIG&off=rrms" in links(whole)
    assert "<mark>Relapsing/Remitting" not in whole


def test_what_adds_nothing_takes_no_room(client: FlaskClient) -> None:
    assert "What was searched for" not in client.get("/search?q=plasma+exchange").text
    assert "What was searched for" in client.get("/search?q=IVIG").text
    off = read(client, "/search?q=plasma+exchange&off=plasma-exchange")
    assert "plasma exchange searched as typed. Search for every spelling again" in off


def test_the_box_stays_short(client: FlaskClient) -> None:
    query = "double+blind+placebo+relapse+rate+IVIG+RRMS"
    page = client.get(f"/search?q={query}").text
    assert "<summary>And IVIG, RRMS</summary>" in page
    assert "<details open>" not in page
    page = client.get(f"/search?q={query}&off=rrms").text
    assert re.search(r"<details open>\s*<summary>And IVIG, RRMS</summary>", page)


def test_an_unknown_name_is_told(client: FlaskClient) -> None:
    text = read(client, "/search?q=RRMS&off=%3Cb%3Ex")
    assert "Nothing here is called “<b>x”; that was not switched off." in text
    assert "off=" not in client.get("/search?q=RRMS&off=xyz").text.replace("off=rrms", "")


def test_concepts_of_an_abstract_are_explained_by_kind(client: FlaskClient) -> None:
    page = client.get("/abstract/15451222?q=SPMS").text.partition('id="words"')[2]
    headings = re.findall(r"<h3>(.*)</h3>", page)
    assert headings[:3] == ["In your search", "Treatments", "Courses"]
    assert re.findall(r"<summary>(.*)</summary>", page)[0] == "secondary progressive MS"
    for address in links(page):
        assert "No abstract found" not in read(client, address)
    assert "In your search" not in client.get("/abstract/15451222").text


def test_long_receipts_are_folded(client: FlaskClient) -> None:
    page = client.get("/search?q=double+blind+placebo+trial+relapse+rate+IVIG+MRI+EDSS").text
    assert re.search(r"<summary>\d more of your words</summary>", page)


def test_long_lists_of_authors_are_shortened(client: FlaskClient) -> None:
    text = read(client, "/search?q=pmid:15451222")
    assert "Hommes OR, Sorensen PS, Fazekas F, Enriquez MM, Koelmel HW, Fernandez O, et al." in text
    whole = read(client, "/abstract/15451222")
    assert "Fernandez O, Pozzilli C, O'Connor P" in whole


def test_sections_are_named(client: FlaskClient) -> None:
    assert '<span class="label">Findings</span>' in client.get("/search?q=hazard+ratio").text
    whole = client.get("/abstract/15451222").text.partition("</article>")[0]
    labels = re.findall(r"<h3>(.*)</h3>", whole)
    assert labels == ["Background", "Methods", "Findings", "Interpretation"]


def test_pages_are_linked(client: FlaskClient) -> None:
    first = client.get("/search?q=IVIG&per_page=5").text
    assert 'href="/search?q=IVIG&amp;page=2&amp;per_page=5" rel="next"' in first
    assert 'rel="prev"' not in first
    assert re.findall(r'aria-label="Page (\d)" aria-current="page"', first) == ["1"]
    second = client.get("/search?q=IVIG&per_page=5&page=2").text
    assert 'href="/search?q=IVIG&amp;page=1&amp;per_page=5" rel="prev"' in second
    assert 'start="6"' in second
    hits = [re.findall(r'href="/abstract/(\d+)', page) for page in (first, second)]
    assert not set(hits[0]) & set(hits[1])


def test_a_page_past_the_end_leads_back(client: FlaskClient) -> None:
    text = read(client, "/search?q=IVIG&page=99")
    assert "Page 99 is past the end: there are 2 pages. Go to the last page." in text
    assert 'href="/search?q=IVIG&amp;page=2"' in client.get("/search?q=IVIG&page=99").text


@pytest.mark.parametrize("number", ["0", "-4", "9" * 400])
def test_numbers_out_of_bounds_are_answered(client: FlaskClient, number: str) -> None:
    read(client, f"/search?q=IVIG&page={number}")
    read(client, f"/search?q=IVIG&per_page={number}")


def test_a_number_that_is_none_is_told(client: FlaskClient) -> None:
    assert "“page” must be a whole number." in read(client, "/search?q=IVIG&page=two", 400)


def test_no_hit_says_why_and_what_to_try(client: FlaskClient) -> None:
    text = read(client, "/search?q=xyzzy")
    assert "No abstract found for “xyzzy”" in text
    assert "No abstract has “xyzzy”." in text
    assert "What you can try" in text


def test_better_spelling_is_offered_as_a_link(client: FlaskClient) -> None:
    page = client.get("/search?q=placbo").text
    assert 'Did you mean <a href="/search?q=placebo">placebo</a>?' in page


def test_a_long_query_is_cut_and_told(client: FlaskClient) -> None:
    read(client, "/search?q=" + "relapse+" * 5000)


def test_an_abstract_is_shown_whole(client: FlaskClient) -> None:
    text = read(client, "/abstract/15539773?q=Avonex")
    assert "Kalanie H, Gharagozli K" in text
    assert NOTICE in text
    page = client.get("/abstract/15539773?q=Avonex").text
    assert "<mark>Avonex</mark>" in page
    assert 'href="/search?q=Avonex"' in page
    assert "<mark>" not in client.get("/abstract/15539773").text


def test_copyright_affiliation_and_group_are_shown(client: FlaskClient) -> None:
    assert "Copyright (c) 2004 S. Karger AG, Basel" in read(client, "/abstract/15539773")
    text = read(client, "/abstract/16042226")
    assert "ESIMS" in text
    assert "PMID 16042226" in text


def test_every_hit_leads_to_its_abstract(client: FlaskClient) -> None:
    page = client.get("/search?q=IVIG&per_page=50").text
    addresses = re.findall(r'href="(/abstract/[^"]*)"', page)
    assert len(addresses) == 12
    for address in addresses:
        assert "Abstract" in read(client, html.unescape(address))


def test_about_gives_notice_attribution_and_limits(client: FlaskClient) -> None:
    text = read(client, "/about")
    assert NOTICE in text
    assert "courtesy of the U.S. National Library of Medicine" in text
    assert "Nothing on these pages is medical advice." in text
    assert "MSers’ Glen" in text


@pytest.mark.parametrize("address", ["/nowhere", "/abstract/", "/abstract/1/2", "/search/x"])
def test_an_unknown_address_is_a_page(client: FlaskClient, address: str) -> None:
    assert "There is no page at this address." in read(client, address, 404)


def test_an_unknown_abstract_is_named(client: FlaskClient) -> None:
    assert "No abstract here has the PMID 404." in read(client, "/abstract/404", 404)


def test_only_reading_is_possible(client: FlaskClient) -> None:
    answer = client.post("/search", data={"q": "IVIG"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "can only be read" in answer.text


def test_a_fault_is_a_page_and_the_log_holds_no_query(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object, query: str, **__: object) -> None:
        raise ZeroDivisionError(query)

    monkeypatch.setattr("search.Searcher.search", fail)
    client = create_app(Settings(index_dir)).test_client()
    assert "it was not your doing" in read(client, "/search?q=secret+illness", 500)
    assert "ZeroDivisionError in pages.search" in caplog.text
    assert "secret" not in caplog.text


def test_without_an_index_every_page_says_the_way_out_and_recovers(tmp_path: Path) -> None:
    home = tmp_path / "index"
    client = create_app(Settings(home)).test_client()
    for address in ("/", "/search?q=IVIG", "/abstract/1", "/about"):
        assert "Nothing has been indexed yet: run “ranvier build”" in read(client, address, 503)
        assert client.get(address).headers["Retry-After"] == "5"
        assert str(tmp_path) not in client.get(address).text
    vocabulary = Vocabulary.of([Concept("ivig", "IVIG", "treatment", "An infusion.")])
    build(home, [bundled_corpus()], vocabulary=vocabulary)
    time.sleep(EVERY)
    assert "12 abstracts" in read(client, "/")


def test_a_record_with_pmid_title_and_text_is_enough(tmp_path: Path) -> None:
    source = tmp_path / "one.jsonl"
    source.write_text(json.dumps({"pmid": "CF-1", "title": "Alfa", "abstract": ""}))
    build(tmp_path / "index", [source], vocabulary=Vocabulary())
    client = create_app(Settings(tmp_path / "index")).test_client()
    assert "1 abstract, indexed on" in read(client, "/")
    text = read(client, "/abstract/CF-1?q=alfa")
    assert "No abstract was published." in text
    assert "pubmed.ncbi" not in client.get("/abstract/CF-1").text
    assert "1 abstract for “alfa”" in read(client, "/search?q=alfa")
    assert "MSers’ Glen" not in read(client, "/about")
