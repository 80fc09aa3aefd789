"""Small inputs with their right answers, each of which stands for a kind of fault.

``data/cases/reader.jsonl`` holds them: ``corpus`` is a list of records, or ``seed`` (the bundled
page), or ``scale`` (``../shared/scale/abstracts.jsonl.gz``, which most machines do not have).
``expect`` gives exact hits (``pmids``), first hits (``top``), hits that must not be there
(``not``), the marked texts of the first hit (``marks``), or a sentence (``note``), which a function
in ``NOTES`` checks. ``data/cases/open.toml`` lists the cases that fail still, by the kind of fault:
one that no longer fails has to be taken off.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from places import SHARED, TESTS

from corpus import Report, gather
from index import Vocabulary, build
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from search import SearchPage

Case = dict[str, Any]

FOLDER = TESTS / "data" / "cases"
SCALE = SHARED / "scale" / "abstracts.jsonl.gz"
CASES: list[Case] = [
    json.loads(line) for line in (FOLDER / "reader.jsonl").read_text(encoding="utf-8").splitlines()
]
OPEN: dict[str, list[str]] = tomllib.loads((FOLDER / "open.toml").read_text(encoding="utf-8"))
KIND_OF_OPEN = {id_: kind for kind, ids in OPEN.items() for id_ in ids}


def suggests_nothing_like(*words: str) -> Callable[[Searcher, SearchPage], None]:
    """An assertion that no suggestion has any of these words."""

    def check(_: Searcher, page: SearchPage) -> None:
        assert not set((page.suggestion or "").casefold().split()) & set(words)

    return check


def finds_only_the_syndrome(_: Searcher, page: SearchPage) -> None:
    assert page.hits
    assert all(one.text.casefold() != "cis" or one.text == "CIS" for one in matches(page))
    assert all("isolated syndrome" in hit.stored.text.casefold() for hit in page.hits[:3])


def finds_no_otitis(_: Searcher, page: SearchPage) -> None:
    assert "AOM" not in {one.text for one in matches(page)}


def finds_no_negated_steroids(searcher: Searcher, page: SearchPage) -> None:
    for start in range(1, page.pages + 1):
        found = searcher.search(page.query, page=start, per_page=page.per_page)
        for hit in found.hits:
            whole = searcher.abstract(hit.pmid, page.query)
            marked = {one.text.casefold() for one in whole.matches}
            assert marked - {"steroidal", "non-steroidal", "nonsteroidal"}


def finds_only_intravenous(_: Searcher, page: SearchPage) -> None:
    assert page.hits
    for hit in page.hits:
        text = f"{hit.title} {hit.stored.text}".casefold()
        assert "intravenous" in text or "i.v" in text or " iv " in text
        assert "polymerase iv" not in text


def scores_all_alike(_: Searcher, page: SearchPage) -> None:
    assert [len(hit.title_spans) for hit in page.hits] == [1, 1, 1]
    assert len({round(hit.score, 6) for hit in page.hits}) == 1


def ranks_grade_two_last(_: Searcher, page: SearchPage) -> None:
    found = [hit.pmid for hit in page.hits]
    assert set(found[:2]) == {"1", "2"}


def suggests_the_author(_: Searcher, page: SearchPage) -> None:
    assert (page.suggestion or "").casefold() == "author:sorensen"


def finds_something(_: Searcher, page: SearchPage) -> None:
    assert page.hits


def asks_for_no_condition_less(_: Searcher, page: SearchPage) -> None:
    assert not any("leave one of them out" in note for note in page.notes)


def calls_no_operator_common(_: Searcher, page: SearchPage) -> None:
    assert page.hits
    assert not any("Too common" in note for note in page.notes)


def suggests_the_disease(_: Searcher, page: SearchPage) -> None:
    assert page.suggestion is None or page.suggestion.casefold() == "multiple sclerosis"


def explains_the_asterisk(_: Searcher, page: SearchPage) -> None:
    assert page.hits or any("*" in note for note in page.notes)


def explains_the_distance(_: Searcher, page: SearchPage) -> None:
    assert {hit.pmid for hit in page.hits} == {"1", "2"} or any("~" in note for note in page.notes)


def takes_tags_for_no_words(_: Searcher, page: SearchPage) -> None:
    assert page.hits
    assert page.suggestion is None
    assert not {"term", "terms", "mesh", "tiab"} & {one.text.casefold() for one in matches(page)}


def names_both_brands(_: Searcher, page: SearchPage) -> None:
    assert {one.query.casefold() for one in page.expansions} >= {"rebif", "avonex"}
    assert not any(one.text.casefold() == "vs" for hit in page.hits[1:] for one in hit.matches)


def ranks_both_words_high(searcher: Searcher, page: SearchPage) -> None:
    both = []
    for place, (pmid, _) in enumerate(searcher.rank(page.query)):
        marked = searcher.abstract(pmid, page.query).matches
        if {one.query.casefold() for one in marked} >= {"employment", "ms"} and any(
            one.text.casefold() == "employment" for one in marked
        ):
            both.append(place)
        if len(both) == 2:
            break
    assert both
    assert max(both) < 100


NOTES: dict[str, Callable[[Searcher, SearchPage], None]] = {
    "h005": finds_only_the_syndrome,
    "h006": finds_no_otitis,
    "h018": finds_no_negated_steroids,
    "h057": scores_all_alike,
    "h059": ranks_grade_two_last,
    "h071": suggests_the_author,
    "h077": finds_something,
    "h082": asks_for_no_condition_less,
    "h084": calls_no_operator_common,
    "h085": suggests_nothing_like("symptomatic"),
    "h086": suggests_nothing_like("hypertension"),
    "h089": suggests_the_disease,
    "h091": suggests_nothing_like("treatment"),
    "h097": explains_the_asterisk,
    "h099": explains_the_distance,
    "h103": takes_tags_for_no_words,
    "h117": finds_only_intravenous,
    "h120": names_both_brands,
    "h125": ranks_both_words_high,
}


def matches(page: SearchPage) -> Iterator[Any]:
    return (one for hit in page.hits for one in hit.matches)


@pytest.fixture(scope="session")
def scale(tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> Iterator[Searcher]:
    """A searcher of many real abstracts, built once."""
    if not SCALE.exists():
        pytest.skip("left out: ../shared/scale/abstracts.jsonl.gz is not here")
    home = tmp_path_factory.mktemp("scale") / "index"
    build(home, [SCALE], vocabulary=vocabulary)
    with Searcher.open(home) as opened:
        yield opened


@pytest.fixture
def searcher_of(
    request: pytest.FixtureRequest, tmp_path: Path, searcher: Searcher, vocabulary: Vocabulary
) -> Iterator[Callable[[Any], Searcher]]:
    """Makes a searcher of the corpus of a case."""
    opened: list[OpenedGeneration] = []

    def make(corpus: Any) -> Searcher:  # noqa: ANN401 (as it stands in the file)
        if corpus == "seed":
            return searcher
        if corpus == "scale":
            found: Searcher = request.getfixturevalue("scale")
            return found
        records = tmp_path / "records.jsonl"
        lines = (json.dumps(record, ensure_ascii=False) for record in corpus)
        records.write_text("\n".join(lines), encoding="utf-8")
        home = tmp_path / "generation"
        home.mkdir()
        report = Report()
        manifest = write(home, gather([records], report), vocabulary, report)
        opened.append(OpenedGeneration.read(home, manifest))
        return Searcher(opened[-1])

    yield make
    for one in opened:
        one.close()


def parameters() -> Iterator[Any]:
    for case in CASES:
        kind = KIND_OF_OPEN.get(case["id"])
        marks = [pytest.mark.xfail(strict=True, reason=kind)] if kind else []
        size = ""
        if case["corpus"] == "scale":  # its index takes half a minute
            size = " on scale"
            marks.append(pytest.mark.long)
        yield pytest.param(case, id=f"{case['id']} {case['kind']}{size}", marks=marks)


@pytest.mark.parametrize("case", list(parameters()))
def test_a_reader_finds_what_is_right(case: Case, searcher_of: Callable[[Any], Searcher]) -> None:
    searcher = searcher_of(case["corpus"])
    expect = case["expect"]
    page = searcher.search(case["query"])
    found = [hit.pmid for hit in page.hits]
    if "pmids" in expect:
        assert sorted(found) == sorted(expect["pmids"])
    if "top" in expect:
        assert found[: len(expect["top"])] == expect["top"]
    assert not set(found) & set(expect.get("not", ()))
    if "marks" in expect:
        assert marked(page) == expect["marks"]
    if "note" in expect:
        NOTES[case["id"]](searcher, page)


def test_every_note_has_its_assertion_and_every_open_case_is_one() -> None:
    noted = {case["id"] for case in CASES if "note" in case["expect"]}
    assert noted == set(NOTES)
    assert set(KIND_OF_OPEN) <= {case["id"] for case in CASES}
    assert len(KIND_OF_OPEN) == sum(map(len, OPEN.values()))


def marked(page: SearchPage) -> list[str]:
    """The marked texts of the first hit, in order."""
    hit = page.hits[0]
    parts = [(hit.title, hit.title_spans), *((one.text, one.spans) for one in hit.snippets)]
    return [text[start:end] for text, spans in parts for start, end in spans]
