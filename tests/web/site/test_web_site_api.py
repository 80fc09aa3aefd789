"""The API in JSON."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from corpus import bundled_corpus
from corpus.record import from_object
from index import Vocabulary, build
from index.generations.manifest import CURRENT
from web.app import create_app
from web.lease import EVERY
from web.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from search import Searcher


@pytest.fixture(scope="module")
def client(index_dir: Path) -> FlaskClient:
    return create_app(Settings(index_dir)).test_client()


def test_a_search_is_the_object_of_the_library(client: FlaskClient, searcher: Searcher) -> None:
    answer = client.get("/api/v1/search?q=RRMS+relapse&page=2&per_page=3")
    assert answer.mimetype == "application/json"
    expected = searcher.search("RRMS relapse", page=2, per_page=3).to_dict()
    assert list(answer.json) == list(expected)
    expected = json.loads(json.dumps(expected))
    assert answer.json | {"took_ms": 0} == expected | {"took_ms": 0}


def test_spans_enclose_matches(client: FlaskClient) -> None:
    hits = client.get("/api/v1/search?q=IVIG").json["hits"]
    texts = {
        snippet["text"][start:end]
        for hit in hits
        for snippet in hit["snippets"]
        for start, end in snippet["spans"]
    }
    assert {"IVIG", "IntraVenous ImmunoGlobulin"} <= texts


def test_numbers_out_of_bounds_are_brought_into_them(client: FlaskClient) -> None:
    page = client.get("/api/v1/search?q=IVIG&page=0&per_page=100000").json
    assert (page["page"], page["per_page"]) == (1, 100)
    assert len(page["notes"]) == 2


@pytest.mark.parametrize(
    "arguments", ["", "&page=1&per_page=100", "&page=2&per_page=4", "&page=&per_page=", "&off="]
)
def test_a_request_within_all_bounds_gets_no_note(client: FlaskClient, arguments: str) -> None:
    page = client.get(f"/api/v1/search?q=IVIG{arguments}").json
    assert page["hits"]
    assert page["notes"] == []


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_query_is_handed_on_up_to_two_thousand_characters(
    client: FlaskClient, beyond: int
) -> None:
    query = "IVIG" + " " * (2000 - len("IVIG EDSS") + 1 + beyond) + "EDSS"
    page = client.get("/api/v1/search", query_string={"q": query}).json
    assert page["query"] == query[:2000]
    assert page["notes"] == (["No abstract has “EDS”."] if beyond else [])
    off = f"rrms,{'x' * (2000 - len('rrms,,ivig') + beyond)},ivig"
    found = client.get("/api/v1/search", query_string={"q": "RRMS IVIG", "off": off}).json
    assert [one["is_off"] for one in found["expansions"]] == [True, not beyond]


@pytest.mark.parametrize(("size", "code"), [(0, 200), (16 * 1024, 200), (16 * 1024 + 1, 413)])
def test_a_body_that_is_too_large_is_refused(client: FlaskClient, size: int, code: int) -> None:
    answer = client.get("/api/v1/search?q=IVIG", data=b"x" * size)
    assert answer.status_code == code
    if code == 413:
        assert answer.json == {"error": {"code": 413, "message": "This request is too large."}}


def test_an_empty_query_finds_nothing(client: FlaskClient) -> None:
    assert client.get("/api/v1/search?q=").json["total"] == 0


def test_an_abstract_is_the_object_of_a_corpus(client: FlaskClient, searcher: Searcher) -> None:
    found = client.get("/api/v1/abstracts/15451222").json
    assert found.pop("matches") == []
    assert found.pop("concepts")
    assert from_object(found, None) == searcher.abstract("15451222").abstract


def test_an_abstract_tells_its_concepts_and_what_a_query_matches(client: FlaskClient) -> None:
    found = client.get("/api/v1/abstracts/15451222?q=SPMS").json
    assert {match["query"] for match in found["matches"]} == {"SPMS"}
    first = found["concepts"][0]
    assert (first["concept"], first["kind"], first["is_asked"]) == ("spms", "course", True)
    assert first["plain"]
    assert first["count"] >= len(first["spellings"]) >= 1
    off = client.get("/api/v1/abstracts/15451222?q=SPMS&off=spms").json
    assert not any(concept["is_asked"] for concept in off["concepts"])


def test_what_is_off_is_searched_as_typed(client: FlaskClient) -> None:
    on, off = (client.get(f"/api/v1/search?q=RRMS{rest}").json for rest in ("", "&off=rrms"))
    assert not on["expansions"][0]["is_off"]
    assert off["expansions"][0]["is_off"]
    assert off["total"] < on["total"]
    for address in ("off=rrms,ivig", "off=rrms&off=ivig", "off=%20RRMS,,ivig"):
        found = client.get(f"/api/v1/search?q=RRMS+IVIG&{address}").json
        assert [told["is_off"] for told in found["expansions"]] == [True, True]
        assert found["notes"] == client.get("/api/v1/search?q=RRMS&off=rrms").json["notes"]


def test_an_unknown_name_is_told_and_changes_nothing(client: FlaskClient) -> None:
    plain = client.get("/api/v1/search?q=RRMS").json
    found = client.get("/api/v1/search?q=RRMS&off=nothing").json
    assert found["hits"] == plain["hits"]
    assert any("“nothing”" in note for note in found["notes"])


def test_counts_are_those_of_the_narrower_search(client: FlaskClient) -> None:
    found = client.get("/api/v1/search?q=IVIG+relapse").json
    assert found["facets"]["treatment"]
    for facets in found["facets"].values():
        for facet in facets:
            query = f"IVIG+relapse+concept:{facet['concept']}"
            narrower = client.get(f"/api/v1/search?q={query}").json
            assert narrower["total"] == facet["count"] < found["total"]


@pytest.mark.parametrize(
    ("address", "code", "message"),
    [
        ("/api/v1/search", 400, "The query is missing: give it as “q”."),
        ("/api/v1/search?q=a&page=x", 400, "“page” must be a whole number."),
        ("/api/v1/search?q=a&per_page=1.5", 400, "“per_page” must be a whole number."),
        ("/api/v1/abstracts/404", 404, "No abstract here has the PMID 404."),
        ("/api/v1/nowhere", 404, "There is no page at this address."),
        ("/api/", 404, "There is no page at this address."),
    ],
)
def test_errors_are_json(client: FlaskClient, address: str, code: int, message: str) -> None:
    answer = client.get(address)
    assert answer.status_code == code
    assert answer.json == {"error": {"code": code, "message": message}}


@pytest.mark.parametrize("address", ["/api/v1/search?q=a", "/healthz"])
def test_other_methods_are_json_too(client: FlaskClient, address: str) -> None:
    answer = client.post(address)
    assert answer.status_code == 405
    assert answer.json["error"]["code"] == 405


def test_a_fault_is_json(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.Searcher.search", lambda *_, **__: 1 / 0)
    answer = create_app(Settings(index_dir)).test_client().get("/api/v1/search?q=a")
    assert answer.status_code == 500
    assert answer.json["error"]["message"].startswith("Something went wrong here")


def test_health_names_the_generation(client: FlaskClient, searcher: Searcher) -> None:
    expected = {"status": "ok", "generation": searcher.manifest.id, "abstracts": 12}
    assert client.get("/healthz").json == expected


def test_health_tells_of_a_generation_that_cannot_be_opened(tmp_path: Path) -> None:
    home = tmp_path / "index"
    build(home, [bundled_corpus()], vocabulary=Vocabulary())
    client = create_app(Settings(home)).test_client()
    first = client.get("/healthz").json
    (home / CURRENT).write_text("nothing")
    time.sleep(EVERY)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == first | {"status": "stale", "reason": "DamagedIndex"}


@pytest.mark.parametrize("address", ["/healthz", "/api/v1/search?q=a", "/api/v1/abstracts/1"])
def test_without_an_index_it_is_unavailable(tmp_path: Path, address: str) -> None:
    answer = create_app(Settings(tmp_path / "none")).test_client().get(address)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "ranvier build" in answer.json["error"]["message"]
