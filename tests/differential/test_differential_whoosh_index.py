"""The index as any index of Whoosh: written by its writer, read and searched by its searcher."""

from __future__ import annotations

import random
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import small_builds
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage
from whoosh.qparser import QueryParser
from whoosh.query import FuzzyTerm, Phrase, Prefix, Term, Wildcard

from corpus import Abstract, Author, Report, Section, bundled_corpus, gather
from index import Analyzer, Concept, Vocabulary
from index.build.builder import write
from index.record_fields import restored
from index.schema import COLUMNS, NAME_FIELDS, STRINGS, TEXT_FIELDS
from index.text.tokenizer import tokenize
from index.whoosh_codec.codec import ArrayWriter
from index.whoosh_codec.schema import document, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from whoosh.index import FileIndex
    from whoosh.reading import IndexReader as WhooshReader
    from whoosh.searching import Searcher as WhooshSearcher

VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("rrms", "relapsing-remitting MS", "course", "A course.", broader=("ms",)),
        Concept("t2", "T2 lesion", "finding", "A finding."),
    ]
)
ANALYZER = Analyzer(VOCABULARY)


def opened(folder: Path, analyzer: Analyzer = ANALYZER) -> FileIndex:
    return FileStorage(str(folder)).open_index(schema=schema(analyzer))


def created(folder: Path, analyzer: Analyzer = ANALYZER) -> FileIndex:
    return FileStorage(str(folder)).create_index(schema(analyzer))


def by_whoosh(
    folder: Path, batches: Sequence[Sequence[Abstract]], analyzer: Analyzer = ANALYZER
) -> FileIndex:
    return small_builds.by_whoosh(folder, batches, analyzer)


def held(reader: WhooshReader) -> dict[str, Any]:
    """All that a reader of Whoosh's tells of terms and documents, by PMID."""
    numbers = list(reader.all_doc_ids())
    pmids = {number: reader.stored_fields(number)["pmid"] for number in numbers}
    terms = {}
    for field, term in reader.all_terms():
        text = reader.schema[field].from_bytes(term)
        matcher = reader.postings(field, text)
        places = {}
        while matcher.is_active():
            kept = [
                list(matcher.value_as(kind))
                for kind in ("positions", "characters")
                if matcher.supports(kind)
            ]
            places[pmids[matcher.id()]] = (matcher.weight(), kept)
            matcher.next()
        if places:
            terms[field, term] = places
    columns = {
        name: {pmids[number]: reader.column_reader(name)[number] for number in numbers}
        for name in COLUMNS
    }
    lengths = {
        name: {pmids[number]: reader.doc_field_length(number, name) for number in numbers}
        for name in reader.schema.scorable_names()
    }
    stored = {pmids[number]: reader.stored_fields(number) for number in numbers}
    return {"terms": terms, "columns": columns, "lengths": lengths, "stored": stored}


def held_by(index: FileIndex) -> dict[str, Any]:
    with index.reader() as reader:
        return held(reader)


# Two ways to write the same


