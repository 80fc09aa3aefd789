from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from whoosh.collectors import TopCollector, UnlimitedCollector
from whoosh.query import Term
from whoosh.searching import Searcher as WhooshSearcher

from corpus import Abstract, Author, Origin, Report, Section
from index import Analyzer, Concept, OpenedGeneration, Vocabulary
from index.analyzer import LAYERS, Layer
from index.build.builder import write
from index.record_fields import names, restored, stored
from index.schema import COLUMNS, NAME_FIELDS, STRINGS, TEXT_FIELDS, field_of
from index.whoosh_codec.schema import LayerAnalyzer, document, schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("rrms", "relapsing-remitting MS", "course", "A course.", broader=("ms",)),
    ]
)


def abstract(pmid: str, title: str, *paragraphs: str, **more: Any) -> Abstract:  # noqa: ANN401
    return Abstract(pmid, title, (Section(None, paragraphs),) if paragraphs else (), **more)


ABSTRACTS = [
    abstract("1", "Alfa bravo in MS", "The alfa, the bravo.", "Charlie and alfa", year=1999),
    abstract("2", "Relapsing/Remitting MS", "Alfa alfa alfa auto-immune."),
    abstract("3", "Bravo", year=2004, authors=(Author("Sørensen", "PS"),), journal="J Neurol"),
    abstract("A-4", "Delta", "multiple sclerosis\nand MS", topics=("IVIG", "MRI")),
    *(abstract(str(number), f"Echo {number}", "alfa " * (number % 7)) for number in range(5, 60)),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedGeneration]:
    home: Path = tmp_path_factory.mktemp("generation")
    manifest = write(home, ABSTRACTS, VOCABULARY, Report())
    opened = OpenedGeneration.read(home, manifest)
    yield opened
    opened.close()


def test_every_text_field_has_a_field_a_layer() -> None:
    assert field_of("title", "stems") == "title"
    assert field_of("abstract", "exact") == "abstract_exact"
    expected = {field_of(field, layer) for field in TEXT_FIELDS for layer in LAYERS}
    expected |= {*STRINGS, *COLUMNS, *NAME_FIELDS}
    assert set(schema(Analyzer(VOCABULARY)).names()) == expected


def test_a_document_has_no_empty_names() -> None:
    analyzer = Analyzer(VOCABULARY)
    assert not set(NAME_FIELDS) & document(ABSTRACTS[0], analyzer).keys()
    assert document(ABSTRACTS[2], analyzer)["author"] == "Sørensen PS"
    assert document(ABSTRACTS[3], analyzer)["pmid"] == "a-4"


def test_names_stand_a_line_each() -> None:
    signed = abstract(
        "1", "T", authors=(Author("A", "B"), Author("C")), group_author="Group", topics=("X", "Y")
    )
    assert names(signed) == {
        "author": "A B\nC\nGroup",
        "journal": "",
        "affiliation": "",
        "topic": "X\nY",
    }


def test_a_pickled_analyzer_refuses_to_work() -> None:
    analyzer = LayerAnalyzer(Analyzer(VOCABULARY), "exact")
    assert [token.text for token in analyzer("Alfa bravo")] == ["alfa", "bravo"]
    copy = pickle.loads(pickle.dumps(analyzer))  # noqa: S301 (ours)
    with pytest.raises(RuntimeError, match="unpickled"):
        list(copy("alfa"))


