"""The recorder of results: what it asks, what it keeps, which differences it finds."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from results import answers, command, differences
from results.requests import LIMIT_CASES, Request, drawn

if TYPE_CHECKING:
    from search import Searcher

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like ../shared with forty abstracts and two claims."""
    home = tmp_path_factory.mktemp("shared")
    for folder in ("scale", "judged/scifact-train"):
        (home / folder).mkdir(parents=True)
    claim = "The relapse rate of all these patients falls after one year"
    records = [
        {"pmid": str(n), "title": f"Trial {n}", "abstract": f"{claim}. Some number{n // 3}."}
        for n in range(40)
    ]
    with gzip.open(home / "scale" / "abstracts.jsonl.gz", "wt") as file:
        file.write("".join(json.dumps(record) + "\n" for record in records))
    queries = home / "judged" / "scifact-train" / "queries.jsonl"
    queries.write_text("".join(json.dumps({"text": f"{claim} {n}"}) + "\n" for n in range(2)))
    return home


def test_a_seed_decides_the_requests(shared: Path) -> None:
    requests = drawn(shared, 120, seed=1)
    assert requests == drawn(shared, 120, seed=1)
    assert requests != drawn(shared, 120, seed=2)


def test_requests_are_different_and_of_every_kind(shared: Path) -> None:
    requests = drawn(shared, 300)
    assert len(set(requests)) == len(requests) == 300
    assert {request.q for request in requests} >= set(LIMIT_CASES)
    for sign in ('"', "OR", "AND", "NOT", " -", "(", "*", "year:", "author:", "concept:", "pmid:"):
        assert any(sign in request.q for request in requests), sign
    assert any(request.off for request in requests)
    assert {request.page for request in requests} > {0, 1, 2}


def test_an_answer_keeps_all_but_time_and_generation(searcher: Searcher) -> None:
    request = Request("RRMS", per_page=2)._asdict()
    answer = answers.answer(searcher, request)
    expected = searcher.search("RRMS", per_page=2).to_dict()
    assert answer["request"] == request
    assert answer["page"] == {
        name: value for name, value in expected.items() if name not in {"took_ms", "generation"}
    }
    shown = searcher.abstract(expected["hits"][0]["pmid"], "RRMS")
    assert answer["abstract"]["paragraph_spans"] == shown.paragraph_spans
    assert "abstract" not in answers.answer(searcher, Request("xyzzy")._asdict())


@given(JSON, JSON)
def test_values_differ_where_their_json_does(one: object, other: object) -> None:
    assert not list(differences.within(one, one))
    same = json.dumps(one) == json.dumps(other)
    assert bool(list(differences.within(one, other))) is not same


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, [".a[1].b"]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [" (order)"]),
        ({"a": 1}, {"b": 1}, [".a", ".b"]),
        ([1], [1, 2], [""]),
        ([1, True], [1.0, 1], ["[0]", "[1]"]),
    ],
)
def test_a_difference_is_named_by_its_place(one: object, other: object, places: list[str]) -> None:
    assert [place for place, _, _ in differences.within(one, other)] == places


def _record(home: Path, *, requests: str = "[]", hits: str = '{"request": 1, "page": 2}') -> Path:
    home.mkdir()
    (home / "requests.json").write_text(requests)
    (home / "bundled.jsonl").write_text(f"{hits}\n")
    (home / "run.txt").write_text("1 Q0 2 1 0.5 ranvier\n")
    return home


def test_records_are_compared_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, same = _record(tmp_path / "one"), _record(tmp_path / "same")
    other = _record(tmp_path / "other", hits='{"request": 1, "page": 3}')
    assert command.main(["--compare", str(one), str(same)]) == 0
    assert "bundled.jsonl: the same" in capsys.readouterr().out
    assert command.main(["--compare", str(one), str(other)]) == 1
    told = capsys.readouterr().out
    assert "bundled.jsonl: 1 lines differ" in told
    assert "bundled.jsonl:1 1 .page\n  - 2\n  + 3" in told
    assert "run.txt: the same" in told


@pytest.mark.parametrize("more", ["", '{"request": 2, "page": 2}\n'])
def test_a_missing_file_or_line_is_a_difference(tmp_path: Path, more: str) -> None:
    one, other = _record(tmp_path / "one"), _record(tmp_path / "other")
    file = other / "bundled.jsonl"
    if more:
        file.write_text(file.read_text() + more)
    else:
        file.unlink()
    assert command.main(["--compare", str(one), str(other)]) == 1


def test_records_of_other_requests_cannot_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = _record(tmp_path / "one"), _record(tmp_path / "other", requests="[1]")
    assert command.main(["--compare", str(one), str(other)]) == 1
    assert "--like" in capsys.readouterr().out


def test_nothing_is_no_record(tmp_path: Path) -> None:
    assert command.main(["--compare", str(tmp_path), str(tmp_path)]) == 1
