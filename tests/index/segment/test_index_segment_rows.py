"""Small documents inverted: rows of words, and postings by term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from small_runs import batch_of, document, stem_or_none

from index.segment.groups import CONCEPTS, EXACT, GROUPS, STEMS
from index.segment.inverter import NO_TERM, SEEN_BITS, Inverter
from index.text.words import PARAGRAPH_GAP

if TYPE_CHECKING:
    from index.segment.inverter import InvertedBatch


def words(run: InvertedBatch) -> list[str]:
    """The rows of the stream, ``-`` where no word stands."""
    terms = run.groups[EXACT].terms
    return ["-" if word == NO_TERM else terms[word].decode() for word in run.stream.words.tolist()]


def postings(run: InvertedBatch, group: str) -> dict[str, dict[int, tuple[int, ...]]]:
    """By term and document how often it stands in each field of a group."""
    inverted = run.groups[group]
    found = {}
    for number, term in enumerate(inverted.terms):
        span = slice(*inverted.starts[number : number + 2].tolist())
        counts = zip(*(column[span].tolist() for column in inverted.counts), strict=True)
        found[term.decode()] = dict(zip(inverted.documents[span].tolist(), counts, strict=True))
    return found


def positions(run: InvertedBatch, group: str) -> dict[str, list[int]]:
    inverted = run.groups[group]
    starts = inverted.position_starts.tolist()
    return {
        term.decode(): inverted.positions[starts[number] : starts[number + 1]].tolist()
        for number, term in enumerate(inverted.terms)
    }


def wide(run: InvertedBatch, group: str) -> list[list[tuple[str, int, int]]]:
    """By document what is wider than a word, with its first and last rows."""
    beside = run.stream.wide[group]
    terms = [run.groups[group].terms[term].decode() for term in beside.terms.tolist()]
    found = list(zip(terms, beside.firsts.tolist(), beside.lasts.tolist(), strict=True))
    starts = beside.starts.tolist()
    return [found[starts[number] : starts[number + 1]] for number in range(run.count)]


def met(run: InvertedBatch) -> list[str]:
    """Stems and concepts in the order in which they are met; concepts have a mark."""
    keys = {
        mark + run.groups[group].terms[number].decode(): key
        for group, mark in ((STEMS, ""), (CONCEPTS, "#"))
        for number, key in enumerate(run.seen[group].tolist())
    }
    assert len(set(keys.values())) == len(keys)
    return sorted(keys, key=keys.__getitem__)


def test_title_and_abstract_end_in_borders() -> None:
    run = batch_of(document("Alfa bravo", "charlie"), document("", "delta"), document())
    assert words(run) == "alfa bravo - charlie - - delta - - -".split()
    assert run.count == 3
    assert run.stream.starts.tolist() == [0, 5, 8, 10]
    assert run.stream.abstracts.tolist() == [3, 1, 1]


def test_between_paragraphs_is_a_gap() -> None:
    run = batch_of(document("", "alfa\nbravo"))
    gap = ["-"] * PARAGRAPH_GAP
    assert words(run) == ["-", "alfa", *gap, "bravo", "-"]
    assert positions(run, EXACT) == {"alfa": [1], "bravo": [2 + PARAGRAPH_GAP]}


def test_a_word_is_kept_as_it_is_indexed_and_where_it_was_written() -> None:
    run = batch_of(document("Sørensen's β"))
    assert words(run) == "sorensen beta - -".split()
    assert run.stream.offsets.tolist() == [0, 11, 0, 0]
    assert run.stream.widths.tolist() == [10, 1, 0, 0]


def test_a_term_is_counted_in_title_and_in_abstract() -> None:
    run = batch_of(document("alfa", "alfas and alfa"), document("bravo", "alfa"), document("bravo"))
    assert postings(run, EXACT) == {
        "alfa": {0: (1, 1), 1: (0, 1)},
        "alfas": {0: (0, 1)},
        "and": {0: (0, 1)},
        "bravo": {1: (1, 0), 2: (1, 0)},
    }
    assert postings(run, STEMS) == {
        "alfa": {0: (1, 2), 1: (0, 1)},
        "bravo": {1: (1, 0), 2: (1, 0)},
    }
    assert positions(run, EXACT)["alfa"] == [0, 4, 2]


def test_stop_words_have_no_stem() -> None:
    run = batch_of(document("the alfas of alfa"))
    stems = run.groups[STEMS].terms
    stem_of = {
        form.decode(): None if stem == NO_TERM else stems[stem].decode()
        for form, stem in zip(run.groups[EXACT].terms, run.stream.stem_of.tolist(), strict=True)
    }
    assert stem_of == {"alfa": "alfa", "alfas": "alfa", "of": None, "the": None}
    assert stems == [b"alfa"]


def test_a_compound_is_also_one_word_beside_its_parts() -> None:
    run = batch_of(document("alfa", "an auto-immune bravo"), document("auto-immune"))
    assert words(run)[:7] == "alfa - an auto immune bravo -".split()
    assert wide(run, STEMS) == [[("autoimmun", 3, 4)], [("autoimmun", 0, 1)]]
    assert postings(run, STEMS)["autoimmun"] == {0: (0, 1), 1: (1, 0)}
    assert "autoimmun" not in postings(run, EXACT)


def test_concepts_stand_beside_the_words_that_name_them() -> None:
    run = batch_of(document("IVIG in MS", "Multiple sclerosis\nMS"), document("alfa", "MS"))
    last = 6 + PARAGRAPH_GAP
    assert wide(run, CONCEPTS) == [
        [("ivig", 0, 0), ("ms", 2, 2), ("ms", 4, 5), ("ms", last, last)],
        [("ms", 2, 2)],
    ]
    assert postings(run, CONCEPTS) == {"ivig": {0: (1, 0)}, "ms": {0: (1, 2), 1: (0, 1)}}


def test_terms_are_met_field_by_field_first_stems_then_concepts() -> None:
    run = batch_of(
        document("MS of bravo", "auto-immune alfa IVIG"),
        document("echo", "alfa"),
        document("", "delta bravo"),
    )
    first = "ms bravo #ms auto autoimmun immun alfa ivig #ivig".split()
    assert met(run) == [*first, "echo", "delta"]


def test_what_is_met_in_a_later_document_has_a_later_key() -> None:
    run = batch_of(document("alfa"), document("bravo"), document("echo"))
    assert (run.seen[STEMS] >> np.uint64(SEEN_BITS)).tolist() == [0, 1, 2]


def test_names_are_kept_with_their_positions() -> None:
    run = batch_of(
        document("alfa", author="Gold R\nSmith R", pmid="7"),
        document("bravo"),
        document("charlie", author="Smith J", journal="Lancet"),
    )
    second = 2 + PARAGRAPH_GAP
    assert postings(run, "author") == {
        "gold": {0: (1,)},
        "j": {2: (1,)},
        "r": {0: (2,)},
        "smith": {0: (1,), 2: (1,)},
    }
    assert positions(run, "author") == {
        "gold": [0],
        "j": [1],
        "r": [1, second + 1],
        "smith": [second, 0],
    }
    assert postings(run, "pmid") == {"7": {0: (1,)}}
    assert postings(run, "journal") == {"lancet": {2: (1,)}}
    assert postings(run, "topic") == {}


def test_a_run_of_no_documents_is_empty() -> None:
    run = batch_of()
    assert run.count == 0
    assert words(run) == []
    assert run.groups.keys() == GROUPS.keys()
    assert all(inverted.terms == [] for inverted in run.groups.values())
    assert run.stream.starts.tolist() == [0]


def test_documents_are_counted_as_they_come() -> None:
    writer = Inverter(stem_or_none)
    for number in range(3):
        assert len(writer) == number
        writer.add(*document("alfa"))
    assert len(writer) == 3
