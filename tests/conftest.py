"""Fixtures shared by all tests: the bundled page as an index, and indexes of small documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from corpus import Abstract, Report, Section, bundled_corpus, write_jsonl
from index import Vocabulary, build
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from search.weights import Weights

NO_CONCEPTS = Vocabulary()

# Other work on a machine must not fail a law; tests that are about time measure it themselves.
settings.register_profile("ranvier", deadline=None)
settings.load_profile("ranvier")


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The vocabulary that comes with Ranvier."""
    return Vocabulary.bundled()


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> Path:
    """An index directory with the bundled page published in it. Do not change it."""
    home = tmp_path_factory.mktemp("published") / "index"
    build(home, [bundled_corpus()], vocabulary=vocabulary)
    return home


@pytest.fixture(scope="session")
def searcher(index_dir: Path) -> Iterator[Searcher]:
    """A searcher of the bundled page."""
    with Searcher.open(index_dir) as opened:
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Writes abstracts to a file: ``source(abstracts)``."""

    def make(abstracts: Iterable[Abstract], name: str = "a.jsonl") -> Path:
        path = tmp_path / name
        write_jsonl(abstracts, path)
        return path

    return make


@pytest.fixture
def searching(tmp_path: Path) -> Iterator[Callable[..., Searcher]]:
    """Makes a searcher of small documents: ``searching("alfa bravo", ("title", "text"))``.

    A text is an abstract without a title; documents have the PMIDs 1, 2, 3 and so on, and no
    concepts are known but those that are passed.
    """
    opened: list[OpenedGeneration] = []

    def make(
        *documents: str | tuple[str, str] | Abstract,
        weights: Weights | None = None,
        concepts: Vocabulary = NO_CONCEPTS,
    ) -> Searcher:
        home = tmp_path / f"generation-{len(opened)}"
        home.mkdir()
        abstracts = [small(document, number) for number, document in enumerate(documents, start=1)]
        manifest = write(home, abstracts, concepts, Report())
        opened.append(OpenedGeneration.read(home, manifest))
        return Searcher(opened[-1], weights)

    yield make
    for published in opened:
        published.close()


def small(document: str | tuple[str, str] | Abstract, number: int) -> Abstract:
    """An abstract of a text, or of a title and a text."""
    if isinstance(document, Abstract):
        return document
    title, text = ("", document) if isinstance(document, str) else document
    sections = (Section(None, tuple(text.split("\n"))),) if text else ()
    return Abstract(pmid=str(number), title=title, sections=sections)
