"""What Whoosh gives one posting at a time becomes the same run."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_runs import ANALYZER
from whoosh.fields import TEXT

from corpus import Abstract, Author, Section
from index.build.batch import process
from index.segment.arrays import Arrays, ArraysWriter
from index.segment.layout import POSTINGS
from index.segment.merger import write_batch
from index.whoosh_codec.postings import batch_of
from index.whoosh_codec.schema import document, schema

if TYPE_CHECKING:
    from index.segment.inverter import InvertedBatch
from index.whoosh_codec.postings import Posting

SCHEMA = schema(ANALYZER)
PIECES = st.sampled_from(
    "alfa Alfas MS IVIG multiple sclerosis auto-immune the T2-lesion 0.41 IFN-ß-1a Sørensen's β 多 "
    ".".split()
)
TEXTS = st.lists(PIECES, max_size=8).map(" ".join)
NAMES = st.lists(st.sampled_from([Author("Gold", "R"), Author("Sørensen", "PS")]), max_size=3)


def postings_of(number: int, **fields: Any) -> list[Posting]:  # noqa: ANN401 (Whoosh's protocol)
    """What Whoosh's writer would give to the pool for a document."""
    found = []
    for name, value in fields.items():
        for term, _, weight, encoded in SCHEMA[name].index(value):
            found.append((name, term, number, weight, encoded))
    return found


def postings_of_abstract(number: int, abstract: Abstract) -> list[Posting]:
    fields = document(abstract, ANALYZER)
    return postings_of(
        number, **{name: value for name, value in fields.items()
                   if name in SCHEMA and SCHEMA[name].indexed}
    )  # fmt: skip


def arrays_of(folder: Path, run: InvertedBatch) -> dict[str, list[int]]:
    target = ArraysWriter(folder / "loose")
    write_batch(run, target)
    target.close()
    return listed(Arrays(folder / "loose"))


def listed(arrays: Arrays) -> dict[str, list[int]]:
    return {name: arrays[name].tolist() for name in arrays.names()}


@st.composite
def corpora(draw: st.DrawFn) -> list[Abstract]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        paragraphs = tuple(filter(None, draw(st.lists(TEXTS, max_size=2))))
        sections = (Section(None, paragraphs),) if paragraphs else ()
        found.append(
            Abstract(str(number), draw(TEXTS), sections, authors=tuple(draw(NAMES)), journal="J X")
        )
    return found


@given(corpora(), st.integers(0, 2**32), st.sampled_from([0, 7]))
def test_postings_in_any_order_become_the_run_that_is_written_by_itself(
    abstracts: list[Abstract], seed: int, first: int
) -> None:
    postings = [
        posting
        for number, abstract in enumerate(abstracts, start=first)
        for posting in postings_of_abstract(number, abstract)
    ]
    random.Random(seed).shuffle(postings)
    with tempfile.TemporaryDirectory() as home:
        files = process(abstracts, ANALYZER, Path(home), "fast").files
        run = batch_of(postings, SCHEMA, first, len(abstracts))
        assert arrays_of(Path(home), run) == listed(files.arrays(POSTINGS))


def test_documents_without_postings_are_documents() -> None:
    run = batch_of(postings_of(1, pmid="7"), SCHEMA, 0, 3)
    assert run.count == 3
    assert run.groups["pmid"].documents.tolist() == [1]
    assert batch_of([], SCHEMA, 5, 0).count == 0


def test_a_field_that_no_array_holds_is_refused() -> None:
    other = SCHEMA.copy()
    other.add("keywords", TEXT())
    postings = [("keywords", b"alfa", 0, 1.0, None)]
    with pytest.raises(ValueError, match="no array holds the field keywords"):
        batch_of(postings, other, 0, 1)


def refused(*postings: list[Posting], documents: int = 1) -> str:
    with pytest.raises(ValueError, match=r".") as told:
        batch_of([one for found in postings for one in found], SCHEMA, 0, documents)
    assert type(told.value) is ValueError
    return str(told.value)


def test_a_weight_that_is_no_count_is_refused() -> None:
    field, term, number, weight, encoded = postings_of(0, author="Gold")[0]
    doubled = (field, term, number, weight * 2, encoded)
    assert refused([doubled]) == "the weight of b'gold' in author is no count"


def stem(term: str, *, position: int = 0, start: int = 0, end: int = 4, doc: int = 0) -> Posting:
    encoded = SCHEMA["title"].format.encode([(position, start, end)])
    return ("title", term.encode(), doc, 1.0, encoded)


def concept(term: str, position: int, start: int, end: int) -> Posting:
    encoded = SCHEMA["title_concepts"].format.encode([(position, start, end)])
    return ("title_concepts", term.encode(), 0, 1.0, encoded)


def test_two_stems_of_one_word_are_refused() -> None:
    word = postings_of(0, title_exact="mice")
    assert batch_of([*word, stem("mouse")], SCHEMA, 0, 1).groups["stems"].terms == [b"mouse"]
    assert refused(word, [stem("mouse"), stem("mice")]) == "the word mice has two stems"
    again = postings_of(1, title_exact="mice")
    for other in (stem("mice", doc=1), stem("mous", doc=1)):
        told = refused(word, [stem("mouse")], again, [other], documents=2)
        assert told == "the word mice has two stems"


def test_a_word_that_has_its_stem_but_here_or_there_is_refused() -> None:
    words = [*postings_of(0, title_exact="mice"), *postings_of(1, title_exact="mice")]
    for there in (0, 1):
        told = refused(words, [stem("mouse", doc=there)], documents=2)
        assert told == "the word mice has two stems"
    (word,) = postings_of(0, title_exact="mice")
    twice = (*word[:3], 2.0, SCHEMA["title_exact"].format.encode([(0, 0, 4), (1, 5, 9)]))
    assert refused([twice], [stem("mouse")]) == "the word mice has two stems"


@pytest.mark.parametrize(
    "beside",
    [
        stem("mouse", position=1),
        concept("mouse", 1, 0, 4),
        concept("mouse", 0, 0, 3),
    ],
    ids=["a stem", "a concept's first word", "a concept's last word"],
)
def test_terms_where_no_word_stands_are_refused(beside: Posting) -> None:
    words = postings_of(0, title_exact="mice")
    assert refused(words, [beside]) == "no word begins or ends where mouse does"


def test_two_words_at_one_place_are_refused() -> None:
    words = [*postings_of(0, title_exact="mice"), *postings_of(0, title_exact="rats")]
    assert refused(words) == "the words mice and rats stand at one place"
    names = [*postings_of(0, author="Gold"), *postings_of(0, author="Smith")]
    assert refused(names) == "the words gold and smith stand at one place"
