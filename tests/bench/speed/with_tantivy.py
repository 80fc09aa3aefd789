"""Tantivy: Lucene's design in Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tantivy

from .texts import lines

if TYPE_CHECKING:
    from pathlib import Path

    from .queries import Query

FIELDS = ["title", "abstract"]
HEAP = 1 << 29
"""Enough for one segment of the whole collection a thread: that is what it searches fastest."""


def build(source: Path, target: Path, cores: int) -> None:
    """Indexes a file of texts."""
    target.mkdir(parents=True)
    index = tantivy.Index(_schema(), path=str(target))
    writer = index.writer(heap_size=HEAP * cores, num_threads=cores)
    for text in lines(source):
        writer.add_document(tantivy.Document(**text._asdict()))
    writer.commit()
    writer.wait_merging_threads()


class Engine:
    """Ranks ten hits and cuts a snippet from title and abstract of each."""

    def __init__(self, home: Path) -> None:
        self._index = tantivy.Index.open(str(home))
        self._searcher = self._index.searcher()
        self._schema = self._index.schema

    def search(self, kind: str, query: Query) -> object:
        """The ten best with title and marked snippets."""
        asked = self._query(kind, query)
        found = self._searcher.search(asked, limit=10)
        cutters = [
            tantivy.SnippetGenerator.create(self._searcher, asked, self._schema, field)
            for field in FIELDS
        ]
        return [self._hit(address, cutters) for _, address in found.hits]

    def _hit(self, address: tantivy.DocAddress, cutters: list[Any]) -> object:
        document = self._searcher.doc(address)
        cut = [cutter.snippet_from_doc(document) for cutter in cutters]
        return document["title"], [(one.fragment(), one.highlighted()) for one in cut]

    def _query(self, kind: str, query: Query) -> tantivy.Query:
        if kind == "prefix":
            # Its parser has no beginnings of single words. A pattern ranks nothing: all score 1.
            pattern = f"{query.words}.*"
            return tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Should, tantivy.Query.regex_query(self._schema, field, pattern))
                    for field in FIELDS
                ]
            )
        if kind.endswith("phrase"):
            return self._index.parse_query(f'"{query.words}"', FIELDS)
        if kind == "years":
            span = f"+({query.words}) +year:[{query.first_year} TO {query.last_year}]"
            return self._index.parse_query(span, FIELDS)
        return self._index.parse_query(query.words, FIELDS)


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    made.add_text_field("pmid", stored=True, tokenizer_name="raw")
    for field in FIELDS:
        made.add_text_field(field, stored=True, tokenizer_name="en_stem")
    made.add_integer_field("year", stored=True, indexed=True, fast=True)
    return made.build()
