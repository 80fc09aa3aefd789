"""An abstract as a JSON object, and back; nothing is lost on the way.

An object needs a ``title`` or an ``abstract``: a string, whose lines are paragraphs, or a list of
``{"label": "Methods", "paragraphs": ["..."]}``. ``pmid`` is the PubMed number, ``id`` the record's
name where it is another. The other keys are the names of the fields of ``Abstract`` and may be
missing or null; ``authors`` is a list of objects with the fields of ``Author`` or of strings such
as "Sorensen PS"; ``mesh``, ``grants`` and ``corrections`` are lists of objects, also with their
fields' names. Keys that are not known, and values of ``LATER`` keys that do not fit, are kept in
``Abstract.extra``. Where an abstract was read, its ``origin``, is not part of the object.
"""

from __future__ import annotations

from typing import Any

from corpus.abstract import (
    Abstract,
    Author,
    Correction,
    Grant,
    MeshHeading,
    Origin,
    Qualifier,
    Section,
)
from corpus.people import parse_person

DEPTH_LIMIT = 64
"""Deeper lists and objects are refused: they could be read, but not safely written again."""

TEXTS = (
    "group_author",
    "journal",
    "volume",
    "issue",
    "supplement",
    "pages",
    "citation",
    "affiliation",
    "copyright",
    "notice",
)
INTEGERS = ("number", "year", "month", "day")
LATER_TEXTS = ("doi", "pmcid", "original_title", "journal_title", "published", "revised")
LISTS_OF_TEXTS = ("languages", "issns", "keywords", "publication_types", "also_in")
PARTS: dict[str, type[MeshHeading | Grant | Correction]] = {
    "mesh": MeshHeading,
    "grants": Grant,
    "corrections": Correction,
}
LATER = frozenset({*LATER_TEXTS, *LISTS_OF_TEXTS, *PARTS, "dates"})
"""Keys that files may have used otherwise before they had a meaning here."""

KNOWN = LATER | {"id", "pmid", "title", "abstract", "authors", "topics", "extra", *TEXTS, *INTEGERS}
_OPTIONAL = (*TEXTS, *INTEGERS, *LATER_TEXTS)

_LINE_ENDS = "\r\u2028\u2029"  # and the line feed


class UnfitObject(ValueError):
    """An object is no abstract; the message says why."""


def to_object(abstract: Abstract) -> dict[str, Any]:
    """Return an abstract as an object that ``from_object`` turns back into an equal one.

    ``id`` is left out where it is the PMID.
    """
    record: dict[str, Any] = {}
    if abstract.id and abstract.id != abstract.pmid:
        record["id"] = abstract.id
    if abstract.pmid is not None:
        record["pmid"] = abstract.pmid
    record["title"] = abstract.title
    record["abstract"] = _text_or_sections(abstract.sections)
    if abstract.authors:
        record["authors"] = [_author_object(author) for author in abstract.authors]
    for name in ("topics", *LISTS_OF_TEXTS):
        if values := getattr(abstract, name):
            record[name] = list(values)
    for name in _OPTIONAL:
        if (value := getattr(abstract, name)) is not None:
            record[name] = value
    record |= {
        name: [_part_object(part) for part in parts]
        for name in PARTS
        if (parts := getattr(abstract, name))
    }
    if abstract.dates:
        record["dates"] = dict(abstract.dates)
    # An unknown key may have been given the name of a known one; those go one level down.
    hidden = {key: value for key, value in abstract.extra.items() if key in KNOWN}
    record |= {key: value for key, value in abstract.extra.items() if key not in KNOWN}
    return record | {"extra": hidden} if hidden else record


def from_object(record: object, origin: Origin | None) -> Abstract:
    """Return the abstract that an object describes, or raise ``UnfitObject``."""
    if not isinstance(record, dict):
        raise UnfitObject(f"not an object but {_kind(record)}")
    if record.get("title") is None and record.get("abstract") is None:
        raise UnfitObject("without title and abstract")
    extra = {key: value for key, value in record.items() if key not in KNOWN}
    if "extra" in record:
        extra |= _hidden(record["extra"])
    others: dict[str, Any] = {
        name: _optional_text(record, name) for name in TEXTS if name in record
    }
    others |= {name: _optional_integer(record, name) for name in INTEGERS if name in record}
    for name in LATER & record.keys():
        try:
            others[name] = _later(name, record[name])
        except UnfitObject:
            extra[name] = record[name]
    _check_depth(extra)
    title, text = record.get("title"), record.get("abstract")
    return Abstract(
        pmid=_name(record, "pmid"),
        title="" if title is None else _text(title, "title"),
        sections=() if text is None else _sections(text),
        authors=tuple(_author(author) for author in _list(record.get("authors"), "authors")),
        topics=tuple(_text(topic, "a topic") for topic in _list(record.get("topics"), "topics")),
        origin=origin,
        extra=extra,
        id=_name(record, "id") or "",
        **others,
    )


def _name(record: dict[str, Any], key: str) -> str | None:
    value = record.get(key)
    return str(value) if type(value) is int else _optional_text(record, key)


def _later(name: str, value: object) -> object:
    """Return a value of one of the ``LATER`` keys as the field has it, or raise ``UnfitObject``."""
    if name in LATER_TEXTS:
        return None if value is None else _text(value, name)
    if name == "dates":
        dates = {} if value is None else value
        if not isinstance(dates, dict) or not all(isinstance(day, str) for day in dates.values()):
            raise UnfitObject("dates are no object of texts")
        return dates
    parts = _list(value, name)
    if name in LISTS_OF_TEXTS:
        return tuple(_text(part, name) for part in parts)
    return tuple(_part(part, PARTS[name]) for part in parts)


