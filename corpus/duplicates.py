"""Records that are the same work: found by PMID, DOI and title, and merged.

Two records are the same if they have one PMID or id; if they have one DOI and like titles (a
supplement's DOI stands at many abstracts of a conference); else if title, year and first author
have the same normal form, the way Zotero and ASySD compare them. Nothing may speak against it: two
PMIDs, two DOIs, two volumes or first pages. A false merge hides a work, a missed one shows it
twice, so short titles must also agree in volume or page.

All records wait in a temporary file until the last one was read, because a later one may be newer.
In memory each has a few numbers.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import astuple, dataclass, fields, replace
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import msgspec
from rapidfuzz.fuzz import ratio

from corpus.abstract import Abstract, Origin
from corpus.formats.jsonl import parse_line, to_line
from corpus.identity import content_id, identified, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

SHORTEST_TITLE = 5
"""Words; "Multiple sclerosis: a review" is the title of many works."""

ALIKE = 85
"""Per cent: how much of two titles with one DOI is the same letters in the same order."""

_NOTICE = re.compile(r"(?:erratum|errata|correction|corrigendum|retract|author correction|reply)")

_MESSAGE, _LINE = b"m", b"l"


@dataclass
class Entry:
    """A record that waits: where it is in the temporary file, and where it was read."""

    at: int
    length: int
    file: int
    record: int
    has_text: bool
    into: int | None = None
    """The entry that it was merged into."""

    is_deleted: bool = False


class Collection:
    """Records, each work once, in the order in which they came first."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._keys: dict[int, int] = {}
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115
        self._end = 0
        self._is_at_end = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def add(self, abstract: Abstract, file: int, record: int) -> tuple[int, list[int]]:
        """Add a record and return its entry's number, and of those that it turned out to be.

        The numbers are of entries that were kept apart until now; the first of them holds all.
        """
        number = len(self.entries)
        same: list[int] = []
        merged = abstract
        while (other := self._same(merged, same)) is not None:
            same.append(other)
            merged = merge(self._read(other), merged)
        self.entries.append(Entry(0, 0, file, record, bool(abstract.sections)))
        home = min(same, default=number)
        merged = self._named(merged, home, same)
        for one in (*same, number):
            if one != home:
                self.entries[one].into = home
        self._write(home, merged)
        return number, sorted(same)

    def delete(self, pmid: str) -> int | None:
        """Take out the record with a PMID and return its entry's number, or None if none has it."""
        number = self._resolved(self._keys.get(_key("pmid", pmid.lower())))
        if number is not None:
            self.entries[number].is_deleted = True
        return number

    def id_of(self, number: int) -> str:
        """Return the id of the record that an entry is part of."""
        return self._read(self._home(number)).id

    def __iter__(self) -> Iterator[Abstract]:
        for number, entry in enumerate(self.entries):
            if entry.into is None and not entry.is_deleted:
                yield self._read(number)

    def _same(self, abstract: Abstract, known: list[int]) -> int | None:
        for key in _keys(abstract):
            number = self._resolved(self._keys.get(key))
            if number is None or number in known:
                continue
            if are_same(self._read(number), abstract):
                return number
        return None

    def _named(self, abstract: Abstract, home: int, same: list[int]) -> Abstract:
        """Return the abstract under a name that no other record has."""
        base = content_id(abstract) if is_derived(abstract.id) else abstract.id
        others = (f"{base}-{number}" for number in count(2))
        for name in chain([abstract.id, base], others):
            holder = self._resolved(self._keys.get(_key("id", name.lower())))
            if holder is None or holder == home or holder in same:
                break
        return abstract if name == abstract.id else replace(abstract, id=name)

    def _home(self, number: int) -> int:
        while (into := self.entries[number].into) is not None:
            number = into
        return number

    def _resolved(self, number: int | None) -> int | None:
        if number is None:
            return None
        number = self._home(number)
        return None if self.entries[number].is_deleted else number

    def _write(self, number: int, abstract: Abstract) -> None:
        try:
            content = _MESSAGE + msgspec.msgpack.encode(abstract)
        except (OverflowError, UnicodeEncodeError):
            # What no message can hold: half a surrogate pair or an enormous number.
            origin = abstract.origin and astuple(abstract.origin)
            content = _LINE + json.dumps(origin).encode() + b"\n" + to_line(abstract)
        entry = self.entries[number]
        if not self._is_at_end:
            self._spool.seek(self._end)
            self._is_at_end = True
        entry.at, entry.length = self._end, self._spool.write(content)
        self._end += entry.length
        entry.has_text = bool(abstract.sections)
        for key in _keys(abstract):
            self._keys[key] = number

    def _read(self, number: int) -> Abstract:
        entry = self.entries[number]
        self._spool.seek(entry.at)
        self._is_at_end = False
        content = self._spool.read(entry.length)
        if content.startswith(_MESSAGE):
            return _decoder.decode(memoryview(content)[1:])
        origin, _, line = content[1:].partition(b"\n")
        place = json.loads(origin)
        return replace(parse_line(line, "", 1), origin=Origin(*place) if place else None)


