"""An abstract as stored strings, columns and the texts of its names, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from corpus import Origin
from corpus.record import from_object, to_object
from index.schema import COLUMNS, NO_YEAR
from index.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus import Abstract
    from index.analyzer import ReadText

# Made once: json.dumps makes one anew for every string.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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
    del record["title"]
    if abstract.pmid == abstract.id:
        del record["pmid"]
    else:
        record["pmid"] = abstract.pmid
        del record["id"]
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
        "pmid": abstract.id,
        "title": abstract.title,
        "abstract": abstract.text,
        "passages": _encoder.encode(passages),
        "record": _encoder.encode(entry),
    }


def restored(strings: Mapping[str, str]) -> Abstract:
    """The abstract of which ``stored`` made these strings."""
    entry = json.loads(strings["record"])
    name, text = strings["pmid"], strings["abstract"]
    parts = _sections(text, entry["sections"]) if "sections" in entry else text
    record = {"id": name, "pmid": name, "title": strings["title"], "abstract": parts}
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
