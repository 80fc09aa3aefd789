"""Feedback: what the best hits have in common, against the formula written out."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of

from index import Concept, Vocabulary
from search.local.feedback import Feedback
from search.query.clauses import Exclusion, FreeText, Hint, Synonyms, Term
from search.weights import FeedbackWeights

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

PAIR = Vocabulary.of([Concept("ab", "alfa bravo", "test", "Two letters.", short=("AB",))])
TEXTS = (
    ("golf india", "golf hotel india juliett alfa bravo kilo"),
    "golf hotel india kilo kilo AB 17 17",
    ("golf", "golf hotel juliett, auto-immune lima lima"),
    "golf hotel auto-immune kilo lima",
    "golf india mike mike mike",
    *(f"november oscar papa{'x' * number}" for number in range(20)),
    *("quebec mike",) * 6,
)
SETTINGS = FeedbackWeights(documents=4, terms=6, weight=0.5, sharpness=2.0, commonest=0.2)
LAYERS = ("stems", "concepts")


def word(text: str) -> Synonyms:
    return Synonyms(text, (Term(text),), "stems", ("title", "abstract"))


ASKED = FreeText((word("golf"), word("hotel"), word("india")))


@pytest.fixture
def searcher(searching: Callable[..., Searcher]) -> Searcher:
    return searching(*TEXTS, concepts=PAIR)


def hints(searcher: Searcher, clause: FreeText, settings: FeedbackWeights) -> tuple[Hint, ...]:
    return Feedback(engine_of(searcher).reader, settings).hints(
        clause, engine_of(searcher).ranker.rank(clause)
    )


def expected(searcher: Searcher, clause: FreeText, settings: FeedbackWeights) -> dict[str, float]:
    """Σ_d P(d) · tf(t, d) / length(d) of the terms that may be added, by plain counting."""
    analyzer = engine_of(searcher).published.analyzer
    fields = [(text if isinstance(text, tuple) else ("", text)) for text in TEXTS]
    counts = [
        Counter(
            (layer, found.term)
            for layer in LAYERS
            for text in both
            for found in analyzer.layer(text, layer)
        )
        for both in fields
    ]
    documents, scores = engine_of(searcher).ranker.rank(clause).best(0, settings.documents)
    powers = [float(score) ** settings.sharpness for score in scores]
    likelihoods: defaultdict[tuple[str, str], float] = defaultdict(float)
    holding = Counter(term for number in documents for term in counts[number])
    for number, power in zip(documents, powers, strict=True):
        length = counts[number].total()
        for term, count in counts[number].items():
            likelihoods[term] += power / sum(powers) * count / length
    spread = Counter(term for one in counts for term in one)
    chosen = {
        text: likelihood
        for (layer, text), likelihood in likelihoods.items()
        if holding[layer, text] >= settings.shared_by
        and 2 <= spread[layer, text] <= settings.commonest * len(TEXTS)
        and (layer == "concepts" or (len(text) > 2 and text[0].isalpha()))
    }
    best = sorted(chosen, key=lambda text: -chosen[text])[: settings.terms]
    return {text: chosen[text] for text in best}


@pytest.mark.parametrize("terms", [2, 6, 100])
def test_hints_are_the_likeliest_terms_of_the_best_hits(searcher: Searcher, terms: int) -> None:
    settings = FeedbackWeights(4, terms, weight=0.5, sharpness=2.0, commonest=0.2)
    likeliest = expected(searcher, ASKED, settings)
    found = {hint.leaf.query: hint.weight for hint in hints(searcher, ASKED, settings)}
    assert len(found) == min(terms, len(found)) >= 2
    assert found.keys() == likeliest.keys()
    # Together they weigh as much as the words that were asked for.
    total = sum(likeliest.values())
    assert found == pytest.approx({text: 3 * one / total for text, one in likeliest.items()})


def test_concepts_are_hints_too_and_ask_title_and_abstract(searcher: Searcher) -> None:
    leaves = {hint.leaf.query: hint.leaf for hint in hints(searcher, ASKED, SETTINGS)}
    assert leaves["ab"].layer == "concepts"
    assert leaves["kilo"].fields == ("title", "abstract")
    assert "17" not in leaves


def test_hints_raise_scores_and_find_nothing_more(searcher: Searcher) -> None:
    before = engine_of(searcher).ranker.rank(ASKED)
    after = engine_of(searcher).ranker.with_hints(before, hints(searcher, ASKED, SETTINGS))
    assert after.documents.tolist() == before.documents.tolist()
    rows = zip(*before.best(0, 99), strict=True)
    lower = {int(number): float(score) for number, score in rows}
    rows = zip(*after.best(0, 99), strict=True)
    assert all(float(score) >= lower[int(number)] for number, score in rows)


@pytest.mark.parametrize(
    "clause",
    [
        FreeText(()),
        FreeText(ASKED.clauses[:2]),
        FreeText((*ASKED.clauses, Exclusion(word("kilo")))),
        FreeText((word("zulu"), word("yankee"), word("xray"))),
        FreeText((word("papaxxx"), word("zulu"), word("yankee"))),
    ],
    ids=["nothing", "short", "no plain words", "no hit", "one hit"],
)
def test_other_queries_are_left_alone(searcher: Searcher, clause: FreeText) -> None:
    assert hints(searcher, clause, SETTINGS) == ()


def test_without_weight_there_is_no_feedback(searcher: Searcher) -> None:
    assert hints(searcher, ASKED, FeedbackWeights(weight=0.0)) == ()