_decoder = msgspec.msgpack.Decoder(Abstract)


def are_same(one: Abstract, other: Abstract) -> bool:
    """Tell whether two records are the same work."""
    if one.pmid and other.pmid:
        return one.pmid.lower() == other.pmid.lower()
    if one.id.lower() == other.id.lower() and not is_derived(one.id):
        return True
    if _differ(one.doi, other.doi):
        return False
    pages = _first_page(one), _first_page(other)
    agree_in_page = bool(pages[0]) and pages[0] == pages[1]
    if one.doi and one.doi == other.doi:
        return _are_alike(one.title, other.title) or (
            agree_in_page
            and _author(one) == _author(other)
            and _may_be_worded_otherwise(one, other)
        )
    title = _title_key(one)
    if title is None:
        return _whole(one) == _whole(other)
    if title != _title_key(other):
        return False
    if _differ(one.volume, other.volume) or _differ(*pages):
        return False
    agree_in_volume = bool(one.volume) and one.volume == other.volume
    is_long = len(plain(one.title).split()) >= SHORTEST_TITLE
    return is_long or agree_in_volume or agree_in_page


def _are_alike(one: str, other: str) -> bool:
    """Tell whether two titles may be one: equal but for a few letters or a subtitle.

    A title within another is not enough: that of a part, or of a correction, names the whole.
    """
    if not one or not other:
        return True
    shorter, longer = sorted((plain(one), plain(other)), key=len)
    if bool(_NOTICE.match(shorter)) != bool(_NOTICE.match(longer)):
        return False
    return longer.startswith(shorter) or ratio(shorter, longer) >= ALIKE


def _may_be_worded_otherwise(one: Abstract, other: Abstract) -> bool:
    """Tell whether one title may be a translation, or one database names the notice that it is."""
    if one.languages and other.languages and one.languages != other.languages:
        return True
    titles = one.title, other.title
    is_notice = {bool(_NOTICE.match(plain(title))) for title in titles}
    return len(is_notice) == 2 or any(title.startswith("[") for title in titles)


def merge(one: Abstract, other: Abstract) -> Abstract:
    """Return one record of two: the newer, or else the fuller, with what only the other has."""
    kept, filler = (one, other) if _rank(one) >= _rank(other) else (other, one)
    changes: dict[str, Any] = {}
    for field in fields(Abstract):
        value = getattr(filler, field.name)
        if field.name not in _OWN and _filled(value) and not _filled(getattr(kept, field.name)):
            changes[field.name] = value
    if "day" in changes and (kept.year, kept.month) != (filler.year, filler.month):
        del changes["day"]
    if "month" in changes and kept.year != filler.year:
        changes = {name: value for name, value in changes.items() if name not in {"month", "day"}}
    if filler.extra:
        changes["extra"] = {**filler.extra, **kept.extra}
    sources = [*kept.also_in, *filler.also_in, *([filler.origin.source] if filler.origin else [])]
    changes["also_in"] = tuple(dict.fromkeys(sources))
    name = next((one for one in (kept.id, filler.id) if not is_derived(one)), "")
    return identified(replace(kept, **changes, id=changes.get("pmid") or name))


def is_derived(name: str) -> bool:
    """Tell whether an id was made of a DOI or the content, so that a PMID is better."""
    return name.startswith(("doi-", "rec-"))


_OWN = {"id", "origin", "extra", "also_in", "number", "notice"}


def _rank(abstract: Abstract) -> tuple[str, bool, int]:
    filled = sum(_filled(getattr(abstract, field.name)) for field in fields(Abstract))
    return abstract.revised or "", bool(abstract.sections), filled


def _filled(value: object) -> bool:
    return value not in (None, "", (), {})


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other) and one != other


def _first_page(abstract: Abstract) -> str | None:
    return re.split(r"[-–,; ]", abstract.pages.lower())[0] if abstract.pages else None


def _title_key(abstract: Abstract) -> str | None:
    """Return title, year and first author in normal form, or None if one is missing."""
    if not (abstract.title and abstract.year and abstract.authors):
        return None
    return f"{plain(abstract.title)}\n{abstract.year}\n{_author(abstract)}"


def _whole(abstract: Abstract) -> str:
    """Return all that could tell a record without author or year from others."""
    return f"{content_id(abstract)}\n{abstract.text}"


def _author(abstract: Abstract) -> str:
    return plain(abstract.authors[0].surname) if abstract.authors else ""


def _keys(abstract: Abstract) -> list[int]:
    keys = [_key("id", abstract.id.lower())]
    if abstract.pmid:
        keys.append(_key("pmid", abstract.pmid.lower()))
    if abstract.doi:
        keys.append(_key("doi", abstract.doi))
    if title := _title_key(abstract):
        keys.append(_key("title", title))
    elif not (abstract.pmid or abstract.doi):
        keys.append(_key("title", _whole(abstract)))
    return keys


def _key(kind: str, text: str) -> int:
    # Sixty-four bits that no file can foresee; whatever they find is compared in full.
    return hash((kind, text))
