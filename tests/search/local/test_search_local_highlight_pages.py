"""What is shown of a page in one step says what its parts say: strings, matches and excerpts."""

from __future__ import annotations

import dataclasses
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of
from random_texts import NATO, Queries, random_abstracts
from small_builds import by_whoosh

from corpus import Report
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from index.segment.reader import IndexReader
from index.segment.stored import STRINGS
from search import Searcher
from search.local.highlight import (
    LONGEST_SNIPPET,
    MOST_SNIPPETS,
    Highlighter,
    Lines,
    completed,
    excerpts_of,
)
from search.local.plan import Planner
from search.query.clauses import leaves
from search.query.expand import Expander
from search.query.parser import parse
from search.results import Stored
from search.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from search.local.highlight import Excerpt
    from search.query.clauses import Leaf

ABSTRACTS = random_abstracts(7, 60)


@pytest.fixture(scope="module", params=[1, 3], ids=["a segment", "three segments"])
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenedGeneration]:
    home = tmp_path_factory.mktemp("built")
    built = OpenedGeneration.read(home, write(home, ABSTRACTS, NATO, Report()))
    aside = tmp_path_factory.mktemp("segments")
    size = len(ABSTRACTS) // request.param
    batches = [ABSTRACTS[first : first + size] for first in range(0, len(ABSTRACTS), size)]
    reader = by_whoosh(aside, batches, built.analyzer).reader()
    built.close()
    assert len(reader.leaf_readers()) == request.param
    yield dataclasses.replace(built, folder=aside, reader=reader)
    reader.close()


def by_parts(planner: Planner, asked: list[Leaf], number: int) -> Excerpt:
    reader = planner.reader
    matches = Highlighter(planner).matches(reader.segment_of(number), asked, [number])
    kept, lines = reader.stored_strings(number), Lines.of(asked)
    [shown] = excerpts_of(matches, [kept], lines, MOST_SNIPPETS, LONGEST_SNIPPET)
    return completed(shown, Stored.of(kept), lines)


def test_a_page_in_any_order_is_shown_as_each_of_its_documents_by_its_parts(
    published: OpenedGeneration,
) -> None:
    reader = IndexReader(published.reader)
    planner, expander = Planner(reader), Expander(published, reader, Weights())
    highlighter, queries, chance = Highlighter(planner), Queries(3), random.Random(3)
    marked = 0
    for _ in range(150):
        clause = expander.expand(parse(queries.query())).clause
        asked = list(dict.fromkeys(leaves(clause)))
        page = chance.sample(range(reader.size), chance.choice((1, 2, 10)))
        shown = highlighter.excerpts(asked, page)
        assert shown == [by_parts(planner, asked, number) for number in page]
        assert [one.pmid for one in shown] == [ABSTRACTS[number].pmid for number in page]
        marked += sum(bool(one.matches) for one in shown)
    assert marked > 150
    assert highlighter.excerpts([], []) == []


def test_more_matches_than_there_is_room_for_take_another_turn(
    searching: Callable[..., Searcher],
) -> None:
    often = 200  # there is room for 64 at once
    [hit] = searching(("bravo", "alfa " * often)).search("alfa").hits
    assert len(hit.snippets[0].spans) == LONGEST_SNIPPET // len("alfa ")
    [hit] = searching(("alfa " * often, "bravo")).search("alfa").hits
    assert len(hit.title_spans) == often


def test_a_file_that_cannot_be_read_is_told(searching: Callable[..., Searcher]) -> None:
    searcher = searching("alfa")
    [segment] = engine_of(searcher).reader.segments
    file, *_ = segment.store.documents._arrays.place(STRINGS)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), file)
    with pytest.raises(OSError, match="cannot be read"):
        searcher.search("alfa")
    assert searcher.search("zulu").hits == ()


def test_what_is_kept_of_a_hit_can_be_read_when_its_searcher_is_closed(tmp_path: Path) -> None:
    manifest = write(tmp_path, ABSTRACTS[:1], NATO, Report())
    with Searcher(OpenedGeneration.read(tmp_path, manifest)) as searcher:
        [hit] = searcher.search(ABSTRACTS[0].title).hits
    del searcher
    assert hit.abstract == ABSTRACTS[0]
