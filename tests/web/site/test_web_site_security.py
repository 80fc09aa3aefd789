"""Headers on every answer, and nothing that anybody wrote becomes markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Concept, Vocabulary, build
from web.app import create_app
from web.server import QuietLogger
from web.settings import Settings

if TYPE_CHECKING:
    from flask.testing import FlaskClient

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7777*7777}}&lt;b&gt;"
ALLOWED = (
    "html head meta title link body a header div img nav search form label input button main h1 h2 "
    "h3 p ul ol li dl dt dd b mark span details summary article section footer time code cite "
    "blockquote"
)
TAGS = frozenset(ALLOWED.split())


class Strict(HTMLParser):
    """Fails on a tag or an attribute that our templates do not write."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in {"href", "src", "action"}:
                assert (value or "").startswith(("/", "#", "https://pubmed.ncbi.nlm.nih.gov/"))
            if tag == "img":
                assert value != "x"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An index whose abstracts and vocabulary are full of markup."""
    home = tmp_path_factory.mktemp("hostile")
    names = ("journal", "citation", "affiliation", "copyright", "notice", "group_author", "volume")
    record = {
        "pmid": "1",
        "title": f"Relapse {EVIL}",
        "abstract": [
            {"label": EVIL, "paragraphs": [f"A relapse of {EVIL} in March.", f"ABC {EVIL}"]}
        ],
        "authors": [{"surname": EVIL, "initials": EVIL}],
        "topics": [EVIL],
        "year": 2003,
    } | dict.fromkeys(names, EVIL)
    source = home / "<script>.jsonl"
    source.write_text(json.dumps(record))
    concept = Concept("abc", f"alfa {EVIL}", "test", EVIL, ("alfa bravo",), ("ABC",))
    build(home / "index", [source], vocabulary=Vocabulary.of([concept]))
    return create_app(Settings(home / "index")).test_client()


def check(page: str) -> None:
    Strict().feed(page)
    assert "<script" not in page
    assert "60481729" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/about",
        "/search?q=relapse",
        "/search?q=ABC",
        "/search?q=script+alert",
        "/search?q=relpase",
        f"/search?q=relapse+{quote(EVIL)}",
        f"/search?q=relapse&page={quote(EVIL)}",
        "/abstract/1?q=relapse+script+ABC",
        f"/abstract/1?q={quote(EVIL)}",
        f"/abstract/{quote(EVIL, safe='')}",
        f"/{quote(EVIL)}",
    ],
)
def test_markup_of_others_stays_text(hostile: FlaskClient, address: str) -> None:
    page = hostile.get(address).text
    check(page)
    if address.startswith(("/search?q=relapse", "/abstract/1")) and "page=" not in address:
        assert "&lt;script&gt;" in page.replace("<mark>", "").replace("</mark>", "")


@given(st.text(max_size=80))
def test_no_query_raises_or_breaks_out(hostile: FlaskClient, query: str) -> None:
    address = quote(query.encode("utf-8", "surrogatepass"))
    for page in (f"/search?q=relapse+{address}", f"/abstract/1?q={address}"):
        answer = hostile.get(page)
        assert answer.status_code == 200
        Strict().feed(answer.text)


@given(st.binary(max_size=40))
def test_no_bytes_in_an_address_raise(hostile: FlaskClient, content: bytes) -> None:
    assert hostile.get(f"/search?q={quote(content)}").status_code == 200
    assert hostile.get(f"/api/v1/search?q={quote(content)}").status_code == 200
    assert hostile.get(f"/abstract/{quote(content, safe='')}").status_code in {200, 308, 404}


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/"),
        ("GET", "/search?q=relapse"),
        ("GET", "/abstract/1"),
        ("GET", "/about"),
        ("GET", "/nowhere"),
        ("GET", "/static/style.css"),
        ("GET", "/static/icon.svg"),
        ("GET", "/static/../cli.py"),
        ("GET", "/api/v1/search?q=relapse"),
        ("GET", "/api/v1/search"),
        ("GET", "/healthz"),
        ("HEAD", "/"),
        ("OPTIONS", "/"),
        ("POST", "/search"),
    ],
)
def test_every_answer_has_the_headers(hostile: FlaskClient, method: str, address: str) -> None:
    with hostile.open(address, method=method) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'none'", "style-src 'self'", "base-uri 'none'"):
        assert rule in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "no-cache" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers


def test_nothing_outside_the_static_folder_is_served(hostile: FlaskClient) -> None:
    for path in ("../cli.py", "..%2fcli.py", "..%5ccli.py", "x/../../cli.py"):
        assert hostile.get(f"/static/{path}").status_code == 404


def test_the_servers_log_holds_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QuietLogger, "error", lambda _, message: said.append(message))
    logger = QuietLogger.__new__(QuietLogger)
    try:
        int("secret")
    except ValueError as error:
        logger.exception("Error handling request %s %s", "GET", "/search?q=secret")
        logger.exception(error)  # noqa: TRY401 (as Gunicorn does)
    assert said[0].startswith("Error handling request … …\n")
    assert "test_web_site_security.py" in said[0]
    assert said[1].startswith("ValueError\n")
    assert "q=secret" not in "".join(said)
