"""Runs merged into a segment say what one run of all would say: what the documents say."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_runs import Document, document, expected, plain, said, segment

from index.segment import merger as merge_module
from index.segment.arrays import Arrays, ArraysWriter
from index.segment.groups import EXACT, GROUPS, RARE
from index.segment.layout import POSTINGS
from index.segment.merger import merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

PIECES = (
    "alfa Alfas bravo MS IVIG multiple sclerosis auto-immune autoimmune the of T2-lesion 0.41 "
    "1,149 IFN-ß-1a Sørensen's patient's β 多発性硬化症 \U0001f600 . \n"
).split(" ")
REPEATED = st.builds(
    lambda piece, times: [piece] * times, st.sampled_from(PIECES), st.integers(3, 70)
)
"""More of a word than fits beside others into the byte of a posting."""
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=9), REPEATED).map(" ".join)
NAMES = st.lists(st.sampled_from(("Gold R", "Sørensen PS", "Ng", "J Neurol")), max_size=3)
NAMED = st.dictionaries(
    st.sampled_from(("author", "journal", "affiliation", "topic")),
    NAMES.filter(bool).map("\n".join),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    return document(draw(TEXTS), draw(TEXTS), **draw(NAMED), pmid=str(draw(st.integers(0, 99))))


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home:
        yield Path(home)


def split(found: list[Document], borders: set[int]) -> list[list[Document]]:
    """A run may be empty, too."""
    ends = sorted(min(border, len(found)) for border in borders)
    return [found[a:b] for a, b in zip([0, *ends], [*ends, len(found)], strict=True)]


def check(batches: Sequence[Sequence[Document]]) -> None:
    everything = [one for batch in batches for one in batch]
    with folder() as home:
        found = said(segment(home, batches), len(everything))
    wanted = expected(everything)
    for part, content in wanted.items():
        assert found[part] == content, part


@settings(max_examples=60)
@given(
    st.lists(documents(), min_size=1, max_size=6),
    st.sets(st.integers(0, 6), max_size=4),
    st.sampled_from([1, 2, 7, 1 << 22]),
    st.sampled_from([(1, 1), (2, 1), (5, 30), (1 << 16, 1 << 20)]),
)
def test_any_split_into_runs_says_what_the_documents_say(
    found: list[Document], borders: set[int], batch: int, terms: tuple[int, int]
) -> None:
    at_once = {"BATCH": batch, "TERMS": terms[0], "BYTES": terms[1]}
    with mock.patch.multiple(merge_module, **at_once):
        check(split(found, borders))


@settings(max_examples=30)
@given(st.lists(documents(), min_size=1, max_size=6), st.sets(st.integers(0, 6), max_size=4))
def test_any_split_into_runs_gives_the_same_bytes(found: list[Document], borders: set[int]) -> None:
    with folder() as one, folder() as other:
        segment(one, [found])
        segment(other, split(found, borders))
        for part in ("postings", "documents"):
            assert (one / f"S.{part}").read_bytes() == (other / f"S.{part}").read_bytes()


SURROGATES = st.text(st.characters(exclude_categories=()), min_size=1, max_size=10)


@given(st.lists(st.lists(SURROGATES, max_size=5), min_size=1, max_size=4))
def test_any_words_are_kept_as_they_are(texts: list[list[str]]) -> None:
    with folder() as home:
        batches = [[Document(plain(forms), plain(forms[:2]), {})] for forms in texts]
        store = segment(home, batches)
        lexicon = store.lexicon(EXACT)
        terms = [lexicon[number] for number in range(len(lexicon))]
        assert terms == sorted({form for forms in texts for form in forms})
        for number, forms in enumerate(texts):
            for form in forms:
                places = store.occurrences("title_exact", lexicon.find(form), number)
                assert [place.position for place in places] == [
                    place for place, other in enumerate(forms) if other == form
                ]


@pytest.mark.parametrize(
    "batches",
    [
        [[document()]],
        [[document()], [document("alfa", "bravo")], [document()]],
        [[document("", "alfa bravo")]],
        [[document("alfa bravo")]],
        [[document("the of", "the")]],
        [[document("...", "- /")]],
        [[document("alfa", author="Gold R")], [document("bravo", journal="Lancet")]],
    ],
    ids=["nothing", "nothing beside", "no title", "no text", "no stems", "no words", "names"],
)
def test_what_is_missing_is_no_hindrance(batches: list[list[Document]]) -> None:
    check(batches)
    check([[one for batch in batches for one in batch]])


@pytest.mark.parametrize("batches", [[[]], [[], []]], ids=["a run", "two runs"])
def test_a_segment_may_be_empty(batches: list[list[Document]], tmp_path: Path) -> None:
    store = segment(tmp_path, batches)
    assert said(store, 0) == expected([])
    assert all(len(store.lexicon(group)) == 0 for group in GROUPS)
    assert store.documents.column("year").tolist() == []


def test_words_that_are_written_otherwise_than_indexed_keep_their_widths(tmp_path: Path) -> None:
    text = "Sørensen's β-interferon, patients' and patient's 1,149 I.V. alfa patient"
    batches = [[document(text, text)], [document("patient"), document("beta\nPatient’s")]]
    check(batches)
    store = segment(tmp_path, batches)
    rows = np.arange(len(store.postings["stream.words"]))
    begins, ends = store.begins(rows).tolist(), store.ends(rows).tolist()
    first = {text[start:end] for start, end in zip(begins[:12], ends[:12], strict=True)}
    assert {"β", "patient's", "1,149", "I.V.", "alfa"} <= first
    odd = store.postings["stream.odd.rows"]
    assert 0 < len(odd) < len(rows) / 2


def test_a_word_may_be_very_wide(tmp_path: Path) -> None:
    for width in (255, 256, 65_535, 65_536, 70_000):
        check([[document("alfa", "bravo")], [document("a" * width, f"bravo {'b' * width} alfa")]])
    store = segment(tmp_path, [[document("a" * 70_000)]])
    assert store.ends(np.array([0])).tolist() == [70_000]


def test_a_text_may_be_very_long() -> None:
    text = " ".join(["alfa bravo"] * 10 + ["多" * 65_500] + ["charlie's IVIG auto-immune"] * 30)
    assert len(text) > 65_535
    check([[document("alfa", text)], [document(text, "alfa")]])


def test_a_phrase_may_stand_more_than_65_535_rows_behind_its_title(tmp_path: Path) -> None:
    forms = ["alfa"] * 70_000 + ["bravo", "charlie"]
    store = segment(tmp_path, [[Document(plain(["delta"]), plain(forms), {})]])
    number = store.lexicon(EXACT).find("charlie")
    (place,) = store.occurrences("abstract_exact", number, 0)
    assert (place.position, place.start, place.end) == (70_001, 350_006, 350_013)
    assert store.length("abstract_exact").tolist() == [70_002]


@pytest.fixture(scope="module")
def rare() -> list[Document]:
    """Documents of 70,000 words, of which but a few come twice."""
    forms = [f"w{number:05}" for number in range(70_000)]
    common = plain(["w69999", "w00000", "w35000"])
    texts = [plain(forms[start : start + 14_000]) for start in range(0, 70_000, 14_000)]
    return [Document(common, text, {}) for text in texts]


@pytest.mark.parametrize("borders", [set(), {2, 4}], ids=["one run", "three runs"])
def test_words_beyond_65_535_are_kept_beside(
    rare: list[Document], borders: set[int], tmp_path: Path
) -> None:
    store = segment(tmp_path, split(rare, borders))
    assert len(store.postings["stream.rare.rows"]) > 70_000 - RARE
    lexicon = store.lexicon(EXACT)
    forms = {store.word(number): lexicon.utf8(number) for number in range(len(lexicon))}
    assert len(forms) == 70_000
    assert forms.keys() == set(range(1, 70_001))
    assert {forms[1], forms[2], forms[3]} == {b"w69999", b"w00000", b"w35000"}
    rows = np.arange(len(store.postings["stream.words"]))
    read = [forms.get(word, b"") for word in store.words(rows).tolist()]
    wanted = []
    for one in rare:
        for text in one.texts:
            wanted += [form.encode() for form in text.forms] + [b""]
    assert read == wanted
    some = np.array([5, len(rows) - 2, 3, 60_000, 69_000, 5])
    assert [forms.get(word, b"") for word in store.words(some).tolist()] == [
        wanted[row] for row in some
    ]
    widths = store.ends(rows) - store.begins(rows)
    assert set(widths.tolist()) == {0, 6}
    stems = store.lexicon("stems")
    for row in some.tolist():
        (number,) = store.stems(store.words(np.array([row]))).tolist()
        assert wanted[row] == b"" or stems.utf8(number) == wanted[row]


def test_each_array_is_as_small_as_can_be(tmp_path: Path) -> None:
    store = segment(tmp_path, [[document("alfa bravo"), document("alfa", "alfa " * 300)]])
    kinds = {name: store.postings[name].dtype for name in store.postings.names()}
    assert kinds["exact.documents"] == np.uint8
    assert kinds["exact.counts"] == np.uint8
    assert kinds["exact.odd.counts.0"] == np.uint8
    assert kinds["exact.odd.counts.1"] == np.uint16
    assert kinds["stream.abstracts"] == np.uint8
    assert kinds["stream.offsets"] == np.uint16
    assert kinds["stream.words"] == np.uint16


def test_more_documents_than_fit_in_a_byte_keep_their_numbers() -> None:
    one = document("alfa", "bravo IVIG")
    check([[one] * 200, [document("charlie")] * 55, [one] * 3])


def test_what_is_stored_is_measured_and_terms_are_counted_by_field(tmp_path: Path) -> None:
    store = segment(tmp_path, [[document("alfa alfa", "bravo", pmid="7")], [document(pmid="8")]])
    fields = {field: store.terms(field) for field in ("title_exact", "abstract_exact", "pmid")}
    assert fields == {"title_exact": 1, "abstract_exact": 1, "pmid": 2}
    for field in store.documents.strings(0):
        kept = [store.documents.string(field, number) for number in range(2)]
        assert store.documents.sizes(field).tolist() == [len(one.encode()) for one in kept]


@pytest.mark.parametrize("live", [None, np.array([True, False, True])])
def test_how_often_terms_stand_in_a_field_is_told_of_one_as_of_many(
    tmp_path: Path, live: NDArray[np.bool_] | None
) -> None:
    batches = [[document("alfa", "bravo"), document("alfa bravo", "charlie")], [document("bravo")]]
    store = segment(tmp_path, batches)
    for field, group in (("title_exact", "exact"), ("abstract_exact", "exact"), ("pmid", "pmid")):
        numbers = range(len(store.lexicon(group)))
        many = store.frequencies(field, numbers, live).tolist()
        assert [store.frequency(field, number, live) for number in numbers] == many
    alfa = store.lexicon("exact").find("alfa")
    assert store.frequency("title_exact", alfa, live) == (2 if live is None else 1)


def test_merging_leaves_the_runs_as_they_were(tmp_path: Path) -> None:
    batches = [[document("alfa")], [document("bravo", "alfa")]]
    segment(tmp_path, batches)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    target = ArraysWriter(tmp_path / "again")
    merge([Arrays(tmp_path / f"{number}.{POSTINGS}") for number in range(2)], target)
    target.close()
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert (tmp_path / "again").read_bytes() == before[f"S.{POSTINGS}"]


def test_runs_are_as_small_as_can_be_and_the_segment_as_its_widest_run(tmp_path: Path) -> None:
    batches = [[document("alfa" + " alfa" * 4)] * 300, [document("bravo " * 300)], [document()]]
    store = segment(tmp_path, batches)
    runs = [Arrays(tmp_path / f"{number}.{POSTINGS}") for number in range(3)]
    kinds = {
        name: [arrays[name].dtype for arrays in (*runs, store.postings)]
        for name in (
            "exact.odd.counts.0",
            "exact.positions",
            "length.title_exact",
            "stream.offsets",
        )
    }
    assert kinds == {
        "exact.odd.counts.0": [np.uint8, np.uint16, np.uint8, np.uint16],
        "exact.positions": [np.uint8, np.uint16, np.uint8, np.uint16],
        "length.title_exact": [np.uint8, np.uint16, np.uint8, np.uint16],
        "stream.offsets": [np.uint8, np.uint16, np.uint8, np.uint16],
    }
    assert runs[0]["exact.documents"].dtype == np.uint16
