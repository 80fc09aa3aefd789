"""The MS vocabulary: concepts with all their spellings, read from TOML files.

A file states its ``kind`` and lists ``[[concept]]`` entries with these keys:

``id``        letters, digits and hyphens; unique
``name``      the preferred name, itself a variant
``variants``  spellings that count in any letter case; ``(a|b)`` is alternation
``short``     short forms that count in texts when written with capitals, in queries anyhow
``capitals``  short forms whose small form is an everyday word: capitals count in queries too
``lay``       what lay people say: phrases that count in queries only; ``(a|b)`` chooses whole
              words, and little words may stand between them ("legs are so heavy")
``beside``, ``not_beside``  mark short forms that mean other things too: concepts by their id, or
              words, that stand in an abstract that means this one, or another; what decides, and
              how, stands in ``index.concepts.disambiguation``
``broader``   ids of the concepts that this one is a kind of
``plain``     one plain sentence for readers

Concepts of the kind ``other`` are guards: word groups that hold a variant of another concept but
mean something else (primary progressive aphasia). They are recognized and never searched.

A site adds files of its own beside the shipped ones. There an entry with a known id extends that
concept: its spellings and broader concepts are added, its name and plain sentence replace the
former ones (the former name stays a spelling), and ``remove`` lists spellings to take away. Other
entries are new concepts, of the ``kind`` that the file states.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from index.errors import VocabularyError
from index.text.words import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

GUARD = "other"
MOST_SPELLINGS = 200
"""How many spellings the alternations of one variant may stand for."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPELLINGS = ("variants", "short", "capitals", "lay")
_WITH_CHOICES = ("variants", "lay")
_LISTS = (*_SPELLINGS, "broader", "beside", "not_beside")
_TEXTS = ("id", "name", "plain")
_ALTERNATION = re.compile(r"\(([^()]*)\)")
_PART_OF_WORD = re.compile(r"[^ ]\(|\)[^ ]")


