"""The Whoosh schema of an index, and the thin analyzers that fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from index.analyzer import LAYERS
from index.record_fields import columns, names, stored
from index.schema import COLUMNS, NAME_FIELDS, TEXT_FIELDS, field_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus import Abstract
    from index.analyzer import Analyzer, Layer


class LayerAnalyzer(WhooshAnalyzer):  # type: ignore[misc] # whoosh has no types
    """One layer of ``Analyzer`` as a Whoosh analyzer.

    A pickled one forgets its analysis (Whoosh pickles the schema into its files): an index is
    opened with a schema of our own, never with the pickled one.
    """

    def __init__(self, analyzer: Analyzer | None, layer: Layer) -> None:
        self._analyzer = analyzer
        self._layer = layer

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:  # noqa: ANN401 (Whoosh's protocol)
        """A Whoosh token for each term, with position and offsets."""
        if self._analyzer is None:
            raise RuntimeError("this analyzer was unpickled; make a schema anew")
        token = Token(positions=True, chars=True, removestops=True, mode="index")
        token.boost = 1.0
        token.stopped = False
        for term, position, start, end in self._analyzer.layer(value, self._layer):
            token.text = token.original = term
            token.pos, token.startchar, token.endchar = position, start, end
            yield token

    def __getstate__(self) -> dict[str, Any]:
        return {"_analyzer": None, "_layer": self._layer}


def schema(analyzer: Analyzer | None) -> Schema:
    """The schema of an index whose texts are read by ``analyzer``, or by nobody."""

    def text(layer: Layer, **options: bool) -> TEXT:
        return TEXT(analyzer=LayerAnalyzer(analyzer, layer), spelling=False, **options)

    fields: dict[str, Any] = {"pmid": ID(unique=True, stored=True)}
    for field in TEXT_FIELDS:
        for layer in LAYERS:
            is_stored = layer == "stems"
            fields[field_of(field, layer)] = text(layer, chars=True, stored=is_stored)
    for field in NAME_FIELDS:
        fields[field] = text("exact")
    fields |= {column: COLUMN(NumericColumn("i")) for column in COLUMNS}
    fields |= {"passages": STORED(), "record": STORED()}
    return Schema(**fields)


def document(abstract: Abstract, analyzer: Analyzer) -> dict[str, Any]:
    """An abstract as keyword arguments of Whoosh's ``add_document``."""
    title, text = analyzer.read(abstract.title, abstract.text)
    fields: dict[str, Any] = {**stored(abstract), **columns(abstract, title, text)}
    for field, read in zip(TEXT_FIELDS, (title, text), strict=True):
        fields |= {field_of(field, layer): read for layer in LAYERS}
        fields[f"_stored_{field}"] = str(read)
    fields |= {"_stored_pmid": abstract.id, "pmid": abstract.id.lower()}
    return fields | {field: text for field, text in names(abstract).items() if text}