def test_the_page_built_by_us_is_the_page_written_by_whoosh(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    abstracts = list(gather([bundled_corpus()], Report()))
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    analyzer = Analyzer(vocabulary)
    write(ours, abstracts, vocabulary, Report())
    expected = held_by(by_whoosh(theirs, [abstracts], analyzer))
    found = held_by(opened(ours, analyzer))
    assert len(found["terms"]) > 1000
    for part in ("terms", "columns", "lengths", "stored"):
        assert found[part] == expected[part], part


PIECES = st.sampled_from(
    "alfa bravo Alfa MS RRMS multiple sclerosis relapsing-remitting auto-immune autoimmune the of "
    "T2-lesion T2 lesions 0.41 1,149 IFN-ß-1a Sørensen's β 多 (MS) multiple\u00a0sclerosis a/b "
    "follow-up P<0.001 \U0001f600 .".split(" ")
)
PARAGRAPHS = st.lists(st.lists(PIECES, max_size=8).map(" ".join).filter(str.strip), max_size=3)
TEXTS = st.one_of(
    PARAGRAPHS, st.lists(st.text("ab. -MS\u0308ß1é", min_size=1).filter(str.strip), max_size=2)
)
NAMES = st.lists(st.sampled_from("Gold R|Sørensen PS|O'Connor P|Ng".split("|")), max_size=3)


@st.composite
def corpora(draw: st.DrawFn) -> list[Abstract]:
    """Small corpora; texts, titles, names and years may be missing."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        paragraphs = tuple(text.strip() for text in draw(TEXTS))
        found.append(
            Abstract(
                pmid=draw(st.sampled_from(("", "A-"))) + str(number),
                title=" ".join(draw(st.lists(PIECES, max_size=5))),
                sections=(Section(draw(st.sampled_from((None, "Aims"))), paragraphs),)
                if paragraphs
                else (),
                year=draw(st.sampled_from((None, 1999, 2005))),
                authors=tuple(Author(*name.split(" ")) for name in draw(NAMES)),
                journal=draw(st.sampled_from((None, "J Neurol Sci"))),
                topics=tuple(draw(st.lists(st.sampled_from(("MRI", "quality of life"))))),
            )
        )
    return found


@settings(max_examples=60, deadline=None)
@given(abstracts=corpora(), data=st.data())
def test_any_corpus_is_the_same_built_by_us_written_by_whoosh_and_merged_by_whoosh(
    abstracts: list[Abstract], data: st.DataObject
) -> None:
    border = data.draw(st.integers(0, len(abstracts)))
    batches = [batch for batch in (abstracts[:border], abstracts[border:]) if batch]
    with tempfile.TemporaryDirectory() as home:
        ours, whole, parts = (Path(home) / name for name in ("ours", "whole", "parts"))
        for folder in (ours, whole, parts):
            folder.mkdir()
        write(ours, abstracts, VOCABULARY, Report())
        expected = held_by(opened(ours))
        assert held_by(by_whoosh(whole, [abstracts])) == expected
        index = by_whoosh(parts, batches)
        assert held_by(index) == expected
        ArrayWriter(index).commit(optimize=True)
        assert held_by(index) == expected


@settings(max_examples=40, deadline=None)
@given(abstracts=corpora(), data=st.data())
def test_what_is_deleted_is_gone_before_and_after_segments_are_merged(
    abstracts: list[Abstract], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, len(abstracts) - 1), max_size=len(abstracts) - 1))
    kept = [abstract for number, abstract in enumerate(abstracts) if number not in gone]
    with tempfile.TemporaryDirectory() as home:
        whole, parts = Path(home) / "whole", Path(home) / "parts"
        whole.mkdir()
        parts.mkdir()
        expected = held_by(by_whoosh(whole, [kept]))
        index = by_whoosh(parts, [abstracts[:2], abstracts[2:]] if abstracts[2:] else [abstracts])
        writer = ArrayWriter(index)
        for number in gone:
            assert writer.delete_by_term("pmid", abstracts[number].pmid.lower()) == 1
        writer.commit(merge=False)
        assert held_by(index) == expected
        ArrayWriter(index).commit(optimize=True)
        assert held_by(index) == expected


def test_a_document_that_comes_again_takes_the_place_of_the_old(tmp_path: Path) -> None:
    def version(title: str) -> dict[str, Any]:
        return document(Abstract("7", title), ANALYZER)

    index = by_whoosh(tmp_path, [[Abstract("7", "alfa"), Abstract("8", "bravo")]])
    writer = ArrayWriter(index)
    writer.update_document(**version("charlie"))
    writer.commit()
    with index.reader() as reader:
        assert reader.doc_count() == 2
        titles = {fields["pmid"]: fields["title"] for _, fields in reader.iter_docs()}
    assert titles == {"7": "charlie", "8": "bravo"}


def test_a_writer_that_is_cancelled_leaves_the_index_and_no_files(tmp_path: Path) -> None:
    index = by_whoosh(tmp_path, [[Abstract("7", "alfa")]])
    before = held_by(index)
    writer = ArrayWriter(index)
    writer.add_document(**document(Abstract("8", "bravo"), ANALYZER))
    writer.cancel()
    assert held_by(opened(tmp_path)) == before
    ArrayWriter(index).commit(optimize=True)
    assert held_by(opened(tmp_path)) == before
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_weight_that_is_no_count_is_refused(tmp_path: Path) -> None:
    writer = ArrayWriter(created(tmp_path))
    writer.add_document(**document(Abstract("8", "bravo"), ANALYZER), _title_boost=2.0)
    with pytest.raises(ValueError, match="is no count"):
        writer.commit()


# Whoosh's own searches


@pytest.fixture(scope="module")
def abstracts() -> list[Abstract]:
    chance = random.Random(7)
    words = "alfa alfas bravo charlie delta deltas echo foxtrot auto-immune MS golf".split()

    def made(number: int) -> Abstract:
        text = " ".join(chance.choices(words, k=chance.randint(1, 20)))
        title = " ".join(chance.choices(words, k=3))
        return Abstract(str(number), title, (Section(None, (text,)),), year=1990 + number % 17)

    return [made(number) for number in range(1, 121)]


@pytest.fixture(scope="module", params=["built", "segments"])
def searcher(
    request: pytest.FixtureRequest,
    abstracts: list[Abstract],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[WhooshSearcher]:
    home = tmp_path_factory.mktemp(request.param)
    if request.param == "built":
        write(home, abstracts, VOCABULARY, Report())
        index = opened(home)
    else:
        index = by_whoosh(home, [abstracts[:50], abstracts[50:90], abstracts[90:]])
    with index.searcher() as found:
        yield found


def scanned(abstracts: list[Abstract], holds: Callable[[list[str]], bool]) -> set[str]:
    """The PMIDs of the abstracts whose words pass a test."""
    return {one.pmid for one in abstracts if holds([token.form for token in tokenize(one.text)])}


def found_by(searcher: WhooshSearcher, query: object) -> set[str]:
    return {hit["pmid"] for hit in searcher.search(query, limit=None)}


def test_a_parsed_query_finds_what_a_scan_finds(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    parser = QueryParser("abstract_exact", searcher.schema)
    tests: dict[str, Callable[[list[str]], bool]] = {
        "alfa": lambda forms: "alfa" in forms,
        "alfa bravo": lambda forms: {"alfa", "bravo"} <= set(forms),
        "alfa OR bravo": lambda forms: not {"alfa", "bravo"}.isdisjoint(forms),
        "alfa NOT bravo": lambda forms: "alfa" in forms and "bravo" not in forms,
        "nowhere": lambda _: False,
        "alfa OR nowhere": lambda forms: "alfa" in forms,
        '"alfa bravo"': lambda forms: "alfa bravo" in " ".join(forms).replace("alfas", "x"),
        "alf*": lambda forms: any(form.startswith("alf") for form in forms),
        "(alfa OR delta) AND echo": lambda forms: (
            not {"alfa", "delta"}.isdisjoint(forms) and "echo" in forms
        ),
    }
    for text, holds in tests.items():
        assert found_by(searcher, parser.parse(text)) == scanned(abstracts, holds), text


def test_words_prefixes_phrases_and_slips_are_found_as_a_scan_finds_them(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    field = "abstract_exact"
    pairs = {
        Term(field, "delta"): lambda forms: "delta" in forms,
        Prefix(field, "delt"): lambda forms: not {"delta", "deltas"}.isdisjoint(forms),
        Wildcard(field, "*lfa?"): lambda forms: "alfas" in forms,
        Phrase(field, ["echo", "golf"]): lambda forms: ("echo", "golf") in pairwise(forms),
        FuzzyTerm(field, "brava"): lambda forms: "bravo" in forms,
        FuzzyTerm(field, "alfa", maxdist=1): lambda forms: not {"alfa", "alfas"}.isdisjoint(forms),
    }
    for query, holds in pairs.items():
        expected = scanned(abstracts, holds)
        assert expected
        assert found_by(searcher, query) == expected, query


def test_whooshs_own_ranking_is_the_same_with_and_without_its_short_cuts(
    searcher: WhooshSearcher,
) -> None:
    parser = QueryParser("abstract", searcher.schema)
    for text in ("alfa", "alfa OR bravo", "delta OR echo OR golf", "alfa delta"):
        query = parser.parse(text)
        whole = searcher.search(query, limit=None)
        assert len(whole) > 20
        assert all(hit.score > 0 for hit in whole)
        best = searcher.search(query, limit=10)
        assert [hit.score for hit in best] == pytest.approx([hit.score for hit in whole[:10]])


def test_hits_can_be_sorted_by_a_column(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    years = {one.pmid: one.year for one in abstracts}
    for turned in (False, True):
        hits = searcher.search(
            Term("abstract", "alfa"), limit=None, sortedby="year", reverse=turned
        )
        found = [years[hit["pmid"]] for hit in hits]
        assert len(found) > 20
        assert found == sorted(found, reverse=turned)


def test_whoosh_marks_what_it_found_in_the_stored_text(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    texts = {one.pmid: one for one in abstracts}
    for field in TEXT_FIELDS:
        hits = searcher.search(Term(field, "delta"), limit=5)
        assert hits
        for hit in hits:
            assert hit[field] == getattr(
                texts[hit["pmid"]], "text" if field == "abstract" else field
            )
            marked = hit.highlights(field, top=5)
            assert 'class="match' in marked
            assert "delta" in marked


def test_a_stored_document_is_the_abstract(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    for abstract in abstracts[:30]:
        fields = searcher.document(pmid=abstract.pmid)
        assert restored({name: fields.get(name, "") for name in STRINGS}) == abstract


def test_a_reader_tells_how_often_and_where_a_term_is_and_where_not(
    searcher: WhooshSearcher, abstracts: list[Abstract]
) -> None:
    reader = searcher.reader()
    expected = scanned(abstracts, lambda forms: "alfa" in forms)
    assert reader.doc_frequency("abstract_exact", "alfa") == len(expected)
    assert ("abstract_exact", "alfa") in reader
    times = sum(one.text.split().count("alfa") for one in abstracts)
    assert reader.frequency("abstract_exact", "alfa") == times
    assert reader.term_info("abstract_exact", "alfa").weight() == times
    for field, term in (("abstract_exact", "nowhere"), ("author", "gold"), ("title", "")):
        assert (field, term) not in reader
        assert reader.doc_frequency(field, term) == 0
        assert reader.frequency(field, term) == 0
    assert list(reader.expand_prefix("abstract_exact", "de")) == [b"delta", b"deltas"]
    assert sorted(reader.field_terms("abstract_exact")) == list(
        reader.field_terms("abstract_exact")
    )
    assert set(NAME_FIELDS) <= set(reader.indexed_field_names())