@dataclass(frozen=True)
class Concept:
    """One meaning with all its spellings."""

    id: str
    name: str
    kind: str
    plain: str
    variants: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    not_beside: tuple[str, ...] = ()
    lay: tuple[str, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Whether its short forms mean other things too."""
        return bool(self.beside or self.not_beside)

    @property
    def is_guard(self) -> bool:
        """Whether this is only here to keep another meaning apart."""
        return self.kind == GUARD

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """All that counts in any letter case, alternations written out, the name first."""
        written = itertools.chain([self.name], *map(spellings, self.variants))
        return tuple(dict.fromkeys(written))

    @property
    def written(self) -> tuple[str, ...]:
        """All spellings that count in texts: in any letter case, and the short ones."""
        return self.spellings + self.short + self.capitals

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """All that lay people say, which counts in queries only, alternations written out."""
        return tuple(dict.fromkeys(itertools.chain.from_iterable(map(spellings, self.lay))))


@dataclass(frozen=True)
class Vocabulary:
    """All concepts by id, checked: ids are unique, broader concepts exist and make no cycle."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)

    @classmethod
    def bundled(cls) -> Vocabulary:
        """The vocabulary that comes with Ranvier."""
        with as_file(files("index") / "data" / "vocabulary") as folder:
            return cls.load(sorted(folder.glob("*.toml")))

    @classmethod
    def load(cls, paths: Iterable[Path]) -> Vocabulary:
        """The concepts of all files together.

        Raises ``VocabularyError`` with the file and the entry at the first fault.
        """
        found: list[Concept] = []
        places: dict[str, str] = {}
        for entry, where in itertools.chain.from_iterable(map(_entries, paths)):
            if entry["id"] in places:
                raise VocabularyError(f"{where} has the id of another one: {places[entry['id']]}.")
            places[entry["id"]] = where
            found.append(_concept(entry["kind"], entry))
        return cls.of(found, places)

    def extended(self, paths: Iterable[Path]) -> Vocabulary:
        """The vocabulary with a site's own files, or folders of them, each on top of the former.

        Raises ``VocabularyError`` with the file and the entry at the first fault.
        """
        by_id = dict(self.concepts)
        places: dict[str, str] = {}
        for path in toml_files(paths):
            for entry, where in _entries(path, known=by_id):
                by_id[entry["id"]] = _extended(by_id.get(entry["id"]), entry, where)
                places[entry["id"]] = where
        return Vocabulary.of(by_id.values(), places)

    @classmethod
    def of(cls, concepts: Iterable[Concept], places: Mapping[str, str] | None = None) -> Vocabulary:
        """The vocabulary of these concepts; raises ``VocabularyError`` if they do not fit.

        ``places`` says for the error where a concept was read.
        """
        by_id: dict[str, Concept] = {}
        for concept in concepts:
            if concept.id in by_id:
                raise VocabularyError(
                    f"The vocabulary has two concepts with the id “{concept.id}”."
                )
            by_id[concept.id] = concept
        vocabulary = cls(by_id)
        vocabulary._check_hierarchy(places or {})
        return vocabulary

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """The vocabulary that ``to_json`` wrote."""
        return cls.of(msgspec.json.decode(text, type=list[Concept]))

    def to_json(self) -> str:
        """All concepts as JSON, in the order of their ids, as an index keeps them."""
        return self._json

    @cached_property
    def _json(self) -> str:  # a build asks for it three times
        concepts = [self.concepts[id_] for id_ in sorted(self.concepts)]
        return msgspec.json.format(msgspec.json.encode(concepts), indent=1).decode()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the vocabulary."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @cached_property
    def _narrower(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for parent in concept.broader:
                children.setdefault(parent, []).append(concept.id)
        return {parent: tuple(ids) for parent, ids in children.items()}

    @cached_property
    def _broader(self) -> dict[str, tuple[str, ...]]:
        return {id_: concept.broader for id_, concept in self.concepts.items()}

    def narrower(self, concept: str) -> tuple[str, ...]:
        """Ids of all concepts below one, nearest first, each once."""
        return _reachable(concept, self._narrower)

    def broader(self, concept: str) -> tuple[str, ...]:
        """Ids of all concepts above one, nearest first, each once."""
        return _reachable(concept, self._broader)

    def _check_hierarchy(self, places: Mapping[str, str]) -> None:
        for id_, concept in self.concepts.items():
            named = places.get(id_, f"Concept “{id_}”")
            for parent in concept.broader:
                if parent not in self.concepts:
                    raise VocabularyError(
                        f"{named} names a broader concept “{parent}”, which does not exist."
                    )
        for id_ in self.concepts:
            if id_ in self.broader(id_):
                raise VocabularyError(
                    f"{places.get(id_, f'Concept “{id_}”')} is broader than itself."
                )


def _reachable(start: str, edges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    queue = list(edges.get(start, ()))
    for node in queue:
        if node not in found:
            found[node] = None
            queue.extend(edges.get(node, ()))
    return tuple(found)


def spellings(variant: str) -> Iterator[str]:
    """What a variant with alternations stands for.

    >>> list(spellings("(intravenous|iv) immunoglobulin"))
    ['intravenous immunoglobulin', 'iv immunoglobulin']
    """
    for choice in itertools.product(*choices(variant)):
        yield " ".join("".join(choice).split())


def choices(variant: str) -> list[list[str]]:
    """The parts of a variant one after the other, each with its alternatives."""
    parts = _ALTERNATION.split(variant)
    return [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]


def toml_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and the TOML files of the folders, of some paths.

    Raises ``VocabularyError`` for a folder without any.
    """
    for path in paths:
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found:
            raise VocabularyError(f"Vocabulary folder {path.name} holds no TOML file.")
        yield from found


def _entries(
    path: Path, known: Mapping[str, Concept] | None = None
) -> Iterator[tuple[dict[str, Any], str]]:
    """The entries of a file with its kind, and where they stand, for a message.

    A file beside others may extend ``known`` concepts, and needs no kind if it does only that.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise VocabularyError(f"Vocabulary file {path.name} cannot be read: {error}.") from error
    kind = table.get("kind")
    if (known is None or "kind" in table) and (not isinstance(kind, str) or not kind):
        raise VocabularyError(f"Vocabulary file {path.name} does not state its kind.")
    entries = table.get("concept", [])
    if not isinstance(entries, list):
        raise VocabularyError(f"Vocabulary file {path.name} must list its entries as [[concept]].")
    seen: set[str] = set()
    for place, entry in enumerate(entries, start=1):
        name = entry.get("id", f"number {place}") if isinstance(entry, dict) else place
        where = f"Vocabulary file {path.name}, concept “{name}”"
        fault = _fault(entry, known)
        if not fault and entry["id"] in seen:
            fault = "the file has two concepts with this id"
        if not fault and known is not None and entry["id"] not in known and not kind:
            fault = "it is new, so the file must state its kind"
        if fault:
            raise VocabularyError(f"{where}: {fault}.")
        seen.add(entry["id"])
        yield {**entry, "kind": kind}, where


def _extended(concept: Concept | None, entry: Mapping[str, Any], where: str) -> Concept:
    """A concept with what a site's file says of it."""
    if concept is None:
        concept = _concept(entry["kind"], entry)
    else:
        name = entry.get("name", concept.name).strip()
        lists = {key: [*getattr(concept, key), *entry.get(key, ())] for key in _LISTS}
        lists["variants"] += [concept.name] if name != concept.name else []
        unique: dict[str, Any] = {k: tuple(dict.fromkeys(values)) for k, values in lists.items()}
        plain = entry.get("plain", concept.plain).strip()
        concept = replace(concept, name=name, plain=plain, **unique)
    removed = {_key(spelling): spelling for spelling in entry.get("remove", ())}
    missing = removed.keys() - set(map(_key, (*concept.written, *concept.phrases)))
    if missing:
        raise VocabularyError(f"{where}: there is no “{removed[min(missing)]}” to remove.")
    if _key(concept.name) in removed:
        raise VocabularyError(f"{where}: the name cannot be removed; give another “name”.")
    left: dict[str, Any] = {key: tuple(_left(getattr(concept, key), removed)) for key in _SPELLINGS}
    return replace(concept, **left)


def _left(variants: Iterable[str], removed: Collection[str]) -> Iterator[str]:
    """The variants without some spellings; one that loses none stays as it is written."""
    for variant in variants:
        written = list(spellings(variant))
        left = [spelling for spelling in written if _key(spelling) not in removed]
        yield from [variant] if left == written else left


def _key(spelling: str) -> str:
    """What spellings have in common that differ only in hyphens, letter case or endings."""
    return "".join(word.stem for word in words(spelling))


def _concept(kind: str, entry: Mapping[str, Any]) -> Concept:
    return Concept(
        id=entry["id"],
        name=entry["name"].strip(),
        kind=kind,
        plain=entry["plain"].strip(),
        variants=tuple(entry.get("variants", ())),
        short=tuple(entry.get("short", ())),
        capitals=tuple(entry.get("capitals", ())),
        broader=tuple(entry.get("broader", ())),
        beside=tuple(entry.get("beside", ())),
        not_beside=tuple(entry.get("not_beside", ())),
        lay=tuple(entry.get("lay", ())),
    )


def _fault(entry: Any, known: Mapping[str, Concept] | None) -> str | None:  # noqa: ANN401 (whatever stands in the file)
    """What is wrong with an entry of a file, or None."""
    if not isinstance(entry, dict):
        return "an entry is a table"
    is_known = known is not None and isinstance(entry.get("id"), str) and entry["id"] in known
    for key in _TEXTS:
        value = entry.get(key, key if is_known else None)
        if not isinstance(value, str) or not value.strip():
            return f"“{key}” must be a text"
    lists = _LISTS if known is None else (*_LISTS, "remove")
    for key in lists:
        values = entry.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            return f"“{key}” must be a list of texts"
    unknown = sorted(set(entry) - set(_TEXTS) - set(lists))
    if unknown:
        return f"“{unknown[0]}” is not a key of a concept"
    if not _ID.fullmatch(entry["id"]):
        return "the id must consist of small letters, digits and hyphens"
    written = itertools.chain.from_iterable(entry.get(key, ()) for key in _WITH_CHOICES)
    faults = itertools.chain(map(_variant_fault, written), map(_lay_fault, entry.get("lay", ())))
    return next(filter(None, faults), None)


def _lay_fault(phrase: str) -> str | None:
    if _PART_OF_WORD.search(phrase):
        return f"the choices of “{phrase}” must be whole words"
    return None


def _variant_fault(variant: str) -> str | None:
    if re.search(r"[()|]", _ALTERNATION.sub("", variant)):
        return f"the brackets of “{variant}” do not match"
    if len(list(itertools.islice(spellings(variant), MOST_SPELLINGS + 1))) > MOST_SPELLINGS:
        return f"“{variant}” stands for more than {MOST_SPELLINGS} spellings"
    return None
