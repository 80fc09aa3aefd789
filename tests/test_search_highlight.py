"""Marks, snippets and receipts: exactly what matched, where it stands, as it is written."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Abstract, Author, Section
from index.tokens import fold, tokenize
from index.words import words
from search.clauses import Between, FieldTerm, Name, Ranked, Sequence, Terms, leaves
from search.highlight import LONGEST_SNIPPET, MOST_SNIPPETS, Found, receipts, snippets, spans
from search.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from search import MarkedAbstract, Searcher
    from search.results import Snippet, Span


def word(written: str) -> Terms:
    return Terms(written, (FieldTerm("abstract", "stems", written),))


ALFA, BRAVO = word("alfa"), word("bravo")


def found_at(*places: Span, field: str = "abstract", leaf: Terms = ALFA) -> list[Found]:
    return [Found(leaf, field, start, end) for start, end in places]


# Spans


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], ()),
        ([(5, 9), (0, 4)], ((0, 4), (5, 9))),
        ([(0, 4), (0, 4)], ((0, 4),)),
        ([(0, 10), (3, 5)], ((0, 10),)),
        ([(0, 6), (5, 9)], ((0, 9),)),
        ([(0, 4), (4, 8)], ((0, 4), (4, 8))),
    ],
)
def test_spans_are_in_order_and_share_no_letter(
    places: list[Span], expected: tuple[Span, ...]
) -> None:
    assert spans(found_at(*places), "abstract") == expected


def test_spans_are_those_of_one_field_and_lie_whole_between_two_offsets() -> None:
    found = [*found_at((0, 4), (10, 14), (18, 22)), *found_at((11, 12), field="title")]
    assert spans(found, "title") == ((11, 12),)
    assert spans(found, "abstract", 10, 20) == ((0, 4),)
    assert spans(found, "abstract", 11) == ((7, 11),)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9))), st.integers(0, 60), st.integers(1)
)
def test_spans_cover_just_what_was_found(
    places: list[tuple[int, int]], start: int, width: int
) -> None:
    end = start + width
    found = found_at(*((first, first + length) for first, length in places))
    marks = spans(found, "abstract", start, end)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(marks))
    covered = {letter + start for mark in marks for letter in range(*mark)}
    inside = [one for one in found if start <= one.start and one.end <= end]
    assert covered == {letter for one in inside for letter in range(one.start, one.end)}


# Snippets of small documents


def snippet(searcher: Searcher, query: str) -> Snippet:
    [hit] = searcher.search(query).hits
    [only] = hit.snippets
    return only


def marked(text: str, places: Iterable[Span]) -> list[str]:
    return [text[start:end] for start, end in places]


def test_a_snippet_is_the_sentence_that_matches_with_its_section(
    searching: Callable[..., Searcher],
) -> None:
    sections = (
        Section("Methods", ("First one. Second Alfa here.",)),
        Section("Findings", ("Nothing.",)),
    )
    found = snippet(searching(Abstract(pmid="1", title="", sections=sections)), "alfa")
    assert (found.section, found.text) == ("Methods", "Second Alfa here.")
    assert marked(found.text, found.spans) == ["Alfa"]
    assert not found.cut_before
    assert not found.cut_after


def test_without_a_match_in_the_text_the_snippet_is_its_beginning(
    searching: Callable[..., Searcher],
) -> None:
    found = snippet(searching(("alfa", "First one. Second one.")), "alfa")
    assert (found.text, found.spans) == ("First one.", ())
    [hit] = searching(("alfa", "")).search("alfa").hits
    assert hit.snippets == ()
    assert hit.title_spans == ((0, 4),)


def test_the_best_passages_are_shown_in_the_order_of_the_text(
    searching: Callable[..., Searcher],
) -> None:
    text = "One alfa. Two alfa. None. Three alfa and bravo. Four alfa. Five bravo alfa."
    [hit] = searching(text).search("alfa bravo").hits
    assert [one.text for one in hit.snippets] == [
        "One alfa.",
        "Three alfa and bravo.",
        "Five bravo alfa.",
    ]
    assert len(hit.snippets) == MOST_SNIPPETS


@pytest.mark.parametrize("place", [0, 3, 60, 120, 199])
def test_a_long_sentence_is_cut_between_words_around_its_match(
    place: int, searching: Callable[..., Searcher]
) -> None:
    listed = ["lorem"] * 200
    listed[place] = "Alfa"
    text = " ".join(listed)
    found = snippet(searching(text), "alfa")
    assert marked(found.text, found.spans) == ["Alfa"]
    assert len(found.text) <= LONGEST_SNIPPET
    assert found.text in text
    assert set(found.text.split()) == {"lorem", "Alfa"}
    assert found.cut_before == (not text.startswith(found.text))
    assert found.cut_after == (not text.endswith(found.text))


def test_a_word_without_end_is_cut_too(searching: Callable[..., Searcher]) -> None:
    for text in ("x" * 1000 + " alfa", "alfa " + "x" * 1000, "x" * 1000):
        query = "alfa" if "alfa" in text else "x" * 1000
        [hit] = searching(text, "other").search(query).hits or searching(text).search("xx*").hits
        for one in hit.snippets:
            assert one.text in text
            assert len(one.text) <= max(LONGEST_SNIPPET, 1000)


def test_numbers_and_capitals_stay_as_they_are_written(searching: Callable[..., Searcher]) -> None:
    text = "ReMyelination with 0.4 g/kg (p<0.001) and 1,149 of IFN-β-1a."
    for query, expected in [
        ("remyelination", ["ReMyelination"]),
        ("0.4", ["0.4"]),
        ("P<0.001", ["p", "0.001"]),
        ("1149", ["1,149"]),
        ("ifn-beta-1a", ["IFN", "β", "1a"]),
    ]:
        found = snippet(searching(text), query)
        assert found.text == text
        assert "".join(marked(text, found.spans)).replace("-", "") == "".join(expected), query


# Receipts

PAPER = Abstract(
    pmid="A7",
    title="Alfa",
    sections=(
        Section(
            None,
            ("An alfa,", "ALFA and  alfas."),
        ),
    ),
    authors=(Author("Sorensen", "PS"), Author("Gold", "R")),
    group_author="ESIMS",
    journal="J Neurol",
    year=2004,
    affiliation="Graz",
    topics=("IVIG", "MS"),
)


def test_each_text_that_matched_is_listed_once_title_first() -> None:
    found = [
        *found_at((9, 13), (19, 24), (3, 7)),
        *found_at((0, 4), field="title"),
        *found_at((0, 2), leaf=BRAVO),
    ]
    listed = [(m.query, m.text, m.field) for m in receipts(PAPER, [BRAVO, ALFA, ALFA], found)]
    assert listed == [
        ("bravo", "An", "abstract"),
        ("alfa", "Alfa", "title"),
        ("alfa", "alfa", "abstract"),
        ("alfa", "alfas", "abstract"),
    ]


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (Name("q", "author", ("gold",)), [("author", "Gold R")]),
        (Name("q", "author", ("sorensen", "ps")), [("author", "Sorensen PS")]),
        (Name("q", "author", ("esims",)), [("author", "ESIMS")]),
        (Name("q", "journal", ("neurol",)), [("journal", "J Neurol")]),
        (Name("q", "affiliation", ("graz",)), [("affiliation", "Graz")]),
        (Name("q", "topic", ("ms",)), [("topic", "MS")]),
        (Name("q", "pmid", ("a7",)), [("pmid", "A7")]),
        (Name("q", "pmid", ("a8",)), []),
        (Name("q", "author", ("nobody",)), []),
        (Between("q", 2003, 2005), [("year", "2004")]),
        (Between("q", 2005, None), []),
    ],
)
def test_names_and_years_have_receipts_of_their_field(
    leaf: Name | Between, expected: list[tuple[str, str]]
) -> None:
    assert [(m.field, m.text) for m in receipts(PAPER, [leaf], [])] == expected


def test_snippets_of_nothing_are_none() -> None:
    assert snippets(Abstract(pmid="1", title="t"), [], []) == ()


# The page


def marks(marked_abstract: MarkedAbstract) -> list[str]:
    abstract = marked_abstract.abstract
    found = marked(abstract.title, marked_abstract.title_spans)
    for paragraph, places in zip(abstract.paragraphs, marked_abstract.paragraph_spans, strict=True):
        found += marked(paragraph.text, places)
    return found


def hits(searcher: Searcher, query: str) -> list[str]:
    return [hit.pmid for hit in searcher.search(query, per_page=100).hits]


ALL = (
    *("14598048", "12962026", "12910072", "12559498", "14760960", "15451222", "15539773"),
    *("15949496", "16042226", "15955273", "15902390", "16998754"),
)

IVIG = {
    "14598048": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 8},
    "12962026": {"IntraVenous ImmunoGlobulin": 2, "IVIg": 10},
    "12910072": {
        "IntraVenous ImmunoGlobulins": 3,
        "intravenous injections of ImmunoGlobulins": 1,
        "IntraVenous ImmunoGlobulin": 1,
    },
    "12559498": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 11},
    "14760960": {"I.V. ImmuneGlobulins": 1, "IntraVenous ImmunoGlobulins": 1, "IVIg": 4},
    "15451222": {"IntraVenous ImmunoGlobulin": 2, "Intravenous ImmunoGlobulin": 1, "IVIG": 8},
    "15539773": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 6},
    "15949496": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 11},
    "16042226": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 6},
    "15955273": {"IntraVenous ImmunoGlobulins": 2, "IVIG": 4, "IVIg": 2},
    "15902390": {"IntraVenous ImmunoGlobulins": 2, "IVIG": 7, "IVIg": 1},
    "16998754": {"IntraVenous ImmunoGlobulins": 1, "IntraVenous ImmunoGlobulin": 1, "IVIG": 13},
}


@pytest.mark.parametrize("pmid", ALL)
def test_ivig_is_marked_in_every_spelling_as_a_whole(pmid: str, searcher: Searcher) -> None:
    # "ImmunoGlobulin Treatment" is a spelling of its own; both together are one mark.
    found = [
        re.sub(r" (?:Treatment|infusions)$", "", mark)
        for mark in marks(searcher.abstract(pmid, "IVIG"))
    ]
    assert Counter(found) == IVIG[pmid]


@pytest.mark.parametrize("pmid", ALL)
def test_no_ivig_of_the_page_is_left_unmarked(pmid: str, searcher: Searcher) -> None:
    abstract = searcher.abstract(pmid).abstract
    written = re.findall(r"IVI[Gg]", f"{abstract.title}\n{abstract.text}")
    found = marks(searcher.abstract(pmid, "intravenous immunoglobulin"))
    assert sum(mark in {"IVIG", "IVIg"} for mark in found) == len(written)


RR = "Relapsing/Remitting"
TABLE: dict[str, dict[str, dict[str, int]]] = {
    "RRMS": {
        "14598048": {f"{RR} MS": 2},
        "12962026": {f"{RR} MS": 1},
        "12910072": {f"{RR} Multiple Sclerosis": 2},
        "12559498": {f"{RR} MS": 3, RR: 1},
        "15451222": {f"{RR} Multiple Sclerosis": 1},
        "15539773": {f"{RR} Multiple Sclerosis": 1},
        "15949496": {f"{RR} MS": 1},
        "15955273": {f"{RR} disease": 2},
        "15902390": {f"{RR} MS": 1},
        "16998754": {f"{RR} course of MS": 1, "RRMS": 3, f"{RR} disease course": 1},
    },
    "interferon beta": {
        "15539773": {"Interferon-ß-1a": 2, "Avonex": 5},
        "16998754": {"beta-Interferon": 2},
        "12962026": {"Interferon-ß": 1},
        "12559498": {"Interferon-ß": 1},
    },
    "interferon beta-1a": {"15539773": {"Interferon-ß-1a": 2, "Avonex": 5}},
    "PPMS": {
        "12910072": {"Primary/Progressive Diseases": 1},
        "16998754": {"Primary/Progressive MS": 1, "PPMS": 3},
    },
    '"relapse rate"': {
        "15539773": {"relapse rate": 2},
        "15451222": {"relapse rate": 2},
        "14598048": {"relapse rate": 1},
        "15949496": {"relapse rate": 1},
        "12559498": {"relapse rate": 1},
    },
    '"P = 0.81"': {"14760960": {"P = 0.81": 1}},
    '"p=0.009"': {"16042226": {"P=0.009": 1}},
    '"T2 lesion load"': {"15451222": {"T2-lesion load": 1}, "16042226": {"T2-lesion load": 1}},
    '"double blind"': {
        pmid: {"double-blind": 1} for pmid in ("14598048", "12559498", "15451222", "16998754")
    }
    | {"14760960": {"Double-Blind": 1}},
    "remyelination": {
        "14598048": {"ReMyelination": 1},
        "12559498": {"ReMyelination": 1},
        "15949496": {"Myelin repair": 1, "ReMyelinating": 1},
        "15955273": {"ReMyelination": 1},
        "16998754": {"ReMyelination": 1},
    },
    "1.11": {"15451222": {"1.11": 1}},
    "title:iran": {"15539773": {"Iran": 1}},
    "stenosis": {},
}


@pytest.mark.parametrize("query", TABLE)
def test_the_marks_of_the_page_are_exactly_these(query: str, searcher: Searcher) -> None:
    found = {pmid: Counter(marks(searcher.abstract(pmid, query))) for pmid in hits(searcher, query)}
    assert found == TABLE[query]


def test_a_phrase_is_marked_only_where_all_of_it_stands(searcher: Searcher) -> None:
    for pmid in hits(searcher, '"relapse rate"'):
        text = searcher.abstract(pmid).abstract.text
        assert len(re.findall(r"(?i)\b(?:relapse|rate)s?\b", text)) >= 2
    found = [
        mark
        for pmid in ALL
        for mark in marks(searcher.abstract(pmid, '"multiple sclerosis" -"no such"'))
    ]
    assert set(found) == {"Multiple Sclerosis"}


@pytest.mark.parametrize(
    "query", ["IVIG -placebo", "IVIG NOT placebo", "MS -EAE", 'relapse -"double blind"']
)
def test_what_is_excluded_is_never_marked(query: str, searcher: Searcher) -> None:
    without = query.split(" NOT " if "NOT" in query else " -")[1].strip('"')
    excluded = re.compile(re.escape(without).replace(r"\ ", "."), re.IGNORECASE)
    for pmid in ALL:
        assert not any(excluded.search(mark) for mark in marks(searcher.abstract(pmid, query)))
    assert not set(hits(searcher, query)) & set(hits(searcher, without))


@pytest.mark.parametrize(
    ("query", "pmid", "expected"),
    [
        ("EDSS", "14760960", ["Methods", "Methods", "Findings"]),
        ("superiority", "14760960", ["Interpretation"]),
        ("IVIG", "15451222", ["Background", "Background", "Findings"]),
        ("thrombosis", "15451222", ["Findings"]),
        ('"black hole"', "16042226", ["Results"]),
        ("conventional MRI explored", "16042226", ["Conclusion", "Conclusion"]),
        ("ImmunoModulating", "12962026", [None]),
    ],
)
def test_a_snippet_says_which_section_it_is_from(
    query: str, pmid: str, expected: list[str | None], searcher: Searcher
) -> None:
    [hit] = [hit for hit in searcher.search(query, per_page=100).hits if hit.pmid == pmid]
    labels = [one.section for one in hit.snippets]
    assert set(labels) == set(expected)
    assert labels == sorted(labels, key=[section.label for section in hit.abstract.sections].index)


# Laws

PIECES = st.sampled_from(
    "IVIG RRMS SPMS MS EAE MRI EDSS placebo relapse rate lesions treatment the of trial 0.4 p "
    "Interferon-ß beta autoimmune anti-inflammatory T2 Secondary Primary/Progressive sorensen "
    '"relapse rate" "in the" "IVIG" "Multiple Sclerosis" -placebo -EAE -"relapse rate" OR AND '
    "( ) relap* immuno* in* title: abstract: author:sorensen year:2003..2005 zebra".split(" ")
)
QUERIES = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)


def meets(searcher: Searcher, leaf: Terms | Sequence, text: str) -> bool:
    """Whether a marked text, read on its own, is what a part of a query asks for."""
    analysis = searcher._published.analysis
    if isinstance(leaf, Sequence):
        return tuple(token.form for token in tokenize(text)) == leaf.forms
    terms = {term for _, _, term, _ in leaf.terms}
    if leaf.concept:
        mentions = analysis.document(text).mentions
        return any(m.concept in terms and (m.start, m.end) == (0, len(text)) for m in mentions)
    first = words(text)[0]
    return bool({fold(text), first.stem, first.joined} & terms)


@settings(max_examples=120, deadline=None)
@given(query=QUERIES)
def test_what_is_marked_matched_and_stands_where_it_is_said_to(
    query: str, searcher: Searcher
) -> None:
    clause: Ranked = searcher._expander().expand(parse(query))
    asked = leaves(clause)
    found = searcher._highlighter.find(asked, range(searcher._postings.count))
    for document, matches in found.items():
        abstract = searcher._record(document).abstract
        texts = {"title": abstract.title, "abstract": abstract.text}
        for match in matches:
            assert isinstance(match.leaf, Terms | Sequence)
            text = texts[match.field][match.start : match.end]
            assert meets(searcher, match.leaf, text), (match.leaf, text)


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
def test_every_hit_of_the_page_is_shown_lawfully(query: str, searcher: Searcher) -> None:
    clause = searcher._expander().expand(parse(query))
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
        # Only what is excluded needs no receipt.
        assert hit.matches or not asked
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
    forms = searcher._speller._words
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