def _part(value: object, kind: type[MeshHeading | Grant | Correction | Qualifier]) -> object:
    if not isinstance(value, dict) or not value.keys() <= kind.__dataclass_fields__.keys():
        raise UnfitObject(f"no {kind.__name__}")
    part: dict[str, Any] = dict(value)
    for name, given in value.items():
        if name == "qualifiers":
            part[name] = tuple(_part(one, Qualifier) for one in _list(given, name))
        elif name == "is_major":
            if not isinstance(given, bool):
                raise UnfitObject(f"{name} is neither true nor false")
        elif given is not None:
            _text(given, name)
    needed = next(iter(kind.__dataclass_fields__))
    if kind is not Grant and not isinstance(part.get(needed), str):
        raise UnfitObject(f"no {needed}")
    return kind(**part)


def _part_object(part: MeshHeading | Grant | Correction | Qualifier) -> dict[str, Any]:
    """Return the fields that say something."""
    fields = {name: getattr(part, name) for name in part.__dataclass_fields__}
    if "qualifiers" in fields:
        fields["qualifiers"] = [_part_object(one) for one in fields["qualifiers"]]
    return {name: value for name, value in fields.items() if value not in (None, False, [])}


def _author_object(author: Author) -> dict[str, Any]:
    record: dict[str, Any] = {"surname": author.surname, "initials": author.initials}
    if author.forename is not None:
        record["forename"] = author.forename
    if author.orcid is not None:
        record["orcid"] = author.orcid
    if author.affiliations:
        record["affiliations"] = list(author.affiliations)
    return record


def _hidden(value: object) -> dict[str, Any]:
    """Return what ``to_object`` had put one level down, or the foreign key "extra" as it is."""
    ours = isinstance(value, dict) and value and value.keys() <= KNOWN
    return value if ours and isinstance(value, dict) else {"extra": value}


def _sections(value: object) -> tuple[Section, ...]:
    if isinstance(value, str):
        for line_end in _LINE_ENDS:
            value = value.replace(line_end, "\n")
        paragraphs = tuple([line for part in value.split("\n") if (line := part.strip())])
        return (Section(None, paragraphs),) if paragraphs else ()
    if not isinstance(value, list):
        raise UnfitObject(f"abstract is neither text nor a list of sections but {_kind(value)}")
    return tuple(_section(section) for section in value)


def _section(value: object) -> Section:
    if not isinstance(value, dict) or "paragraphs" not in value:
        raise UnfitObject("a section is no object with paragraphs")
    paragraphs = value["paragraphs"]
    if not isinstance(paragraphs, list):
        raise UnfitObject(f"the paragraphs of a section are not a list but {_kind(paragraphs)}")
    return Section(
        _optional_text(value, "label"), tuple(_text(text, "a paragraph") for text in paragraphs)
    )


def _text_or_sections(sections: tuple[Section, ...]) -> str | list[dict[str, object]]:
    """Return plain text where that reads back as the same sections, else all of them."""
    if not sections:
        return ""
    if len(sections) == 1 and sections[0].label is None and _are_lines(sections[0].paragraphs):
        return "\n".join(sections[0].paragraphs)
    return [
        {"label": section.label, "paragraphs": list(section.paragraphs)} for section in sections
    ]


def _are_lines(paragraphs: tuple[str, ...]) -> bool:
    """Tell whether paragraphs are what the lines of a string are read as; none are not."""
    return bool(paragraphs) and all(
        text and text == text.strip() and not any(end in text for end in ("\n", *_LINE_ENDS))
        for text in paragraphs
    )


def _author(value: object) -> Author:
    if isinstance(value, str):
        return parse_person(value)
    if not isinstance(value, dict) or "surname" not in value:
        raise UnfitObject("an author is neither text nor an object with surname")
    places = value.get("affiliations")
    places = [places] if isinstance(places, str) else _list(places, "affiliations")
    return Author(
        _text(value["surname"], "surname"),
        _optional_text(value, "initials") or "",
        _optional_text(value, "forename"),
        _optional_text(value, "orcid"),
        tuple(_text(place, "an affiliation") for place in places),
    )


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise UnfitObject(f"{name} is not text but {_kind(value)}")
    return value


def _optional_text(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    return None if value is None else _text(value, name)


def _optional_integer(record: dict[str, Any], name: str) -> int | None:
    value = record.get(name)
    if value is not None and type(value) is not int:
        raise UnfitObject(f"{name} is not a whole number but {_kind(value)}")
    return value


def _list(value: object, name: str) -> list[object]:
    if value is not None and not isinstance(value, list):
        raise UnfitObject(f"{name} is not a list but {_kind(value)}")
    return value or []


def _kind(value: object) -> str:
    """Return JSON's name for a kind of value."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "null" if value is None else "a number")


def _check_depth(extra: dict[str, Any]) -> None:
    level: list[object] = [extra]
    depth = 0
    while level := [item for item in level if isinstance(item, (dict, list))]:
        level = [
            below for item in level for below in (item.values() if isinstance(item, dict) else item)
        ]
        depth += 1
        if level and depth > DEPTH_LIMIT:
            raise UnfitObject(f"nested more than {DEPTH_LIMIT} levels deep")
