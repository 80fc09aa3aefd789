"""Ranking against an oracle: the formula of ``search.local.bm25f`` in plain Python."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir
from whoosh.query import Or
from whoosh.query import Term as WhooshTerm

from corpus import Abstract, Report, Section
from index import Analyzer, Concept, OpenedGeneration, Vocabulary
from index.build.builder import write
from index.whoosh_codec.schema import schema
from search import Searcher
from search.query.clauses import AllOf, AnyOf, Exclusion, FreeText, Hint, Phrase, Synonyms, Term
from search.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALPHABET = ("alfa", "bravo", "charli", "delta", "echo", "foxtrot", "golf", "hotel")
NATO = Vocabulary.of(
    [
        Concept("letter", "early letter", "test", "One of the first letters."),
        Concept("ab", "alfa bravo", "test", "Two letters.", ("bravo alfa",), broader=("letter",)),
        Concept("cd", "charlie delta", "test", "Two letters.", broader=("letter",)),
    ]
)
WEIGHTS = Weights(k1=1.4, title=2.5, title_b=0.4, abstract_b=0.8, narrower=0.5)

Texts = list[tuple[str, str]]


def random_texts(seed: int, count: int = 60) -> Texts:
    chance = random.Random(seed)
    words = [*ALPHABET, "early letter"]
    weights = range(len(words), 0, -1)

    def text(longest: int) -> str:
        times = chance.choice((*[1] * 9, 30))  # more than fit into the byte of a posting
        return " ".join(times * chance.choices(words, weights, k=chance.randint(0, longest)))

    return [(text(4), text(25)) for _ in range(count)]


class Oracle:
    """Scores every document for a leaf by the formula, one document and one field at a time."""

    def __init__(self, texts: Texts) -> None:
        self.analyzer = Analyzer(NATO)
        self.fields = [{"title": title, "abstract": abstract} for title, abstract in texts]
        self.average = {
            name: sum(self.analyzer.length(fields[name]) for fields in self.fields) / len(texts)
            for name in ("title", "abstract")
        }

    def frequency(self, leaf: Synonyms | Phrase, text: str, name: str) -> float:
        if isinstance(leaf, Phrase):
            forms = [term for term, *_ in self.analyzer.layer(text, "exact")]
            width = len(leaf.forms)
            return sum(tuple(forms[i : i + width]) == leaf.forms for i in range(len(forms)))
        read = [occurrence.term for occurrence in self.analyzer.layer(text, leaf.layer)]
        return sum(weight * read.count(term) for term, weight in leaf.terms if name in leaf.fields)

    def x(self, leaf: Synonyms | Phrase, fields: dict[str, str]) -> float:
        total = 0.0
        for name, text in fields.items():
            weight, b = WEIGHTS.of(name)
            length = self.analyzer.length(text) / (self.average[name] or 1.0)
            total += weight * self.frequency(leaf, text, name) / (1 - b + b * length)
        return total

    def scores(self, leaf: Synonyms | Phrase) -> dict[int, float]:
        x = {n: self.x(leaf, fields) for n, fields in enumerate(self.fields)}
        matching = sum(value > 0 for value in x.values())
        idf = math.log(1 + (len(x) - matching + 0.5) / (matching + 0.5))
        return {
            n: idf * value * (WEIGHTS.k1 + 1) / (value + WEIGHTS.k1)
            for n, value in x.items()
            if value > 0
        }


def word(text: str) -> Synonyms:
    return Synonyms(text, (Term(text),), "stems", ("title", "abstract"))


def concept(id_: str, *narrower: str) -> Synonyms:
    terms = (Term(id_), *(Term(one, WEIGHTS.narrower) for one in narrower))
    return Synonyms(id_, terms, "concepts", ("title", "abstract"), id_)


def phrase(*forms: str) -> Phrase:
    return Phrase(" ".join(forms), forms, ("title", "abstract"))


def ranked(searcher: Searcher, *clauses: object) -> dict[int, float]:
    ranking = engine_of(searcher, WEIGHTS).ranker.rank(FreeText(clauses))
    documents, scores = ranking.best(0, len(ranking))
    assert list(scores) == sorted(scores, reverse=True)
    assert sorted(documents.tolist()) == ranking.documents.tolist()
    return dict(zip(documents.tolist(), scores.tolist(), strict=True))


def summed(*parts: dict[int, float]) -> dict[int, float]:
    return {n: sum(part.get(n, 0.0) for part in parts) for n in set().union(*parts)}


LEAVES = (
    *map(word, ALPHABET),
    word("zulu"),
    concept("ab"),
    concept("letter", "ab", "cd"),
    phrase("alfa", "bravo"),
    phrase("bravo", "alfa", "alfa"),
    phrase("alfa"),
)


@pytest.mark.parametrize("seed", range(5))
def test_every_leaf_and_every_sum_of_leaves_scores_as_the_formula_says(
    seed: int, searching: Callable[..., Searcher]
) -> None:
    texts = random_texts(seed)
    searcher = searching(*texts, weights=WEIGHTS, concepts=NATO)
    oracle = Oracle(texts)
    expected = {leaf: oracle.scores(leaf) for leaf in LEAVES}
    for leaf in LEAVES:
        found = (
            ranked(searcher, leaf)
            if isinstance(leaf, Synonyms)
            else ranked(searcher, AnyOf((leaf,)))
        )
        assert found == pytest.approx(expected[leaf]), leaf
    chance = random.Random(seed)
    for _ in range(40):
        chosen = [leaf for leaf in chance.sample(LEAVES, 3) if isinstance(leaf, Synonyms)]
        if chosen:
            found = ranked(searcher, *chosen)
            assert found == pytest.approx(summed(*(expected[leaf] for leaf in chosen)))


def test_brackets_of_words_are_none_and_hints_count_within_their_bracket_only(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching(*random_texts(7), weights=WEIGHTS, concepts=NATO)
    alfa, golf, hotel, pair = word("alfa"), word("golf"), word("hotel"), phrase("alfa", "bravo")
    plain = ranked(searcher, alfa, golf, hotel)
    assert ranked(searcher, FreeText((alfa, golf)), hotel) == pytest.approx(plain)
    assert ranked(searcher, FreeText((FreeText((alfa,)), golf)), FreeText((hotel,))) == plain
    bound = ranked(searcher, FreeText((alfa, golf)), pair)
    assert bound == pytest.approx(ranked(searcher, alfa, golf, pair))
    hinted = FreeText((golf, Hint(alfa, 0.5)))
    both = summed(ranked(searcher, hinted), ranked(searcher, hotel))
    assert ranked(searcher, hinted, hotel) == pytest.approx(both)
    assert ranked(searcher, AnyOf((hinted, hotel))) == pytest.approx(both)


def test_what_must_match_and_must_not_is_plain_set_arithmetic(
    searching: Callable[..., Searcher],
) -> None:
    texts = random_texts(99)
    searcher = searching(*texts, weights=WEIGHTS, concepts=NATO)
    oracle = Oracle(texts)
    golf, hotel, pair = word("golf"), word("hotel"), phrase("alfa", "bravo")
    has = {leaf: set(oracle.scores(leaf)) for leaf in (golf, hotel, pair)}
    assert set(ranked(searcher, AllOf((golf, hotel)))) == has[golf] & has[hotel]
    assert set(ranked(searcher, AnyOf((golf, pair)))) == has[golf] | has[pair]
    assert set(ranked(searcher, golf, Exclusion(hotel))) == has[golf] - has[hotel]
    assert set(ranked(searcher, Exclusion(golf))) == set(range(len(texts))) - has[golf]
    found = ranked(searcher, golf, pair)
    assert set(found) == has[pair]
    assert found == pytest.approx(
        {n: oracle.scores(golf).get(n, 0) + oracle.scores(pair)[n] for n in has[pair]}
    )


@settings(max_examples=60, deadline=None)
@given(clauses=st.lists(st.sampled_from(LEAVES), min_size=1, max_size=4), data=st.data())
def test_another_word_never_loses_a_hit_and_never_lowers_a_score(
    clauses: list[Synonyms], data: st.DataObject, nato_searcher: Searcher
) -> None:
    words = [clause for clause in clauses if isinstance(clause, Synonyms)]
    if not words:
        return
    more = data.draw(st.sampled_from([leaf for leaf in LEAVES if isinstance(leaf, Synonyms)]))
    before, after = ranked(nato_searcher, *words), ranked(nato_searcher, *words, more)
    assert all(after[n] >= score - 1e-12 for n, score in before.items())


@pytest.fixture(scope="module")
def nato_searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    home = tmp_path_factory.mktemp("nato")
    abstracts = [
        Abstract(pmid=str(n), title=title, sections=(Section(None, (text,)),))
        for n, (title, text) in enumerate(random_texts(7))
    ]
    published = OpenedGeneration.read(home, write(home, abstracts, NATO, Report()))
    yield Searcher(published, WEIGHTS)
    published.close()


def test_ties_go_to_the_later_year_and_then_to_the_order_of_indexing(
    searching: Callable[..., Searcher],
) -> None:
    years = (2001, 2005, None, 2005, 1999)
    abstracts = [Abstract(pmid=str(n), title="alfa", year=year) for n, year in enumerate(years)]
    documents, scores = (
        engine_of(searching(*abstracts)).ranker.rank(FreeText((word("alfa"),))).best(0, 5)
    )
    assert len(set(scores.tolist())) == 1
    assert documents.tolist() == [1, 3, 0, 4, 2]


def test_pages_together_are_the_whole_list_once(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*random_texts(3, 100), concepts=NATO)
    whole = [hit.pmid for hit in searcher.search("golf hotel alfa", per_page=100).hits]
    for per_page in (1, 7, 10):
        pages = range(1, -(-len(whole) // per_page) + 1)
        found = [
            hit.pmid
            for page in pages
            for hit in searcher.search("golf hotel alfa", page=page, per_page=per_page).hits
        ]
        assert found == whole


def test_a_word_in_a_shorter_text_and_in_the_title_weighs_more(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching(
        ("golf", "alfa " + "bravo " * 30), ("golf", "alfa " + "bravo " * 9), ("alfa", "bravo " * 10)
    )
    assert [hit.pmid for hit in searcher.search("alfa").hits] == ["3", "2", "1"]


def test_whoosh_finds_the_same_documents(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*random_texts(11), concepts=NATO)
    index = open_dir(str(engine_of(searcher).published.folder), schema=schema(Analyzer(NATO)))
    with index.searcher() as theirs:
        for form in ALPHABET:
            query = Or([WhooshTerm("title", form), WhooshTerm("abstract", form)])
            expected = {hit.docnum for hit in theirs.search(query, limit=None)}
            assert set(ranked(searcher, word(form))) == expected
    index.close()
