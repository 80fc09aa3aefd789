"""What the reader's words become, and what the reader is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of

from corpus import Abstract, Author
from index import Concept, Vocabulary
from search.query import expand as module
from search.query.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Exclusion,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    Term,
    YearRange,
)
from search.query.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher
    from search.query.expand import Expanded

NATO = Vocabulary.of(
    [
        Concept("letter", "early letter", "test", "One of the first letters."),
        Concept(
            "ab",
            "alfa bravo",
            "test",
            "Two letters.",
            ("bravo alfa",),
            short=("AB",),
            broader=("letter",),
        ),
        Concept("yz", "yankee zulu", "test", "The last letters."),
    ]
)
TEXTS = (
    "alfa bravo and the golf",
    "Bravo-Alfa, AB and AB: golf hotel",
    ("early letter", "the followup of auto-immune India"),
    Abstract(pmid="1234567", title="golf", authors=(Author("Sorensen", "PS"),), journal="J Golf"),
)


@pytest.fixture
def nato(searching: Callable[..., Searcher]) -> Searcher:
    return searching(*TEXTS, concepts=NATO)


def expanded(searcher: Searcher, text: str, *off: str) -> tuple[tuple[Clause, ...], Expanded]:
    found = engine_of(searcher).expander.expand(parse(text), off=off)
    return found.clause.clauses, found


def word(written: str, *stems: str, fields: tuple[str, ...] = ("title", "abstract")) -> Synonyms:
    stems = stems or (written,)
    return Synonyms(written, tuple(map(Term, stems)), "stems", fields)


def reasons(clauses: tuple[Clause, ...]) -> list[Clause]:
    return [clause for clause in clauses if not isinstance(clause, Hint)]


def test_a_word_is_looked_for_by_its_stem_in_title_and_abstract(nato: Searcher) -> None:
    [clause], _ = expanded(nato, "Golfing")
    assert clause == word("Golfing", "golf")


def test_words_of_a_concept_are_one_clause_of_all_it_means(nato: Searcher) -> None:
    clauses, expander = expanded(nato, "hotel AB golf")
    [first, concept, last] = reasons(clauses)
    assert (first, last) == (word("hotel"), word("golf"))
    assert isinstance(concept, Synonyms)
    assert (concept.query, concept.concept) == ("AB", "ab")
    asked = (concept.terms, concept.layer, concept.fields)
    assert asked == ((Term("ab"),), "concepts", ("title", "abstract"))
    told = expander.expansions["ab"]
    assert (told.query, told.name, told.plain) == ("AB", "alfa bravo", "Two letters.")
    assert {spelling.casefold() for spelling in told.variants} == {"alfa bravo", "bravo-alfa"}


def test_a_broader_concept_asks_for_the_narrower_too_and_says_so(nato: Searcher) -> None:
    clauses, expander = expanded(nato, "early letter")
    [concept] = reasons(clauses)
    assert isinstance(concept, Synonyms)
    assert {term.text for term in concept.terms} == {"letter", "ab"}
    assert expander.expansions["letter"].narrower == ("alfa bravo",)
    assert list(expander.expansions) == ["letter"]


def test_the_words_of_a_concept_are_hints_and_no_reasons(nato: Searcher) -> None:
    clauses, _ = expanded(nato, "alfa bravo")
    hints = [clause for clause in clauses if isinstance(clause, Hint)]
    assert [hint.leaf.query for hint in hints] == ["alfa", "bravo"]
    assert nato.search("alfa").total == nato.search("AB").total == 2
    found = nato.search("early letter")
    assert {match.text for hit in found.hits for match in hit.matches} == {
        "alfa bravo",
        "AB",
        "Bravo-Alfa",
        "early letter",
    }


def test_a_concept_that_is_switched_off_leaves_its_words(nato: Searcher) -> None:
    clauses, expander = expanded(nato, "alfa bravo", "ab")
    assert clauses == (word("alfa"), word("bravo"))
    told = expander.expansions["ab"]
    assert (told.query, told.is_off, told.off) == ("alfa bravo", True, "ab")


def test_a_concept_that_no_abstract_speaks_of_is_said(nato: Searcher) -> None:
    _, expander = expanded(nato, "yankee zulu")
    assert expander.notes == ("No abstract speaks of yankee zulu.",)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"alfa Bravo"', Phrase("alfa Bravo", ("alfa", "bravo"), ("title", "abstract"))),
        ('"and the"', Phrase("and the", ("and", "the"), ("title", "abstract"))),
        ('title:"golf"', AllOf((Phrase("golf", ("golf",), ("title",)),))),
        ("title:golf", AllOf((word("golf", fields=("title",)),))),
        ("-golf", Exclusion(AllOf((word("golf"),)))),
        ("golf OR hotel", AnyOf((word("golf"), word("hotel")))),
        ("(golf hotel)", FreeText((word("golf"), word("hotel")))),
        ("(year:2003)", AllOf((YearRange("year:2003", 2003, 2003),))),
        ("author:Sorensen", Name("author:Sorensen", "author", ("sorensen",))),
        ('author:"Sorensen PS"', Name("author:Sorensen PS", "author", ("sorensen", "ps"))),
        ("pmid:1234567", Name("pmid:1234567", "pmid", ("1234567",))),
        ("author:so*", AnyOf((Name("author:so*", "author", ("sorensen",)),))),
        ("year:2003..2005", YearRange("year:2003..2005", 2003, 2005)),
        ("1234567", Name("1234567", "pmid", ("1234567",))),
        ("sorensen", Name("sorensen", "author", ("sorensen",))),
        ("zebra", Synonyms("zebra", ())),
    ],
)
def test_what_each_part_of_the_language_becomes(
    query: str, expected: Clause, nato: Searcher
) -> None:
    clauses, _ = expanded(nato, query)
    assert clauses == (expected,)


def test_a_field_of_names_takes_what_stands_in_its_brackets(nato: Searcher) -> None:
    one, other = (Name(f"author:{name}", "author", (name,)) for name in ("sorensen", "gold"))
    assert expanded(nato, "author:(sorensen gold)")[0] == (one, other)
    [either], _ = expanded(nato, "author:(sorensen OR gold)")
    assert either == AnyOf((AllOf((one,)), AllOf((other,))))


@pytest.mark.parametrize("query", ["AB OR golf", "golf OR AB", "golf OR early letter hotel"])
def test_hints_stand_aside_of_what_or_ties_together(query: str, nato: Searcher) -> None:
    clauses, _ = expanded(nato, query)
    [either] = [clause for clause in clauses if isinstance(clause, AnyOf)]
    assert all(isinstance(clause, Synonyms) for clause in either.clauses)
    assert len(either.clauses) == 2


def found(searcher: Searcher, query: str) -> list[str]:
    return sorted(hit.pmid for hit in searcher.search(query).hits)


def test_concepts_are_combined_as_words_are(nato: Searcher) -> None:
    assert found(nato, "golf") == ["1", "1234567", "2"]
    assert found(nato, "golf -AB") == ["1234567"]
    assert found(nato, "golf -(alfa bravo)") == ["1234567"]
    assert found(nato, "AB OR india") == ["1", "2", "3"]
    assert found(nato, "india OR AB") == ["1", "2", "3"]
    assert found(nato, "AB AND hotel") == ["2"]
    assert found(nato, "golf AND hotel") == ["2"]
    assert found(nato, "AB -AB") == []
    assert found(nato, "abstract:AB") == ["1", "2"]
    assert found(nato, "title:AB") == []
    assert found(nato, "title:(early letter)") == ["3"]


def test_a_bracket_of_conditions_is_a_condition(nato: Searcher) -> None:
    assert found(nato, "golf (author:sorensen)") == ["1234567"]
    assert found(nato, "golf (author:sorensen OR hotel)") == ["1234567", "2"]
    assert found(nato, 'golf ("golf hotel")') == ["2"]
    assert found(nato, "golf (-hotel)") == ["1", "1234567"]


def test_words_too_common_count_only_where_nothing_else_does(nato: Searcher) -> None:
    clauses, expander = expanded(nato, "the golf of the")
    assert clauses == (word("golf"),)
    assert expander.notes == ("Too common to search for: the, of.",)
    for query in ("the", "the and", "the AND and"):
        clauses, expander = expanded(nato, query)
        assert clauses, query
        assert all(isinstance(clause, Synonyms) for clause in clauses)
        assert expander.notes == ()
    assert found(nato, "the") == ["1", "3"]


def test_words_that_no_abstract_has_are_kept_for_the_reader(nato: Searcher) -> None:
    _, expander = expanded(nato, 'zebra golf "golf yak" -unicorn author:nobody pmid:99')
    assert expander.missing == ("zebra", "yak", "author:nobody", "pmid:99")
    assert expanded(nato, "title:hotel")[1].missing == ("hotel",)


def test_what_was_taken_otherwise_than_written_is_said(nato: Searcher) -> None:
    assert expanded(nato, "1234567")[1].notes == ("“1234567” was taken as a PMID.",)
    assert expanded(nato, "Sorensen")[1].notes == (
        "“Sorensen” stands in no text; it was taken as author:Sorensen.",
    )


@pytest.mark.parametrize(
    "query", ["follow up", "follow-up", "followup", "auto immune", "autoimmune"]
)
def test_a_compound_is_found_however_it_is_written(query: str, nato: Searcher) -> None:
    assert found(nato, query) == ["3"]


def test_a_beginning_stands_for_the_words_of_most_abstracts(
    monkeypatch: pytest.MonkeyPatch, searching: Callable[..., Searcher]
) -> None:
    monkeypatch.setattr(module, "MOST_FORMS", 2)
    titles = ("neural neuron", "")
    searcher = searching(titles, "neurology", "neurology neuritis", "neuritis", "neurology other")
    [clause], expander = expanded(searcher, "neur*")
    assert isinstance(clause, Synonyms)
    assert {term.text for term in clause.terms} == {"neurology", "neuritis"}
    assert expander.notes == ("“neur*” begins 4 words; the 2 commonest were searched.",)


def test_a_beginning_of_no_word_is_said(nato: Searcher) -> None:
    [clause], expander = expanded(nato, "xyz*")
    assert clause == Synonyms("xyz*", (), "exact")
    assert expander.notes == ("No word in these abstracts begins with “xyz”.",)
    assert found(nato, "xyz*") == []


def test_the_last_word_of_a_compound_is_the_one_that_goes_on(nato: Searcher) -> None:
    [clause], _ = expanded(nato, "auto-imm*")
    assert isinstance(clause, Synonyms)
    assert {term.text for term in clause.terms} == {"immune"}


def test_capitals_make_no_difference(nato: Searcher) -> None:
    for query in ("ALFA BRAVO", "Alfa bravo", "ab", "GOLF", "Author:SORENSEN", "GO*"):
        assert found(nato, query) == found(nato, query.swapcase()), query
        assert found(nato, query), query
