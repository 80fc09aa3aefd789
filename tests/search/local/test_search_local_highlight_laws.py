"""Laws of marks, snippets and receipts, for any query on the page."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from engine_parts import engine_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.text.tokenizer import fold, tokenize
from index.text.words import words
from search.local.highlight import LONGEST_SNIPPET, MOST_SNIPPETS
from search.query.clauses import AllOf, AnyOf, Exclusion, FreeText, Phrase, Synonyms, leaves
from search.query.parser import parse
from search.results import Stored

if TYPE_CHECKING:
    from search import MarkedAbstract, Searcher
    from search.query.clauses import Clause, Leaf
    from search.results import Span


ALL = (
    *("14598048", "12962026", "12910072", "12559498", "14760960", "15451222", "15539773"),
    *("15949496", "16042226", "15955273", "15902390", "16998754"),
)
PIECES = st.sampled_from(
    "IVIG RRMS SPMS MS EAE MRI EDSS placebo relapse rate lesions treatment the of trial 0.4 p "
    "Interferon-ß beta autoimmune anti-inflammatory T2 Secondary Primary/Progressive sorensen "
    '"relapse rate" "in the" "IVIG" "Multiple Sclerosis" -placebo -EAE -"relapse rate" OR AND '
    "( ) relap* immuno* in* title: abstract: author:sorensen year:2003..2005 zebra".split(" ")
)
QUERIES = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)


def marks(shown: MarkedAbstract) -> list[str]:
    paragraphs = [paragraph.text for paragraph in shown.abstract.paragraphs]
    texts = zip(
        (shown.abstract.title, *paragraphs),
        (shown.title_spans, *shown.paragraph_spans),
        strict=True,
    )
    return [text[start:end] for text, places in texts for start, end in places]


def meets(searcher: Searcher, leaf: Leaf, stored: Stored, field: int, span: Span) -> bool:
    """Whether a marked text is what a part of a query asks for; a concept in its abstract."""
    assert isinstance(leaf, Synonyms | Phrase)
    text = (stored.text if field else stored.title)[slice(*span)]
    if isinstance(leaf, Phrase):
        return tuple(token.form for token in tokenize(text)) == leaf.forms
    terms = {term.text for term in leaf.terms}
    if leaf.concept:
        analyzer = engine_of(searcher).published.analyzer
        read = analyzer.read(stored.title, stored.text)[field].analysed
        return any(m.concept in terms and (m.start, m.end) == span for m in read.mentions)
    first = words(text)[0]
    return bool({fold(text), first.stem, first.joined} & terms)


@settings(max_examples=120, deadline=None)
@given(query=QUERIES)
def test_what_is_marked_matched_and_stands_where_it_is_said_to(
    query: str, searcher: Searcher
) -> None:
    clause: FreeText = engine_of(searcher).expander.expand(parse(query)).clause
    asked = leaves(clause)
    [segment] = engine_of(searcher).reader.segments
    documents = range(engine_of(searcher).reader.size)
    for document, *match in (
        engine_of(searcher).highlighter.matches(segment, asked, documents).tolist()
    ):
        field, start, end, leaf = match
        stored = Stored.of(engine_of(searcher).reader.stored_strings(document))
        assert meets(searcher, asked[leaf], stored, field, (start, end)), (asked[leaf], start)


def excludes(clause: Clause) -> bool:
    match clause:
        case AnyOf(inner) | AllOf(inner) | FreeText(inner):
            return any(map(excludes, inner))
        case _:
            return isinstance(clause, Exclusion)


def check_spans(text: str, places: tuple[Span, ...]) -> None:
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(places))
    for start, end in places:
        assert not text[start:end].isspace()
        assert text[start - 1 : start].isalnum() is False or start == 0 or _splits(text, start)
        assert text[end : end + 1].isalnum() is False or _splits(text, end)


def _splits(text: str, place: int) -> bool:
    """Whether a word ends within letters, as in Interferonβ or IFNß1a."""
    return any(place in {token.start, token.end} for token in tokenize(text))


@settings(max_examples=120, deadline=None)
@given(query=QUERIES)
@example(query="-placebo OR SPMS")
def test_every_hit_of_the_page_is_shown_lawfully(query: str, searcher: Searcher) -> None:
    clause = engine_of(searcher).expander.expand(parse(query)).clause
    asked = leaves(clause)
    page = searcher.search(query, per_page=12)
    for hit in page.hits:
        check_spans(hit.title, hit.title_spans)
        assert len(hit.snippets) <= MOST_SNIPPETS
        places = [hit.abstract.text.index(one.text) for one in hit.snippets]
        assert places == sorted(places)
        for one in hit.snippets:
            check_spans(one.text, one.spans)
            assert one.text in hit.abstract.text
            assert "\n" not in one.text
            assert one.text == one.text.strip()
            assert 0 < len(one.text) <= LONGEST_SNIPPET
            assert one.section in {section.label for section in hit.abstract.sections}
        # Who lacks what is excluded may need no more: -placebo OR SPMS.
        assert hit.matches or not asked or excludes(clause)
        for match in hit.matches:
            assert match.query in {leaf.query for leaf in asked}
            field = {
                "title": hit.title,
                "abstract": " ".join(hit.abstract.text.split()),
                "author": str([*map(str, hit.abstract.authors), hit.abstract.group_author]),
                "year": str(hit.abstract.year),
            }[match.field]
            assert match.text in field


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_occurrence_of_a_word_is_marked_and_nothing_else(
    data: st.DataObject, searcher: Searcher
) -> None:
    forms = engine_of(searcher).speller._words
    form = data.draw(st.sampled_from(forms))
    pmid = data.draw(st.sampled_from(ALL))
    found = searcher.abstract(pmid, f'"{form}"')
    abstract = found.abstract
    expected = [
        text[token.start : token.end]
        for text in (abstract.title, *(paragraph.text for paragraph in abstract.paragraphs))
        for token in tokenize(text)
        if token.form == form
    ]
    assert marks(found) == expected


@settings(max_examples=60, deadline=None)
@given(query=QUERIES, pmid=st.sampled_from(ALL))
def test_the_marks_of_a_whole_abstract_are_lawful(
    query: str, pmid: str, searcher: Searcher
) -> None:
    found = searcher.abstract(pmid, query)
    check_spans(found.abstract.title, found.title_spans)
    assert len(found.paragraph_spans) == len(found.abstract.paragraphs)
    for paragraph, places in zip(found.abstract.paragraphs, found.paragraph_spans, strict=True):
        check_spans(paragraph.text, places)
    assert {match.field for match in found.matches} <= {"title", "abstract"}
    assert bool(found.matches) == bool(marks(found))
