"""The Whoosh schema: which fields an index has, and the thin analyzers that fill them."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from whoosh.analysis import Analyzer, Token
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from index.analysis import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus import Abstract
    from index.analysis import Analysis, Layer

TEXT_FIELDS = ("title", "abstract")
"""Fields that free words are searched in; each has a layer of stems, exact words and concepts."""

NAME_FIELDS = ("author", "journal", "affiliation", "topic")
"""Fields searched by name only, word by word as written."""

NO_YEAR = 0
"""What the column of years holds where an abstract has none."""


class LayerAnalyzer(Analyzer):  # type: ignore[misc] # whoosh has no types
    """One layer of ``Analysis`` as a Whoosh analyzer.

    A pickled one forgets its analysis (Whoosh pickles the schema into its files): an index is
    opened with a schema of our own, never with the pickled one.
    """

    def __init__(self, analysis: Analysis | None, layer: Layer) -> None:
        self._analysis = analysis
        self._layer = layer

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:  # noqa: ANN401 (Whoosh's protocol)
        """A Whoosh token for each term, with position and offsets."""
        if self._analysis is None:
            raise RuntimeError("this analyzer was unpickled; make a schema anew")
        token = Token(positions=True, chars=True, removestops=True, mode="index")
        token.boost = 1.0
        token.stopped = False
        for term, position, start, end in self._analysis.layer(value, self._layer):
            token.text = token.original = term
            token.pos, token.startchar, token.endchar = position, start, end
            yield token

    def __getstate__(self) -> dict[str, Any]:
        return {"_analysis": None, "_layer": self._layer}


def field_of(field: str, layer: Layer) -> str:
    """The Whoosh field of a layer: ``field_of("title", "concepts")`` is ``title_concepts``."""
    return field if layer == "stems" else f"{field}_{layer}"


def schema(analysis: Analysis) -> Schema:
    """The schema of an index whose texts are read by ``analysis``."""

    def text(layer: Layer) -> TEXT:
        return TEXT(analyzer=LayerAnalyzer(analysis, layer), chars=True, spelling=False)

    fields: dict[str, Any] = {"pmid": ID(unique=True), "year": COLUMN(NumericColumn("i"))}
    for field in TEXT_FIELDS:
        fields |= {field_of(field, layer): text(layer) for layer in LAYERS}
        fields[f"{field}_length"] = COLUMN(NumericColumn("i"))
    for field in NAME_FIELDS:
        fields[field] = text("exact")
    fields["record"] = STORED()
    return Schema(**fields)


def document(abstract: Abstract, record: str, analysis: Analysis) -> dict[str, Any]:
    """What Whoosh is given for an abstract; ``record`` is the abstract as it is stored."""
    texts = dict(zip(TEXT_FIELDS, analysis.read(abstract.title, abstract.text), strict=True))
    fields: dict[str, Any] = {"pmid": abstract.pmid.lower(), "record": record}
    fields["year"] = abstract.year or NO_YEAR
    for field, text in texts.items():
        for layer in LAYERS:
            fields[field_of(field, layer)] = text
        fields[f"{field}_length"] = analysis.length(text)
    return fields | {field: text for field, text in names(abstract).items() if text}


def names(abstract: Abstract) -> dict[str, str]:
    """The texts of ``NAME_FIELDS``, a name a line."""
    authors = [*map(str, abstract.authors), abstract.group_author or ""]
    return {
        "author": "\n".join(filter(None, authors)),
        "journal": abstract.journal or "",
        "affiliation": abstract.affiliation or "",
        "topic": "\n".join(abstract.topics),
    }


def fingerprint() -> str:
    """SHA-256 of the schema's source: an index of another schema cannot be read."""
    return hashlib.sha256((files("index") / "schema.py").read_bytes()).hexdigest()
