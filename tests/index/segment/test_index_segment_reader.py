"""Posting lists: what the index says of a term, as arrays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from engine_parts import engine_of

from corpus import Abstract, Author
from index import Concept, Vocabulary
from index.segment.reader import IndexReader
from index.segment.segment import EMPTY, NOWHERE, ConceptMention

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from index.segment.segment import Counts
    from search import Searcher

TEXTS = ("alfa bravo alfa", ("alfa", "charlie"), "bravo\nalfa, Alpine alps")
PAIR = Vocabulary.of(
    [
        Concept("ab", "alfa bravo", "test", "Two letters.", short=("AB",)),
        Concept("cd", "charlie delta", "test", "Two letters."),
    ]
)


@pytest.fixture
def postings(searching: Callable[..., Searcher]) -> IndexReader:
    return engine_of(searching(*TEXTS)).reader


def listed(columns: tuple[NDArray[Any], ...]) -> list[list[float]]:
    return [column.tolist() for column in columns]


def by_document(counts: Counts) -> dict[int, tuple[float, float]]:
    documents, title, abstract = listed(counts)
    return dict(zip(map(int, documents), zip(title, abstract, strict=True), strict=True))


def test_a_term_has_its_documents_in_order_and_how_often_each_holds_it(
    postings: IndexReader,
) -> None:
    assert listed(postings.field_postings("abstract", "alfa")) == [[0, 2], [2, 1]]
    assert listed(postings.field_postings("title", "alfa")) == [[1], [1]]


@pytest.mark.parametrize("term", ["zulu", "", "alf", "al fa", "ALFA", "\N{GRINNING FACE}", "\0"])
def test_a_term_that_is_nowhere_is_empty(term: str, postings: IndexReader) -> None:
    assert postings.field_postings("abstract", term) is EMPTY
    assert postings.layer_postings("stems", term) is NOWHERE
    assert postings.names("author", (term,)).tolist() == []
    assert not postings.has("abstract", term)
    assert not postings.has_in_layer("stems", term)
    assert postings.document_frequency("abstract", term) == 0
    assert postings.document_frequency_bound("exact", term) == 0


def test_a_term_of_the_title_is_not_one_of_the_abstract(postings: IndexReader) -> None:
    assert postings.has("title", "alfa")
    assert not postings.has("title", "bravo")
    assert postings.field_postings("title", "bravo") is EMPTY
    assert postings.has_in_layer("stems", "bravo")
    assert (
        postings.document_frequency("title", "alfa"),
        postings.document_frequency("abstract", "alfa"),
    ) == (1, 2)
    assert (
        postings.document_frequency_bound("exact", "alfa"),
        postings.document_frequency_bound("exact", "bravo"),
    ) == (3, 2)


def test_a_term_is_counted_in_title_and_abstract_apart(postings: IndexReader) -> None:
    assert by_document(postings.layer_postings("stems", "alfa")) == {
        0: (0, 2),
        1: (1, 0),
        2: (0, 1),
    }
    assert by_document(postings.layer_postings("exact", "charlie")) == {1: (0, 1)}


def test_names_in_a_row_are_of_one_name(searching: Callable[..., Searcher]) -> None:
    authors = [("Gold", "R"), ("Smith", "G")], [("Smith", "R"), ("Gold", "G")], [("Ng", "Ng")]
    abstracts = [
        Abstract(str(number), "alfa", authors=tuple(Author(*name) for name in names))
        for number, names in enumerate(authors)
    ]
    postings = engine_of(searching(*abstracts)).reader
    assert postings.names("author", ("gold",)).tolist() == [0, 1]
    assert postings.names("author", ("gold", "r")).tolist() == [0]
    assert postings.names("author", ("r", "smith")).tolist() == []
    assert postings.names("author", ("ng", "ng")).tolist() == [2]
    assert postings.names("author", ("ng", "ng", "ng")).tolist() == []
    assert postings.names("author", ()).tolist() == []


def test_terms_that_begin_so_come_with_their_documents(postings: IndexReader) -> None:
    assert postings.with_prefix("abstract_exact", "al") == {"alfa": 2, "alpine": 1, "alps": 1}
    assert postings.with_prefix("abstract_exact", "alps") == {"alps": 1}
    assert postings.with_prefix("title_exact", "al") == {"alfa": 1}
    assert postings.with_prefix("abstract_exact", "zu") == {}


def test_all_terms_of_a_field_begin_with_nothing(postings: IndexReader) -> None:
    assert postings.with_prefix("abstract_exact", "") == {
        "alfa": 2,
        "alpine": 1,
        "alps": 1,
        "bravo": 2,
        "charlie": 1,
    }
    assert postings.with_prefix("author", "") == {}


def test_words_that_can_be_guessed_are_long_enough_and_without_digits(
    searching: Callable[..., Searcher],
) -> None:
    postings = engine_of(searching(("alfa t2 0.41", "alfa mri t2load bravo"), "bravo bravo")).reader
    assert postings.guessable_words() == {"alfa": 2, "bravo": 2}


def test_columns_and_what_is_stored_are_those_of_the_documents(
    searching: Callable[..., Searcher],
) -> None:
    abstracts = [
        Abstract(pmid="A1", title="alfa", year=2003, authors=(Author("Gold", "R"),)),
        Abstract(pmid="A2", title="bravo charlie"),
    ]
    postings = engine_of(searching(*abstracts)).reader
    assert (postings.count, postings.size, postings.live) == (2, 2, None)
    assert postings.column("year").tolist() == [2003, 0]
    assert postings.column("title_length").tolist() == [1, 2]
    assert [postings.pmid(number) for number in range(2)] == ["A1", "A2"]
    kept = postings.stored_strings(1)
    assert (kept["pmid"], kept["title"], kept["abstract"]) == ("A2", "bravo charlie", "")
    assert postings.with_prefix("author", "") == {"gold": 1, "r": 1}


def test_mentions_are_where_the_text_has_the_concept(searching: Callable[..., Searcher]) -> None:
    texts = [("An AB", "Alfa bravo. And charlie  delta, AB."), "nothing", "charlie delta"]
    postings = engine_of(searching(*texts, concepts=PAIR)).reader
    assert list(postings.mentions(0)) == [
        ConceptMention("ab", "title", 3, 5),
        ConceptMention("ab", "abstract", 0, 10),
        ConceptMention("cd", "abstract", 16, 30),
        ConceptMention("ab", "abstract", 32, 34),
    ]
    assert list(postings.mentions(1)) == []
    assert list(postings.mentions(2)) == [ConceptMention("cd", "abstract", 0, 13)]


def likely(
    postings: IndexReader,
    shares: dict[int, float],
    shared_by: int = 1,
    frequencies: range = range(99),
) -> dict[tuple[str, str], float]:
    documents, weights = np.array([*shares]), np.array([*shares.values()])
    found = postings.likely(documents, weights, shared_by, frequencies)
    return {tuple(term): likelihood for term, likelihood in found}


def test_terms_are_likely_by_how_much_of_their_documents_they_are(
    searching: Callable[..., Searcher],
) -> None:
    texts = [("alfa bravo", "the alfas"), "charlie delta, auto-immune", "alfa"]
    postings = engine_of(searching(*texts, concepts=PAIR)).reader
    forms = ("charli", "delta", "auto", "immun", "autoimmun")
    sixths = {("stems", form): 1 / 6 for form in forms} | {("concepts", "cd"): 1 / 6}
    assert likely(postings, {1: 1.0}) == pytest.approx(sixths)
    # “the” is no stem, and the concept counts as well: two of four terms.
    both = likely(postings, {2: 0.5, 0: 2.0})
    assert both[("stems", "alfa")] == pytest.approx(0.5 * 1 + 2.0 * 2 / 4)
    assert likely(postings, {}) == likely(postings, {1: 1.0}, shared_by=2) == {}
    assert likely(postings, {2: 0.5, 0: 2.0}, shared_by=2).keys() == {("stems", "alfa")}
    assert likely(postings, {0: 1.0}, frequencies=range(2, 3)).keys() == {("stems", "alfa")}
    assert ("stems", "alfa") not in likely(postings, {0: 1.0}, frequencies=range(2))


def test_of_equally_likely_terms_those_met_first_come_first(
    searching: Callable[..., Searcher],
) -> None:
    postings = engine_of(searching("zulu kilo", "bravo zulu alfa kilo", concepts=PAIR)).reader
    forms = [form for _, form in likely(postings, {1: 1.0})]
    assert forms == ["zulu", "kilo", "bravo", "alfa"]


def test_any_number_of_terms_is_found_likely(searching: Callable[..., Searcher]) -> None:
    forms = [f"x{number}x" for number in range(3000)]
    found = likely(engine_of(searching(" ".join(forms), "alfa")).reader, {0: 1.0})
    assert [form for _, form in found] == forms


def test_threads_that_read_at_once_all_read_the_same(searcher: Searcher) -> None:
    terms = sorted(engine_of(searcher).reader.with_prefix("abstract_exact", ""))[:150]

    def read(postings: IndexReader) -> list[object]:
        lists = [listed(postings.field_postings("abstract_exact", term)) for term in terms]
        rows = [postings.names("author", (term, "ms")).tolist() for term in terms]
        mentions = [list(postings.mentions(number)) for number in range(postings.size)]
        return [lists, rows, mentions]

    expected = read(engine_of(searcher).reader)
    for _ in range(3):
        shared = IndexReader(engine_of(searcher).published.reader)
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _, on=shared: read(on), range(8))) == [expected] * 8


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("prefix", ["", "a", "al", "alp", "z"])
def test_a_beginning_is_the_commonest_of_the_words_that_start_so(
    most: int, prefix: str, postings: IndexReader
) -> None:
    fields = ("title_exact", "abstract_exact")
    counts: dict[str, int] = {}
    for field in fields:
        for form, count in postings.with_prefix(field, prefix).items():
            counts[form] = counts.get(form, 0) + count
    ordered = sorted(counts, key=lambda form: (-counts[form], form))
    assert postings.commonest_with_prefix(fields, prefix, most) == (ordered[:most], len(ordered))
