"""What leaves ask of an index, and words in a row as the kernels find them."""

from __future__ import annotations

import random
from itertools import product
from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of

from index.kernels import QueryPlan
from index.text.stemmer import stem
from search.query.clauses import FreeText, Leaf, Phrase, Synonyms, Term, YearRange

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.analyzer import Layer
    from search import Searcher

BOTH = ("title", "abstract")


def asked(searcher: Searcher, leaf: Leaf) -> tuple[object, list[object], list[object]]:
    found = engine_of(searcher).planner.plan([leaf])
    [counted] = found.leaves
    return counted, [*found.terms], [*found.phrases]


def row(*forms: str, layer: Layer = "exact", fields: tuple[str, ...] = BOTH) -> Phrase:
    return Phrase(" ".join(forms), forms, fields, layer)


def test_a_leaf_says_its_terms_with_their_weights_and_its_rows(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching("alfa bravo")
    alfa, bravo = (
        engine_of(searcher).reader.segments[0].store.lexicon("stems").find(w) for w in NAMES
    )
    exact = tuple(
        engine_of(searcher).reader.segments[0].store.lexicon("exact").find(w) for w in NAMES
    )
    weighed = Synonyms("q", (Term("alfa"), Term("x")), fields=("title",))
    assert asked(searcher, weighed) == ((1, 0, 1, False), [(0, 1, alfa, 1.0)], [])
    weighed = Synonyms("q", (Term("bravo", 0.5),), "stems", ("abstract",), phrases=(row(*NAMES),))
    assert asked(searcher, weighed) == (
        *((1, 1, 2, False), [(0, 1, bravo, 0.5)]),
        [(0, 0, exact)],
    )
    assert asked(searcher, row(*NAMES)) == ((0, 1, 3, True), [], [(0, 0, exact)])


NAMES = ("alfa", "bravo")


@pytest.mark.parametrize(
    "leaf",
    [Synonyms("zulu", ()), row("alfa", "zulu"), row(), YearRange("2003", 2003, 2003)],
)
def test_what_is_nowhere_asks_for_nothing(leaf: Leaf, searching: Callable[..., Searcher]) -> None:
    (terms, rows, _, _), *others = asked(searching("alfa bravo"), leaf)  # type: ignore[misc] # a tuple
    assert (terms, rows, others) == (0, 0, [[], []])


def test_leaves_together_stand_one_after_the_other(searching: Callable[..., Searcher]) -> None:
    planner = engine_of(searching("alfa bravo")).planner
    some = [planner.plan([leaf]) for leaf in (row(*NAMES), Synonyms("zulu", ()), row("bravo"))]
    together = QueryPlan.together(some)
    assert len(together) == 3
    assert together.leaves == [leaf for one in some for leaf in one.leaves]
    assert together.phrases == [*some[0].phrases, *some[2].phrases]
    assert len(QueryPlan.together([])) == 0


def in_a_row(searcher: Searcher, layer: Layer, *forms: str) -> dict[int, tuple[int, int]]:
    """By document how often its title and its text have words in a row, as they are marked."""
    leaf = row(*forms, layer=layer)
    documents = engine_of(searcher).ranker.rank(FreeText((leaf,))).documents.tolist()
    [segment] = engine_of(searcher).reader.segments
    found = engine_of(searcher).highlighter.matches(segment, [leaf], documents).tolist()
    fields = {
        one: [field for nth, field, *_ in found if documents[nth] == one] for one in documents
    }
    return {one: (some.count(0), some.count(1)) for one, some in fields.items()}


def test_words_in_a_row_are_counted_in_title_and_abstract_apart(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching(
        ("alfa bravo", "alfa bravo, alfa bravo"),
        ("alfa", "bravo"),  # from the title into the text
        "alfa\nbravo",  # from one paragraph into the next
        "bravo alfa alfa alfa",
        "alfas bravos",
        "alfa",
    )
    assert in_a_row(searcher, "exact", "alfa", "bravo") == {0: (1, 2)}
    assert in_a_row(searcher, "stems", "alfa", "bravo") == {0: (1, 2), 4: (0, 1)}
    assert in_a_row(searcher, "exact", "alfa", "alfa") == {3: (0, 2)}
    assert in_a_row(searcher, "exact") == {}
    # From the last word of one document into the first of the next, and beyond the last of all.
    assert in_a_row(searcher, "exact", "bravo", "alfas") == {}
    assert in_a_row(searcher, "exact", *["alfa"] * 4) == {}


@pytest.mark.parametrize("layer", ["exact", "stems"])
def test_words_in_a_row_are_those_that_reading_finds(
    layer: Layer, searching: Callable[..., Searcher]
) -> None:
    chance = random.Random(1)
    forms = ("alfa", "alfas", "bravo")
    # In a text a line end parts paragraphs.
    texts = [
        (chance.choices(forms, k=chance.randint(0, 4)), chance.choices((*forms, "\n"), k=9))
        for _ in range(400)
    ]
    searcher = searching(*((" ".join(title), " ".join(text)) for title, text in texts))
    written = {"exact": forms, "stems": ("alfa", "bravo")}[layer]

    def count(words: list[str], sought: tuple[str, ...]) -> int:
        read = [word.rstrip("s") if layer == "stems" else word for word in words]
        return sum(tuple(read[at : at + len(sought)]) == sought for at in range(len(read)))

    for size in (1, 2, 3, 4):
        for sought in product(written, repeat=size):
            counts = {n: tuple(count(one, sought) for one in text) for n, text in enumerate(texts)}
            expected = {number: found for number, found in counts.items() if any(found)}
            assert in_a_row(searcher, layer, *sought) == expected, sought


CONNECT = (
    *("connect", "connects", "connected", "connecting", "connection", "connections", "connective"),
    *("connectives", "connectively", "connecter"),
)


def test_words_in_long_texts_are_found_however_many_forms_they_have(
    searching: Callable[..., Searcher],
) -> None:
    assert {stem(form) for form in CONNECT} == {"connect"}
    chance = random.Random(2)
    others = [f"{letter}{number}q" for letter in "ghjkmnp" for number in range(40)]
    few = ("alfa", "alfas", "bravo")
    texts = [
        chance.choices((*CONNECT, *few, *others), (*[3] * 13, *[1] * len(others)), k=length)
        for length in [chance.randint(1, 150) for _ in range(200)]
    ]
    searcher = searching(*(" ".join(text) for text in texts))

    def count(words: list[str], sought: tuple[str, ...]) -> int:
        read = list(map(stem, words))
        return sum(tuple(read[at : at + len(sought)]) == sought for at in range(len(read)))

    stems = ("connect", "alfa", "bravo", others[0])
    for sought in [one for size in (1, 2, 3) for one in product(stems, repeat=size)]:
        counts = {number: count(text, sought) for number, text in enumerate(texts)}
        expected = {number: (0, found) for number, found in counts.items() if found}
        assert in_a_row(searcher, "stems", *sought) == expected, sought
