"""An abstract as a JSON object, and back; nothing is lost on the way.

An object needs ``pmid``, ``title`` and ``abstract``: a string, whose lines are paragraphs, or a
list of ``{"label": "Methods", "paragraphs": ["..."]}``. The other keys are the names of the fields
of ``Abstract`` and may be missing or null; ``authors`` is a list of ``{"surname", "initials"}`` or
of strings such as "Sorensen PS". Keys that are not known are kept in ``Abstract.extra``. Where an
abstract was read, its ``origin``, is not part of the object.
"""

from __future__ import annotations

from typing import Any

from corpus.abstract import Abstract, Author, Origin, Section
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
NEEDED = frozenset({"pmid", "title", "abstract"})
KNOWN = NEEDED | frozenset({"authors", "topics", "extra", *TEXTS, *INTEGERS})
_OPTIONAL = (*TEXTS, *INTEGERS)

_LINE_ENDS = "\r\u2028\u2029"  # and the line feed


class UnfitObject(ValueError):
    """An object is no abstract; the message says why."""


def to_object(abstract: Abstract) -> dict[str, Any]:
    """Return an abstract as an object that ``from_object`` turns back into an equal one."""
    record: dict[str, Any] = {
        "pmid": abstract.pmid,
        "title": abstract.title,
        "abstract": _text_or_sections(abstract.sections),
    }
    if abstract.authors:
        record["authors"] = [
            {"surname": author.surname, "initials": author.initials} for author in abstract.authors
        ]
    if abstract.topics:
        record["topics"] = list(abstract.topics)
    for name in _OPTIONAL:
        if (value := getattr(abstract, name)) is not None:
            record[name] = value
    # An unknown key may have been given the name of a known one; those go one level down.
    hidden: dict[str, Any] = {}
    for key, value in abstract.extra.items():
        (hidden if key in KNOWN else record)[key] = value
    if hidden:
        record["extra"] = hidden
    return record


def from_object(record: object, origin: Origin | None) -> Abstract:
    """Return the abstract that an object describes, or raise ``UnfitObject``."""
    if not isinstance(record, dict):
        raise UnfitObject(f"not an object but {_kind(record)}")
    if not record.keys() >= NEEDED:
        missing = [key for key in ("pmid", "title", "abstract") if key not in record]
        raise UnfitObject(f"without {' and '.join(missing)}")
    extra = {key: value for key, value in record.items() if key not in KNOWN}
    if "extra" in record:
        extra |= _hidden(record["extra"])
    _check_depth(extra)
    pmid = record["pmid"]
    others: dict[str, Any] = {
        name: _optional_text(record, name) for name in TEXTS if name in record
    }
    others |= {name: _optional_integer(record, name) for name in INTEGERS if name in record}
    return Abstract(
        pmid=str(pmid) if type(pmid) is int else _text(pmid, "pmid"),
        title=_text(record["title"], "title"),
        sections=_sections(record["abstract"]),
        authors=tuple(_author(author) for author in _list(record.get("authors"), "authors")),
        topics=tuple(_text(topic, "a topic") for topic in _list(record.get("topics"), "topics")),
        origin=origin,
        extra=extra,
        **others,
    )


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
    return Author(_text(value["surname"], "surname"), _optional_text(value, "initials") or "")


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
