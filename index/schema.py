"""The Whoosh schema: which fields an index has, and the thin analyzers that fill them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, STORED, TEXT, Schema

from corpus import Origin
from corpus.record import from_object, to_object
from index.analyzer import LAYERS
from index.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus import Abstract
    from index.analyzer import Analyzer, Layer, ReadText

TEXT_FIELDS = ("title", "abstract")
"""Fields that free words are searched in; each has a layer of stems, exact words and concepts."""

NAME_FIELDS = ("author", "journal", "affiliation", "topic")
"""Fields searched by name only, word by word as written."""

COLUMNS = ("year", "title_length", "abstract_length")
"""The numbers that are kept of an abstract; lengths are counted in words."""

STRINGS = ("pmid", "title", "abstract", "passages", "record")
"""The strings that are kept of an abstract."""

NO_YEAR = 0
"""What the column of years holds where an abstract has none."""

# Made once: json.dumps makes one anew for every string.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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


def field_of(field: str, layer: Layer) -> str:
    """The Whoosh field of a layer: ``field_of("title", "concepts")`` is ``title_concepts``."""
    return field if layer == "stems" else f"{field}_{layer}"


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
    """What Whoosh is given for an abstract; ``index.chunks`` makes arrays of the same."""
    title, text = analyzer.read(abstract.title, abstract.text)
    fields: dict[str, Any] = {**stored(abstract), **columns(abstract, title, text)}
    for field, read in zip(TEXT_FIELDS, (title, text), strict=True):
        fields |= {field_of(field, layer): read for layer in LAYERS}
        fields[f"_stored_{field}"] = str(read)
    fields |= {"_stored_pmid": abstract.pmid, "pmid": abstract.pmid.lower()}
    return fields | {field: text for field, text in names(abstract).items() if text}


def columns(abstract: Abstract, title: ReadText, text: ReadText) -> dict[str, int]:
    """The numbers that are kept of an abstract: ``COLUMNS``."""
    lengths = (len(title.analysed.forms), len(text.analysed.forms))
    return dict(zip(COLUMNS, (abstract.year or NO_YEAR, *lengths), strict=True))


def stored(abstract: Abstract) -> dict[str, str]:
    """The strings that are kept of an abstract: ``STRINGS``.

    ``passages`` are its sentences, ``[start, end]`` or ``[start, end, label]`` where the section
    has a label; ``record`` is all that neither title nor text says.
    """
    passages = [
        [paragraph.start + start, paragraph.start + end, *filter(None, [paragraph.label])]
        for paragraph in abstract.paragraphs
        for start, end in sentences(paragraph.text)
    ]
    record = to_object(abstract)
    del record["pmid"], record["title"]
    entry: dict[str, Any] = {}
    if not isinstance(record.pop("abstract"), str):
        entry["sections"] = [
            [section.label, list(map(len, section.paragraphs))] for section in abstract.sections
        ]
    if abstract.origin:
        origin = abstract.origin
        entry["origin"] = [origin.source, *dict.fromkeys((origin.first_line, origin.last_line))]
    if record:
        entry["record"] = record
    return {
        "pmid": abstract.pmid,
        "title": abstract.title,
        "abstract": abstract.text,
        "passages": _encoder.encode(passages),
        "record": _encoder.encode(entry),
    }


def restored(strings: Mapping[str, str]) -> Abstract:
    """The abstract of which ``stored`` made these strings."""
    entry = json.loads(strings["record"])
    text = strings["abstract"]
    parts = _sections(text, entry["sections"]) if "sections" in entry else text
    record = {"pmid": strings["pmid"], "title": strings["title"], "abstract": parts}
    origin = None
    if "origin" in entry:
        source, first, *last = entry["origin"]
        origin = Origin(source, first, *last or [first])
    return from_object(record | entry.get("record", {}), origin)


def signature(record: str) -> dict[str, Any]:
    """By what is stored of it as ``record``: who wrote an abstract, where and when."""
    known = json.loads(record).get("record", {})
    authors = (f"{one['surname']} {one['initials']}".strip() for one in known.get("authors", ()))
    return {"authors": list(authors)} | {name: known.get(name) for name in _SIGNATURE}


_SIGNATURE = ("group_author", "journal", "year", "citation")


def _sections(text: str, sections: list[tuple[str | None, list[int]]]) -> list[dict[str, Any]]:
    """The sections of a text, given by their labels and the lengths of their paragraphs."""
    start = 0
    found = []
    for label, lengths in sections:
        paragraphs = []
        for length in lengths:
            paragraphs.append(text[start : start + length])
            start += length + 1
        found.append({"label": label, "paragraphs": paragraphs})
    return found


def names(abstract: Abstract) -> dict[str, str]:
    """The texts of ``NAME_FIELDS``, a name a line."""
    authors = [*map(str, abstract.authors), abstract.group_author or ""]
    return {
        "author": "\n".join(filter(None, authors)),
        "journal": abstract.journal or "",
        "affiliation": abstract.affiliation or "",
        "topic": "\n".join(abstract.topics),
    }