def expected_postings(field: str, layer: Layer) -> dict[str, dict[int, list[tuple[int, int, int]]]]:
    """What the analysis says a field must hold: term, document, (position, start, end)."""
    analyzer = Analyzer(VOCABULARY)
    postings: dict[str, dict[int, list[tuple[int, int, int]]]] = {}
    for number, entry in enumerate(ABSTRACTS):
        text = entry.title if field == "title" else entry.text
        for found in analyzer.layer(text, layer):
            places = postings.setdefault(found.term, {}).setdefault(number, [])
            places.append((found.position, found.start, found.end))
    return postings


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_whoosh_holds_exactly_what_the_analysis_says(
    published: OpenedGeneration, field: str, layer: Layer
) -> None:
    name, reader = field_of(field, layer), published.reader
    held: dict[str, dict[int, list[tuple[int, int, int]]]] = {}
    for term in reader.field_terms(name):
        matcher = reader.postings(name, term)
        while matcher.is_active():
            held.setdefault(term, {})[matcher.id()] = list(matcher.value_as("characters"))
            matcher.next()
    assert held == expected_postings(field, layer)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_a_searcher_of_whoosh_finds_the_documents_of_each_term(
    published: OpenedGeneration, field: str, layer: Layer
) -> None:
    searcher = WhooshSearcher(published.reader)
    for term, documents in expected_postings(field, layer).items():
        query = Term(field_of(field, layer), term)
        everything = searcher.search(query, limit=None)
        assert set(everything.docs()) == documents.keys()
        exact = TopCollector(limit=10, usequality=False, replace=0)
        searcher.search_with_collector(query, exact)
        best = exact.results()
        assert best.scored_length() == min(10, len(documents))
        assert {hit.docnum for hit in best} <= documents.keys()
        unlimited = UnlimitedCollector()
        searcher.search_with_collector(query, unlimited)
        scores = sorted((score for score, _ in unlimited.results().top_n), reverse=True)
        assert [score for score, _ in best.top_n] == scores[:10]


@pytest.mark.parametrize(
    ("field", "term", "pmids"),
    [
        ("pmid", "a-4", ["A-4"]),
        ("author", "sorensen", ["3"]),
        ("journal", "neurol", ["3"]),
        ("topic", "ivig", ["A-4"]),
        ("title_concepts", "rrms", ["2"]),
        ("abstract", "autoimmun", ["2"]),
        ("title", "bravo", ["1", "3"]),
    ],
)
def test_fields_are_searched_by_name(
    published: OpenedGeneration, field: str, term: str, pmids: list[str]
) -> None:
    results = WhooshSearcher(published.reader).search(Term(field, term), limit=None)
    assert sorted(hit["pmid"] for hit in results) == pmids


def test_columns_hold_years_and_lengths(published: OpenedGeneration) -> None:
    reader = published.reader
    years = [reader.column_reader("year")[number] for number in range(4)]
    assert years == [1999, 0, 2004, 0]
    lengths = [reader.column_reader("abstract_length")[number] for number in range(4)]
    assert lengths == [7, 5, 0, 4]


def test_passages_are_the_sentences_of_the_text(published: OpenedGeneration) -> None:
    fields = published.reader.stored_fields(0)
    cut = [fields["abstract"][start:end] for start, end in json.loads(fields["passages"])]
    assert cut == ["The alfa, the bravo.", "Charlie and alfa"]
    assert fields["title"] == "Alfa bravo in MS"


def test_a_passage_has_the_label_of_its_section_if_there_is_one() -> None:
    sections = (Section("Aims", ("One. Two.", "Three.")), Section(None, ("Four.",)))
    labelled = Abstract("1", "T", sections)
    passages = json.loads(stored(labelled)["passages"])
    cut = [(labelled.text[start:end], *label) for start, end, *label in passages]
    assert cut == [("One.", "Aims"), ("Two.", "Aims"), ("Three.", "Aims"), ("Four.",)]


FULL = Abstract(
    "A-4",
    "Delta “quoted” \ud800",
    (Section("Aims", ("One. Two.", "Three.")), Section(None, ("β\u2028x",)), Section("None", ())),
    authors=(Author("Sørensen", "PS"), Author("Gold")),
    group_author="ESIMS",
    journal="J Neurol",
    year=2004,
    affiliation="Graz",
    topics=("IVIG", "MRI"),
    citation="J Neurol 2004",
    copyright="(c)",
    notice="From a page.",
    origin=Origin("a.jsonl", 7, "abc"),
    extra={"key": [1, {"deep": None}]},
)


@pytest.mark.parametrize(
    "whole", [*ABSTRACTS[:5], FULL, Abstract("1", "T"), Abstract("1", "", FULL.sections[:1])]
)
def test_what_is_stored_is_all_of_an_abstract(whole: Abstract) -> None:
    strings = stored(whole)
    assert tuple(strings) == STRINGS
    assert restored(strings) == whole
    assert restored(strings).origin == whole.origin


def test_neither_title_nor_text_is_stored_twice() -> None:
    strings = stored(FULL)
    together = "".join(strings.values())
    for part in ("quoted", "One. Two.", "Three.", "A-4"):
        assert together.count(part) == 1


def test_all_abstracts_can_be_read_back(published: OpenedGeneration) -> None:
    assert list(published.abstracts()) == ABSTRACTS
