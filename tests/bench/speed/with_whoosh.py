"""Stock Whoosh, made to score exhaustively, because its own shortcut gives wrong top tens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh.analysis import StemmingAnalyzer
from whoosh.collectors import TopCollector
from whoosh.fields import ID, NUMERIC, TEXT, Schema
from whoosh.index import create_in, open_dir
from whoosh.qparser import MultifieldParser, OrGroup
from whoosh.query import And, NumericRange, Or, Phrase, Prefix

from .texts import lines

if TYPE_CHECKING:
    from pathlib import Path

    from whoosh.query import Query as WhooshQuery

    from .queries import Query

FIELDS = ("title", "abstract")
MEMORY_MB = 256


def build(source: Path, target: Path, cores: int) -> None:
    """Indexes a file of texts on one core; its writer for several leaves several segments."""
    del cores
    target.mkdir(parents=True)
    writer = create_in(str(target), _schema()).writer(limitmb=MEMORY_MB)
    for text in lines(source):
        writer.add_document(**text._asdict())
    writer.commit(optimize=True)


class Engine:
    """Ranks ten hits and highlights title and abstract of each."""

    def __init__(self, home: Path) -> None:
        self._searcher = open_dir(str(home)).searcher()
        self._parser = MultifieldParser(FIELDS, self._searcher.schema, group=OrGroup)

    def search(self, kind: str, query: Query) -> object:
        """The ten best with title and marked snippets."""
        collector = TopCollector(limit=10, usequality=False, replace=0)
        self._searcher.search_with_collector(self._query(kind, query), collector)
        return [
            (hit["title"], [hit.highlights(field) for field in FIELDS])
            for hit in collector.results()
        ]

    def _query(self, kind: str, query: Query) -> WhooshQuery:
        if kind.endswith("phrase"):
            stemmed = self._searcher.schema["title"].process_text(query.words, mode="query")
            words = list(stemmed)
            return Or([Phrase(field, words) for field in FIELDS])
        if kind == "prefix":
            return Or([Prefix(field, query.words) for field in FIELDS])
        asked = self._parser.parse(query.words)
        if kind == "years":
            return And([asked, NumericRange("year", query.first_year, query.last_year)])
        return asked


def _schema() -> Schema:
    # Stop words are kept, because the other systems keep them for phrases too.
    analyzer = StemmingAnalyzer(stoplist=None, minsize=1)
    text = TEXT(analyzer=analyzer, stored=True, phrase=True, chars=True)
    return Schema(pmid=ID(stored=True), title=text, abstract=text, year=NUMERIC(int, stored=True))
